using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Billing.Accounts;
using Billing.Values;

namespace Billing.Adapters.TableStorage;

/// <summary>
/// Which lines of which journals name a member of the provider's staff, by day, so that those whose time has come are found without looking
/// through the journals. Partition = UTC day <c>yyyyMMdd</c>, row = <c>account|sequence</c>. Written before the line is, so it may hold too much.
/// </summary>
public sealed class TableStaffActions(Tables tables)
{
    public async Task AddAsync(AccountId account, IEnumerable<JournalEntry> journal, CancellationToken cancellation)
    {
        foreach (var entry in journal.Where(entry => entry.By.IsStaff))
            await tables.StaffActions.UpsertEntityAsync(
                new TableEntity(Day(entry.At), $"{account}|{entry.Sequence.ToString(CultureInfo.InvariantCulture)}"), TableUpdateMode.Replace, cancellation);
    }

    /// <summary>Puts pseudonyms into the lines of before that moment's day: at most so many. How many it was.</summary>
    public async Task<int> PseudonymiseAsync(DateTimeOffset before, Pseudonyms pseudonyms, int most, CancellationToken cancellation)
    {
        var done = 0;
        await foreach (var action in tables.StaffActions.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey lt {Day(before)}"), cancellationToken: cancellation).Take(most))
        {
            var (account, sequence) = action.RowKey.Split('|') is [var id, var place] ? (AccountId.Parse(id), int.Parse(place, CultureInfo.InvariantCulture)) : throw new FormatException($"not a line of a journal: {action.RowKey}");
            var row = await tables.Accounts.GetEntityIfExistsAsync<TableEntity>(account.Value, Rows.Journal(sequence), cancellationToken: cancellation);
            // The commit may never have happened, and another one have taken its place.
            if (row.HasValue && Rows.Read<JournalEntry>(row.Value!) is { By.IsStaff: true } entry && entry.At < before && !Pseudonyms.IsOne(entry.By.User))
                await tables.Accounts.UpdateEntityAsync(Rows.Of(account, entry with { By = entry.By with { User = pseudonyms.Of(entry.By.User) } }), row.Value!.ETag, TableUpdateMode.Replace, cancellation);
            await tables.StaffActions.DeleteEntityAsync(action.PartitionKey, action.RowKey, ETag.All, cancellation);
            done++;
        }
        return done;
    }

    static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
