using Billing.Accounts;
using Billing.Adapters.Queues;
using Billing.Outbox;
using Billing.Payments;
using Billing.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Billing.Functions;

/// <summary>What runs without a caller: the clock finds what is due, the queue works on it, the CRM is told.</summary>
public sealed class WorkFunctions(
    Accounts.Accounts accounts, Collections collections, IAccountStore store, IDueIndex due, IAccountWork work, INotificationWork notifications, INotificationStore untold, PoisonQueues poison, TellCrm crm, TimeProvider clock,
    ILogger<WorkFunctions> log)
{
    const int EnqueuedAtOnce = 16;

    /// <summary>What has been due for so long was missed.</summary>
    static readonly TimeSpan Stalled = TimeSpan.FromHours(1);

    /// <summary>Every minute: hands out what has fallen due. Its cost grows with that, not with the number of accounts.</summary>
    [Function("CloseDueCycles")]
    public async Task CloseDueCyclesAsync([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var handedOut = 0;
        await Parallel.ForEachAsync(
            due.DueAsync(now, cancellation), new ParallelOptions { MaxDegreeOfParallelism = EnqueuedAtOnce, CancellationToken = cancellation },
            async (entry, stop) =>
            {
                await (entry.Purpose == DuePurpose.Notifications
                    ? notifications.EnqueueAsync(entry.Account, entry, stop)
                    : work.EnqueueAsync(entry.Account, entry, stop));
                await due.MarkAsync(entry, now, stop);
                Interlocked.Increment(ref handedOut);
            });
        BillingMeter.Ticks.Add(1);
        log.LogInformation(LogEvents.Tick, "{Count} accounts were due", handedOut);
    }

    /// <summary>Every night: looks at all accounts for what the due index may have missed. It should find nothing.</summary>
    [Function("SweepAccounts")]
    public async Task SweepAccountsAsync([TimerTrigger("0 30 2 * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        await foreach (var account in store.FindStalledAsync(clock.GetUtcNow() - Stalled, cancellation))
        {
            if (WasMissed(timer)) log.LogError(LogEvents.AccountOverlooked, "Account {Account} was overdue although the due index did not say so", account);
            await work.EnqueueAsync(account, null, cancellation);
        }
    }

    /// <summary>Every hour: what the CRM should have been told an hour ago is tried again: its message was lost, or given up.</summary>
    [Function("SweepNotifications")]
    public async Task SweepNotificationsAsync([TimerTrigger("0 37 * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        await foreach (var account in untold.FindStalledAsync(clock.GetUtcNow() - Stalled, cancellation))
        {
            if (WasMissed(timer)) log.LogWarning(LogEvents.CrmNotTold, "Account {Account}: the CRM has not been told for an hour, and nothing was planned", account);
            await notifications.EnqueueAsync(account, null, cancellation);
        }
    }

    /// <summary>Every five minutes: says which messages were given up, until somebody has dealt with them.</summary>
    [Function("WatchPoisonQueues")]
    public async Task WatchPoisonQueuesAsync([TimerTrigger("30 */5 * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        await foreach (var (queue, messages) in poison.FilledAsync(cancellation))
            log.LogError(LogEvents.MessagesGivenUp, "{Queue} holds {Count} messages on which every try failed", queue, messages);
    }

    /// <summary>Everything that waits on one account.</summary>
    [Function("WorkAccount")]
    public Task WorkAccountAsync([QueueTrigger(AccountWorkQueue.Name)] string message, CancellationToken cancellation) =>
        AccountQueue.ProcessAsync(AccountWorkQueue.Name, message, async (account, entry) =>
        {
            var now = clock.GetUtcNow();
            try
            {
                if (await accounts.WorkAsync(account, entry, now, cancellation) is { } stored) await collections.WorkAsync(stored, now, Look.AtFresh, cancellation);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                log.LogError(LogEvents.AccountFailed, failure, "Account {Account}: what is due failed", account);
                throw;
            }
        });

    /// <summary>Tells the CRM what waits to be told of one account.</summary>
    [Function("NotifyCrm")]
    public Task NotifyCrmAsync([QueueTrigger(CrmQueue.Name)] string message, CancellationToken cancellation) =>
        AccountQueue.ProcessAsync(CrmQueue.Name, message, (account, entry) => crm.WorkAsync(account, entry, clock.GetUtcNow(), cancellation));

    /// <summary>
    /// Whether what a sweep finds was missed. Where the sweep is late itself, after a standstill, the tick of the same moment is only just handing it out.
    /// </summary>
    static bool WasMissed(TimerInfo sweep) => !sweep.IsPastDue;
}
