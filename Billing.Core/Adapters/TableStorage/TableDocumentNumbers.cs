using Azure;
using Azure.Data.Tables;
using Billing.Invoices;

namespace Billing.Adapters.TableStorage;

/// <summary>
/// The series in one row guarded by its ETag. Callers that wait at the same time share one write: a small block for one burst, of which
/// nothing is kept for later.
/// </summary>
public sealed class TableDocumentNumbers(Tables tables) : IDocumentNumbers, IDisposable
{
    const string Partition = "series", Row = "documents", Last = "Last";
    const int LargestBlock = 50;

    readonly TableClient table = tables.Numbers;
    readonly SemaphoreSlim turn = new(1, 1);
    readonly Queue<long> block = new();
    int waiting;

    public async Task<long> NextAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        Interlocked.Increment(ref waiting);
        try
        {
            await turn.WaitAsync(cancellation);
        }
        catch
        {
            Interlocked.Decrement(ref waiting);
            throw;
        }
        try
        {
            if (block.Count == 0) await ReserveAsync(now, cancellation);
            return block.Dequeue();
        }
        finally
        {
            // The last of a burst leaves nothing behind: later documents get later numbers.
            if (Interlocked.Decrement(ref waiting) == 0) block.Clear();
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    async Task ReserveAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        while (true)
        {
            var size = Math.Clamp(Volatile.Read(ref waiting), 1, LargestBlock);
            var found = await table.GetEntityIfExistsAsync<TableEntity>(Partition, Row, cancellationToken: cancellation);
            var first = DocumentNumber.Next(now, found.HasValue ? found.Value!.GetInt64(Last)!.Value : 0);
            var row = new TableEntity(Partition, Row) { [Last] = first + size - 1 };
            try
            {
                if (found.HasValue) await table.UpdateEntityAsync(row, found.Value!.ETag, TableUpdateMode.Replace, cancellation);
                else await table.AddEntityAsync(row, cancellation);
            }
            catch (RequestFailedException taken) when (taken.Status is 409 or 412)
            {
                continue;
            }
            for (var number = first; number < first + size; number++) block.Enqueue(number);
            return;
        }
    }
}
