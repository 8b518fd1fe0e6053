namespace Billing.Values;

/// <summary>
/// A run of Berlin calendar days, [<paramref name="Start"/>, <paramref name="Next"/>): a prepaid month, or what is left of one.
/// </summary>
/// <param name="Start">The first day, included.</param>
/// <param name="Next">The day after the last one; where a whole period is meant, the start of the next.</param>
public readonly record struct BillingPeriod(DateOnly Start, DateOnly Next)
{
    /// <summary>
    /// Period <paramref name="index"/> (0 is the first) of a cycle: it starts <paramref name="index"/> months after the <em>original</em>
    /// anchor, clamped to the end of the month, so that 31.01. leads to 28.02. and then to 31.03. again.
    /// </summary>
    public static BillingPeriod Of(DateOnly anchor, int index) => new(anchor.AddMonths(index), anchor.AddMonths(index + 1));

    /// <summary>The period of the cycle that holds the day, which must not be before the anchor.</summary>
    public static BillingPeriod Containing(DateOnly anchor, DateOnly day)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(day, anchor);
        var months = (day.Year - anchor.Year) * 12 + day.Month - anchor.Month;
        var period = Of(anchor, months);
        return period.Start <= day ? period : Of(anchor, months - 1);
    }

    /// <summary>The last day, included: what documents and the page show.</summary>
    public DateOnly LastDay => Next.AddDays(-1);

    /// <summary>N, the number of days.</summary>
    public int Days => Next.DayNumber - Start.DayNumber;

    public bool Contains(DateOnly day) => Start <= day && day < Next;

    /// <summary>What is left from a day of the period on, that day included: its <see cref="Days"/> are r.</summary>
    public BillingPeriod From(DateOnly day)
    {
        if (!Contains(day)) throw new ArgumentOutOfRangeException(nameof(day), day, $"not in the period {this}");
        return new(day, Next);
    }

    public override string ToString() => $"{Start:dd.MM.yyyy}–{LastDay:dd.MM.yyyy}";
}
