using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Billing.Local.World;

namespace Billing.Tests.Api;

/// <summary>The ports and the clock that name an outside world: every service on them shares storage and time.</summary>
public sealed record Place(int StoragePort, int StripePort, string? Clock)
{
    static int _next = 20_000 + Random.Shared.Next(1_000) * 10;

    /// <summary>The connection string of its storage.</summary>
    internal string Storage => new StorageEmulator(StoragePort).ConnectionString;

    public static Place New(string? clock = null)
    {
        var port = FreePorts(4);
        return new(port, port + 3, clock);
    }

    /// <summary>The first of so many free ports in a row, below those that the system gives out itself.</summary>
    public static int FreePorts(int count)
    {
        while (true)
        {
            var first = Interlocked.Add(ref _next, 10) is var port && port < 32_000 ? port : Interlocked.Exchange(ref _next, 20_000);
            if (Enumerable.Range(first, count).All(Ports.IsFree)) return first;
        }
    }
}

/// <summary>One process of ours, started as on any machine, with the last of what it said.</summary>
public sealed class Running : IAsyncDisposable
{
    static readonly TimeSpan Starts = TimeSpan.FromSeconds(90);

    readonly Process _process;
    readonly ConcurrentQueue<string> _said = new();

    public IEnumerable<string> Said => _said;

    Running(Process process) => _process = process;

    public static async Task<Running> StartAsync(string program, Place place, int port, Func<Task<bool>> ready, params (string Name, string Value)[] more)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program));
        (string Name, object? Value)[] settings =
            [("Port", port), ("StripePort", place.StripePort), ("StoragePort", place.StoragePort), ("Clock", place.Clock), ("Persist", "false"), ("Demo", "false")];
        foreach (var (name, value) in settings) start.Environment["Local__" + name] = Convert.ToString(value, CultureInfo.InvariantCulture);
        start.Environment["Stripe__WebhookSecret"] = StripeControl.Secret;
        // A process that lives for minutes never earns back what it costs to measure how its code is used, and hardly a second compilation: that
        // begins only after twelve seconds (0x3000 ms) in which nothing new was compiled.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = "3000";
        foreach (var (name, value) in more) start.Environment[name] = value;

        var running = new Running(Process.Start(start)!);
        running._process.OutputDataReceived += (_, line) => running.Hear(line.Data);
        running._process.ErrorDataReceived += (_, line) => running.Hear(line.Data);
        running._process.BeginOutputReadLine();
        running._process.BeginErrorReadLine();
        for (var waited = Stopwatch.StartNew(); !await ready(); await Task.Delay(50))
        {
            if (running._process.HasExited || waited.Elapsed > Starts)
                throw new InvalidOperationException($"{program} does not start:\n{string.Join('\n', running._said)}");
        }
        return running;
    }

    /// <summary>Storage, simulator and clock alone: they outlive the services that use them.</summary>
    public static Task<Running> WorldAsync(Place place) => StartAsync("Billing.Local.dll", place, Place.FreePorts(1), () => ListensAsync(place));

    /// <summary>SIGKILL, to this process alone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: it stops what it has started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal.Terminate(_process.Id);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _process.Dispose();
    }

    static async Task<bool> ListensAsync(Place place)
    {
        foreach (var port in Enumerable.Range(place.StoragePort, 4))
        {
            if (!await Programs.ListensAsync(port)) return false;
        }
        return true;
    }

    void Hear(string? line)
    {
        if (line is null) return;
        NothingSecretIsSaid.Hear(line);
        _said.Enqueue(line);
        if (_said.Count > 200) _said.TryDequeue(out _);
    }
}

/// <summary>The Stripe simulator, steered as its customers, banks and outages would.</summary>
public sealed class StripeControl(int port)
{
    /// <summary>What every service of the tests takes its webhooks' signatures for.</summary>
    public const string Secret = "whsec_of_the_api_tests";

    static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Finishes a hosted session with a card or an IBAN.</summary>
    public Task<Answer> CompleteAsync(string url, string number) =>
        SendAsync(HttpMethod.Post, $"_simulator/sessions/{url.Split('/')[^1]}/complete", char.IsLetter(number[0]) ? new { iban = number } : new { card = number });

    public Task<Answer> CompleteAsync(string url, string number, int expiryMonth, int expiryYear) =>
        SendAsync(HttpMethod.Post, $"_simulator/sessions/{url.Split('/')[^1]}/complete", new { card = number, exp_month = expiryMonth, exp_year = expiryYear });

    /// <summary>The bank issues a new card and tells Stripe by itself.</summary>
    public async Task RenewCardAsync(string method, int expiryMonth, int expiryYear) =>
        (await SendAsync(HttpMethod.Post, $"_simulator/payment_methods/{method}/automatic_update", new { exp_month = expiryMonth, exp_year = expiryYear })).Ok();

