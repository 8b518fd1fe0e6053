using Billing.Accounts;
using Billing.Invoices;
using Billing.Plans;
using Billing.Values;

namespace Billing.Payments;

/// <summary>What the provider's staff do to an invoice by hand; each is journaled with its reason.</summary>
public static class OperatorCorrections
{
    /// <summary>Takes back all that is left of an invoice (Storno). What was paid of it is owed to the customer.</summary>
    public static Decision<Pending> Void(Account account, Terms terms, Invoice invoice, string reason, DateOnly today, DateTimeOffset at, Actor by)
    {
        if (!IsIssued(invoice) || CreditNote.DecideFull(invoice) is not { } correction) return Refusals.InvoiceNotPayable;
        return new Pending(NeedsNumber: true, number => new(
            CreditNote.Apply(ChangePlan.TakeBack(account, correction.Lines), terms, correction, today, at, number).Journaled(
                at, by, "invoice.voided", $"{invoice.Number} storniert, {correction.Gross} gutgeschrieben. Grund: {reason}"),
            ReplyOf(invoice)));
    }

    /// <summary>Records a bank transfer of 1 cent up to what is due. More is not taken: the surplus would be lost here.</summary>
    public static Decision<Pending> RecordTransfer(
        Account account, Invoice invoice, Money gross, DateOnly receivedOn, string reference, string reason, DateTimeOffset at, Actor by)
    {
        if (!IsIssued(invoice) || invoice.AmountDue == Money.Zero) return Refusals.InvoiceNotPayable;
        if (gross <= Money.Zero || gross > invoice.AmountDue) return Refusal.Invalid("grossCents", $"1 bis {invoice.AmountDue.Cents}");

        var paid = (invoice with { Payments = invoice.Payments.Add(new(null, gross)), Collecting = PaymentState.None }).Settled();
        var change = new AccountChange(account.WithReceivable(paid)).With(paid).Journaled(
            at, by, "payment.recorded", $"Überweisung über {gross} vom {receivedOn:dd.MM.yyyy} zu {invoice.Number} ({reference}). Grund: {reason}", gross);
        return Pending.Of(paid.Status == InvoiceStatus.Paid ? change.NotifyPaid(paid) : change, ReplyOf(invoice));
    }

    /// <summary>Records that a credit note was paid out by bank transfer: what came by transfer, or could not be refunded, goes back that way.</summary>
    /// <param name="original">The invoice that the note corrects.</param>
    public static Decision<Pending> RecordPayout(
        Account account, Invoice note, Invoice original, Money gross, DateOnly paidOn, string reference, string reason, DateTimeOffset at, Actor by)
    {
        if (note.Owed == Money.Zero) return Refusals.InvoiceNotPayable;
        if (account.Refunds.Any(refund => refund.CreditNote == note.Id)) return Refusals.PaymentInProgress;
        if (gross <= Money.Zero || gross > note.Owed) return Refusal.Invalid("grossCents", $"1 bis {note.Owed.Cents}");

        // What somebody has refunded at the provider by hand stands with its payment already.
        var owed = Money.Min(gross, Money.Max(-original.Balance, Money.Zero));
        return Pending.Of(
            new AccountChange(account).With(original with { Payments = original.Payments.Add(new(null, Money.Zero, Refunded: owed)) }).With(note.WithPaidOut(gross))
                .Notify(new("refund.succeeded") { InvoiceId = original.Id.ToString(), Number = note.Number, GrossCents = gross.Cents })
                .Journaled(at, by, "refund.recorded", $"{gross} zu {note.Number} am {paidOn:dd.MM.yyyy} überwiesen ({reference}). Grund: {reason}", gross),
            ReplyOf(note));
    }

    /// <summary>Gives up what is still due; not while a payment is under way, which would have to be given back.</summary>
    public static Decision<Pending> WriteOff(Account account, Invoice invoice, string reason, DateTimeOffset at, Actor by)
    {
        if (!IsIssued(invoice) || invoice.AmountDue == Money.Zero) return Refusals.InvoiceNotPayable;
        if (account.FindReceivable(invoice.Id) is { Slot: not null }) return Refusals.PaymentInProgress;

        var closed = (invoice with { WrittenOff = invoice.WrittenOff + invoice.AmountDue }).Settled();
        return Pending.Of(
            new AccountChange(account.WithReceivable(closed)).With(closed)
                .Journaled(at, by, "invoice.written_off", $"{invoice.AmountDue} von {invoice.Number} ausgebucht. Grund: {reason}"),
            ReplyOf(invoice));
    }

    static bool IsIssued(Invoice invoice) => invoice.Number is not null && invoice.Kind != DocumentKind.CreditNote;

    static Reply ReplyOf(Invoice invoice) => new(200, ReplyKind.Invoice, invoice.Id.ToString());
}
