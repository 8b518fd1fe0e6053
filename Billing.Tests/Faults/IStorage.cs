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
    readonly QueueServiceClient _queues = new(connection, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
    readonly ConcurrentDictionary<string, int> _poison = new();

    /// <summary>The queues that something was put into since they were found empty; it costs to look at the others.</summary>
    readonly ConcurrentDictionary<string, bool> _filled = new();

    StoredWorld? _stored;

    public string Connection => connection;

    public void Compose(IServiceCollection services, Wire wire)
    {
        // The product's own adapters are there already.
        wire.Forwarded = request =>
        {
            if (request.Method == HttpMethod.Post && request.RequestUri!.Segments is [.., var queue, "messages"]) _filled[queue.TrimEnd('/')] = true;
        };
    }

    public bool Runs(string timer) => true;

    public async Task<Picture> PictureAsync(DateTimeOffset now, Api.StripeControl stripe, Crm crm)
    {
        _stored ??= new(connection, stripe);
        return await _stored.PictureAsync(now, crm.ToldOf) with { Queues = _filled.Keys.Select(queue => (queue, 1)).Concat(_poison.Select(queue => (queue.Key, queue.Value))).ToDictionary() };
    }

    public async Task<IReadOnlyList<Message>> ReceiveAsync(string queue)
    {
        const int Most = 32;
        if (!_filled.TryRemove(queue, out _)) return [];
        var received = (await _queues.GetQueueClient(queue).ReceiveMessagesAsync(Most, TimeSpan.FromMinutes(1))).Value;
        if (received.Length == Most) _filled[queue] = true;
        return [.. received.Select(message => new Message(message.MessageId, message.PopReceipt, message.MessageText, message.DequeueCount))];
    }

    public async Task ReturnAsync(string queue, Message message, bool isDone)
    {
        var client = _queues.GetQueueClient(queue);
        if (!isDone && message.Tries < Host.MostTries)
        {
            await client.UpdateMessageAsync(message.Id, message.Receipt, message.Text, TimeSpan.Zero);
            _filled[queue] = true;
            return;
        }
        if (!isDone) _poison.AddOrUpdate($"{queue}-poison", 1, (_, before) => before + 1);
        await client.DeleteMessageAsync(message.Id, message.Receipt);
    }
}

/// <summary>Memory: the same ports, a hundred times as fast.</summary>
sealed class StorageInMemory : IStorage
{
    readonly InMemoryAccounts _accounts = new();
    readonly InMemoryDueIndex _due = new();
    readonly InMemoryNumbers _numbers = new();
    readonly InMemoryOutside _outside = new();
    readonly InMemoryArchive _archive = new();
    readonly InMemoryDocumentIndex _index = new();
    readonly InMemoryEvents _events = new();
    readonly InMemoryQueues _queues = new();

    public string Connection => "UseDevelopmentStorage=true";

    public void Compose(IServiceCollection services, Wire wire)
    {
        // Nothing is to be made in storage.
        services.Remove(services.Single(service => service.ImplementationType?.Name == "StorageSetup"));
        Add<IAccountStore>(_accounts);
        Add<IDueIndex>(_due);
        Add<IDocumentNumbers>(_numbers);
        Add<IFindings>(_outside);
        Add<INotificationStore>(_outside);
        Add<IDocumentArchive>(_archive);
        Add<IDocumentIndex>(_index);
        Add<IProviderEvents>(_events);
        Add<IAccountWork>(_queues);
        Add<INotificationWork>(_queues);
        Add<IProviderEventWork>(_queues);

        void Add<T>(T port) where T : class => services.AddSingleton(Wired<T>.Of(port, wire));
    }

    // Housekeeping knows tables, not ports.
    public bool Runs(string timer) => timer is "CloseDueCycles" or "ReconcilePayments" or "SweepNotifications" or "SweepAccounts";

