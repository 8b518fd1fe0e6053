using System.Collections.Immutable;
using System.Globalization;
using Billing.Accounts;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Values;

namespace Billing.Payments;

/// <summary>
/// When and how an invoice is collected. With a method on file: at issue, or when a method is added; after a decline again on days 3, 5 and
/// 7. At most one payment of an invoice is under way.
/// </summary>
public static class CollectInvoice
{
    static readonly int[] RetryAfter = [3, 5, 7];

    /// <summary>The account with an attempt in the slot of every receivable whose day has come.</summary>
    public static Account Plan(Account account, DateOnly today, DateTimeOffset at)
    {
        if (account.PaymentMethod is not { } method) return account;
        foreach (var open in account.Receivables.Where(open => IsDue(account, open, today)))
        {
            account = (account with { NextAttempt = account.NextAttempt + 1 }).WithReceivable(open with
            {
                Slot = new(Id(account), open.AmountDue, at, at + Collections.FirstLook, method.Id) { Customer = account.Customer },
                FirstTriedOn = open.FirstTriedOn ?? today,
                CollectOn = null,
            });
        }
        return account;
    }

    /// <summary>Whether anything waits for <see cref="Plan"/>.</summary>
    public static bool IsDue(Account account, DateOnly today) => account.Receivables.Any(open => IsDue(account, open, today));

    /// <summary>The next day on which a retry is planned.</summary>
    public static DateOnly? NextDay(Account account, DateOnly today) =>
        account.PaymentMethod is null ? null : account.Receivables.Where(open => open.Slot is null && open.CollectOn > today).Min(open => open.CollectOn);

    /// <summary>When the provider is to be asked next of what is under way.</summary>
    public static DateTimeOffset? NextLook(Account account) =>
        account.Receivables.Where(open => open.Slot is not null).Select(open => (DateTimeOffset?)open.Slot!.TryAt)
            .Concat(account.Refunds.Select(refund => (DateTimeOffset?)refund.TryAt)).Min();

    /// <summary>Whether a charge of what is due is on its way, be it only to the provider: then nobody else can pay it, whatever the last attempt came to.</summary>
    public static bool IsCharging(Account account, InvoiceId invoice) =>
        account.FindReceivable(invoice) is { Slot: { IsSession: false } or { IsProcessing: true } } open && open.AmountDue > Money.Zero;

    /// <summary>A hosted session takes the slot for what is due now.</summary>
    public static Decision<PaymentAttempt> DecideSession(Account account, Invoice invoice, DateTimeOffset at)
    {
        if (invoice.AmountDue < Terms.LeastCollected || account.FindReceivable(invoice.Id) is not { } open) return Refusals.InvoiceNotPayable;
        if (open.Slot is not null) return Refusals.PaymentInProgress;
        return new PaymentAttempt(Id(account), open.AmountDue, at, at + Collections.FirstLook, Method: null) { Customer = account.Customer };
    }

    public static Account Take(Account account, InvoiceId invoice, PaymentAttempt attempt) =>
        (account with { NextAttempt = account.NextAttempt + 1 }).WithReceivable(account.FindReceivable(invoice)! with { Slot = attempt });

