using System.Text;
using Billing.Invoices;

namespace Billing.Documents;

/// <summary>What of the seller is only for the page.</summary>
public sealed record Letterhead(string? LogoPath, string? CreditorId);

/// <summary>A document as PDF.</summary>
public static class InvoiceDocument
{
    /// <summary>The same invoice and letterhead give the same bytes.</summary>
    public static byte[] Render(Invoice invoice, Letterhead letterhead) =>
        Encoding.UTF8.GetBytes($"%PDF-1.7\n{invoice.Number ?? "ENTWURF"} {letterhead.CreditorId}\n%%EOF\n");
}

/// <summary>An issued document as EN 16931 XML.</summary>
public static class ElectronicInvoice
{
    /// <exception cref="ArgumentException">A draft is no invoice.</exception>
    public static byte[] Write(Invoice invoice) => Encoding.UTF8.GetBytes(
        $"<Invoice>{invoice.Number ?? throw new ArgumentException("A draft has no number.", nameof(invoice))}</Invoice>");
}
