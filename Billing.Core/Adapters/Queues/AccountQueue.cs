using Azure.Storage.Queues;
using Billing.Accounts;
using Billing.Adapters.TableStorage;
using Billing.Outbox;
using Billing.Payments;
using Billing.Telemetry;
using Billing.Values;

namespace Billing.Adapters.Queues;

/// <summary>A queue of accounts, as the functions that it triggers read it.</summary>
/// <param name="service">Must encode messages as base64, as the Functions host expects.</param>
public abstract class AccountQueue(QueueServiceClient service, string name)
{
    readonly QueueClient _queue = service.GetQueueClient(name);

    /// <summary>The account's id, and behind it, where there are such, the keys of the due entry and the traceparent.</summary>
    public Task EnqueueAsync(AccountId account, DueAccount? entry, CancellationToken cancellation)
    {
        var text = Text(account, entry);
        return BillingTraces.SendAsync(
            _queue.Name, account.Value, handedOut: entry is not null, entry?.Trace, trace => _queue.SendMessageAsync(trace is null ? text : $"{text} {trace}", cancellation));
    }

    /// <summary>Works on a message, in the trace that it came with.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public static Task ProcessAsync(string queue, string message, Func<AccountId, DueAccount?, Task> work)
    {
        var (account, entry) = Read(message);
        return BillingTraces.ProcessAsync(queue, account.Value, BillingTraces.Split(message).Traceparent, () => work(account, entry));
    }

    /// <summary>The account's id, and behind it, where there is one, the keys of the due entry.</summary>
    public static string Text(AccountId account, DueAccount? entry)
    {
        if (entry is null) return account.Value;
        var (partition, row) = TableDueIndex.KeyOf(entry);
        return $"{account} {partition} {row}";
    }

    /// <exception cref="FormatException">The message is none that <see cref="Text"/> wrote.</exception>
    public static (AccountId Account, DueAccount? Entry) Read(string message)
    {
        var parts = BillingTraces.Split(message).Message.Split(' ');
        return (AccountId.Parse(parts[0]), parts.Length == 3 ? TableDueIndex.Parse(parts[1], parts[2]) : null);
    }

    public Task CreateAsync(CancellationToken cancellation) => _queue.CreateIfNotExistsAsync(cancellationToken: cancellation);

    /// <summary>Throws if the service does not answer.</summary>
    public Task PingAsync(CancellationToken cancellation) => _queue.GetPropertiesAsync(cancellation);
}

/// <summary>Accounts to be worked on.</summary>
public sealed class AccountWorkQueue(QueueServiceClient service) : AccountQueue(service, Name), IAccountWork
{
    public const string Name = "account-work";
}

/// <summary>Accounts of which the CRM is to be told.</summary>
public sealed class CrmQueue(QueueServiceClient service) : AccountQueue(service, Name), INotificationWork
{
    public const string Name = "crm-notifications";
}

/// <summary>Stripe's events, by id.</summary>
public sealed class StripeEventQueue(QueueServiceClient service) : IProviderEventWork
{
    public const string Name = "stripe-events";

    readonly QueueClient _queue = service.GetQueueClient(Name);

    /// <summary>The id, and behind it the traceparent where there is one.</summary>
    public Task EnqueueAsync(string id, CancellationToken cancellation) => BillingTraces.SendAsync(
        Name, account: null, handedOut: false, promised: null, trace => _queue.SendMessageAsync(trace is null ? id : $"{id} {trace}", cancellation));

    /// <summary>Works on a message, in the trace that it came with.</summary>
    public static Task ProcessAsync(string message, Func<string, Task> work)
    {
        var (id, trace) = BillingTraces.Split(message);
        return BillingTraces.ProcessAsync(Name, account: null, trace, () => work(id));
    }

    public Task CreateAsync(CancellationToken cancellation) => _queue.CreateIfNotExistsAsync(cancellationToken: cancellation);
}
