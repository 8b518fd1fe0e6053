using System.Diagnostics;
using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Billing.Local.StripeSimulator;
using Billing.Local.World;
using Microsoft.Extensions.Configuration;

namespace Billing.Local.Host;

/// <summary>The world did not become quiet in time; the message says what still moves.</summary>
sealed class NotQuietException(string message) : Exception(message);

/// <summary>Waits until nothing is left to do at the instant the clock shows.</summary>
/// <remarks>
/// Quiet: no function runs, no event of the simulated Stripe is on its way, no message is in a queue that triggers a function
/// (hidden ones included; poison queues aside), and everything due has been woken. The product's due index is known here by its
/// names only: table <c>DueAccounts</c>, PartitionKey = UTC day, RowKey = <c>HHmm|account|version</c>; an account id on queue
/// <c>account-work</c> wakes it.
/// </remarks>
sealed class Settle(FunctionRunner runner, Queues queues, HostSettings settings, LocalClock clock, IConfiguration configuration, SimulatorClient? stripe = null)
{
    const string WorkQueue = "account-work";

    static readonly TimeSpan AtMost = TimeSpan.FromSeconds(120);
    static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);
    static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    // An outbox is due a minute after its commit; whoever waits for quiet does not wait for that minute.
    static readonly TimeSpan Ahead = TimeSpan.FromMinutes(1);

    readonly TableClient _due = new(configuration["AzureWebJobsStorage"], "DueAccounts");

    /// <exception cref="NotQuietException">It has not become quiet within two minutes of real time.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        // An entry that its wake leaves behind is of a commit that never happened, or was moved to later: once is enough.
        var woken = new HashSet<(string Day, string Key)>();
        while (true)
        {
            await QuietAsync(waited, cancellation);
            var due = await DueAsync(cancellation);
            due.ExceptWith(woken);
            if (due.Count == 0) return;
            woken.UnionWith(due);
            foreach (var account in due.Select(entry => entry.Key.Split('|')).Where(key => key.Length > 1).Select(key => key[1]).Distinct())
                await queues.Find(WorkQueue)!.SendMessageAsync(settings.Encode(account), cancellation);
        }
    }

    async Task QuietAsync(Stopwatch waited, CancellationToken cancellation)
    {
        var pause = ShortestPause;
        while (true)
        {
            // Idle before and after the count, and nothing begun in between: no function has put a message into a queue counted before.
            var started = runner.Started;
            var idle = runner.Idle;
            // Before the queues: an event that has just arrived has left its message there.
            var deliveries = idle && stripe is not null ? await stripe.OutstandingAsync(cancellation) : 0;
            // What the queues hold while something is under way does not matter: quiet it is not.
            var waiting = idle && deliveries == 0 ? (await queues.CountAsync(cancellation)).Where(queue => queue.Value > 0).ToList() : [];
            var moves = !idle || !runner.Idle || runner.Started != started;
            if (!moves && deliveries == 0 && waiting.Count == 0) return;
            if (waiting.Count > 0) queues.Nudge();
            if (waited.Elapsed >= AtMost)
            {
                var rest = waiting.Select(queue => $"{queue.Value} in queue {queue.Key}").Append($"{deliveries} from Stripe").Append(moves ? "a function running" : "no function running");
                throw new NotQuietException($"Not quiet after {AtMost.TotalSeconds:0} seconds: {string.Join(", ", rest)}.");
            }
            pause = moves ? ShortestPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            await Task.Delay(pause, cancellation);
        }
    }

    async Task<HashSet<(string Day, string Key)>> DueAsync(CancellationToken cancellation)
    {
        if (queues.Find(WorkQueue) is null) return [];
        var until = clock.GetUtcNow() + Ahead;
        var day = until.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var minute = until.ToString("HHmm", CultureInfo.InvariantCulture);
        var due = new HashSet<(string Day, string Key)>();
        try
        {
            await foreach (var row in _due.QueryAsync<TableEntity>($"PartitionKey le '{day}'", select: ["PartitionKey", "RowKey"], cancellationToken: cancellation))
            {
                if (row.PartitionKey != day || string.CompareOrdinal(row.RowKey[..4], minute) <= 0) due.Add((row.PartitionKey, row.RowKey));
            }
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            // The product has not made its table yet: nothing is due.
        }

        return due;
    }
}
