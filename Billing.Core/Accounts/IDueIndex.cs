using Billing.Values;

namespace Billing.Accounts;

/// <summary>What an entry of the due index stands for.</summary>
public enum DuePurpose
{
    /// <summary>The account's own due moment.</summary>
    Account,
    /// <summary>The outbox of a commit, should its committer die.</summary>
    Outbox,
    /// <summary>Notifications that the CRM did not take.</summary>
    Notifications,
}

/// <summary>An entry of the due index: at this minute, look at this account.</summary>
/// <param name="Moment">Whole minute, UTC.</param>
/// <param name="Version">The account version whose commit wrote it, or was about to.</param>
public sealed record DueAccount(AccountId Account, DateTimeOffset Moment, long Version, DuePurpose Purpose)
{
    /// <summary>The traceparent of the commit that wrote it, where it fell due soon after. Where an entry comes from is no part of what it is.</summary>
    public string? Trace { get; init; }

    public bool Equals(DueAccount? other) =>
        other is not null && (Account, Moment, Version, Purpose) == (other.Account, other.Moment, other.Version, other.Purpose);

    public override int GetHashCode() => HashCode.Combine(Account, Moment, Version, Purpose);

    /// <summary>The first whole minute at or after the moment: an entry never comes due too early.</summary>
    public static DateTimeOffset Minute(DateTimeOffset moment)
    {
        var minute = moment.UtcTicks - moment.UtcTicks % TimeSpan.TicksPerMinute;
        return new(minute == moment.UtcTicks ? minute : minute + TimeSpan.TicksPerMinute, TimeSpan.Zero);
    }
}

/// <summary>
/// Which accounts must be looked at when. It may hold too much, never too little: an entry is written before the commit that makes it
/// due, and removed only after a later commit. It alone guards against a process that dies anywhere.
/// </summary>
public interface IDueIndex
{
    Task AddAsync(DueAccount entry, DateTimeOffset now, CancellationToken cancellation);
    Task RemoveAsync(IReadOnlyList<DueAccount> entries, CancellationToken cancellation);

    /// <summary>When an entry was written; null if it is gone.</summary>
    Task<DateTimeOffset?> WrittenAtAsync(DueAccount entry, CancellationToken cancellation);

    /// <summary>Entries due by now that were not handed out within the last <see cref="HandedOutFor"/>.</summary>
    IAsyncEnumerable<DueAccount> DueAsync(DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Notes that the entry was handed out, so that the next ticks leave it alone for a while.</summary>
    Task MarkAsync(DueAccount entry, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>How long an entry is somebody's: then it is handed out again, or, if it fits no commit, forgotten.</summary>
    static readonly TimeSpan HandedOutFor = TimeSpan.FromMinutes(15);
}

/// <summary>The queue of accounts to be worked on.</summary>
public interface IAccountWork
{
    /// <param name="entry">The entry that led to it, to be tidied up afterwards; null if something else did.</param>
    Task EnqueueAsync(AccountId account, DueAccount? entry, CancellationToken cancellation);
}
