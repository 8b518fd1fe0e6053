using static Billing.Values.FederalState;

namespace Billing.Values;

/// <summary>The German Länder, by the abbreviations in common use; <see cref="None"/> means nationwide holidays only.</summary>
public enum FederalState { None, BW, BY, BE, BB, HB, HH, HE, MV, NI, NW, RP, SL, SN, ST, SH, TH }

/// <summary>
/// Public holidays in force for whole Länder. Those of single municipalities (Mariä Himmelfahrt in parts of Bavaria, Fronleichnam in
/// parts of Saxony and Thuringia, Friedensfest in Augsburg) are left out: the seller's Land is all that is known.
/// </summary>
public static class Holidays
{
    public static bool IsHoliday(DateOnly day, FederalState land) => IsNationwide(day) || IsOfLand(day, land);

    static bool IsNationwide(DateOnly day) => (day.Month, day.Day) switch
    {
        (1, 1) or (5, 1) or (10, 3) or (12, 25) or (12, 26) => true,
        // Good Friday, Easter Monday, Ascension Day, Whit Monday
        _ => DaysAfterEaster(day) is -2 or 1 or 39 or 50,
    };

    static bool IsOfLand(DateOnly day, FederalState land) => (day.Month, day.Day) switch
    {
        (1, 6) => land is BW or BY or ST,
        (3, 8) => (land is BE && day.Year >= 2019) || (land is MV && day.Year >= 2023),
        (8, 15) => land is SL,
        (9, 20) => land is TH && day.Year >= 2019,
        (10, 31) => land is BB or MV or SN or ST or TH || (land is HB or HH or NI or SH && day.Year >= 2018),
        (11, 1) => land is BW or BY or NW or RP or SL,
        // Buß- und Bettag: the Wednesday before 23 November
        (11, >= 16 and <= 22) => land is SN && day.DayOfWeek == DayOfWeek.Wednesday,
        _ => land is BW or BY or HE or NW or RP or SL && DaysAfterEaster(day) == 60, // Corpus Christi
    };

    static int DaysAfterEaster(DateOnly day) => day.DayNumber - EasterSunday(day.Year).DayNumber;

    /// <summary>Easter Sunday in the Gregorian calendar, by the anonymous algorithm of Meeus, Jones and Butcher.</summary>
    public static DateOnly EasterSunday(int year)
    {
        int a = year % 19, b = year / 100, c = year % 100;
        int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
        int h = (19 * a + b - d - g + 15) % 30;
        int i = c / 4, k = c % 4;
        int l = (32 + 2 * e + 2 * i - h - k) % 7;
        int m = (a + 11 * h + 22 * l) / 451;
        int n = h + l - 7 * m + 114;
        return new(year, n / 31, n % 31 + 1);
    }
}
