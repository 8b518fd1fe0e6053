using System.Globalization;
using System.Text;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Exports;

/// <summary>Issued documents as a table for people: UTF-8 with byte order mark, semicolons, German days and decimals, as German Excel reads it.</summary>
public static class InvoiceCsv
{
    const string Head =
        "Belegnummer;Belegart;Belegdatum;Fällig am;Leistung von;Leistung bis;Kundennummer;Kunde;Land;USt-IdNr.;Korrektur zu;Steuerfall;Steuersatz;Netto;USt;Brutto;Währung;SHA-256";

    public static async Task WriteAsync(IAsyncEnumerable<IssuedDocument> documents, Stream to, CancellationToken cancellation)
    {
        var text = new StreamWriter(to, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        await text.WriteLineAsync(Head.AsMemory(), cancellation);
        await foreach (var document in documents.WithCancellation(cancellation))
            foreach (var row in InvoiceRow.Of(document)) await text.WriteLineAsync(Line(row).AsMemory(), cancellation);
        await text.FlushAsync(cancellation);
    }

    static string Line(InvoiceRow row)
    {
        var invoice = row.Document.Invoice;
        return string.Join(';',
            Text(invoice.Number), Kind(invoice), Day(invoice.Date), Day(invoice.DueOn), Day(row.From), Day(row.To), Text(row.Document.Account.Value),
            Text(invoice.Buyer.CompanyName), Text(invoice.Buyer.Address.Country), Text(invoice.Buyer.VatId), Text(invoice.CorrectsNumber), row.Treatment,
            row.RatePercent, Amount(row.Net), Amount(row.Vat), Amount(row.Gross), "EUR", invoice.Sha256);
    }

    public static string Kind(Invoice invoice) => invoice.Kind switch
    {
        DocumentKind.Collective => "Sammelrechnung",
        DocumentKind.CreditNote => invoice.IsFullCorrection ? "Stornorechnung" : "Rechnungskorrektur",
        _ => "Rechnung",
    };

    public static string Day(DateOnly? day) => day?.ToString("dd.MM.yyyy", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A number, also when negative: <c>-1234,56</c>.</summary>
    public static string Amount(Money amount) => (amount.Cents / 100m).ToString("0.00", CultureInfo.InvariantCulture).Replace('.', ',');

    /// <summary>Text that a spreadsheet takes for nothing else: what would be a formula there begins with an apostrophe.</summary>
    public static string Text(string? value)
    {
        if (string.IsNullOrEmpty(value)) return "";
        if (value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠') value = "'" + value;
        return value.AsSpan().ContainsAny(";\"\r\n") ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
    }
}
