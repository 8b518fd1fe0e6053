using Billing.Invoices;

namespace Billing.Documents;

/// <summary>A document as PDF/A-3b: a German business letter, with the e-invoice attached.</summary>
public static class InvoiceDocument
{
    /// <summary>
    /// The same document and letterhead give the same bytes, and what happens to the document after its issue changes none of them. Drafts, voided
    /// ones too, have a watermark and neither number nor attachment. Characters that the fonts lack are replaced visibly.
    /// </summary>
    public static byte[] Render(Invoice invoice, Letterhead letterhead)
    {
        var words = DocumentWords.In(invoice.Language);
        using var page = new InvoicePage(invoice, letterhead, words);
        var about = new FileDescription(
            DocumentText.Clean($"{words.Title(invoice)} {invoice.Number ?? words.Draft}"), DocumentText.Clean(invoice.Seller.Name), words.Code, invoice.Date);
        return PdfA3.Finish(page.Draw(), about, invoice.Number is null ? null : ElectronicInvoice.Write(invoice));
    }
}
