using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Billing.Values;

namespace Billing.Catalogs;

/// <summary>A monthly net price, valid from a day (included) until a later one takes its place.</summary>
public sealed record Price(DateOnly From, Money MonthlyNetCents);

/// <summary>A package. Its place in <see cref="Catalog.Plans"/> says which change is an upgrade.</summary>
public sealed record Plan(string Id, string Name, ImmutableArray<Price> Prices)
{
    /// <summary>It has a price on the day.</summary>
    public bool IsSold(DateOnly day) => Prices.Any(price => price.From <= day);

    public Money MonthlyNet(DateOnly day) => Prices.ValidOn(day, price => price.From).MonthlyNetCents;
}

/// <summary>What a booked add-on gives the CRM's account.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Entitlement>))]
public enum Entitlement
{
    [JsonStringEnumMemberName("users")] Users,
    [JsonStringEnumMemberName("storageGb")] StorageGb,
}

/// <summary>An option that is booked beside the plan, in any quantity.</summary>
/// <param name="Booked">The label of a booking, <c>{0}</c> = quantity × <paramref name="UnitSize"/>.</param>
/// <param name="UnitSize">How much of <paramref name="Grants"/> one piece gives.</param>
public sealed record AddOn(
    string Id, LocalizedText Name, LocalizedText Unit, LocalizedText Booked, int UnitSize, Entitlement Grants, ImmutableArray<Price> Prices)
{
    /// <summary>It has a price on the day.</summary>
    public bool IsSold(DateOnly day) => Prices.Any(price => price.From <= day);

    public Money MonthlyNet(DateOnly day) => Prices.ValidOn(day, price => price.From).MonthlyNetCents;

    public string Label(int quantity, Language language) => string.Format(CultureInfo.InvariantCulture, Booked.In(language), quantity * UnitSize);
}

/// <summary>A one-off net fee, valid from a day (included).</summary>
public sealed record Fee(DateOnly From, Money NetCents);

/// <summary>The German standard rate of VAT, in per cent, from a day (included).</summary>
public sealed record VatRate(DateOnly From, int Percent);

/// <summary>
/// What is sold, at which net prices, from which day. Prices rise with the plan's place, none is below one euro: so a
/// renewal without a draft is never too small to be collected.
/// </summary>
public sealed record Catalog(
    ImmutableArray<Plan> Plans, ImmutableArray<AddOn> AddOns, ImmutableArray<Fee> DowngradeFee, ImmutableArray<VatRate> VatRates)
{
    public const string Currency = "EUR";

    /// <summary>A plan that can be had on the day; null if there is none of that name, or not yet.</summary>
    public Plan? FindPlan(string? id, DateOnly day) => Plans.FirstOrDefault(plan => plan.Id == id && plan.IsSold(day));
    public Plan Plan(string id) => Plans.FirstOrDefault(plan => plan.Id == id) ?? throw new KeyNotFoundException($"The catalogue lacks the plan {id}.");

    /// <summary>An add-on that can be booked on the day; null if there is none of that name, or not yet.</summary>
    public AddOn? FindAddOn(string? id, DateOnly day) => AddOns.FirstOrDefault(addOn => addOn.Id == id && addOn.IsSold(day));
    public AddOn AddOn(string id) => AddOns.FirstOrDefault(addOn => addOn.Id == id) ?? throw new KeyNotFoundException($"The catalogue lacks the add-on {id}.");

    /// <summary>A plan further up the list is the higher one.</summary>
    public bool IsUpgrade(Plan from, Plan to) => Plans.IndexOf(to) > Plans.IndexOf(from);

    public Money DowngradeFeeNet(DateOnly day) => DowngradeFee.ValidOn(day, fee => fee.From).NetCents;

    public int VatPercent(DateOnly day) => VatRates.ValidOn(day, rate => rate.From).Percent;

    /// <summary>The catalogue that is built in (<c>catalog.json</c>).</summary>
    public static Catalog BuiltIn() => Read(typeof(Catalog).Assembly.GetManifestResourceStream("catalog.json")!);

    /// <exception cref="InvalidDataException">The catalogue breaks one of its own rules; the message says which.</exception>
    public static Catalog Read(Stream json)
    {
        var catalog = JsonSerializer.Deserialize(json, CatalogJson.Default.Catalog) ?? throw new InvalidDataException("The catalogue is empty.");
        foreach (var day in catalog.Plans.SelectMany(plan => plan.Prices).Select(price => price.From).Distinct())
        {
            // A plan that is sold only later has no price on the day yet.
            var onSale = catalog.Plans.Where(plan => plan.IsSold(day)).Select(plan => plan.MonthlyNet(day)).ToList();
            if (onSale.Exists(price => price < new Money(100))) throw new InvalidDataException($"A plan costs less than 1,00 € on {day:O}.");
            if (onSale.Zip(onSale.Skip(1)).Any(pair => pair.First >= pair.Second)) throw new InvalidDataException($"A higher plan is not dearer on {day:O}.");
        }
        return catalog;
    }
}

static class Validity
{
    public static T ValidOn<T>(this ImmutableArray<T> rows, DateOnly day, Func<T, DateOnly> from) =>
        rows.Where(row => from(row) <= day).MaxBy(from) ?? throw new InvalidOperationException($"The catalogue has no {typeof(T).Name} for {day:O}.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Catalog))]
sealed partial class CatalogJson : JsonSerializerContext;
