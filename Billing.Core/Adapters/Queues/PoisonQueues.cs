using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Queues;

namespace Billing.Adapters.Queues;

/// <summary>Where the Functions host puts the messages on which a function failed too often.</summary>
public sealed class PoisonQueues(QueueServiceClient service)
{
    static readonly string[] Watched = [AccountWorkQueue.Name, CrmQueue.Name, StripeEventQueue.Name];

    /// <summary>The poison queues that hold messages, and about how many.</summary>
    public async IAsyncEnumerable<(string Queue, int Messages)> FilledAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var name in Watched)
        {
            var queue = service.GetQueueClient($"{name}-poison");
            if (await CountAsync(queue, cancellation) is > 0 and var messages) yield return (queue.Name, messages);
        }
    }

    static async Task<int> CountAsync(QueueClient queue, CancellationToken cancellation)
    {
        try
        {
            return (await queue.GetPropertiesAsync(cancellation)).Value.ApproximateMessagesCount;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            // The host makes it with the first message.
            return 0;
        }
    }
}
