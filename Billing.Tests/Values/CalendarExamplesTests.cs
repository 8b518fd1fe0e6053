using Billing.Accounts;
using Billing.Plans;
using Billing.Values;

namespace Billing.Tests;

public class CalendarExamplesTests
{
    [Fact]
    public void E16_Periods_of_an_anchor_on_the_31st_start_at_the_end_of_shorter_months()
    {
        var anchor = A.Day("2026-01-31");
        var periods = Enumerable.Range(0, 6).Select(index => BillingPeriod.Of(anchor, index)).ToList();

        Assert.Equal(["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"], periods.Select(period => period.Start.ToString("O")));
        Assert.Equal([28, 31, 30, 31, 30], periods.Take(5).Select(period => period.Days));
    }

    [Theory]
    [InlineData("2026-03-29T21:30:00Z", "2026-03-29", 17, "-10,91 24,62", "13,71/2,60/16,31")]
    [InlineData("2026-03-29T22:30:00Z", "2026-03-30", 16, "-10,27 23,17", "12,90/2,45/15,35")]
    public void E17_The_clock_change_of_29_March_leaves_the_days_Berlin_days(string instant, string day, int daysLeft, string lines, string figure)
    {
        Assert.Equal(A.Day(day), BerlinCalendar.DayOf(A.Instant(instant)));

        var account = An.Account("smart", openedOn: "2026-03-15").State;
        var today = account.DayOf(A.Instant(instant));
        var upgrade = ChangePlan.Decide(account, A.Terms, "pro", today).Value();

        Assert.All(upgrade.Lines, line => Assert.Equal((daysLeft, 31), (line.Days, line.PeriodDays)));
        Assert.Equal(lines, upgrade.Lines.Amounts());
        Assert.Equal(figure, ((OrderPreview)ChangePlan.Order(account, A.Terms, upgrade, today).Preview).Figure());
    }

    [Theory]
    [InlineData("2026-04-15", "2026-04-29")]
    [InlineData("2026-04-17", "2026-05-04")] // 1 May, then a weekend
    [InlineData("2026-04-18", "2026-05-04")] // Saturday
    [InlineData("2026-03-20", "2026-04-07")] // Good Friday to Easter Monday
    [InlineData("2026-12-11", "2026-12-28")] // Christmas, then a Sunday
    public void E18_The_last_withdrawal_day_is_day_14_or_the_next_working_day(string booked, string last) =>
        Assert.Equal(A.Day(last), BerlinCalendar.LastWithdrawalDay(A.Day(booked)));
}
