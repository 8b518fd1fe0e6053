using Billing.Values;

namespace Billing.Tests;

public class BillingPeriodTests
{
    [Theory]
    [InlineData("2026-01-29", "2026-02-28", "2026-03-29")]
    [InlineData("2026-01-30", "2026-02-28", "2026-03-30")]
    [InlineData("2026-01-31", "2026-02-28", "2026-03-31")]
    [InlineData("2028-01-29", "2028-02-29", "2028-03-29")] // leap year
    [InlineData("2028-01-30", "2028-02-29", "2028-03-30")]
    [InlineData("2028-01-31", "2028-02-29", "2028-03-31")]
    public void A_late_anchor_is_clamped_to_the_month_end_and_comes_back(string anchor, string second, string third)
    {
        Assert.Equal(A.Day(second), BillingPeriod.Of(A.Day(anchor), 1).Start);
        Assert.Equal(A.Day(third), BillingPeriod.Of(A.Day(anchor), 2).Start);
    }

    [Fact]
    public void An_anchor_on_the_leap_day_is_kept_for_the_next_leap_year()
    {
        var anchor = A.Day("2028-02-29");

        Assert.Equal(A.Day("2029-02-28"), BillingPeriod.Of(anchor, 12).Start);
        Assert.Equal(A.Day("2029-03-29"), BillingPeriod.Of(anchor, 13).Start);
        Assert.Equal(A.Day("2032-02-29"), BillingPeriod.Of(anchor, 48).Start);
    }

    [Theory]
    [InlineData("2026-01-31", "2026-02-27", "2026-01-31")]
    [InlineData("2026-01-31", "2026-02-28", "2026-02-28")]
    [InlineData("2026-01-31", "2026-03-30", "2026-02-28")]
    [InlineData("2026-05-06", "2026-06-05", "2026-05-06")]
    [InlineData("2026-05-06", "2026-06-06", "2026-06-06")]
    public void A_day_lies_in_the_period_that_starts_last_before_it(string anchor, string day, string start) =>
        Assert.Equal(A.Day(start), BillingPeriod.Containing(A.Day(anchor), A.Day(day)).Start);

    [Fact]
    public void The_last_day_belongs_to_the_period_and_the_next_start_does_not()
    {
        var period = A.Period("2026-05-06", "2026-06-05");

        Assert.Equal((31, A.Day("2026-06-05"), "06.05.2026–05.06.2026"), (period.Days, period.LastDay, period.ToString()));
        Assert.Equal(1, period.From(A.Day("2026-06-05")).Days);
        Assert.Throws<ArgumentOutOfRangeException>(() => period.From(A.Day("2026-06-06")));
        Assert.Throws<ArgumentOutOfRangeException>(() => period.From(A.Day("2026-05-05")));
    }

    [Fact]
    public void There_is_none_before_the_anchor() => Assert.Throws<ArgumentOutOfRangeException>(() => BillingPeriod.Containing(A.Day("2026-05-06"), A.Day("2026-05-05")));
}
