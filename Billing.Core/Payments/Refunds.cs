using System.Globalization;
using Billing.Accounts;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Payments;

/// <summary>Gives back what was paid beyond what is owed: after a credit note, and where a payment arrived for less or nothing.</summary>
public static class Refunds
{
    /// <summary>
    /// Plans refunds for what the customer is owed on the invoice and is not on its way yet, from the payments that are left. What came by bank
    /// transfer cannot be returned from here, nor what is owed beyond all that was paid: the operator is told.
    /// </summary>
    /// <param name="creditNote">The document that is paid out; null where a surplus goes back.</param>
    /// <param name="most">What this document or payment gives cause for: what an earlier one is still owed is another matter.</param>
    public static AccountChange Plan(AccountChange change, Invoice invoice, InvoiceId? creditNote, Money most, DateTimeOffset at)
    {
        var account = change.Account;
        var owed = Money.Min(most, -invoice.Balance - account.Refunds.Where(refund => refund.Invoice == invoice.Id && refund.Refund is null).Sum(refund => refund.Amount));
        foreach (var payment in invoice.Payments.Reverse().Where(payment => payment.Intent is not null))
        {
            var underWay = account.Refunds.Where(refund => refund.Intent == payment.Intent && refund.Refund is null).Sum(refund => refund.Amount);
            var amount = Money.Min(owed, payment.Amount - payment.Refunded - payment.Returned - underWay);
            if (amount <= Money.Zero) continue;
            owed -= amount;
            account = account with
            {
                Refunds = account.Refunds.Add(new(Id(account), invoice.Id, creditNote, payment.Intent!, amount, at, at + Collections.FirstLook)),
                NextAttempt = account.NextAttempt + 1,
            };
            change = change.With(account).Journaled(at, Actor.System, "refund.planned", $"Erstattung von {amount} zu {invoice.Number}.");
            account = change.Account;
            if (creditNote is null)
                change = change.Report(new("surplus_refunded", $"Überzahlung von {amount} zu {invoice.Number} wird erstattet."));
        }
        return owed > Money.Zero
            ? change.Report(new("refund_by_hand", $"{owed} zu {invoice.Number} kamen nicht über Stripe und müssen von Hand erstattet werden."))
            : change;
    }

    /// <summary>What the provider says of a refund that is under way. The ledger has it from the payment, see <see cref="Payment.Refunded"/>.</summary>
    /// <param name="note">The credit note that it pays out, if any.</param>
    public static AccountChange Observe(AccountChange change, RefundAttempt attempt, Invoice invoice, Invoice? note, RefundSnapshot refund, DateTimeOffset at)
    {
        if (refund.Status == RefundStatus.Pending)
        {
            var pending = attempt with { Refund = refund.Id, TryAt = at + Collections.LookAgain };
            return change.With(change.Account with { Refunds = change.Account.Refunds.Replace(attempt, pending) });
        }

        change = change.With(change.Account with { Refunds = change.Account.Refunds.Remove(attempt) });
        if (refund.Status == RefundStatus.Failed)
        {
            if (note is not null) change = change.With(note with { RefundHasFailed = true });
            return change.With(invoice with { RefundHasFailed = true })
                .Report(new("refund_failed", $"Die Erstattung von {attempt.Amount} zu {invoice.Number} ist gescheitert."))
                .Journaled(at, Actor.System, "refund.failed", $"Erstattung von {attempt.Amount} zu {invoice.Number} gescheitert.");
        }
        if (note is not null) change = change.With(note.WithPaidOut(attempt.Amount));
        return change
            .Notify(new("refund.succeeded") { InvoiceId = invoice.Id.ToString(), Number = (note ?? invoice).Number, GrossCents = attempt.Amount.Cents })
            .Journaled(at, Actor.System, "refund.succeeded", $"{attempt.Amount} zu {invoice.Number} erstattet.", attempt.Amount);
    }

    /// <summary>A refund that had succeeded came back: the money is owed again, and a person has to see to it.</summary>
    public static AccountChange FailedLate(AccountChange change, Invoice invoice, Invoice? note, RefundSnapshot refund, DateTimeOffset at)
    {
        if (note is not null)
            change = change.With(note with { RefundHasFailed = true, PaidOut = Money.Max(note.PaidOut - refund.Amount, Money.Zero), Status = InvoiceStatus.Open });
        return change.With(invoice with { RefundHasFailed = true })
            .Report(new("refund_failed", $"Die Erstattung von {refund.Amount} zu {invoice.Number} ist zurückgekommen.", refund.Id))
            .Journaled(at, Actor.System, "refund.failed", $"Erstattung von {refund.Amount} zu {invoice.Number} zurückgekommen.");
    }

    static string Id(Account account) => string.Create(CultureInfo.InvariantCulture, $"{account.Id}-refund-{account.NextAttempt}");
}
