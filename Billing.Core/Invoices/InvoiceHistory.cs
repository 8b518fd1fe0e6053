using System.Collections.Immutable;
using Billing.Accounts;
using Billing.Values;

namespace Billing.Invoices;

/// <summary>„Rechnungsverlauf“: issued and voided documents as rows, the open draft from the state, in one order.</summary>
public static class InvoiceHistory
{
    /// <param name="before">Only what is older than this place; null from the newest.</param>
    public static async Task<HistoryPage<InvoiceSummary>> ListAsync(
        IAccountStore store, Account account, Terms terms, int? before, int limit, CancellationToken cancellation)
    {
        var page = await store.ListInvoicesAsync(account.Id, before, limit, cancellation);
        if (account.Draft is not { } draft || draft.Id.Sequence >= before) return page;

        ImmutableArray<InvoiceSummary> merged =
            [.. page.Rows.Append(InvoiceSummary.Of(draft.AsDraft(account, terms))).OrderByDescending(summary => summary.Sequence)];
        if (merged.Length <= limit) return page with { Rows = merged };
        return new(merged[..limit], merged[limit - 1].Sequence);
    }

    /// <summary>An issued document of the account; null if it has none of that id, or only a draft.</summary>
    public static async Task<Invoice?> FindIssuedAsync(IAccountStore store, Account account, InvoiceId id, CancellationToken cancellation) =>
        await store.FindInvoiceAsync(account.Id, id, cancellation) is { Number: not null } issued ? issued : null;

    /// <summary>A document of the account, the open draft included; null if it has none of that id.</summary>
    public static async Task<Invoice?> FindAsync(IAccountStore store, Account account, Terms terms, InvoiceId id, CancellationToken cancellation) =>
        account.Draft is { } draft && draft.Id == id ? draft.AsDraft(account, terms) : await store.FindInvoiceAsync(account.Id, id, cancellation);

    /// <summary>The same by what a caller sent; null also if that is no id.</summary>
    public static async Task<Invoice?> FindAsync(IAccountStore store, Account account, Terms terms, string id, CancellationToken cancellation) =>
        InvoiceId.TryParse(id, out var invoice) ? await FindAsync(store, account, terms, invoice, cancellation) : null;
}
