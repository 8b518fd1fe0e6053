using System.Collections.Concurrent;
using Azure.Storage.Queues;
using Billing.Accounts;
using Billing.Documents;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Payments;
using Billing.Values;
using Microsoft.Extensions.DependencyInjection;

namespace Billing.Tests.Faults;

/// <summary>A message of a queue, hidden from others until it is done with.</summary>
/// <param name="Tries">How often it was received, this time included.</param>
sealed record Message(string Id, string Receipt, string Text, long Tries);

/// <summary>Where the services of a world keep what they keep, and what the Functions host does with their queues.</summary>
interface IStorage
{
    string Connection { get; }

    /// <summary>Puts into a composition what it needs to keep things here.</summary>
    void Compose(IServiceCollection services, Wire wire);
    /// <summary>Whether that timer function finds here what it works on.</summary>
    bool Runs(string timer);
    Task<Picture> PictureAsync(DateTimeOffset now, Api.StripeControl stripe, Crm crm);
    Task<IReadOnlyList<Message>> ReceiveAsync(string queue);

    /// <param name="isDone">Otherwise it comes again, or is poison by now.</param>
    Task ReturnAsync(string queue, Message message, bool isDone);
}

/// <summary>The emulator: a storage account of its own, with services that reach it over their <see cref="Wire"/> alone.</summary>
sealed class StorageInAzurite(string connection) : IStorage
{
    readonly QueueServiceClient queues = new(connection, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
    readonly ConcurrentDictionary<string, int> poison = new();

    /// <summary>The queues that something was put into since they were found empty; it costs to look at the others.</summary>
    readonly ConcurrentDictionary<string, bool> filled = new();

    StoredWorld? stored;

    public string Connection => connection;

    public void Compose(IServiceCollection services, Wire wire)
    {
        // The product's own adapters are there already.
        wire.Forwarded = request =>
        {
            if (request.Method == HttpMethod.Post && request.RequestUri!.Segments is [.., var queue, "messages"]) filled[queue.TrimEnd('/')] = true;
        };
    }

    public bool Runs(string timer) => true;

    public async Task<Picture> PictureAsync(DateTimeOffset now, Api.StripeControl stripe, Crm crm)
    {
        stored ??= new(connection, stripe);
        return await stored.PictureAsync(now, crm.ToldOf) with { Queues = filled.Keys.Select(queue => (queue, 1)).Concat(poison.Select(queue => (queue.Key, queue.Value))).ToDictionary() };
    }

    public async Task<IReadOnlyList<Message>> ReceiveAsync(string queue)
    {
        const int Most = 32;
        if (!filled.TryRemove(queue, out _)) return [];
        var received = (await queues.GetQueueClient(queue).ReceiveMessagesAsync(Most, TimeSpan.FromMinutes(1))).Value;
        if (received.Length == Most) filled[queue] = true;
        return [.. received.Select(message => new Message(message.MessageId, message.PopReceipt, message.MessageText, message.DequeueCount))];
    }

    public async Task ReturnAsync(string queue, Message message, bool isDone)
    {
        var client = queues.GetQueueClient(queue);
        if (!isDone && message.Tries < Host.MostTries)
        {
            await client.UpdateMessageAsync(message.Id, message.Receipt, message.Text, TimeSpan.Zero);
            filled[queue] = true;
            return;
        }
        if (!isDone) poison.AddOrUpdate($"{queue}-poison", 1, (_, before) => before + 1);
        await client.DeleteMessageAsync(message.Id, message.Receipt);
    }
}

/// <summary>Memory: the same ports, a hundred times as fast.</summary>
sealed class StorageInMemory : IStorage
{
    readonly InMemoryAccounts accounts = new();
    readonly InMemoryDueIndex due = new();
    readonly InMemoryNumbers numbers = new();
    readonly InMemoryOutside outside = new();
    readonly InMemoryArchive archive = new();
    readonly InMemoryDocumentIndex index = new();
    readonly InMemoryEvents events = new();
    readonly InMemoryQueues queues = new();

    public string Connection => "UseDevelopmentStorage=true";

    public void Compose(IServiceCollection services, Wire wire)
    {
        // Nothing is to be made in storage.
        services.Remove(services.Single(service => service.ImplementationType?.Name == "StorageSetup"));
        Add<IAccountStore>(accounts);
        Add<IDueIndex>(due);
        Add<IDocumentNumbers>(numbers);
        Add<IFindings>(outside);
        Add<INotificationStore>(outside);
        Add<IDocumentArchive>(archive);
        Add<IDocumentIndex>(index);
        Add<IProviderEvents>(events);
        Add<IAccountWork>(queues);
        Add<INotificationWork>(queues);
        Add<IProviderEventWork>(queues);

        void Add<T>(T port) where T : class => services.AddSingleton(Wired<T>.Of(port, wire));
    }

    // Housekeeping knows tables, not ports.
    public bool Runs(string timer) => timer is "CloseDueCycles" or "ReconcilePayments" or "SweepNotifications" or "SweepAccounts";

