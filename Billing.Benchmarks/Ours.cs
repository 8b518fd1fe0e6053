using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Billing.Accounts;
using Billing.Adapters.Queues;
using Billing.AddOns;
using Billing.Functions;
using Billing.Payments;
using Billing.Plans;
using Billing.Values;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Stripe;
using Account = Billing.Accounts.Account;

namespace Billing.Benchmarks;

/// <summary>A clock that stands where it was put.</summary>
sealed class PutClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;
    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>The product's own services in this process, over a world's storage and simulator, worked as the Functions host works them.</summary>
sealed class Ours : IAsyncDisposable
{
    /// <summary>As host.json has it: so many messages are fetched at once, and again when so many are left.</summary>
    public const int BatchSize = 16, NewBatchThreshold = 8;

    static readonly Actor Crm = new("crm", "service"), Owner = new("owner", "owner");

    readonly ServiceProvider _services;
    readonly QueueClient _queue;

    Ours(World world, ServiceProvider services, PutClock clock)
    {
        (_services, Clock) = (services, clock);
        _queue = new QueueServiceClient(world.Storage, new() { MessageEncoding = QueueMessageEncoding.Base64 }).GetQueueClient(AccountWorkQueue.Name);
        Work = ActivatorUtilities.CreateInstance<WorkFunctions>(services);
    }

    public PutClock Clock { get; }
    public WorkFunctions Work { get; }
    public Accounts.Accounts Accounts => _services.GetRequiredService<Accounts.Accounts>();
    public IAccountStore Store => _services.GetRequiredService<IAccountStore>();
    public IDueIndex Due => _services.GetRequiredService<IDueIndex>();

    public static async Task<Ours> StartAsync(World world, DateTimeOffset now)
    {
        var clock = new PutClock(now);
        var sample = new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "local.settings.sample.json")).Build().GetSection("Values").AsEnumerable(makePathsRelative: true);
        var settings = sample.Where(setting => setting.Value is not null).ToDictionary(setting => setting.Key.Replace("__", ":"), setting => setting.Value);
        settings["AzureWebJobsStorage"] = world.Storage;
        settings["Confirmation:Key"] = Convert.ToBase64String(new byte[32]);
        settings["Stripe:ApiKey"] = "sk_test_simulator";
        settings["Stripe:ApiBase"] = $"http://127.0.0.1:{world.StripePort}";
        settings["Stripe:WebhookSecret"] = "whsec_of_nobody";
        settings["Crm:WebhookUrl"] = settings["Crm:WebhookSecret"] = "";

        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(clock);
        services.AddBilling(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        var provider = services.BuildServiceProvider();
        foreach (var setup in provider.GetServices<IHostedService>().OfType<IHostedLifecycleService>()) await setup.StartingAsync(default);
        return new(world, provider, clock);
    }

    /// <summary>An account on Business with a card that pays and one running add-on, today.</summary>
    public async Task OpenAsync(AccountId id)
    {
        var details = new OpenAccount.Details(new($"Beispiel {id} GmbH", new("Hauptstraße 1", null, "10115", "Berlin", "DE"), $"rechnung@{id}.example", null), Language.German, "business");
        var terms = _services.GetRequiredService<Terms>();
        var stripe = _services.GetRequiredService<StripeClient>();
        var collections = _services.GetRequiredService<Collections>();
        await Accounts.OpenAsync(new(id, Crm, Clock.Now), today => OpenAccount.Open(id, details, terms, today, Clock.Now, Crm), default);
        var account = await collections.WithCustomerAsync((await Store.FindAsync(id, default))!.Account, Clock.Now, default);
        await stripe.V1.PaymentMethods.AttachAsync("pm_card_visa", new() { Customer = account.Customer });
        await collections.SyncMethodAsync((await Store.FindAsync(id, default))!, Clock.Now, default);
        await BookAsync(id);
    }

    /// <summary>Previews and books one user.</summary>
    public async Task BookAsync(AccountId id)
    {
        var terms = _services.GetRequiredService<Terms>();
        Task<Decision<Order>> Decide(Account account, DateOnly today, CancellationToken stop) => Task.FromResult(
            BookAddOn.Decide(account, terms, "users", 1, today).Then<Order>(booked => BookAddOn.Order(account, terms, booked, today)));
        var shown = (await Accounts.PreviewAsync(new(id, Owner, Clock.Now), Decide, default)).OrThrow();
        (await Accounts.OrderAsync(new(id, Owner, Clock.Now, Confirmation: shown.Confirmation), Decide, default)).OrThrow();
    }

    /// <summary>What the timer does every minute.</summary>
    public Task TickAsync() => Work.CloseDueCyclesAsync(new TimerInfo(), default);

    /// <summary>Works the queue until so many messages are done.</summary>
    public Task WorkAsync(int messages) => PumpAsync(_queue, messages, batch => batch.Select(message => Work.WorkAccountAsync(message.MessageText, default)));

    /// <summary>Fetches, works and deletes messages as the Functions host does.</summary>
    /// <param name="work">The work of a batch, a task a message.</param>
    public static async Task PumpAsync(QueueClient queue, int messages, Func<QueueMessage[], IEnumerable<Task>> work)
    {
        var running = new List<Task>();
        for (var fetched = 0; fetched < messages;)
        {
            while (running.Count > NewBatchThreshold) running.Remove(await Task.WhenAny(running));
            QueueMessage[] batch = await queue.ReceiveMessagesAsync(BatchSize, TimeSpan.FromMinutes(5));
            fetched += batch.Length;
            running.AddRange(batch.Zip(work(batch), async (message, task) =>
            {
                await task;
                await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
            }));
        }
        await Task.WhenAll(running);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

static class Decisions
{
    public static T OrThrow<T>(this Decision<T> decision) where T : class =>
        decision.IsRefused(out var refusal, out var value) ? throw new InvalidOperationException(refusal.Code) : value;
}
