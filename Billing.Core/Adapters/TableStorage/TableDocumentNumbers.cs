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

    readonly TableClient _table = tables.Numbers;
    readonly SemaphoreSlim _turn = new(1, 1);
    readonly Queue<long> _block = new();

    /// <summary>The row as this instance last wrote it. Where another one has written since, the write is refused and the row is read.</summary>
    (long Last, ETag Tag)? _seen;
    int _waiting;

    public async Task<long> NextAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await _turn.WaitAsync(cancellation);
        }
        catch
        {
            if (Interlocked.Decrement(ref _waiting) == 0 && _turn.Wait(0, CancellationToken.None))
            {
                // The one for whom the rest of the block was kept has left.
                _block.Clear();
                _turn.Release();
            }
            throw;
        }
        try
        {
            if (_block.Count == 0) await ReserveAsync(now, cancellation);
            return _block.Dequeue();
        }
        finally
        {
            // The last of a burst leaves nothing behind: later documents get later numbers.
            if (Interlocked.Decrement(ref _waiting) == 0) _block.Clear();
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    async Task ReserveAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        while (true)
        {
            var size = Math.Clamp(Volatile.Read(ref _waiting), 1, LargestBlock);
            var found = _seen ?? await FindAsync(cancellation);
            var first = DocumentNumber.Next(now, found?.Last ?? 0);
            var row = new TableEntity(Partition, Row) { [Last] = first + size - 1 };
            // Until the write is answered, nothing is known.
            _seen = null;
            try
            {
                var written = found is { } seen
                    ? await _table.UpdateEntityAsync(row, seen.Tag, TableUpdateMode.Replace, cancellation)
                    : await _table.AddEntityAsync(row, cancellation);
                _seen = (first + size - 1, written.Headers.ETag!.Value);
            }
            catch (RequestFailedException taken) when (taken.Status is 404 or 409 or 412)
            {
                continue;
            }
            for (var number = first; number < first + size; number++) _block.Enqueue(number);
            return;
        }
    }

    async Task<(long Last, ETag Tag)?> FindAsync(CancellationToken cancellation)
    {
        var row = await _table.GetEntityIfExistsAsync<TableEntity>(Partition, Row, cancellationToken: cancellation);
        return row.HasValue ? (row.Value!.GetInt64(Last)!.Value, row.Value!.ETag) : null;
    }
}
