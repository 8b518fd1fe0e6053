using System.Text.Json;
using Azure.Storage.Queues;
using Billing.Accounts;
using Billing.Adapters.TableStorage;
using Billing.Outbox;
using Billing.Values;

namespace Billing.Adapters.Queues;

/// <summary>The queues, named as the functions that are triggered by them name them.</summary>
/// <param name="service">Must encode messages as base64, as the Functions host expects.</param>
public sealed class StorageQueues(QueueServiceClient service) : IAccountWork, ICrmNotifications
{
    public const string AccountWork = "account-work";
    public const string CrmNotifications = "crm-notifications";

    readonly QueueClient _accountWork = service.GetQueueClient(AccountWork);
    readonly QueueClient _crmNotifications = service.GetQueueClient(CrmNotifications);

    /// <summary>The account's id, and behind it, where there is one, the keys of the due entry.</summary>
    public Task EnqueueAsync(AccountId account, DueAccount? entry, CancellationToken cancellation)
    {
        var text = account.Value;
        if (entry is not null)
        {
            var (partition, row) = TableDueIndex.KeyOf(entry);
            text += $" {partition} {row}";
        }
        return _accountWork.SendMessageAsync(text, cancellation);
    }

    /// <exception cref="FormatException">The message is none that <see cref="EnqueueAsync(AccountId, DueAccount?, CancellationToken)"/> wrote.</exception>
    public static (AccountId Account, DueAccount? Entry) ReadAccountWork(string message)
    {
        var parts = message.Split(' ');
        return (AccountId.Parse(parts[0]), parts.Length == 3 ? TableDueIndex.Parse(parts[1], parts[2]) : null);
    }

    public Task EnqueueAsync(CrmEvent notification, CancellationToken cancellation) =>
        _crmNotifications.SendMessageAsync(JsonText.Of(notification), cancellation);

    /// <exception cref="JsonException">The message is none of ours.</exception>
    public static CrmEvent ReadCrmNotification(string message) => JsonText.Read<CrmEvent>(message);

    public async Task CreateAsync(CancellationToken cancellation)
    {
        await _accountWork.CreateIfNotExistsAsync(cancellationToken: cancellation);
        await _crmNotifications.CreateIfNotExistsAsync(cancellationToken: cancellation);
    }

    /// <summary>Throws if the service does not answer.</summary>
    public Task PingAsync(CancellationToken cancellation) => _accountWork.GetPropertiesAsync(cancellation);
}