    /// <summary>What the provider says of a payment and its refunds, whenever and however often it is heard.</summary>
    /// <param name="notes">The credit notes that refunds of this payment pay out.</param>
    /// <param name="sessionIsOver">Of a payment on a hosted page: the customer cannot try another card there any more.</param>
    public static AccountChange Observe(
        Account account, Invoice invoice, IntentSnapshot intent, ImmutableArray<Invoice> notes, bool sessionIsOver, DateOnly today, DateTimeOffset at)
    {
        var open = account.FindReceivable(invoice.Id);
        var slot = open?.Slot is { } taken && taken.Id == intent.Attempt ? taken : null;
        var before = invoice.Payments.FirstOrDefault(payment => payment.Intent == intent.Id);
        var returned = intent.Returned - (before?.Returned ?? Money.Zero);

        if (intent.Status == IntentStatus.Processing)
        {
            // Known, and not yet the time to ask again.
            if (slot is null || (slot.IsProcessing && slot.TryAt > at && invoice.Collecting == PaymentState.Processing)) return new(account);
            var waiting = slot with
            {
                Intent = intent.Id, ProcessingSince = slot.ProcessingSince ?? today, TryAt = at + Collections.LookAgain,
            };
            return new AccountChange(account.WithReceivable(open! with { Slot = waiting })).With(invoice with { Collecting = PaymentState.Processing });
        }

        if (intent.Status == IntentStatus.Succeeded)
        {
            var payment = new Payment(intent.Id, intent.Received, intent.Refunded, intent.Returned)
            {
                FailedRefunds = [.. intent.Refunds.Where(refund => refund.Status == RefundStatus.Failed).Select(refund => refund.Id)],
            };
            // Most of what a provider tells of a payment is known: then nothing is written.
            if (before is not null && payment.IsSameAs(before) && slot is null && intent.OpenDispute is null && !account.Refunds.Any(refund => refund.Intent == intent.Id)) return new(account);
            var paid = (invoice with
            {
                Payments = before is null ? invoice.Payments.Add(payment) : invoice.Payments.Replace(before, payment),
                Collecting = returned > Money.Zero ? (intent.IsDebit ? PaymentState.Returned : PaymentState.Disputed) : before is null ? PaymentState.None : invoice.Collecting,
                ReopenedUntil = returned > Money.Zero ? today.AddDays(Terms.DaysToPay) : invoice.ReopenedUntil,
            }).Settled();
            // Somebody gave money back at the provider by hand: what is owed again is not overdue at once.
            var isOwedAgain = paid.Status == InvoiceStatus.Open && invoice.Status == InvoiceStatus.Paid && returned == Money.Zero;
            if (isOwedAgain) paid = paid with { ReopenedUntil = today.AddDays(Terms.DaysToPay) };
            if (slot is not null) account = account.WithReceivable(open! with { Slot = null });
            account = account.WithReceivable(paid);
            if (returned > Money.Zero && account.FindReceivable(invoice.Id) is { } reopened)
                account = account.WithReceivable(reopened with { DueOn = paid.ReopenedUntil!.Value, DunningLevel = 0, CollectOn = null });

            // Only money that comes in can be too much: a credit note plans its own refund.
            var change = new AccountChange(account).With(paid);
            if (before is null) change = Refunds.Plan(change, paid, null, intent.Received, at);
            if (isOwedAgain) change = change.Report(new("refund_unknown", $"Zu {invoice.Number} wurde ohne Korrektur erstattet; offen sind wieder {paid.AmountDue}.", intent.Id));
            if (intent.OpenDispute is { } dispute)
                change = change.Report(new("dispute_opened", $"Die Zahlung zu {invoice.Number} ist bei der Bank reklamiert; Stripe erwartet Belege, sonst ist sie verloren.", dispute));
            foreach (var refund in intent.Refunds)
            {
                var attempt = change.Account.Refunds.FirstOrDefault(attempt => attempt.Id == refund.Attempt);
                var note = change.Invoices.Concat(notes).FirstOrDefault(note => note.Id == (attempt?.CreditNote ?? refund.CreditNote));
                if (attempt is not null) change = Refunds.Observe(change, attempt, paid, note, refund, at);
                else if (refund.Status == RefundStatus.Failed && before?.FailedRefunds.Contains(refund.Id) == false) change = Refunds.FailedLate(change, paid, note, refund, at);
            }
            if (before is null)
                change = change.Journaled(at, Actor.System, "payment.succeeded", $"{intent.Received} zu {invoice.Number} eingegangen.", intent.Received);
            if (invoice.Status == InvoiceStatus.Open && paid.Status == InvoiceStatus.Paid)
                change = change.NotifyPaid(paid);
            if (returned > Money.Zero)
            {
                change = change.Journaled(at, Actor.System, "payment.returned", $"{returned} zu {invoice.Number} zurückgebucht, zahlbar bis {paid.ReopenedUntil:dd.MM.yyyy}.", returned)
                    .Notify(Failed("invoice.payment_failed", paid, intent.IsDebit ? "returned" : "disputed"));
            }
            return change;
        }

        if (slot is null) return new(account);
        var shift = slot.ProcessingSince is { } since ? Math.Max(0, today.DayNumber - Math.Max(since.DayNumber, open!.DueOn.DayNumber)) : 0;
        var ended = open! with { Slot = null, DueOn = open.DueOn.AddDays(shift) };
        // The session is still open: the customer may try another card.
        if (slot.IsSession && intent.Status == IntentStatus.Failed && !sessionIsOver) return new(account);
        // Nothing is due any more, or nobody has paid on the page: then nobody need hear of it. A charge is cancelled by us only once it has failed, or by hand.
        if (invoice.AmountDue == Money.Zero || (slot.IsSession && intent.Status == IntentStatus.Canceled && (intent.FailureCode is null || !sessionIsOver)))
            return new AccountChange(account.WithReceivable(ended).WithReceivable(invoice)).With(invoice with { Collecting = PaymentState.None });

        var mustAct = intent.FailureCode == "authentication_required";
        // A method that was changed meanwhile is charged as if nothing had been tried.
        var isOfFormer = !slot.IsSession && slot.Method != account.PaymentMethod?.Id;
        var failures = isOfFormer ? open.Failures : open.Failures + 1;
        var reason = intent.FailureCode ?? "canceled";
        var failed = invoice with { Collecting = mustAct ? PaymentState.ActionRequired : PaymentState.Failed };
        ended = ended with
        {
            Failures = failures,
            // Only cards are tried again by themselves: a debit that failed costs the customer's bank fees. Less than it was for is another matter.
            CollectOn = isOfFormer ? open.CollectOn
                : slot.ProcessingSince is not null && invoice.AmountDue < slot.Amount ? today
                : mustAct || slot.IsSession || slot.ProcessingSince is not null || failures > RetryAfter.Length ? null
                : Later((open.FirstTriedOn ?? today).AddDays(RetryAfter[failures - 1]), today),
        };
        return new AccountChange(account.WithReceivable(ended).WithReceivable(failed)).With(failed)
            .Notify(Failed(mustAct ? "invoice.payment_action_required" : "invoice.payment_failed", failed, reason))
            .Journaled(at, Actor.System, mustAct ? "payment.action_required" : "payment.failed",
                mustAct ? $"Zahlung von {slot.Amount} zu {invoice.Number} braucht eine Freigabe." : $"Zahlung von {slot.Amount} zu {invoice.Number} abgelehnt ({reason}).");
    }