    public async Task<Picture> PictureAsync(DateTimeOffset now, Api.StripeControl stripe, Crm crm)
    {
        var (charges, refunds) = await stripe.MoneyAsync();
        return new(now, [.. _accounts.Ids.Select(id => _accounts.PictureOf(id) with
        {
            Untold = [.. _outside.Told.Values.Where(waiting => waiting.Account == id).Select(waiting => waiting.Id)],
            Told = crm.ToldOf(id.Value),
            Files = _archive.HashesOf(id),
            Charges = [.. charges[id.Value]],
            Refunds = [.. refunds[id.Value]],
        })])
        {
            Due = _due.Entries,
            Inbox = _events.Open,
            Queues = _queues.Counts,
            Findings = [.. _outside.Findings.Values],
            Index = _index.Entries,
        };
    }

    public Task<IReadOnlyList<Message>> ReceiveAsync(string queue) => Task.FromResult(_queues.Receive(queue));

    public Task ReturnAsync(string queue, Message message, bool isDone)
    {
        if (!isDone) _queues.Return(message.Tries < Host.MostTries ? queue : $"{queue}-poison", message);
        return Task.CompletedTask;
    }
}

/// <summary>The queues of the service; what is received is gone until it is returned.</summary>
sealed class InMemoryQueues : IAccountWork, INotificationWork, IProviderEventWork
{
    readonly Lock _gate = new();
    readonly Dictionary<string, List<Message>> _queues = [];

    public IReadOnlyDictionary<string, int> Counts
    {
        get
        {
            lock (_gate) return _queues.ToDictionary(queue => queue.Key, queue => queue.Value.Count);
        }
    }

    public IReadOnlyList<Message> Receive(string queue)
    {
        lock (_gate)
        {
            if (!_queues.TryGetValue(queue, out var messages)) return [];
            List<Message> received = [.. messages.Select(message => message with { Tries = message.Tries + 1 })];
            messages.Clear();
            return received;
        }
    }

    public void Return(string queue, Message message)
    {
        lock (_gate)
        {
            if (!_queues.TryGetValue(queue, out var messages)) _queues[queue] = messages = [];
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
    readonly Lock _gate = new();
    readonly Dictionary<string, (ProviderEvent Event, bool IsOpen)> _events = [];
    readonly Dictionary<string, AccountId?> _postponed = [];
    readonly Dictionary<string, AccountId> _customers = [];
    DateTimeOffset? _readUntil;

    public IReadOnlyList<string> Open
    {
        get
        {
            lock (_gate) return [.. _events.Where(known => known.Value.IsOpen).Select(known => known.Key), .. _postponed.Keys];
        }
    }

    public Task<bool> AddAsync(ProviderEvent happened, CancellationToken cancellation) => Locked(() => _events.TryAdd(happened.Id, (happened, true)));

    public Task<ProviderEvent?> FindOpenAsync(string id, CancellationToken cancellation) =>
        Locked(() => _events.TryGetValue(id, out var known) && known.IsOpen ? known.Event : null);

    public Task CloseAsync(string id, AccountId? account, CancellationToken cancellation) => Locked(() => _events[id] = (_events[id].Event, false));
    public Task PostponeAsync(string id, AccountId? account, CancellationToken cancellation) => Locked(() => _postponed[id] = account);

    public IAsyncEnumerable<string> ListPostponedAsync(AccountId? account, CancellationToken cancellation)
    {
        lock (_gate) return _postponed.Where(waiting => account is null || waiting.Value == account).Select(waiting => waiting.Key).ToList().ToAsyncEnumerable();
    }

    public Task ForgetPostponedAsync(string id, CancellationToken cancellation) => Locked(() => _postponed.Remove(id));
    public Task<DateTimeOffset?> FindReadUntilAsync(CancellationToken cancellation) => Locked(() => _readUntil);
    public Task SetReadUntilAsync(DateTimeOffset at, CancellationToken cancellation) => Locked(() => _readUntil = at);
    public Task LinkAsync(string customer, AccountId account, CancellationToken cancellation) => Locked(() => _customers[customer] = account);
    public Task<AccountId?> FindAccountAsync(string customer, CancellationToken cancellation) => Locked(() => _customers.TryGetValue(customer, out var account) ? account : (AccountId?)null);

    async Task<T> Locked<T>(Func<T> work)
    {
        await Task.Yield();
        lock (_gate) return work();
    }
}
