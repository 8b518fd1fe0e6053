using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Billing.Accounts;
using Billing.Catalogs;
using Billing.Values;

namespace Billing.Invoices;

/// <summary>How a whole document is taxed; the names are the VAT category codes of EN 16931.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaxTreatment>))]
public enum TaxTreatment
{
    /// <summary>Germany: the standard rate.</summary>
    S,
    /// <summary>EU elsewhere with a VAT ID: reverse charge, 0 % (§ 13b UStG, Art. 196 VAT Directive).</summary>
    AE,
    /// <summary>Outside the EU: not taxable in Germany, 0 % (§ 3a (2) UStG).</summary>
    O,
}

/// <summary>The VAT of one rate on a document: once on the net total, never per line.</summary>
/// <param name="RatePercent">0 where the treatment is not <see cref="TaxTreatment.S"/>.</param>
public sealed record TaxTotal(TaxTreatment Category, int RatePercent, Money Net, Money Vat);

/// <summary>Which VAT a customer pays, and how it is worked out.</summary>
public static class Tax
{
    static readonly ImmutableHashSet<string> EuCountries =
    [
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL",
        "PT", "RO", "SE", "SI", "SK",
    ];

    /// <summary>The treatment of a customer as they are now; null where a VAT ID that fits is required.</summary>
    public static TaxTreatment? TreatmentOf(string country, string? vatId) => country switch
    {
        "DE" => TaxTreatment.S,
        _ when !EuCountries.Contains(country) => TaxTreatment.O,
        _ when vatId is not null && vatId.StartsWith(VatIdPrefix(country), StringComparison.Ordinal) => TaxTreatment.AE,
        _ => null,
    };

    /// <summary>Greece writes EL, everyone else their country code.</summary>
    static string VatIdPrefix(string country) => country == "GR" ? "EL" : country;

    public static TaxTreatment TreatmentOf(Company buyer) =>
        TreatmentOf(buyer.Address.Country, buyer.VatId)
        ?? throw new InvalidOperationException("A customer from the EU without a VAT ID was let in.");

    /// <summary>The lines with their rates: the one in force at the end of a line's service period counts (§ 27 (1) UStG).</summary>
    public static ImmutableArray<InvoiceLine> Rate(IEnumerable<InvoiceLine> lines, TaxTreatment treatment, Catalog catalog) =>
        [.. lines.Select(line => line with { VatPercent = treatment == TaxTreatment.S ? catalog.VatPercent(line.To) : 0 })];

    /// <summary>One total per rate of lines that have theirs, highest first.</summary>
    public static ImmutableArray<TaxTotal> Totals(IEnumerable<InvoiceLine> lines, TaxTreatment treatment) =>
    [
        .. lines
            .GroupBy(line => line.VatPercent)
            .OrderByDescending(rate => rate.Key)
            .Select(rate => (Percent: rate.Key, Net: rate.Sum(line => line.Net)))
            .Select(rate => new TaxTotal(treatment, rate.Percent, rate.Net, rate.Net.Percent(rate.Percent))),
    ];

    /// <summary>The sentence that a document of this treatment must carry, or null.</summary>
    public static LocalizedText? Note(TaxTreatment treatment) => treatment switch
    {
        TaxTreatment.AE => new("Steuerschuldnerschaft des Leistungsempfängers", "Reverse charge: the recipient is liable for VAT"),
        TaxTreatment.O => new("Nicht im Inland steuerbar (§ 3a Abs. 2 UStG)", "Not taxable in Germany (section 3a (2) UStG)"),
        _ => null,
    };
}
