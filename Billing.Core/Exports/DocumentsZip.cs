using System.Globalization;
using System.IO.Compression;
using System.Text;
using Billing.Documents;
using Billing.Values;

namespace Billing.Exports;

/// <summary>
/// The archived files of a range as a ZIP: <c>{year}-{month}/{number}.pdf</c>, behind them <c>index.csv</c> and <c>SHA256SUMS</c> (as sha256sum
/// writes and checks it). A document that has no file, or a damaged one, is in the index, with a note instead.
/// </summary>
public sealed class DocumentsZip(IssuedDocuments issued, OpenDocument documents)
{
    const string Head = "Belegnummer;Belegart;Belegdatum;Kundennummer;Kunde;Brutto;Datei;SHA-256;Hinweis";

    /// <summary>Writes asynchronously only, file by file. What fails leaves a ZIP without an end, which nothing opens.</summary>
    /// <param name="now">For what is archived on the way, and for findings.</param>
    public async Task WriteAsync(ExportRange range, DateTimeOffset now, Stream to, CancellationToken cancellation)
    {
        var written = new Written();
        // Where something fails the ZIP's end is written as well, but sent to nobody.
        using (var zip = new ZipArchive(written, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
        {
            var index = new StringBuilder("\uFEFF" + Head + "\r\n");
            var sums = new StringBuilder();
            var opened = issued.ListAsync(range, cancellation).InOrderAsync(
                IssuedDocuments.Ahead, async document => (Document: document, Pdf: await documents.PdfAsync(document.Account, document.Invoice, now, cancellation)), cancellation);
            await foreach (var (document, pdf) in opened)
            {
                var invoice = document.Invoice;
                var name = string.Create(CultureInfo.InvariantCulture, $"{invoice.Date:yyyy-MM}/{invoice.Number}.pdf");
                var (file, hash, note) = (name, invoice.Sha256, "");
                if (pdf.IsRefused(out _, out var bytes))
                {
                    (file, note) = ("", "Die archivierte Datei fehlt oder ist verändert; sie wird nicht ausgegeben.");
                }
                else
                {
                    hash = DocumentFile.HashOf(bytes);
                    sums.Append(CultureInfo.InvariantCulture, $"{hash}  {name}\n");
                    Add(zip, name, bytes, invoice.Date.ToDateTime(TimeOnly.MinValue));
                    await written.SendAsync(to, cancellation);
                }
                index.AppendJoin(';',
                    InvoiceCsv.Text(invoice.Number), InvoiceCsv.Kind(invoice), InvoiceCsv.Day(invoice.Date), InvoiceCsv.Text(document.Account.Value),
                    InvoiceCsv.Text(invoice.Buyer.CompanyName), InvoiceCsv.Amount(InvoiceRow.Of(document).Sum(row => row.Gross)), file, hash, note).Append("\r\n");
            }
            Add(zip, "index.csv", Encoding.UTF8.GetBytes(index.ToString()), BerlinCalendar.TimeOf(now));
            Add(zip, "SHA256SUMS", Encoding.UTF8.GetBytes(sums.ToString()), BerlinCalendar.TimeOf(now));
        }
        await written.SendAsync(to, cancellation);
    }

    /// <param name="at">As a ZIP has it: local time.</param>
    static void Add(ZipArchive zip, string name, byte[] bytes, DateTime at)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = new DateTimeOffset(at, TimeSpan.Zero);
        using var content = entry.Open();
        content.Write(bytes);
    }

    /// <summary>
    /// What the ZIP has written and is yet to be sent. A response takes nothing synchronously, and the asynchronous methods of
    /// <see cref="ZipArchive"/> still end an entry with a synchronous write.
    /// </summary>
    sealed class Written : MemoryStream
    {
        /// <summary>So that sizes follow an entry, instead of being put before it.</summary>
        public override bool CanSeek => false;

        public async Task SendAsync(Stream to, CancellationToken cancellation)
        {
            await to.WriteAsync(GetBuffer().AsMemory(0, (int)Length), cancellation);
            SetLength(0);
        }
    }
}