    /// <summary>A payment whose currency, amount or customer is another than was asked for: no rule explains it, so a person looks at it.</summary>
    public static AccountChange Doubt(Account account, Invoice invoice, IntentSnapshot intent, DateTimeOffset at)
    {
        if (account.FindReceivable(invoice.Id) is { Slot: { } slot } open && slot.Id == intent.Attempt)
            account = account.WithReceivable(open with { Slot = slot with { TryAt = at + Collections.LookAgain } });
        return new AccountChange(account).Report(new("payment_mismatch",
            $"Zahlung {intent.Id} zu {invoice.Number} passt nicht (Betrag {intent.Amount}, Währung {intent.Currency}, Kunde {intent.Customer}).", intent.Id));
    }

    /// <summary>Nothing came of the attempt, and nothing can any more: it never reached the provider, or its session ended.</summary>
    /// <param name="again">Whether to try again at once.</param>
    public static AccountChange Abandon(Account account, Invoice invoice, PaymentAttempt attempt, DateOnly today, bool again)
    {
        if (account.FindReceivable(invoice.Id) is not { } open || open.Slot?.Id != attempt.Id) return new(account);
        return new(account.WithReceivable(open with { Slot = null, CollectOn = again ? today : open.CollectOn }).WithReceivable(invoice));
    }

    static DateOnly Later(DateOnly day, DateOnly today) => day > today ? day : today.AddDays(1);

    static Notification Failed(string type, Invoice invoice, string? reason) => new(type)
    {
        InvoiceId = invoice.Id.ToString(), Number = invoice.Number, AmountDueCents = invoice.AmountDue.Cents, Reason = reason,
    };

    static bool IsDue(Account account, Receivable open, DateOnly today) =>
        account.PaymentMethod is not null && open.Slot is null && open.CollectOn <= today && open.AmountDue >= Terms.LeastCollected;

    static string Id(Account account) => string.Create(CultureInfo.InvariantCulture, $"{account.Id}-payment-{account.NextAttempt}");
}