    /// <summary>All payment intents of an account, newest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> IntentsAsync(string account) =>
        (await SendAsync(HttpMethod.Get, $"_simulator/payment_intents?account={account}")).Ok().Items("data");

    public async Task<IReadOnlyList<JsonElement>> RefundsAsync(string account) =>
        (await SendAsync(HttpMethod.Get, $"_simulator/refunds?account={account}")).Ok().Items("data");

    /// <summary>Everything of a kind, newest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> AllAsync(string kind, string filter = "")
    {
        var all = new List<JsonElement>();
        for (var more = true; more;)
        {
            var page = await ByHandAsync(HttpMethod.Get, $"{kind}?limit=100&{filter}{(all.Count == 0 ? "" : $"&starting_after={all[^1].Text("id")}")}");
            all.AddRange(page.Items("data"));
            more = page.GetProperty("has_more").GetBoolean();
        }
        return all;
    }

    /// <summary>All payments and refunds, as they stand there now, by the account that they name.</summary>
    internal async Task<(ILookup<string, Charge> Charges, ILookup<string, GivenBack> Refunds)> MoneyAsync()
    {
        var intents = await AllAsync("payment_intents");
        var refunds = await AllAsync("refunds");
        var lost = (await AllAsync("disputes")).Where(dispute => dispute.Text("status") == "lost").ToLookup(dispute => dispute.Text("payment_intent"), dispute => dispute.Cents("amount"));
        var refunded = refunds.Where(refund => refund.Text("status") is not ("failed" or "canceled")).ToLookup(refund => refund.Text("payment_intent"), refund => refund.Cents("amount"));
        var accountOf = intents.ToDictionary(intent => intent.Text("id"), intent => Metadata(intent, "account") ?? "");
        return (
            intents.ToLookup(intent => accountOf[intent.Text("id")], intent => new Charge(
                intent.Text("id"), Metadata(intent, "invoice"), Metadata(intent, "attempt"), intent.Text("status"), new(intent.Cents("amount")),
                new(refunded[intent.Text("id")].Sum()), new(lost[intent.Text("id")].Sum()))),
            refunds.ToLookup(refund => accountOf[refund.Text("payment_intent")], refund => new GivenBack(
                refund.Text("id"), refund.Text("payment_intent"), Metadata(refund, "attempt"), Metadata(refund, "credit_note"), refund.Text("status"), new(refund.Cents("amount")))));
    }

    public async Task ReturnAsync(string intent) => (await SendAsync(HttpMethod.Post, $"_simulator/payment_intents/{intent}/return")).Ok();
    public async Task DetachAsync(string customer) => (await SendAsync(HttpMethod.Post, $"_simulator/customers/{customer}/detach")).Ok();

    /// <summary>The next requests of this kind fail so.</summary>
    public Task FailAsync(string on, string how, int times = 1) => FailAsync([(on, how, times)]);

    public async Task FailAsync(IEnumerable<(string On, string How, int Times)> faults) => (await SendAsync(
        HttpMethod.Put, "_simulator/faults", new { faults = faults.Select(fault => new { on = fault.On, times = fault.Times, @do = fault.How }) })).Ok();

    /// <summary>Nothing fails any more.</summary>
    public Task RecoverAsync() => FailAsync([]);

    /// <summary>How many of Stripe's customers name the account.</summary>
    public async Task<int> CustomersAsync(string account) =>
        (await ByHandAsync(HttpMethod.Get, "customers?limit=100")).Items("data").Count(customer => customer.GetProperty("metadata").Text("account") == account);

    /// <summary>Whether the faults to come have all come.</summary>
    public async Task<bool> HasFailedAsync() => (await SendAsync(HttpMethod.Get, "_simulator/faults")).Ok().Items("faults").Count == 0;

    public async Task DeliverAsync(string webhooks) => (await SendAsync(HttpMethod.Put, "_simulator/faults", new { webhooks })).Ok();

    /// <summary>Something that somebody does at Stripe by hand.</summary>
    public async Task<JsonElement> ByHandAsync(HttpMethod method, string path, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{port}/v1/{path}");
        request.Headers.Authorization = new("Bearer", "sk_test_by_hand");
        if (fields.Length > 0) request.Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await Http.SendAsync(request);
        return (await Answer.OfAsync(response)).Ok();
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{port}/{path}");
        if (body is not null) request.Content = System.Net.Http.Json.JsonContent.Create(body);
        using var response = await Http.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    static string? Metadata(JsonElement item, string name) => item.GetProperty("metadata").TryGetProperty(name, out var value) ? value.GetString() : null;
}

/// <summary>The billing service as a process of its own, and what a caller can ask of it.</summary>
public sealed class Service : IAsyncDisposable
{
    readonly ConcurrentDictionary<(string? Account, string Role, string? User), Task<string>> _tokens = new();
    readonly HttpClient _http;
    Running? _running;

