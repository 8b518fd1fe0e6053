using System.Runtime.CompilerServices;

namespace Billing.Exports;

static class ReadAhead
{
    /// <summary>What is read of each item, in the items' order, while at most <paramref name="ahead"/> are being read or waiting.</summary>
    public static async IAsyncEnumerable<TRead> InOrderAsync<TItem, TRead>(
        this IAsyncEnumerable<TItem> items, int ahead, Func<TItem, Task<TRead>> read, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var reading = new Queue<Task<TRead>>();
        await foreach (var item in items.WithCancellation(cancellation))
        {
            reading.Enqueue(read(item));
            if (reading.Count == ahead) yield return await reading.Dequeue();
        }
        while (reading.TryDequeue(out var next)) yield return await next;
    }
}
