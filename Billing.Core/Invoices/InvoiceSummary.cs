using Billing.Values;

namespace Billing.Invoices;

/// <summary>A row of „Rechnungsverlauf“: what the history shows without reading the lines.</summary>
/// <param name="DueOn">The last day to pay, as it stands: later than on the document where a payment was taken back.</param>
/// <param name="IsFullCorrection">Of a credit note: a Stornorechnung. False on rows that were written before it was kept.</param>
public sealed record InvoiceSummary(
    InvoiceId Id, int Sequence, string? Number, DocumentKind Kind, DateOnly Date, DateOnly? DueOn, InvoiceStatus Status, PaymentState Payment,
    Money Net, Money Vat, Money Gross, Money AmountDue, InvoiceId? Corrects, bool IsFullCorrection)
{
    public static InvoiceSummary Of(Invoice invoice) => new(
        invoice.Id, invoice.Sequence, invoice.Number, invoice.Kind, invoice.Date, invoice.PayableUntil, invoice.Status, invoice.Payment,
        invoice.Net, invoice.Vat, invoice.Gross, invoice.AmountDue, invoice.Corrects, invoice.IsFullCorrection);
}
