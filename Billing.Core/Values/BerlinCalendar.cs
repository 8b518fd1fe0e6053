namespace Billing.Values;

/// <summary>
/// Days as the seller counts them: Europe/Berlin calendar days, never hours ÷ 24. Both clock changes leave a day a day.
/// </summary>
public static class BerlinCalendar
{
    static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    /// <summary>The Berlin day in which an instant lies.</summary>
    public static DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(TimeOf(instant));

    /// <summary>What the clocks in Berlin show at an instant.</summary>
    public static DateTime TimeOf(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, Berlin).DateTime;

    /// <summary>The instant (UTC) at which a Berlin day begins. Berlin never changes its clocks at midnight, so there is exactly one.</summary>
    public static DateTimeOffset StartOf(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, Berlin.GetUtcOffset(midnight)).ToUniversalTime();
    }

    /// <summary>
    /// The last day, included, on which a booking can be withdrawn: day 14 after the booking day, or, where that is a Saturday,
    /// a Sunday or a holiday, the next working day (§§ 355, 187, 188, 193 BGB).
    /// </summary>
    /// <param name="land">Whose holidays count beside the nine nationwide ones; <see cref="FederalState.None"/>: only those.</param>
    public static DateOnly LastWithdrawalDay(DateOnly bookedOn, FederalState land = FederalState.None) => WorkingDayFrom(bookedOn.AddDays(14), land);

    /// <summary>The day itself, or the next one that is no Saturday, Sunday or holiday.</summary>
    public static DateOnly WorkingDayFrom(DateOnly day, FederalState land = FederalState.None)
    {
        while (!IsWorkingDay(day, land)) day = day.AddDays(1);
        return day;
    }

    static bool IsWorkingDay(DateOnly day, FederalState land) =>
        day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !Holidays.IsHoliday(day, land);
}
