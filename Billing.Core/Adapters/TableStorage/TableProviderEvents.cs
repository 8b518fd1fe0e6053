using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Billing.Payments;
using Billing.Values;

namespace Billing.Adapters.TableStorage;

/// <summary>Stripe's events by id, and which account a customer is.</summary>
public sealed class TableProviderEvents(Tables tables) : IProviderEvents
{
    const string Event = "event", Link = "account";

    // Partitions beside those of the events; no id of Stripe's is a word.
    const string Postponed = "postponed", ReadUntil = "read-until";
    const int PurgedAtOnce = 16;
    const string Open = "open", Done = "done", Foreign = "foreign";

    public async Task<bool> AddAsync(ProviderEvent happened, CancellationToken cancellation)
    {
        try
        {
            await tables.StripeEvents.AddEntityAsync(new TableEntity(happened.Id, Event)
            {
                ["Type"] = happened.Type, ["At"] = happened.At, ["Account"] = happened.Account, ["Customer"] = happened.Customer, ["Intent"] = happened.Intent,
                ["State"] = Open,
            }, cancellation);
            return true;
        }
        catch (RequestFailedException known) when (known.Status == 409)
        {
            return false;
        }
    }

    public async Task<ProviderEvent?> FindOpenAsync(string id, CancellationToken cancellation)
    {
        var found = await tables.StripeEvents.GetEntityIfExistsAsync<TableEntity>(id, Event, cancellationToken: cancellation);
        return found.HasValue && found.Value is { } row && row.GetString("State") == Open
            ? new(id, row.GetString("Type"), row.GetDateTimeOffset("At")!.Value, row.GetString("Account"), row.GetString("Customer"), row.GetString("Intent"))
            : null;
    }

    public Task CloseAsync(string id, AccountId? account, CancellationToken cancellation) => tables.StripeEvents.UpdateEntityAsync(
        new TableEntity(id, Event) { ["State"] = account is null ? Foreign : Done, ["Account"] = account?.Value }, ETag.All, TableUpdateMode.Merge, cancellation);

    /// <summary>Forgets events of before that day that are done with: at most so many, by a range of their ids. How many it was.</summary>
    public async Task<int> PurgeAsync(DateOnly before, int most, CancellationToken cancellation)
    {
        var purged = 0;
        var past = tables.StripeEvents.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey lt {before.ToString("yyyyMMdd", CultureInfo.InvariantCulture)} and State ne {Open}"),
            Math.Min(most, 1000), ["PartitionKey", "RowKey"], cancellation);
        await Parallel.ForEachAsync(past.Take(most), new ParallelOptions { MaxDegreeOfParallelism = PurgedAtOnce, CancellationToken = cancellation }, async (row, stop) =>
        {
            await tables.StripeEvents.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, stop);
            Interlocked.Increment(ref purged);
        });
        return purged;
    }

    public Task PostponeAsync(string id, AccountId? account, CancellationToken cancellation) =>
        tables.StripeEvents.UpsertEntityAsync(new TableEntity(Postponed, id) { ["Account"] = account?.Value }, TableUpdateMode.Replace, cancellation);

    public async IAsyncEnumerable<string> ListPostponedAsync(AccountId? account, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var filter = account is { } of
            ? TableClient.CreateQueryFilter($"PartitionKey eq {Postponed} and Account eq {of.Value}") : TableClient.CreateQueryFilter($"PartitionKey eq {Postponed}");
        await foreach (var row in tables.StripeEvents.QueryAsync<TableEntity>(filter, cancellationToken: cancellation)) yield return row.RowKey;
    }

    public Task ForgetPostponedAsync(string id, CancellationToken cancellation) => tables.StripeEvents.DeleteEntityAsync(Postponed, id, ETag.All, cancellation);

    public async Task<DateTimeOffset?> FindReadUntilAsync(CancellationToken cancellation)
    {
        var found = await tables.StripeEvents.GetEntityIfExistsAsync<TableEntity>(ReadUntil, ReadUntil, cancellationToken: cancellation);
        return found.HasValue ? found.Value!.GetDateTimeOffset("At") : null;
    }

    public Task SetReadUntilAsync(DateTimeOffset at, CancellationToken cancellation) =>
        tables.StripeEvents.UpsertEntityAsync(new TableEntity(ReadUntil, ReadUntil) { ["At"] = at }, TableUpdateMode.Replace, cancellation);

    public Task LinkAsync(string customer, AccountId account, CancellationToken cancellation) =>
        tables.Customers.UpsertEntityAsync(new TableEntity(customer, Link) { ["Account"] = account.Value }, TableUpdateMode.Replace, cancellation);

    public async Task<AccountId?> FindAccountAsync(string customer, CancellationToken cancellation)
    {
        var found = await tables.Customers.GetEntityIfExistsAsync<TableEntity>(customer, Link, cancellationToken: cancellation);
        return found.HasValue ? AccountId.Parse(found.Value!.GetString("Account")) : null;
    }
}
