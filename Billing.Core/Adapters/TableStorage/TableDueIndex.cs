using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Billing.Accounts;
using Billing.Telemetry;
using Billing.Values;

namespace Billing.Adapters.TableStorage;

/// <summary>The due index: partition = UTC day <c>yyyyMMdd</c>, row = <c>HHmm|account|version</c>, with <c>|outbox</c> or <c>|crm</c> behind it where that is its purpose.</summary>
public sealed class TableDueIndex(Tables tables) : IDueIndex
{
    /// <summary>By <see cref="DuePurpose"/>.</summary>
    static readonly string[] Suffixes = ["", "|outbox", "|crm"];

    readonly TableClient _table = tables.Due;
    readonly SharedBatches _writes = new(tables.Due);

    public Task AddAsync(DueAccount entry, DateTimeOffset now, CancellationToken cancellation)
    {
        var (partition, row) = KeyOf(entry);
        var trace = entry.Moment - now <= BillingTraces.SameWork ? Activity.Current?.Id : null;
        return _writes.SubmitAsync([new(TableTransactionActionType.UpsertReplace, new TableEntity(partition, row) { ["WrittenAt"] = now, ["Trace"] = trace })], cancellation);
    }

    public Task RemoveAsync(IReadOnlyList<DueAccount> entries, CancellationToken cancellation) => _writes.SubmitAsync(
        [.. entries.Select(KeyOf).Select(key => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(key.Partition, key.Row), ETag.All))], cancellation);

    public async Task<DateTimeOffset?> WrittenAtAsync(DueAccount entry, CancellationToken cancellation)
    {
        var (partition, row) = KeyOf(entry);
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellation);
        return found.HasValue ? found.Value!.GetDateTimeOffset("WrittenAt") : null;
    }

    public async IAsyncEnumerable<DueAccount> DueAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // '}' follows '|': every entry of this minute is included.
        var (day, minute) = (Day(now), Minute(now) + "}");
        var filter = TableClient.CreateQueryFilter($"PartitionKey lt {day} or (PartitionKey eq {day} and RowKey lt {minute})");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellation))
        {
            if (row.GetDateTimeOffset("HandedOutAt") > now - IDueIndex.HandedOutFor) continue;
            yield return Parse(row.PartitionKey, row.RowKey) with { Trace = row.GetString("Trace") };
        }
    }

    public async Task MarkAsync(DueAccount entry, DateTimeOffset now, CancellationToken cancellation)
    {
        var (partition, row) = KeyOf(entry);
        try
        {
            await _writes.SubmitAsync([new(TableTransactionActionType.UpdateMerge, new TableEntity(partition, row) { ["HandedOutAt"] = now }, ETag.All)], cancellation);
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            // Worked on already.
        }
    }

    public static (string Partition, string Row) KeyOf(DueAccount entry) =>
        (Day(entry.Moment), $"{Minute(entry.Moment)}|{entry.Account}|{entry.Version.ToString(CultureInfo.InvariantCulture)}{Suffixes[(int)entry.Purpose]}");

    /// <exception cref="FormatException">The keys are not those of an entry.</exception>
    public static DueAccount Parse(string partition, string row)
    {
        var parts = row.Split('|');
        var purpose = Array.IndexOf(Suffixes, parts.Length == 3 ? "" : "|" + parts[^1]);
        if (parts.Length is not (3 or 4) || purpose < 0) throw new FormatException($"not a due entry: {row}");
        var moment = DateTimeOffset.ParseExact(partition + parts[0], "yyyyMMddHHmm", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return new(AccountId.Parse(parts[1]), moment, long.Parse(parts[2], CultureInfo.InvariantCulture), (DuePurpose)purpose);
    }

    static string Day(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
    static string Minute(DateTimeOffset moment) => moment.UtcDateTime.ToString("HHmm", CultureInfo.InvariantCulture);
}
