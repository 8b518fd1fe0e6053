using Billing.Accounts;
using Billing.Values;

namespace Billing.AddOns;

/// <summary>Takes the cancellation of a booking back, as long as its last day has not passed.</summary>
public static class KeepAddOn
{
    public static Decision<Pending> Decide(Account account, AddOnBooking booking, DateTimeOffset at, Actor by)
    {
        if (!booking.IsRunning) return Refusals.AlreadyEnded;
        if (booking.Status != BookingStatus.Cancelled) return Refusals.NotCancelled;
        return Pending.Of(
            new AccountChange(account.WithBooking(booking with { Status = BookingStatus.Active, EndsOn = null }))
                .Notify("add_on.continued", booking)
                .Journaled(at, by, "add_on.continued", "Kündigung zurückgenommen."),
            new Reply(200, ReplyKind.Booking, booking.Id.ToString()));
    }
}
