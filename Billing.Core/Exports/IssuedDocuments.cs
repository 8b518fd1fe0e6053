using System.Runtime.CompilerServices;
using Billing.Accounts;
using Billing.Documents;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Exports;

/// <summary>An issued document and whose it is.</summary>
public sealed record IssuedDocument(AccountId Account, Invoice Invoice);

/// <summary>Issued documents of all accounts, by date and number. Only a few of them are in memory at a time.</summary>
public sealed class IssuedDocuments(IDocumentIndex index, IAccountStore store)
{
    /// <summary>How many documents are read ahead of the one that is being written.</summary>
    public const int Ahead = 16;

    /// <summary>See <see cref="IDocumentIndex.FirstDayAsync"/>.</summary>
    public Task<DateOnly?> FirstDayAsync(CancellationToken cancellation) => index.FirstDayAsync(cancellation);

    public async IAsyncEnumerable<IssuedDocument> ListAsync(ExportRange range, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var found = index.ListAsync(range.From, range.To, cancellation).InOrderAsync(Ahead, entry => FindAsync(entry, cancellation), cancellation);
        await foreach (var document in found) if (document is not null) yield return document;
    }

    /// <summary>Null for an entry whose commit never happened.</summary>
    async Task<IssuedDocument?> FindAsync(IndexedDocument entry, CancellationToken cancellation) =>
        await store.FindInvoiceAsync(entry.Account, entry.Invoice, cancellation) is { } invoice && invoice.Number == entry.Number && invoice.Date == entry.Date
            ? new(entry.Account, invoice) : null;
}
