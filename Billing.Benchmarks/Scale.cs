using System.Diagnostics;
using System.Globalization;
using Azure.Data.Tables;
using Billing.Accounts;
using Billing.Adapters.TableStorage;
using Billing.Values;

namespace Billing.Benchmarks;

/// <summary>
/// What a tick reads of the due index: with the accounts that are due alone, and with all the others beside them. Counted in requests and rows, not in
/// time: the emulator scans a table for every query, Azure does not.
/// </summary>
static class Scale
{
    static readonly DateTimeOffset Now = new(2026, 6, 5, 22, 1, 0, TimeSpan.Zero);

    public static async Task RunAsync(int accounts, int due)
    {
        using var requests = new Requests();
        await using var world = await World.StartAsync();
        await using var ours = await Ours.StartAsync(world, Now);
        var table = new TableServiceClient(world.Storage).GetTableClient("DueAccounts");

        // Due at this midnight; the others on one of the following thousand: for each row written the emulator looks its partition through.
        await FillAsync(table, 0, due, _ => Now.AddMinutes(-1));
        await ReadAsync("only those due");
        await FillAsync(table, due, accounts - due, account => Now.AddMinutes(-1).AddDays(1 + account % 1_000));
        await ReadAsync("with all others");

        async Task ReadAsync(string what)
        {
            var (before, rows, taken) = (requests.ToStorage(world), 0, Stopwatch.StartNew());
            await foreach (var _ in ours.Due.DueAsync(Now, default)) rows++;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{what,-16} {requests.ToStorage(world) - before,4} requests, {rows,7} rows read ({taken.Elapsed.TotalSeconds:0.0} s on the emulator)"));
        }
    }

    static async Task FillAsync(TableClient table, int first, int count, Func<int, DateTimeOffset> moment)
    {
        var entries = Enumerable.Range(first, count)
            .Select(account => TableDueIndex.KeyOf(new(AccountId.Parse($"account-{account}"), moment(account), 1, DuePurpose.Account)))
            .GroupBy(key => key.Partition).SelectMany(day => day.Chunk(100));
        await Parallel.ForEachAsync(entries, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (batch, stop) => await table.SubmitTransactionAsync(
            batch.Select(key => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity(key.Partition, key.Row) { ["WrittenAt"] = Now })), stop));
    }
}
