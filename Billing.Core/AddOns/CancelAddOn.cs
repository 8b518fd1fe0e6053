using System.Collections.Immutable;
using Billing.Accounts;
using Billing.Invoices;
using Billing.Values;

namespace Billing.AddOns;

/// <summary>
/// Ends a booking. Inside the withdrawal days it is undone as if never booked: before the close its lines leave the draft, after it a
/// credit note takes back all of its lines. Later it is cancelled: it runs out at the end of the paid period and is not billed again.
/// </summary>
public static class CancelAddOn
{
    /// <param name="receivedOn">The Berlin day on which it was asked for: a close that came in between does not end the withdrawal days.</param>
    /// <param name="billed">The document that carries the booking's lines; null while they stand on the open draft.</param>
    public static Decision<Order> Decide(Account account, Terms terms, AddOnBooking booking, Invoice? billed, DateOnly today, DateOnly receivedOn)
    {
        if (booking.CanBeWithdrawn(receivedOn)) return Withdraw(account, terms, booking, billed, today, receivedOn);
        return booking.Status switch
        {
            BookingStatus.Cancelled => Refusals.AlreadyCancelled,
            BookingStatus.Ended or BookingStatus.Withdrawn => Refusals.AlreadyEnded,
            _ => Cancel(account, booking, today),
        };
    }

    static Order Cancel(Account account, AddOnBooking booking, DateOnly today)
    {
        var endsOn = account.Period.LastDay;
        var preview = new EndPreview(
            "cancellation", booking.Id.ToString(), today, endsOn, Money.Zero, Money.Zero,
            new LocalizedText(
                $"Die Option bleibt bis zum {endsOn:dd.MM.yyyy} aktiv und läuft danach automatisch aus.",
                $"The add-on stays active until {endsOn:d MMM yyyy} and then ends automatically.").In(account.Language));
        return new Order(preview, preview.BindingTerms(), today, NeedsNumber: false, (at, by, _) => new(
            new AccountChange(account.WithBooking(booking with { Status = BookingStatus.Cancelled, EndsOn = endsOn }))
                .Notify("add_on.cancelled", booking, endsOn)
                .Journaled(at, by, "add_on.cancelled", $"Kündigung zum {endsOn:dd.MM.yyyy}."),
            new Reply(200, ReplyKind.Booking, booking.Id.ToString())));
    }

    static Order Withdraw(Account account, Terms terms, AddOnBooking booking, Invoice? billed, DateOnly today, DateOnly receivedOn)
    {
        // A last collective invoice that was too small to be collected was voided as a draft: nothing of it was billed.
        var credit = billed?.Number is null ? null : CreditNote.Decide(billed, LinesOf(billed, booking));
        var refund = credit?.Gross ?? Money.Zero;
        var notice = WithdrawalNotice(refund, credit?.SetOff ?? Money.Zero, isOpen: billed?.Status == InvoiceStatus.Open);
        var carried = credit is null ? account.Draft?.Lines ?? [] : billed!.Lines;
        var preview = new EndPreview(
            "withdrawal", booking.Id.ToString(), today, today, refund, carried.Where(line => line.Booking == booking.Id).Sum(line => line.Net), notice.In(account.Language));
        // It takes back all there is, whatever that comes to when it is worked on: a close in between changes nothing but figures.
        return new Order(preview, $"withdrawal {booking.Id} {receivedOn:O}", today, NeedsNumber: credit is not null, (at, by, number) =>
        {
            var undone = booking with { Status = BookingStatus.Withdrawn, EndsOn = today };
            var change = credit is not null
                ? CreditNote.Apply(account, terms, credit, today, at, number)
                : LeaveDraft(account, terms, booking);
            return new(
                change.With(undone).Notify("add_on.withdrawn", booking)
                    .Journaled(at, by, "add_on.withdrawn", notice.De),
                new Reply(200, ReplyKind.Booking, booking.Id.ToString()));
        });
    }

    static LocalizedText WithdrawalNotice(Money credited, Money setOff, bool isOpen)
    {
        if (credited == Money.Zero)
        {
            return new(
                "Widerruf: Die Option wird sofort storniert und von Ihrer ausstehenden Rechnung gelöscht.",
                "Withdrawal: the add-on is undone at once and deleted from your pending invoice.");
        }
        var refund = credited - setOff;
        List<string> de = [], en = [];
        if (setOff > Money.Zero)
        {
            de.Add($"{setOff} werden {(isOpen ? "von Ihrer offenen Rechnung abgezogen" : "mit dem ausgebuchten Betrag verrechnet")}");
            en.Add($"{setOff.ToEnglish()} will be {(isOpen ? "taken off your open invoice" : "set off against the amount that was written off")}");
        }
        if (refund > Money.Zero)
        {
            de.Add($"{refund} werden Ihnen erstattet");
            en.Add($"{refund.ToEnglish()} will be refunded to you");
        }
        return new(
            $"Widerruf: Die Option wird sofort storniert. {string.Join(", ", de)}.",
            $"Withdrawal: the add-on is undone at once. {string.Join(", ", en)}.");
    }

    /// <summary>The last line gone voids the draft, which stays in the history with its last amount.</summary>
    static AccountChange LeaveDraft(Account account, Terms terms, AddOnBooking booking)
    {
        if (account.Draft is not { } draft || draft.Lines.All(line => line.Booking != booking.Id)) return new(account);
        var left = draft.Lines.RemoveAll(line => line.Booking == booking.Id);
        return left.IsEmpty
            ? new AccountChange(account with { Draft = null }).With(draft.AsVoid(account, terms))
            : new(account with { Draft = draft with { Lines = left } });
    }

    static ImmutableArray<int> LinesOf(Invoice invoice, AddOnBooking booking) =>
        [.. Enumerable.Range(0, invoice.Lines.Length).Where(place => invoice.Lines[place].Booking == booking.Id)];
}