    public async Task<Picture> PictureAsync(DateTimeOffset now, Api.StripeControl stripe, Crm crm)
    {
        var (charges, refunds) = await stripe.MoneyAsync();
        return new(now, [.. accounts.Ids.Select(id => accounts.PictureOf(id) with
        {
            Untold = [.. outside.Told.Values.Where(waiting => waiting.Account == id).Select(waiting => waiting.Id)],
            Told = crm.ToldOf(id.Value),
            Files = archive.HashesOf(id),
            Charges = [.. charges[id.Value]],
            Refunds = [.. refunds[id.Value]],
        })])
        {
            Due = due.Entries,
            Inbox = events.Open,
            Queues = queues.Counts,
            Findings = [.. outside.Findings.Values],
            Index = index.Entries,
        };
    }

    public Task<IReadOnlyList<Message>> ReceiveAsync(string queue) => Task.FromResult(queues.Receive(queue));

    public Task ReturnAsync(string queue, Message message, bool isDone)
    {
        if (!isDone) queues.Return(message.Tries < Host.MostTries ? queue : $"{queue}-poison", message);
        return Task.CompletedTask;
    }
}

/// <summary>The queues of the service; what is received is gone until it is returned.</summary>
sealed class InMemoryQueues : IAccountWork, INotificationWork, IProviderEventWork
{
    readonly Lock gate = new();
    readonly Dictionary<string, List<Message>> queues = [];

    public IReadOnlyDictionary<string, int> Counts
    {
        get
        {
            lock (gate) return queues.ToDictionary(queue => queue.Key, queue => queue.Value.Count);
        }
    }

    public IReadOnlyList<Message> Receive(string queue)
    {
        lock (gate)
        {
            if (!queues.TryGetValue(queue, out var messages)) return [];
            List<Message> received = [.. messages.Select(message => message with { Tries = message.Tries + 1 })];
            messages.Clear();
            return received;
        }
    }

    public void Return(string queue, Message message)
    {
        lock (gate)
        {
            if (!queues.TryGetValue(queue, out var messages)) queues[queue] = messages = [];
            messages.Add(message);
        }
    }

    Task IAccountWork.EnqueueAsync(AccountId account, DueAccount? entry, CancellationToken cancellation) => Send(Adapters.Queues.AccountWorkQueue.Name, Adapters.Queues.AccountQueue.Text(account, entry));
    Task INotificationWork.EnqueueAsync(AccountId account, DueAccount? entry, CancellationToken cancellation) => Send(Adapters.Queues.CrmQueue.Name, Adapters.Queues.AccountQueue.Text(account, entry));
    Task IProviderEventWork.EnqueueAsync(string id, CancellationToken cancellation) => Send(Adapters.Queues.StripeEventQueue.Name, id);

    Task Send(string queue, string text)
    {
        Return(queue, new("", "", text, 0));
        return Task.CompletedTask;
    }
}

sealed class InMemoryEvents : IProviderEvents
{
    readonly Lock gate = new();
    readonly Dictionary<string, (ProviderEvent Event, bool IsOpen)> events = [];
    readonly Dictionary<string, AccountId?> postponed = [];
    readonly Dictionary<string, AccountId> customers = [];
    DateTimeOffset? readUntil;

    public IReadOnlyList<string> Open
    {
        get
        {
            lock (gate) return [.. events.Where(known => known.Value.IsOpen).Select(known => known.Key), .. postponed.Keys];
        }
    }

    public Task<bool> AddAsync(ProviderEvent happened, CancellationToken cancellation) => Locked(() => events.TryAdd(happened.Id, (happened, true)));

    public Task<ProviderEvent?> FindOpenAsync(string id, CancellationToken cancellation) =>
        Locked(() => events.TryGetValue(id, out var known) && known.IsOpen ? known.Event : null);

    public Task CloseAsync(string id, AccountId? account, CancellationToken cancellation) => Locked(() => events[id] = (events[id].Event, false));
    public Task PostponeAsync(string id, AccountId? account, CancellationToken cancellation) => Locked(() => postponed[id] = account);

    public IAsyncEnumerable<string> ListPostponedAsync(AccountId? account, CancellationToken cancellation)
    {
        lock (gate) return postponed.Where(waiting => account is null || waiting.Value == account).Select(waiting => waiting.Key).ToList().ToAsyncEnumerable();
    }

    public Task ForgetPostponedAsync(string id, CancellationToken cancellation) => Locked(() => postponed.Remove(id));
    public Task<DateTimeOffset?> FindReadUntilAsync(CancellationToken cancellation) => Locked(() => readUntil);
    public Task SetReadUntilAsync(DateTimeOffset at, CancellationToken cancellation) => Locked(() => readUntil = at);
    public Task LinkAsync(string customer, AccountId account, CancellationToken cancellation) => Locked(() => customers[customer] = account);
    public Task<AccountId?> FindAccountAsync(string customer, CancellationToken cancellation) => Locked(() => customers.TryGetValue(customer, out var account) ? account : (AccountId?)null);

    async Task<T> Locked<T>(Func<T> work)
    {
        await Task.Yield();
        lock (gate) return work();
    }
}
