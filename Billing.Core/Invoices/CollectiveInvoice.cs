using System.Collections.Immutable;
using Billing.Accounts;
using Billing.Values;

namespace Billing.Invoices;

/// <summary>The draft that collects prorated lines until the cycle closes. There is one while it has lines.</summary>
/// <param name="Id">Also its place in the history; it keeps the id when it is issued.</param>
public sealed record CollectiveInvoice(InvoiceId Id, DateOnly OpenedOn, ImmutableArray<InvoiceLine> Lines)
{
    /// <summary>As the history shows it: ENTWURF, no number, the amounts as the account would be taxed today.</summary>
    public Invoice AsDraft(Account account, Terms terms) => NewDocument.Draft(account, terms, Id, OpenedOn, Lines);

    /// <summary>The draft as it stays in the history after its last line was withdrawn, or because it ended below what is collected: ENTWURF, STORNIERT, with its last amount.</summary>
    public Invoice AsVoid(Account account, Terms terms) => AsDraft(account, terms) with { Status = InvoiceStatus.Void };

    /// <summary>The account with a draft that holds these lines as well; it is opened today if there was none.</summary>
    public static Account Collect(Account account, DateOnly today, ImmutableArray<InvoiceLine> lines)
    {
        if (account.Draft is { } draft) return account with { Draft = draft with { Lines = draft.Lines.AddRange(lines) } };
        return account with
        {
            Draft = new(InvoiceId.Of(account.NextInvoice), today, lines),
            NextInvoice = account.NextInvoice + 1,
        };
    }
}
