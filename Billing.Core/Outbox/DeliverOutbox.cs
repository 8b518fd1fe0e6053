using Billing.Accounts;
using Billing.Telemetry;
using Billing.Values;

namespace Billing.Outbox;

/// <summary>A finding as the operator sees it.</summary>
/// <param name="ResolvedAt">Null while it is open.</param>
public sealed record OperatorFinding(
    string Id, AccountId Account, DateTimeOffset At, string Code, string Text, DateTimeOffset? ResolvedAt = null, string? ResolvedBy = null, string? Reason = null);

/// <summary>What no rule explains and a person must look at.</summary>
public interface IFindings
{
    /// <summary>Adds it once: an id that is there, open or resolved, is left as it is.</summary>
    Task AddAsync(OperatorFinding finding, CancellationToken cancellation);
    IAsyncEnumerable<OperatorFinding> ListAsync(bool resolved, CancellationToken cancellation);

    /// <summary>Open or resolved; null if there is no such finding.</summary>
    Task<OperatorFinding?> FindAsync(string id, CancellationToken cancellation);

    /// <summary>Null if there is no such finding, or someone else resolved it. Resolved again by the same for the same reason, it is what it is.</summary>
    Task<OperatorFinding?> ResolveAsync(string id, DateTimeOffset at, string by, string reason, CancellationToken cancellation);
}

/// <summary>Keeps what a commit promised to tell others, and forgets the promise when all is done. Repeating it is harmless: all ids are stable.</summary>
public sealed class DeliverOutbox(IAccountStore store, IDueIndex due, INotificationStore notifications, INotificationWork work, IFindings findings)
{
    /// <summary>Tells what the entry has to tell. Throws if an outage stands in the way; the entry then stays, guarded by the due index.</summary>
    public async Task TellAsync(OutboxEntry entry, CancellationToken cancellation)
    {
        if (!entry.Notifications.IsEmpty)
        {
            await notifications.AddAsync(entry, cancellation);
            await work.EnqueueAsync(entry.Account, null, cancellation);
        }
        for (var place = 0; place < entry.Findings.Length; place++)
        {
            var finding = entry.Findings[place];
            var id = finding.About is { } about ? $"{entry.Account}-{finding.Code}-{about}" : $"{entry.Account}-{entry.Version}-{place}";
            await findings.AddAsync(new(id, entry.Account, entry.At, finding.Code, finding.Text), cancellation);
        }
    }

    /// <summary>All that the entry promised is done.</summary>
    /// <param name="age">How long after the commit.</param>
    /// <param name="past">An entry of the due index that its commit has superseded.</param>
    public async Task ForgetAsync(OutboxEntry entry, TimeSpan age, DueAccount? past, CancellationToken cancellation)
    {
        await store.DeleteOutboxAsync(entry, cancellation);
        await due.RemoveAsync(past is null ? [Guard(entry)] : [Guard(entry), past], cancellation);
        BillingMeter.OutboxAge.Record(age.TotalSeconds);
    }

    /// <summary>The due entry that guards it: a minute after the commit someone else looks whether it was delivered.</summary>
    public static DueAccount Guard(OutboxEntry entry) => new(entry.Account, DueAccount.Minute(entry.At + TimeSpan.FromMinutes(1)), entry.Version, DuePurpose.Outbox);
}
