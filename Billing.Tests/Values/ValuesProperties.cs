using Billing.Values;
using CsCheck;

namespace Billing.Tests;

public class ValuesProperties
{
    [Fact]
    public void A_part_of_a_period_costs_between_nothing_and_all_of_it() =>
        Gen.Select(Gens.Prices, Gens.Anchors, Gen.Int[0, 30]).Sample((price, anchor, day) =>
        {
            var period = BillingPeriod.Of(anchor, 0);
            var part = price.Prorate(period.From(anchor.AddDays(day % period.Days)).Days, period.Days);
            Assert.True(Money.Zero <= part && part <= price);
        });

    [Fact]
    public void Rounding_is_half_away_from_zero_as_decimals_have_it() =>
        Gen.Select(Gen.Long[-1_000_000_000, 1_000_000_000], Gen.Int[1, 31], Gen.Int[0, 31], Gen.Int[0, 100]).Sample((cents, periodDays, days, percent) =>
        {
            days = Math.Min(days, periodDays);
            Assert.Equal(Math.Round((decimal)cents * days / periodDays, MidpointRounding.AwayFromZero), new Money(cents).Prorate(days, periodDays).Cents);
            Assert.Equal(Math.Round((decimal)cents * percent / 100, MidpointRounding.AwayFromZero), new Money(cents).Percent(percent).Cents);
            Assert.Equal(-new Money(cents).Prorate(days, periodDays), new Money(-cents).Prorate(days, periodDays));
        });

    [Fact]
    public void The_days_left_count_down_from_N_to_1() =>
        Gen.Select(Gens.Anchors, Gen.Int[0, 60]).Sample((anchor, index) =>
        {
            var period = BillingPeriod.Of(anchor, index);
            var left = Enumerable.Range(0, period.Days).Select(day => period.From(period.Start.AddDays(day)).Days);
            Assert.Equal(Enumerable.Range(1, period.Days).Reverse(), left);
            Assert.InRange(period.Days, 28, 31);
        });

    [Fact]
    public void Periods_tile_the_calendar_and_never_drift_from_the_anchor() =>
        Gens.Anchors.Sample(anchor =>
        {
            for (var index = 0; index < 60; index++)
            {
                var period = BillingPeriod.Of(anchor, index);
                Assert.Equal(BillingPeriod.Of(anchor, index + 1).Start, period.Next);
                var month = new DateOnly(anchor.Year, anchor.Month, 1).AddMonths(index);
                Assert.Equal((month.Year, month.Month), (period.Start.Year, period.Start.Month));
                Assert.Equal(Math.Min(anchor.Day, DateTime.DaysInMonth(month.Year, month.Month)), period.Start.Day);
            }
        });

    [Fact]
    public void Every_day_lies_in_exactly_the_period_that_contains_it() =>
        Gen.Select(Gens.Anchors, Gen.Int[0, 2000]).Sample((anchor, days) =>
        {
            var day = anchor.AddDays(days);
            var period = BillingPeriod.Containing(anchor, day);
            Assert.True(period.Contains(day));
            Assert.Equal(1, Enumerable.Range(0, 70).Count(index => BillingPeriod.Of(anchor, index).Contains(day)));
            Assert.Contains(period, Enumerable.Range(0, 70).Select(index => BillingPeriod.Of(anchor, index)));
        });

    [Fact]
    public void A_Berlin_day_begins_at_an_instant_of_that_day_and_not_a_moment_sooner() =>
        Gens.Days.Sample(day =>
        {
            var start = BerlinCalendar.StartOf(day);
            Assert.Equal(day, BerlinCalendar.DayOf(start));
            Assert.Equal(day.AddDays(-1), BerlinCalendar.DayOf(start.AddTicks(-1)));
        });

    [Fact]
    public void The_last_withdrawal_day_is_a_working_day_14_to_19_days_later() =>
        Gen.Select(Gens.Days, Gen.Enum<FederalState>()).Sample((booked, land) =>
        {
            var last = BerlinCalendar.LastWithdrawalDay(booked, land);
            Assert.InRange(last.DayNumber - booked.DayNumber, 14, 19);
            Assert.False(last.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday || Holidays.IsHoliday(last, land));
        });
}
