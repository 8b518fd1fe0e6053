using Azure;
using Azure.Data.Tables;

namespace Billing.Adapters.TableStorage;

/// <summary>
/// Single writes to a table, as one batch for all that wait at the same moment for the same partition: thousands of accounts close at one
/// midnight and come due again on one day. Nobody waits for company that may come: a write that finds no batch of its partition under way is sent at once.
/// </summary>
sealed class SharedBatches(TableClient table)
{
    /// <summary>What a batch may hold; each row once.</summary>
    const int RowsPerBatch = 100;

    readonly Lock _gate = new();

    /// <summary>By partition that is being written: what waits for the next batch.</summary>
    readonly Dictionary<string, List<Write>> _waiting = [];

    sealed record Write(TableTransactionAction Action)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Writes them, those of one partition in one request; throws as if they had been written alone.</summary>
    /// <param name="cancellation">Ends the waiting, not the write.</param>
    public Task SubmitAsync(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellation)
    {
        List<Write> writes = [.. actions.Select(action => new Write(action))];
        lock (_gate)
        {
            foreach (var write in writes)
            {
                var partition = write.Action.Entity.PartitionKey;
                if (_waiting.TryGetValue(partition, out var others)) others.Add(write);
                else
                {
                    _waiting.Add(partition, [write]);
                    _ = SendAllAsync(partition);
                }
            }
        }
        return Task.WhenAll(writes.Select(write => write.Done.Task)).WaitAsync(cancellation);
    }

    async Task SendAllAsync(string partition)
    {
        // Not before all that are submitted together wait.
        await Task.Yield();
        while (Take(partition) is { Count: > 0 } batch) await SendAsync(batch);
    }

    List<Write> Take(string partition)
    {
        lock (_gate)
        {
            var waiting = _waiting[partition];
            List<Write> batch = [.. waiting.DistinctBy(write => write.Action.Entity.RowKey).Take(RowsPerBatch)];
            if (batch.Count == 0) _waiting.Remove(partition);
            else waiting.RemoveAll(batch.Contains);
            return batch;
        }
    }

    /// <summary>Never throws: whoever waits is told.</summary>
    async Task SendAsync(IReadOnlyList<Write> batch)
    {
        try
        {
            if (batch is [var single]) await SendAsync(single.Action);
            else await table.SubmitTransactionAsync(batch.Select(write => write.Action));
            foreach (var write in batch) write.Done.SetResult();
        }
        catch (TableTransactionFailedException refused) when (refused.Status is >= 400 and < 500)
        {
            // One of them was, and with it all: each is told of its own.
            foreach (var write in batch) await SendAsync([write]);
        }
        catch (Exception failed)
        {
            foreach (var write in batch) write.Done.SetException(failed);
        }
    }

    async Task SendAsync(TableTransactionAction action) => _ = action.ActionType switch
    {
        TableTransactionActionType.UpsertReplace => await table.UpsertEntityAsync(action.Entity, TableUpdateMode.Replace),
        TableTransactionActionType.UpdateMerge => await table.UpdateEntityAsync(action.Entity, ETag.All, TableUpdateMode.Merge),
        // Of a row that is gone it is none the less done.
        TableTransactionActionType.Delete => await table.DeleteEntityAsync(action.Entity, ETag.All),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action.ActionType, "not written alone"),
    };
}
