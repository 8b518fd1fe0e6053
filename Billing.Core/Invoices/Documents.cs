using System.Collections.Immutable;
using Billing.Accounts;
using Billing.Values;

namespace Billing.Invoices;

/// <summary>Makes documents out of lines: parties copied as they are now, VAT once per rate.</summary>
public static class Documents
{
    /// <summary>A numbered invoice of today, due <see cref="Terms.DaysToPay"/> days later.</summary>
    /// <param name="id">A draft's id where the draft becomes this invoice; otherwise the invoice's own place in the history.</param>
    public static (Account Account, Invoice Invoice) Issue(
        Account account, Terms terms, DocumentKind kind, ImmutableArray<InvoiceLine> lines, DateOnly today, long number, InvoiceId? id = null)
    {
        var invoice = Compose(account, terms, kind, lines, today) with
        {
            Id = id ?? InvoiceId.Of(account.NextInvoice),
            Sequence = account.NextInvoice,
            Number = DocumentNumber.Format(kind, number),
            DueOn = today.AddDays(Terms.DaysToPay),
            Status = InvoiceStatus.Open,
        };
        return (account.WithReceivable(invoice) with { NextInvoice = account.NextInvoice + 1 }, invoice);
    }

    public static Invoice Draft(Account account, Terms terms, InvoiceId id, DateOnly openedOn, ImmutableArray<InvoiceLine> lines) =>
        Compose(account, terms, DocumentKind.Collective, lines, openedOn) with { Id = id, Sequence = id.Sequence };

    /// <summary>The gross amount that the lines come to for this account.</summary>
    public static ImmutableArray<TaxTotal> Totals(Account account, Terms terms, IEnumerable<InvoiceLine> lines) =>
        Tax.Totals(lines, Tax.TreatmentOf(account.Company), terms.Catalog);

    static Invoice Compose(Account account, Terms terms, DocumentKind kind, ImmutableArray<InvoiceLine> lines, DateOnly date) => new()
    {
        Id = default,
        Sequence = 0,
        Kind = kind,
        Date = date,
        Lines = lines,
        Treatment = Tax.TreatmentOf(account.Company),
        Taxes = Totals(account, terms, lines),
        Language = account.Language,
        Seller = terms.Seller,
        Buyer = account.Company,
        Status = InvoiceStatus.Draft,
    };
}
