using System.Diagnostics;
using Billing.Access;
using Billing.Accounts;
using Billing.Catalogs;
using Billing.Invoices;
using Billing.Values;

namespace Billing.AddOns;

/// <summary>Books an add-on from today. The days left in the period go pro rata onto the collective invoice.</summary>
public static class BookAddOn
{
    public sealed record AddOnBooked(AddOnBooking Booking, InvoiceLine Line);

    public static Decision<AddOnBooked> Decide(Account account, Terms terms, string? addOnId, int quantity, DateOnly today)
    {
        if (terms.Catalog.FindAddOn(addOnId, today) is not { } addOn) return Refusals.AddOnUnknown;
        if (quantity is < 1 or > Terms.MostPieces) return Refusal.Invalid("quantity", $"1 bis {Terms.MostPieces:#,##0}".Replace(',', '.'));
        if (account.HasEnded) return Refusals.SubscriptionEnded;
        if (account.Access.State == AccessState.Suspended) return Refusals.AccessSuspended;
        if (account.Bookings.Count(running => running.IsRunning) >= Terms.MostBookings || account.Draft?.Lines.Length >= 2 * Terms.MostBookings)
            return Refusals.TooManyBookings;

        Debug.Assert(account.Period.Contains(today), "the account has not been advanced: never prorate over a past period");
        var rest = account.Period.From(today);
        var booking = new AddOnBooking(
            BookingId.Of(account.NextBooking), addOn.Id, quantity, addOn.MonthlyNet(today), today, rest.LastDay,
            BerlinCalendar.LastWithdrawalDay(today, terms.HolidaysOf), account.Draft?.Id ?? InvoiceId.Of(account.NextInvoice));
        return new AddOnBooked(booking, Line(addOn, account.Language, booking, booking.MonthlyNet, rest, account.Period.Days));
    }

    public static AccountChange Apply(Account account, AddOnBooked booked, DateOnly today)
    {
        var booking = booked.Booking;
        var collecting = CollectiveInvoice.Collect(account, today, [booked.Line]);
        return new AccountChange(collecting with { Bookings = collecting.Bookings.Add(booking), NextBooking = collecting.NextBooking + 1 })
            .Notify("add_on.booked", booking);
    }

    /// <summary>The order as it is shown and confirmed.</summary>
    public static Order Order(Account account, Terms terms, AddOnBooked booked, DateOnly today)
    {
        var after = Apply(account, booked, today).Account;
        var totals = NewDocument.Totals(account, terms, [booked.Line]);
        var (net, vat) = (totals.Sum(tax => tax.Net), totals.Sum(tax => tax.Vat));
        var preview = new OrderPreview(
            OrderKind.AddOn, null, booked.Booking.AddOn, booked.Booking.Quantity, today, [booked.Line], net, vat, net + vat,
            OrderBilling.CollectiveInvoice, account.PaymentMethod is not null, null,
            new LocalizedText(
                $"Sie können diese Zusatzoption bis zum {booked.Booking.WithdrawableThrough:dd.MM.yyyy} widerrufen.",
                $"You can withdraw this add-on until {booked.Booking.WithdrawableThrough:d MMM yyyy}.").In(account.Language),
            CloseCycle.NextRenewal(after, terms), null, booked.Booking.WithdrawableThrough);
        return new Order(preview, preview.BindingTerms(), preview.EffectiveOn, NeedsNumber: false, (at, by, _) => new(
            Apply(account, booked, today).Journaled(at, by, "add_on.booked", $"{booked.Line.Description} gebucht, anteilig {net} netto."),
            new Reply(201, ReplyKind.Booking, booked.Booking.Id.ToString())));
    }

    /// <summary>A full period of a running booking, at the price of the period's first day.</summary>
    public static InvoiceLine Line(Account account, Terms terms, AddOnBooking booking, BillingPeriod period)
    {
        var addOn = terms.Catalog.AddOn(booking.AddOn);
        return Line(addOn, account.Language, booking, addOn.MonthlyNet(period.Start), period, period.Days);
    }

    static InvoiceLine Line(AddOn addOn, Language language, AddOnBooking booking, Money price, BillingPeriod service, int periodDays) =>
        InvoiceLine.Of(LineKind.AddOn, addOn.Label(booking.Quantity, language), booking.Quantity, price, service, periodDays, booking.Id);
}
