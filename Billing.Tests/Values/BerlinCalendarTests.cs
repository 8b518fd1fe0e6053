using Billing.Values;

namespace Billing.Tests;

public class BerlinCalendarTests
{
    [Theory]
    [InlineData("2026-03-28T22:59:59Z", "2026-03-28")] // winter, UTC+1
    [InlineData("2026-03-28T23:00:00Z", "2026-03-29")]
    [InlineData("2026-03-29T21:59:59Z", "2026-03-29")] // summer since two in the morning, UTC+2
    [InlineData("2026-03-29T22:00:00Z", "2026-03-30")]
    [InlineData("2026-10-24T21:59:59Z", "2026-10-24")]
    [InlineData("2026-10-24T22:00:00Z", "2026-10-25")]
    [InlineData("2026-10-25T22:59:59Z", "2026-10-25")]
    [InlineData("2026-10-25T23:00:00Z", "2026-10-26")]
    public void A_day_is_a_Berlin_day_at_both_clock_changes(string instant, string day) => Assert.Equal(A.Day(day), BerlinCalendar.DayOf(A.Instant(instant)));

    [Theory]
    [InlineData("2026-03-29", 23)]
    [InlineData("2026-10-25", 25)]
    [InlineData("2026-10-26", 24)]
    public void A_day_begins_once_however_many_hours_it_has(string day, int hours)
    {
        var (start, next) = (BerlinCalendar.StartOf(A.Day(day)), BerlinCalendar.StartOf(A.Day(day).AddDays(1)));

        Assert.Equal(TimeSpan.FromHours(hours), next - start);
        Assert.Equal(A.Day(day), BerlinCalendar.DayOf(start));
        Assert.Equal(A.Day(day).AddDays(-1), BerlinCalendar.DayOf(start.AddTicks(-1)));
    }

    [Theory]
    [InlineData("2026-10-17", FederalState.None, "2026-11-02")] // 31 October is a Saturday
    [InlineData("2026-12-23", FederalState.None, "2027-01-06")]
    [InlineData("2026-12-23", FederalState.BY, "2027-01-07")] // Epiphany
    [InlineData("2026-12-23", FederalState.BE, "2027-01-06")]
    [InlineData("2027-02-22", FederalState.BE, "2027-03-09")] // 8 March
    [InlineData("2026-05-21", FederalState.None, "2026-06-04")]
    [InlineData("2026-05-21", FederalState.NW, "2026-06-05")] // Corpus Christi
    [InlineData("2026-11-04", FederalState.SN, "2026-11-19")] // Buß- und Bettag
    [InlineData("2026-11-04", FederalState.TH, "2026-11-18")]
    [InlineData("2027-09-06", FederalState.TH, "2027-09-21")] // a Monday, World Children's Day
    [InlineData("2025-10-17", FederalState.HH, "2025-11-03")] // Friday 31 October, then a weekend
    [InlineData("2025-10-17", FederalState.BE, "2025-10-31")]
    public void The_sellers_Land_can_move_the_last_withdrawal_day(string booked, FederalState land, string last) =>
        Assert.Equal(A.Day(last), BerlinCalendar.LastWithdrawalDay(A.Day(booked), land));

    [Theory]
    [InlineData("2026-01-01")]
    [InlineData("2026-04-03")] // Good Friday
    [InlineData("2026-04-06")] // Easter Monday
    [InlineData("2026-05-01")]
    [InlineData("2026-05-14")] // Ascension Day
    [InlineData("2026-05-25")] // Whit Monday
    [InlineData("2026-10-03")]
    [InlineData("2026-12-25")]
    [InlineData("2026-12-26")]
    public void Nine_holidays_hold_everywhere(string day) => Assert.True(Holidays.IsHoliday(A.Day(day), FederalState.None));

    [Fact]
    public void A_year_has_nine_nationwide_holidays() => Assert.All(
        Enumerable.Range(2020, 30), year => Assert.Equal(9, Enumerable.Range(0, 365).Count(day => Holidays.IsHoliday(new DateOnly(year, 1, 1).AddDays(day), FederalState.None))));

    [Theory]
    [InlineData(1954, "1954-04-18")] // simpler rules fail in these years
    [InlineData(1981, "1981-04-19")]
    [InlineData(2033, "2033-04-17")] // the first year of the moon's cycle of 19
    [InlineData(2049, "2049-04-18")]
    [InlineData(2076, "2076-04-19")]
    [InlineData(2000, "2000-04-23")]
    [InlineData(2008, "2008-03-23")]
    [InlineData(2024, "2024-03-31")]
    [InlineData(2025, "2025-04-20")]
    [InlineData(2026, "2026-04-05")]
    [InlineData(2027, "2027-03-28")]
    [InlineData(2038, "2038-04-25")] // the latest there is
    public void Easter(int year, string day) => Assert.Equal(A.Day(day), Holidays.EasterSunday(year));

    /// <summary>From the Länder's laws on holidays, those of single municipalities left out.</summary>
    [Theory]
    [InlineData(FederalState.BW, "01-06 06-04 11-01")]
    [InlineData(FederalState.BY, "01-06 06-04 11-01")]
    [InlineData(FederalState.BE, "03-08")]
    [InlineData(FederalState.BB, "10-31")]
    [InlineData(FederalState.HB, "10-31")]
    [InlineData(FederalState.HH, "10-31")]
    [InlineData(FederalState.HE, "06-04")]
    [InlineData(FederalState.MV, "03-08 10-31")]
    [InlineData(FederalState.NI, "10-31")]
    [InlineData(FederalState.NW, "06-04 11-01")]
    [InlineData(FederalState.RP, "06-04 11-01")]
    [InlineData(FederalState.SL, "06-04 08-15 11-01")]
    [InlineData(FederalState.SN, "10-31 11-18")]
    [InlineData(FederalState.ST, "01-06 10-31")]
    [InlineData(FederalState.SH, "10-31")]
    [InlineData(FederalState.TH, "09-20 10-31")]
    public void Each_Land_has_its_own_besides(FederalState land, string days) => Assert.Equal(
        days,
        string.Join(' ', Enumerable.Range(0, 365).Select(day => new DateOnly(2026, 1, 1).AddDays(day))
            .Where(day => Holidays.IsHoliday(day, land) && !Holidays.IsHoliday(day, FederalState.None)).Select(day => $"{day:MM-dd}")));

    [Theory]
    [InlineData(FederalState.BE, "2018-03-08", false)]
    [InlineData(FederalState.BE, "2019-03-08", true)]
    [InlineData(FederalState.MV, "2022-03-08", false)]
    [InlineData(FederalState.MV, "2023-03-08", true)]
    [InlineData(FederalState.TH, "2018-09-20", false)]
    [InlineData(FederalState.TH, "2019-09-20", true)]
    [InlineData(FederalState.HH, "2016-10-31", false)]
    [InlineData(FederalState.HH, "2018-10-31", true)]
    [InlineData(FederalState.BB, "2016-10-31", true)]
    [InlineData(FederalState.SN, "2022-11-16", true)] // the earliest Buß- und Bettag
    [InlineData(FederalState.SN, "2023-11-22", true)] // and the latest
    [InlineData(FederalState.SN, "2027-11-10", false)]
    [InlineData(FederalState.SN, "2027-11-24", false)]
    public void Some_hold_since_a_year_or_move(FederalState land, string day, bool isOne) => Assert.Equal(isOne, Holidays.IsHoliday(A.Day(day), land));
}
