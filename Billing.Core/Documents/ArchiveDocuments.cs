using Billing.Accounts;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Values;
using Microsoft.Extensions.Logging;

namespace Billing.Documents;

/// <summary>Makes the PDF of a document. The same document gives the same bytes, as long as software and letterhead stay as they are.</summary>
public delegate byte[] RenderDocument(Invoice document);

static class RenderedFile
{
    /// <summary>An issued document as a file; null, and logged, where it cannot be rendered.</summary>
    public static DocumentFile? TryFile(this RenderDocument render, AccountId account, Invoice issued, ILogger log)
    {
        try
        {
            return new(account, issued.Number!, issued.Kind, issued.Date, render(issued.AsIssued));
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            // What is owed does not depend on how it looks.
            log.LogError(bug, "Account {Account}: {Document} cannot be rendered", account, issued.Number);
            return null;
        }
    }
}

/// <summary>
/// Issued documents on their way into the archive: rendered before the commit that issues them, so that their hash is committed with them;
/// archived after it. A document that cannot be rendered is issued all the same, and a person is told.
/// </summary>
public sealed class ArchiveDocuments(IDocumentArchive archive, IDocumentIndex index, IFindings findings, RenderDocument render, ILogger<ArchiveDocuments> log)
{
    /// <summary>The change with the hashes of the documents that it issues.</summary>
    /// <returns>Also which documents are to be archived, and their files, as far as they could be rendered.</returns>
    public (AccountChange Change, IReadOnlyList<InvoiceId> Issued, IReadOnlyList<DocumentFile> Files) Render(AccountChange change, DateTimeOffset at)
    {
        var issued = change.Invoices.Where(invoice => invoice is { Number: not null, Sha256: null }).ToList();
        var files = new List<DocumentFile>();
        foreach (var invoice in issued)
        {
            if (render.TryFile(change.Account.Id, invoice, log) is not { } file) continue;
            files.Add(file);
            change = Archived(change, invoice, file.Sha256, at);
        }
        return (change, [.. issued.Select(invoice => invoice.Id)], files);
    }

    /// <summary>The document with the hash of what is archived, and a line of the journal that says so.</summary>
    public static AccountChange Archived(AccountChange change, Invoice invoice, string sha256, DateTimeOffset at) =>
        (change with { Invoices = [.. change.Invoices.Where(other => other.Id != invoice.Id), invoice with { Sha256 = sha256 }] }).JournaledBefore(
            at, Actor.System, "document.archived", $"{invoice.Number} {(invoice.Sha256 is null ? "" : "neu erzeugt und ")}archiviert, SHA-256 {sha256}.");

    /// <summary>To be called before the commit.</summary>
    public async Task IndexAsync(AccountChange change, IReadOnlyList<InvoiceId> issued, CancellationToken cancellation)
    {
        foreach (var invoice in change.Invoices.Where(invoice => issued.Contains(invoice.Id)))
            await index.AddAsync(new(invoice.Date, invoice.Number!, change.Account.Id, invoice.Id), cancellation);
    }

    /// <summary>Archives a file.</summary>
    /// <returns>The hash of what is archived: an earlier attempt may have been there before.</returns>
    public async Task<string> KeepAsync(DocumentFile file, CancellationToken cancellation) =>
        await archive.AddAsync(file, cancellation) ? file.Sha256
        : DocumentFile.HashOf(await archive.FindAsync(file.Name, cancellation) ?? throw new InvalidOperationException($"{file.Name} is there, and is not."));

    /// <summary>Archives an issued document that may or may not be archived already.</summary>
    /// <returns>The hash of what is archived; null if it cannot be rendered, which a person is told once.</returns>
    public async Task<string?> KeepAsync(AccountId account, Invoice issued, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await archive.FindAsync(DocumentFile.NameOf(account, issued), cancellation) is { } there) return DocumentFile.HashOf(there);
        if (render.TryFile(account, issued, log) is { } file) return await KeepAsync(file, cancellation);
        await findings.AddAsync(
            new($"{account}-{issued.Id}-unrendered", account, now, "document_not_rendered", $"{issued.Number} lässt sich nicht als PDF erzeugen und ist nicht archiviert."),
            cancellation);
        return null;
    }
}
