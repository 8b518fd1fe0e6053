using Billing.Invoices;
using Billing.Values;

namespace Billing.Exports;

/// <summary>A document at one VAT rate, as bookkeeping sees it: what a credit note takes back is negative.</summary>
/// <param name="From">First day of the service that is taxed at this rate.</param>
/// <param name="To">Last day of it, included.</param>
public sealed record InvoiceRow(IssuedDocument Document, TaxTreatment Treatment, int RatePercent, DateOnly From, DateOnly To, Money Net, Money Vat)
{
    public Money Gross => Net + Vat;

    /// <summary>One row per rate of the document.</summary>
    public static IEnumerable<InvoiceRow> Of(IssuedDocument document)
    {
        var invoice = document.Invoice;
        var sign = invoice.Kind == DocumentKind.CreditNote ? -1 : 1;
        foreach (var tax in invoice.Taxes)
        {
            var lines = invoice.Lines.Where(line => line.VatPercent == tax.RatePercent).ToList();
            yield return new(document, tax.Category, tax.RatePercent, lines.Min(line => line.From), lines.Max(line => line.To), tax.Net * sign, tax.Vat * sign);
        }
    }
}
