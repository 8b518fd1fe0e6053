using System.Collections.Immutable;
using Billing.Accounts;
using Billing.Payments;
using Billing.Values;

namespace Billing.Invoices;

/// <summary>
/// Takes lines of an issued invoice back. Its VAT is that of what remained before less that of what remains after, so that several notes
/// never exceed the original. It first lowers what is still due, then what was written off; only the rest was paid and is owed back.
/// </summary>
public static class CreditNote
{
    /// <param name="Credited">Positions of the original's lines.</param>
    /// <param name="Taxes">Positive, at the original's treatment and rates.</param>
    public sealed record Correction(Invoice Original, ImmutableArray<int> Credited, ImmutableArray<TaxTotal> Taxes)
    {
        public IEnumerable<InvoiceLine> Lines => Credited.Select(place => Original.Lines[place]);

        public Money Gross => Taxes.Sum(tax => tax.Net + tax.Vat);

        /// <summary>The part that lowers what is still due, or was written off; only the rest was paid and goes back.</summary>
        public Money SetOff => Money.Min(Gross, Original.AmountDue + Original.WrittenOff);

        /// <summary>Nothing of the original is left.</summary>
        public bool IsFull => Original.CreditedLines.Length + Credited.Length == Original.Lines.Length;
    }

    /// <summary>The correction that takes these lines back; null where none of them is left to credit, or they come to nothing.</summary>
    public static Correction? Decide(Invoice original, IEnumerable<int> lines)
    {
        ImmutableArray<int> credited = [.. lines.Except(original.CreditedLines).Order()];
        var before = Remaining(original, original.CreditedLines);
        var after = Remaining(original, original.CreditedLines.AddRange(credited));
        ImmutableArray<TaxTotal> taxes =
        [
            .. before.Select(rate =>
            {
                var left = after.FirstOrDefault(other => other.RatePercent == rate.RatePercent);
                return rate with { Net = rate.Net - (left?.Net ?? Money.Zero), Vat = rate.Vat - (left?.Vat ?? Money.Zero) };
            }).Where(rate => rate.Net != Money.Zero || rate.Vat != Money.Zero),
        ];
        var correction = new Correction(original, credited, taxes);
        return correction.Gross > Money.Zero ? correction : null;
    }

    /// <summary>Everything that is left of the original (Stornorechnung).</summary>
    public static Correction? DecideFull(Invoice original) => Decide(original, Enumerable.Range(0, original.Lines.Length));

    public static AccountChange Apply(Account account, Terms terms, Correction correction, DateOnly today, DateTimeOffset at, long number)
    {
        var original = correction.Original;
        var note = original with
        {
            Id = InvoiceId.Of(account.NextInvoice),
            Sequence = account.NextInvoice,
            Number = DocumentNumber.Format(DocumentKind.CreditNote, number),
            Kind = DocumentKind.CreditNote,
            Date = today,
            DueOn = null,
            Lines = [.. correction.Lines],
            Taxes = correction.Taxes,
            Seller = terms.Seller,
            Corrects = original.Id,
            CorrectsNumber = original.Number,
            Sha256 = null,
            CorrectsDate = original.Date,
            IsFullCorrection = correction.IsFull,
            Means = null,
            Status = correction.SetOff == correction.Gross ? InvoiceStatus.Paid : InvoiceStatus.Open,
            CreditedLines = [],
            Credited = Money.Zero,
            Payments = [],
            Collecting = PaymentState.None,
            ReopenedUntil = null,
            WrittenOff = Money.Zero,
            SetOff = correction.SetOff,
        };
        var corrected = (original with
        {
            CreditedLines = original.CreditedLines.AddRange(correction.Credited),
            Credited = original.Credited + correction.Gross,
        }).Settled();
        var noted = account.WithReceivable(corrected) with { NextInvoice = account.NextInvoice + 1 };
        return Refunds.Plan(new AccountChange(noted), corrected, note.Id, note.Gross - note.SetOff, at).With(corrected).Issued(note);
    }

    static ImmutableArray<TaxTotal> Remaining(Invoice original, ImmutableArray<int> credited) =>
        Tax.Totals(original.Lines.Where((_, place) => !credited.Contains(place)), original.Treatment);
}
