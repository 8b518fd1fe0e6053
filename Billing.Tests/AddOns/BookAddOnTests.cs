using Billing.Access;
using Billing.Accounts;
using Billing.AddOns;

namespace Billing.Tests;

public class BookAddOnTests
{
    static readonly DateOnly Today = A.Day("2026-05-20");

    static string Refused(Account account, string? addOn, int quantity) => BookAddOn.Decide(account, A.Terms, addOn, quantity, Today).Refusal();

    [Fact]
    public void Refusals_come_in_the_order_unknown_quantity_ended_suspended_too_many()
    {
        var story = An.Account();
        for (var count = 0; count < Terms.MostBookings; count++) story.Booked("users");
        var full = story.State;
        var suspended = full with { Access = new(AccessState.Suspended, AccessReason.Overdue) };
        var ended = suspended with { HasEnded = true };

        Assert.Equal("add_on_unknown", Refused(ended, "gold", 0));
        Assert.Equal("add_on_unknown", Refused(ended, null, 0));
        Assert.Equal("validation_failed", Refused(ended, "users", 0));
        Assert.Equal("validation_failed", Refused(ended, "users", 10_001));
        Assert.Equal("subscription_ended", Refused(ended, "users", 1));
        Assert.Equal("access_suspended", Refused(suspended, "users", 1));
        Assert.Equal("too_many_bookings", Refused(full, "users", 1));
    }

    [Fact]
    public void A_booking_that_ends_makes_room_for_another()
    {
        var account = An.Account(openedOn: "2026-05-20");
        var first = account.Booked("users");
        for (var count = 1; count < Terms.MostBookings; count++) account.Booked("users");
        Assert.Equal("too_many_bookings", Refused(account.State, "users", 1));

        account.Ended(first);

        account.Booked("users");
        Assert.Equal("too_many_bookings", Refused(account.State, "users", 1));
    }

    [Fact]
    public void The_draft_holds_no_more_lines_than_a_close_can_bill()
    {
        var account = An.Account(openedOn: "2026-05-20");
        for (var count = 0; count < Terms.MostBookings; count++) account.Booked("users");
        account.Reached("2026-06-10");
        foreach (var booking in account.State.Bookings) account.Ended(booking);
        account.Reached("2026-06-20");
        for (var count = 0; count < Terms.MostBookings; count++) account.Booked("users");

        Assert.Equal(Terms.MostBookings, account.State.Draft!.Lines.Length);
        Assert.Equal(1 + 2 * Terms.MostBookings, account.Reached("2026-07-20").Single().Lines.Length);
    }

    [Fact]
    public void Ten_thousand_pieces_are_one_line()
    {
        var account = An.Account(openedOn: "2026-05-06");

        account.Booked("users", 10_000);

        Assert.Equal("59000,00", account.Draft!.Lines.Amounts());
    }

    [Fact]
    public void The_first_booking_opens_the_draft_and_the_next_ones_join_it()
    {
        var account = An.Account();

        var first = account.Booked("users", 1, on: "2026-05-20");
        var draft = account.Draft!;
        var second = account.Booked("storage", 1, on: "2026-05-28");

        Assert.Equal((draft.Id, draft.Id), (first.BilledOn, second.BilledOn));
        Assert.Equal((draft.Id, A.Day("2026-05-20")), (account.Draft!.Id, account.Draft.Date));
        Assert.Equal("3,24 1,71", account.Draft.Lines.Amounts());
        Assert.Contains(account.Told, told => told is { Type: "add_on.booked", AddOn: "storage", Quantity: 1 });
    }

    [Fact]
    public void The_preview_shows_the_line_and_the_next_close_with_it()
    {
        var account = An.Account("business");
        account.Reached("2026-05-20");
        var booked = BookAddOn.Decide(account.State, A.Terms, "users", 1, account.Today).Value();

        var preview = (OrderPreview)BookAddOn.Order(account.State, A.Terms, booked, account.Today).Preview;

        Assert.Equal(("3,24/0,62/3,86", OrderBilling.CollectiveInvoice), (preview.Figure(), preview.Billing));
        Assert.Equal((A.Day("2026-06-06"), A.Euro(89.04m)), (preview.NextRenewal!.On, preview.NextRenewal.Net));
        Assert.Equal(A.Day("2026-06-03"), preview.WithdrawableThrough);
    }

    [Fact]
    public void Booking_while_the_subscription_is_cancelled_bills_only_the_rest_of_the_period()
    {
        var account = An.Account("business");
        account.CancelledSubscription(on: "2026-05-20");

        account.Booked("users");

        Assert.Equal("3,24", account.Reached("2026-06-06").Single().Lines.Amounts());
        Assert.Equal(BookingStatus.Ended, account.Bookings.Single().Status);
    }
}
