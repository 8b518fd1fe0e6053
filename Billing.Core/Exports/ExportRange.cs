using System.Globalization;
using Billing.Values;

namespace Billing.Exports;

/// <summary>The days, by date of the document and both included, that an export is of.</summary>
public sealed record ExportRange(DateOnly From, DateOnly To)
{
    /// <summary>At most a year, and not from before the year of the archive's first document: what is older was never here, and an export must not look as if it were complete.</summary>
    /// <param name="archiveBegan">The date of the first document; null while there is none.</param>
    /// <returns>The range, or <c>validation_failed</c>.</returns>
    public static Decision<ExportRange> Read(string? from, string? to, DateOnly? archiveBegan)
    {
        if (!TryRead(from, out var first)) return Refusal.Invalid("from", "Tag als JJJJ-MM-TT");
        if (!TryRead(to, out var last)) return Refusal.Invalid("to", "Tag als JJJJ-MM-TT");
        if (last < first) return Refusal.Invalid("to", "liegt vor dem ersten Tag");
        if (last.DayNumber >= first.DayNumber + 365 && last >= first.AddYears(1)) return Refusal.Invalid("to", "höchstens ein Jahr nach dem ersten Tag");
        if (first.Year < (archiveBegan?.Year ?? 2000))
            return Refusal.Invalid("from", archiveBegan is { } began ? $"liegt vor dem Archiv: es beginnt {began.Year}" : "liegt vor dem Jahr 2000");
        return new ExportRange(first, last);
    }

    static bool TryRead(string? text, out DateOnly day) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
}
