using System.Collections.Immutable;
using Billing.Accounts;
using Billing.Values;

namespace Billing.Invoices;

/// <summary>Makes documents out of lines: parties copied as they are now, VAT once per rate.</summary>
public static class NewDocument
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
        invoice = invoice with { Means = PaymentMeans.Of(account.PaymentMethod, invoice.Gross, today) };
        var issued = account.WithReceivable(invoice) with { NextInvoice = account.NextInvoice + 1 };
        // Collected as soon as there is a method: at once, or when one is added.
        if (issued.FindReceivable(invoice.Id) is { } open) issued = issued.WithReceivable(open with { CollectOn = today });
        return (issued, invoice);
    }

    public static Invoice Draft(Account account, Terms terms, InvoiceId id, DateOnly openedOn, ImmutableArray<InvoiceLine> lines) =>
        Compose(account, terms, DocumentKind.Collective, lines, openedOn) with { Id = id, Sequence = id.Sequence };

    /// <summary>What the lines come to for this account, as it would be taxed today.</summary>
    public static ImmutableArray<TaxTotal> Totals(Account account, Terms terms, IEnumerable<InvoiceLine> lines)
    {
        var treatment = Tax.TreatmentOf(account.Company);
        return Tax.Totals(Tax.Rate(lines, treatment, terms.Catalog), treatment);
    }

    static Invoice Compose(Account account, Terms terms, DocumentKind kind, ImmutableArray<InvoiceLine> lines, DateOnly date)
    {
        var treatment = Tax.TreatmentOf(account.Company);
        var rated = Tax.Rate(lines, treatment, terms.Catalog);
        return new()
        {
            Id = default,
            Sequence = 0,
            Kind = kind,
            Date = date,
            Lines = rated,
            Treatment = treatment,
            Taxes = Tax.Totals(rated, treatment),
            Language = account.Language,
            Seller = terms.Seller,
            Buyer = account.Company,
            Account = account.Id,
            Status = InvoiceStatus.Draft,
        };
    }
}
