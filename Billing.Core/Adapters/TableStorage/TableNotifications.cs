using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Billing.Accounts;
using Billing.Outbox;
using Billing.Values;

namespace Billing.Adapters.TableStorage;

/// <summary>Notifications on their way: partition = account, row = version and place, so that a range read has them in order.</summary>
public sealed class TableNotifications(Tables tables) : INotificationStore
{
    readonly TableClient _table = tables.Notifications;
    readonly SharedBatches _writes = new(tables.Notifications);

    public Task AddAsync(IReadOnlyList<CrmEvent> notifications, CancellationToken cancellation) => _writes.SubmitAsync(
        [.. notifications.Select(told => new TableTransactionAction(
            TableTransactionActionType.UpsertReplace, new TableEntity(told.Account.Value, Key(told)) { ["Json"] = JsonText.Of(told), ["TryAt"] = told.At }))], cancellation);

    public async Task<ImmutableArray<CrmEvent>> ListAsync(AccountId account, int limit, CancellationToken cancellation)
    {
        var waiting = ImmutableArray.CreateBuilder<CrmEvent>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {account.Value}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, maxPerPage: limit, cancellationToken: cancellation))
        {
            waiting.Add(JsonText.Read<CrmEvent>(row.GetString("Json")));
            if (waiting.Count == limit) break;
        }
        return waiting.ToImmutable();
    }

    public Task DeleteAsync(IReadOnlyList<CrmEvent> notifications, CancellationToken cancellation) => _writes.SubmitAsync(
        [.. notifications.Select(told => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(told.Account.Value, Key(told)), ETag.All))], cancellation);

    public async Task PostponeAsync(CrmEvent notification, DateTimeOffset until, CancellationToken cancellation)
    {
        try
        {
            await _table.UpdateEntityAsync(new TableEntity(notification.Account.Value, Key(notification)) { ["TryAt"] = until }, ETag.All, TableUpdateMode.Merge, cancellation);
        }
        catch (RequestFailedException taken) when (taken.Status == 404)
        {
            // Somebody else told it.
        }
    }

    public async IAsyncEnumerable<AccountId> FindStalledAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? last = null;
        await foreach (var row in _table.QueryAsync<TableEntity>(select: ["PartitionKey", "TryAt"], cancellationToken: cancellation))
        {
            // Only the oldest of an account is ever tried; they come in order.
            if (row.PartitionKey != last && row.GetDateTimeOffset("TryAt") < before) yield return AccountId.Parse(row.PartitionKey);
            last = row.PartitionKey;
        }
    }

    static string Key(CrmEvent notification) =>
        string.Create(CultureInfo.InvariantCulture, $"{notification.Version:D12}|{notification.Place:D3}");
}
