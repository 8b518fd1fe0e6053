using Billing.Accounts;
using Billing.Invoices;

namespace Billing.Tests;

public class CloseCycleTests
{
    [Fact]
    public void Missed_periods_are_caught_up_oldest_first_dated_today()
    {
        var account = An.Account("smart", openedOn: "2026-05-06");
        account.Booked("users", 1, on: "2026-05-06");

        var caughtUp = account.WasLeftAloneUntil("2026-08-10");

        Assert.Equal(
            [
                ["19,90 (06.06.–05.07.)", "5,90 (06.06.–05.07.)", "5,90 (06.05.–05.06.)"],
                ["19,90 (06.07.–05.08.)", "5,90 (06.07.–05.08.)"],
                ["19,90 (06.08.–05.09.)", "5,90 (06.08.–05.09.)"],
            ],
            caughtUp.Select(invoice => invoice.Lines.AmountsWithDays()));
        Assert.All(caughtUp, invoice => Assert.Equal((A.Day("2026-08-10"), A.Day("2026-08-24")), (invoice.Date, invoice.DueOn)));
        Assert.Equal(3, caughtUp.Select(invoice => invoice.Number).Distinct().Count());
    }

    [Fact]
    public void A_period_is_closed_at_Berlin_midnight_and_not_before()
    {
        var account = An.Account("smart", openedOn: "2026-05-06").State;

        Assert.Null(AdvanceAccount.Next(account, A.Terms, A.Instant("2026-06-05T21:59:59.9999999Z")));
        Assert.IsType<CloseCycle.CycleClosed>(AdvanceAccount.Next(account, A.Terms, A.Instant("2026-06-05T22:00:00Z")));
        Assert.Equal(A.Instant("2026-06-05T22:00:00Z"), AdvanceAccount.DueAt(account, A.Terms, A.Day("2026-06-05")));
    }

    [Fact]
    public void A_request_received_before_midnight_counts_for_the_period_that_was_closed_under_it()
    {
        var account = An.Account("smart", openedOn: "2026-05-06");
        account.Reached("2026-06-06");

        Assert.Equal(A.Day("2026-06-06"), account.State.DayOf(A.Instant("2026-06-05T21:59:59Z")));
        Assert.Equal(A.Day("2026-06-07"), account.State.DayOf(A.Instant("2026-06-06T22:00:00Z")));
    }

    [Fact]
    public void What_is_upcoming_is_what_the_close_issues()
    {
        var account = An.Account("business");
        account.Booked("users", 1, on: "2026-05-20");
        var upcoming = CloseCycle.Upcoming(account.State, A.Terms)!;

        var issued = account.Reached("2026-06-06").Single();

        Assert.Equal(issued.Lines, upcoming.Lines);
        Assert.Equal((issued.Id, issued.Date, issued.Kind, issued.Figure()), (upcoming.Id, upcoming.Date, upcoming.Kind, upcoming.Figure()));
        Assert.Null(upcoming.Number);
    }

    [Fact]
    public void The_close_goes_on_while_suspended()
    {
        var account = An.Account();
        account.Reached("2026-07-11");
        Assert.Equal(Billing.Access.AccessState.Suspended, account.Access.State);

        Assert.Single(account.Reached("2026-08-06"));
    }

    [Fact]
    public void At_most_40_ended_bookings_leave_the_state_with_a_commit()
    {
        var account = An.Account(openedOn: "2026-05-06");
        for (var count = 0; count < 100; count++) account.Booked("users");
        foreach (var booking in account.State.Bookings) account.Ended(booking, on: "2026-05-21");

        account.Reached("2026-06-06");
        Assert.Equal(60, account.State.Bookings.Length);

        account.Booked("users");
        Assert.Equal(21, account.State.Bookings.Length);
        Assert.Equal(101, account.Bookings.Count);
    }
}

public class DocumentNumberTests
{
    [Theory]
    [InlineData(0, 1_778_018_402)]
    [InlineData(1_778_018_401, 1_778_018_402)]
    [InlineData(1_778_018_402, 1_778_018_403)]
    [InlineData(1_778_099_999, 1_778_100_000)]
    public void Is_the_second_or_the_one_after_the_last(long last, long expected) =>
        Assert.Equal(expected, DocumentNumber.Next(A.Instant("2026-05-05T22:00:02Z"), last));

    [Fact]
    public void Corrections_have_their_own_letters() => Assert.Equal(
        ["RE-7", "RE-7", "RK-7"], Enum.GetValues<DocumentKind>().Select(kind => DocumentNumber.Format(kind, 7)));
}