    Service(Place place) : this(place, Place.FreePorts(1), new SocketsHttpHandler { UseProxy = false })
    {
    }

    /// <summary>A service that is reached by something else than a port.</summary>
    internal Service(Place place, int port, HttpMessageHandler server)
    {
        (Place, Port) = (place, port);
        _http = new(new ContractHandler(server))
        {
            BaseAddress = new($"http://localhost:{Port}/"),
            Timeout = TimeSpan.FromMinutes(int.TryParse(Environment.GetEnvironmentVariable("STORM_ACCOUNTS"), out _) ? 60 : 10), // A walk with many takes as long as it takes.
        };
    }

    public Place Place { get; }
    public int Port { get; }

    /// <summary>What tests ask of the Stripe simulator.</summary>
    public StripeControl Stripe => new(Place.StripePort);

    public static async Task<Service> StartAsync(Place place, params (string Name, string Value)[] settings)
    {
        var service = new Service(place);
        service._running = await Running.StartAsync("Billing.Functions.dll", place, service.Port, service.IsReadyAsync, settings);
        return service;
    }

    /// <summary>The last lines of its log.</summary>
    public IEnumerable<string> Said => _running!.Said;

    public Task KillAsync() => _running!.KillAsync();

    public async ValueTask DisposeAsync()
    {
        if (_running is not null) await _running.DisposeAsync();
        _http.Dispose();
    }

    /// <summary>A token of the local authority; the same for the same question.</summary>
    public Task<string> TokenAsync(string role, string? account = null, string? user = null) =>
        _tokens.GetOrAdd((account, role, user), async _ =>
            (await SendAsync(HttpMethod.Post, "local/token", new { accountId = account, role, sub = user })).Ok().Text("token"));

    public async Task<DateTimeOffset> NowAsync() => (await SendAsync(HttpMethod.Get, "local/clock")).Ok().GetProperty("now").GetDateTimeOffset();

    /// <summary>Moves the clock there; answers when all is quiet.</summary>
    public async Task WalkAsync(DateTimeOffset to) => (await SendAsync(HttpMethod.Put, "local/clock", new { now = LocalClock.Text(to) })).Ok();

    /// <summary>What hosts on one storage have left there and told the CRM, read past them.</summary>
    /// <param name="only">Of these accounts alone.</param>
    internal static async Task<Picture> PictureAsync(IReadOnlyList<Service> hosts, IEnumerable<Customer> only)
    {
        var place = hosts[0].Place;
        var told = new List<(string Account, Told Told)>();
        foreach (var host in hosts)
        {
            var heard = (await host.SendAsync(HttpMethod.Get, "local/notifications")).Ok().Items("notifications").Select(notification => notification.GetProperty("body"));
            told.AddRange(heard.Select(body => (body.Text("account"), Faults.Crm.Read(body))));
        }
        var toldOf = told.ToLookup(told => told.Account, told => told.Told);
        var world = new StoredWorld(place.Storage, hosts[0].Stripe);
        var picture = await world.PictureAsync(await hosts[0].NowAsync(), account => [.. toldOf[account]], only.Select(customer => customer.Id).ToHashSet());
        return picture with { Queues = await world.CountAsync() };
    }

    public async Task<Customer> OpenAsync(string plan, object? details = null, string? id = null)
    {
        var customer = new Customer(this, id ?? Customer.NewId());
        Assert.Equal(201, (await customer.PutAsync(plan, details)).Status);
        return customer;
    }

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, object? body = null, string? token = null, string? key = null, string? language = null, string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (ifNoneMatch is not null) request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        if (language is not null) request.Headers.TryAddWithoutValidation("Accept-Language", language);
        request.Content = body switch
        {
            null => null,
            string text => new StringContent(text, System.Text.Encoding.UTF8, "application/json"),
            _ => System.Net.Http.Json.JsonContent.Create(body),
        };
        using var response = await _http.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    async Task<bool> IsReadyAsync()
    {
        try
        {
            return (await SendAsync(HttpMethod.Get, "local")).Status == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

/// <summary>A service whose clock stands where no test relies on: for everything that can be told about today.</summary>
public sealed class StandingService : IAsyncLifetime
{
    public Service Service { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Service = await Service.StartAsync(Place.New("2026-05-06T08:00:00Z"));

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class OnOneService : ICollectionFixture<StandingService>
{
    public const string Name = "one service";
}
