using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Billing.Accounts;
using Billing.Telemetry;
using Billing.Values;

namespace Billing.Outbox;

/// <summary>A notification on its way to the CRM.</summary>
/// <param name="Version">The account version whose commit promised it.</param>
/// <param name="Place">Its place among that commit's notifications.</param>
public sealed record CrmEvent(AccountId Account, long Version, int Place, DateTimeOffset At, Notification Data)
{
    /// <summary>The same however often it is sent.</summary>
    [JsonIgnore] public string Id => $"{Account}-{Version}-{Place}";
}

/// <summary>Notifications that the CRM has not taken yet.</summary>
public interface INotificationStore
{
    /// <summary>Adds those of one account; what is there already stays once.</summary>
    Task AddAsync(IReadOnlyList<CrmEvent> notifications, CancellationToken cancellation);

    /// <summary>Adds all that a commit promised to tell.</summary>
    Task AddAsync(OutboxEntry promise, CancellationToken cancellation) => AddAsync(
        [.. promise.Notifications.Select((told, place) => new CrmEvent(promise.Account, promise.Version, place, promise.At, told))], cancellation);

    /// <summary>The account's oldest ones, in the order in which they were promised.</summary>
    Task<ImmutableArray<CrmEvent>> ListAsync(AccountId account, int limit, CancellationToken cancellation);

    /// <summary>Deletes those of one account; what is gone already is none the less done.</summary>
    Task DeleteAsync(IReadOnlyList<CrmEvent> notifications, CancellationToken cancellation);

    /// <summary>Notes when it is tried again; nothing where it was taken meanwhile.</summary>
    Task PostponeAsync(CrmEvent notification, DateTimeOffset until, CancellationToken cancellation);

    /// <summary>The accounts whose oldest notification should have been tried before that moment. It looks at all that wait.</summary>
    IAsyncEnumerable<AccountId> FindStalledAsync(DateTimeOffset before, CancellationToken cancellation);
}

/// <summary>The queue of accounts of which the CRM is to be told; of its own, so that a dead CRM delays nothing else.</summary>
public interface INotificationWork
{
    /// <param name="entry">The due entry that led to it; null if something else did.</param>
    Task EnqueueAsync(AccountId account, DueAccount? entry, CancellationToken cancellation);
}

/// <summary>The CRM's end.</summary>
public interface ICrm
{
    /// <summary>False if it did not take it; why is logged.</summary>
    Task<bool> SendAsync(CrmEvent notification, CancellationToken cancellation);
}

/// <summary>
/// Tells the CRM what has happened to an account, in order: nothing is told before what came before it was taken. Where it is not taken, the
/// due index says when to try again, later and later; after three days a person is told, and it is still tried. What it has taken is forgotten
/// together: a process that ends before that tells it again, under the same ids.
/// </summary>
public sealed class TellCrm(INotificationStore notifications, IAccountStore store, IDueIndex due, IFindings findings, ICrm crm)
{
    const int AtOnce = 100;
    static readonly TimeSpan ShortestWait = TimeSpan.FromMinutes(1), LongestWait = TimeSpan.FromHours(6), Patience = TimeSpan.FromDays(3);

    /// <param name="entry">The due entry that led here; removed when it is done with.</param>
    public async Task WorkAsync(AccountId account, DueAccount? entry, DateTimeOffset now, CancellationToken cancellation)
    {
        ImmutableArray<CrmEvent> waiting;
        do waiting = await WaitingAsync(account, cancellation);
        // What was promised meanwhile has a message of its own.
        while (await TellAsync(waiting, now, cancellation) && waiting.Length == AtOnce);
        if (entry is not null) await due.RemoveAsync([entry], cancellation);
    }

    /// <summary>The oldest ones, those included that an earlier commit has promised and could not bring here yet: they must not be overtaken.</summary>
    async Task<ImmutableArray<CrmEvent>> WaitingAsync(AccountId account, CancellationToken cancellation)
    {
        var waiting = await notifications.ListAsync(account, AtOnce, cancellation);
        if (waiting.IsEmpty) return waiting;
        var last = waiting[^1].Version;
        foreach (var promise in await store.ListOutboxAsync(account, cancellation))
        {
            if (promise.Version < last) await notifications.AddAsync(promise, cancellation);
        }
        // By now all that was promised up to there is here, whoever brought it; what is newer may lack its own forerunners.
        return [.. (await notifications.ListAsync(account, AtOnce, cancellation)).Where(told => told.Version <= last)];
    }

    /// <summary>False if one was not taken; the next try is then planned.</summary>
    async Task<bool> TellAsync(ImmutableArray<CrmEvent> waiting, DateTimeOffset now, CancellationToken cancellation)
    {
        var told = 0;
        while (told < waiting.Length && await crm.SendAsync(waiting[told], cancellation)) told++;
        if (told > 0) await notifications.DeleteAsync([.. waiting.Take(told)], cancellation);
        if (told < waiting.Length) await PlanAsync(waiting[told], now, cancellation);
        return told == waiting.Length;
    }

    async Task PlanAsync(CrmEvent notification, DateTimeOffset now, CancellationToken cancellation)
    {
        BillingMeter.Retries.Count("reason", "crm");
        // The pauses double. They are counted from the notification, so that whoever tries in between plans the same next try, not one more.
        var next = notification.At + ShortestWait;
        while (next <= now) next += next - notification.At > LongestWait ? LongestWait : next - notification.At;
        await due.AddAsync(new(notification.Account, DueAccount.Minute(next), notification.Version, DuePurpose.Notifications), now, cancellation);
        await notifications.PostponeAsync(notification, next, cancellation);
        if (now - notification.At > Patience)
        {
            await findings.AddAsync(new(
                $"{notification.Id}-untold", notification.Account, now, "crm_unreachable", $"Das CRM nimmt seit {notification.At:dd.MM.yyyy} keine Meldungen an."), cancellation);
        }
    }
}
