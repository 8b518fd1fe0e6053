using Billing.Accounts;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Values;
using Microsoft.Extensions.Logging;

namespace Billing.Documents;

/// <summary>
/// A document as a file: a draft's PDF as it would look now, an issued one's as it was archived. It is read whole before a byte of it is given
/// out, since only then its hash is known.
/// </summary>
public sealed class OpenDocument(
    IAccountStore store, IDocumentArchive archive, Accounts.Accounts accounts, IFindings findings, RenderDocument render, ILogger<OpenDocument> log)
{
    /// <summary>
    /// The file, or <c>document_damaged</c>: what is archived is not what was issued; or <c>internal_error</c>: nothing is, since it cannot be rendered. The
    /// operator is told of either once.
    /// </summary>
    public async Task<Decision<byte[]>> PdfAsync(AccountId account, Invoice document, DateTimeOffset now, CancellationToken cancellation)
    {
        if (document.Number is null) return render(document);
        var name = DocumentFile.NameOf(account, document);
        if (await archive.FindAsync(name, cancellation) is { } pdf && DocumentFile.HashOf(pdf) == document.Sha256) return pdf;

        // Not archived yet, or archived by someone who has yet to commit the hash.
        if (document.Sha256 is null || await IsPromisedAsync(account, document.Id, cancellation)) await accounts.ArchiveAsync(account, document.Id, now, cancellation);
        var current = (await store.FindInvoiceAsync(account, document.Id, cancellation))!;
        if (current.Sha256 is null) return Refusals.DocumentNotRendered;
        var archived = await archive.FindAsync(name, cancellation);
        if (archived is not null && DocumentFile.HashOf(archived) == current.Sha256) return archived;
        return archived is null && await RestoredAsync(account, current, cancellation) is { } restored ? restored : await DamagedAsync(account, current, archived, now, cancellation);
    }

    /// <summary>The e-invoice that the file holds, not what would be written by now; refused as the file is, and <c>document_not_issued</c> for a draft.</summary>
    public async Task<Decision<byte[]>> XmlAsync(AccountId account, Invoice document, DateTimeOffset now, CancellationToken cancellation) =>
        document.Number is null ? Refusals.DocumentNotIssued : (await PdfAsync(account, document, now, cancellation)).Then<byte[]>(pdf => PdfA3.AttachmentOf(pdf));

    async Task<bool> IsPromisedAsync(AccountId account, InvoiceId document, CancellationToken cancellation) =>
        (await store.ListOutboxAsync(account, cancellation)).Any(entry => entry.Documents.Contains(document));

    /// <summary>A file that got lost and comes out the same to the bit is archived again.</summary>
    async Task<byte[]?> RestoredAsync(AccountId account, Invoice issued, CancellationToken cancellation)
    {
        if (render.TryFile(account, issued, log) is not { } again || again.Sha256 != issued.Sha256) return null;
        await archive.AddAsync(again, cancellation);
        log.LogWarning("Account {Account}: {Document} was gone from the archive and has been archived again", account, issued.Number);
        return again.Pdf;
    }

    async Task<Decision<byte[]>> DamagedAsync(AccountId account, Invoice issued, byte[]? archived, DateTimeOffset now, CancellationToken cancellation)
    {
        var what = archived is null ? "fehlt im Archiv" : $"ist im Archiv verändert (SHA-256 {DocumentFile.HashOf(archived)})";
        log.LogError("Account {Account}: the archived file of {Document} is {What}", account, issued.Number, archived is null ? "missing" : "not what was archived");
        await findings.AddAsync(
            new($"{account}-{issued.Id}-damaged", account, now, "document_damaged", $"{issued.Number} {what}; archiviert wurde SHA-256 {issued.Sha256}."), cancellation);
        return Refusals.DocumentDamaged;
    }
}
