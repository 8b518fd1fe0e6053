using System.Text.Json;
using System.Text.Json.Serialization;

namespace Billing.Values;

/// <summary>An amount in integer euro cents. The only place that rounds: half away from zero, to the cent.</summary>
/// <param name="Cents">May be negative. Arithmetic that leaves <see cref="long"/> throws <see cref="OverflowException"/>.</param>
[JsonConverter(typeof(MoneyJsonConverter))]
public readonly record struct Money(long Cents)
{
    public static readonly Money Zero;

    /// <summary>The exact price of <paramref name="days"/> days (0 to <paramref name="periodDays"/>) of a period, rounded once.</summary>
    public Money Prorate(int days, int periodDays)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(periodDays, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(days);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(days, periodDays);
        return new(Round(Cents * days, periodDays));
    }

    /// <summary>The given percentage of the amount (19 = 19 %), rounded.</summary>
    public Money Percent(int percent) => new(Round(Cents * percent, 100));

    public static Money operator +(Money left, Money right) => new(left.Cents + right.Cents);
    public static Money operator -(Money left, Money right) => new(left.Cents - right.Cents);
    public static Money operator -(Money value) => new(-value.Cents);
    public static Money operator *(Money value, int factor) => new(value.Cents * factor);
    public static bool operator <(Money left, Money right) => left.Cents < right.Cents;
    public static bool operator >(Money left, Money right) => left.Cents > right.Cents;
    public static bool operator <=(Money left, Money right) => left.Cents <= right.Cents;
    public static bool operator >=(Money left, Money right) => left.Cents >= right.Cents;

    public static Money Min(Money left, Money right) => left < right ? left : right;
    public static Money Max(Money left, Money right) => left > right ? left : right;

    /// <summary>As a German document writes it: <c>1.234,56 €</c>.</summary>
    public override string ToString()
    {
        var cents = Math.Abs(Cents);
        var euros = (cents / 100).ToString("#,##0", System.Globalization.CultureInfo.InvariantCulture).Replace(',', '.');
        return $"{(Cents < 0 ? "−" : "")}{euros},{cents % 100:00} €";
    }

    /// <summary>As an English text writes it: <c>€1,234.56</c>.</summary>
    public string ToEnglish()
    {
        var cents = Math.Abs(Cents);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(Cents < 0 ? "−" : "")}€{cents / 100:#,##0}.{cents % 100:00}");
    }

    static long Round(long numerator, long denominator)
    {
        var magnitude = (2 * Math.Abs(numerator) + denominator) / (2 * denominator);
        return numerator < 0 ? -magnitude : magnitude;
    }
}

public static class MoneySums
{
    public static Money Sum<T>(this IEnumerable<T> items, Func<T, Money> amount) =>
        items.Aggregate(Money.Zero, (sum, item) => sum + amount(item));
}

/// <summary>Cents as a JSON number.</summary>
public sealed class MoneyJsonConverter : JsonConverter<Money>
{
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());
    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Cents);
}
