using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Billing.Local.World;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Billing.Local.StripeSimulator;

/// <summary>
/// Stands in for the part of Stripe's API the service uses, hosted pages and webhooks included. Its clock is the world's; its
/// state lives as long as the world, or in a file.
/// </summary>
sealed class Simulator : IAsyncDisposable
{
    /// <summary>The key a service in the local world uses; any test key will do.</summary>
    public const string Key = "sk_test_simulator";

    /// <summary>For how long a request that is not answered is held.</summary>
    static readonly TimeSpan Held = TimeSpan.FromSeconds(30);

    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    readonly WebApplication _app;
    readonly StripeAccount _account;
    readonly Deliveries _deliveries;
    readonly Idempotency _idempotency;
    readonly Faults _faults = new();
    readonly IReadOnlyList<Route> _routes;
    readonly string? _file;
    readonly CancellationTokenSource _stopping = new();
    Task _ticks = Task.CompletedTask;

    Simulator(WebApplication app, TimeProvider clock, string url, string? file)
    {
        (_app, _file) = (app, file);
        _account = new StripeAccount(clock, url);
        _deliveries = new Deliveries(clock);
        _idempotency = new Idempotency(clock);
        if (file is not null && File.Exists(file)) Load(JsonNode.Parse(File.ReadAllText(file))!.AsObject());
        _account.OnEvent = _deliveries.Send;

        var methods = new PaymentMethods(_account);
        var charges = new Charges(_account);
        var payments = new PaymentIntents(_account, methods, charges);
        var setups = new SetupIntents(_account, methods);
        var checkouts = new CheckoutSessions(_account, payments, setups);
        var hosted = new HostedSessions(_account, methods, payments, setups, checkouts);
        _routes =
        [
            .. new Customers(_account, methods).Routes, .. methods.Routes, .. setups.Routes, .. payments.Routes, .. charges.Routes,
            .. checkouts.Routes, .. new PortalSessions(_account).Routes, .. Events,
        ];
        app.Map("/v1/{**rest}", ApiAsync);
        new Control(_account, _deliveries, _faults, hosted, methods, charges, WorkDueAsync).Map(app);
        new HostedPages(_account, hosted, methods).Map(app);
    }

    /// <summary>Where it listens.</summary>
    public string Url => _account.Url;

    /// <summary>The event of what has happened last; null where nothing has.</summary>
    internal string? LastEvent
    {
        get
        {
            lock (_account.Gate) return _account.All("event") is [.., var last] ? last.Id() : null;
        }
    }

    IEnumerable<Route> Events =>
    [
        new("GET", "/v1/events", $"{Answers.Paging} type types[] delivery_success", call => _account.Page(
            "event", "/v1/events", call.Parameters,
            told => (call.Parameters.Text("type") ?? told.Text("type")) == told.Text("type")
                && (!call.Parameters.Has("types") || call.Parameters.List("types").Contains(told.Text("type"))))),
    ];

    /// <summary>Starts a simulator.</summary>
    /// <param name="port">On localhost; 0 takes a free one.</param>
    /// <param name="file">Where its state is kept; null keeps nothing.</param>
    /// <exception cref="LocalStartException">The port is taken.</exception>
    public static async Task<Simulator> StartAsync(int port, TimeProvider clock, string? file)
    {
        if (port == 0) port = FreePort();
        // Empty: it has no settings, and a watch on their files outlives each simulator that had one.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenLocalhost(port);
        });
        var app = builder.Build();
        var simulator = new Simulator(app, clock, string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}"), file);
        try
        {
            await app.StartAsync();
        }
        catch (IOException)
        {
            await simulator.DisposeAsync();
            throw SimulatorClient.PortTaken(port);
        }

        simulator._ticks = simulator.TickAsync();
        return simulator;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _ticks;
        await _app.DisposeAsync();
        await _deliveries.DisposeAsync();
        Save();
        _stopping.Dispose();
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Does what the clock has come to; returns once all of it is told, or planned for later.</summary>
    async Task WorkDueAsync(CancellationToken cancellation)
    {
        do
        {
            lock (_account.Gate) _account.WorkDue();
            _deliveries.BeginDue();
            await _deliveries.QuietAsync(cancellation);
        }
        while (_deliveries.BeginDue());
    }

    async Task TickAsync()
    {
        for (var saved = DateTime.UtcNow; !_stopping.IsCancellationRequested;)
        {
            lock (_account.Gate) _account.WorkDue();
            _deliveries.BeginDue();
            _idempotency.Forget();
            if (_account.Changed && DateTime.UtcNow - saved > TimeSpan.FromSeconds(1))
            {
                Save();
                saved = DateTime.UtcNow;
            }

            await Task.Delay(Tick, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task ApiAsync(HttpContext http)
    {
        var requestId = $"req_{RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 14)}";
        var (method, path) = (http.Request.Method, http.Request.Path.Value!.TrimEnd('/'));
        var key = method == "POST" && http.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } sent ? sent : null;
        http.Response.Headers["Request-Id"] = requestId;
        http.Response.Headers["Stripe-Version"] = StripeAccount.ApiVersion;
        if (key is not null) http.Response.Headers["Idempotency-Key"] = key;

        Answer answer;
        string? fault = null;
        try
        {
            RequireKey(http.Request);
            var parameters = await ReadAsync(http.Request);
            fault = _faults.Take(method, path, replayed: key is not null && _idempotency.Knows(key));
            if (fault == "429")
                throw new StripeRefusalException(429, "invalid_request_error", "rate_limit", "Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits.");
            if (fault == "timeout")
            {
                await HoldAsync(http);
                return;
            }

            var route = _routes.Select(route => (Route: route, Id: route.Match(method, path))).FirstOrDefault(found => found.Id is not null);
            if (route.Id is null) throw new StripeRefusalException(404, "invalid_request_error", null, $"Unrecognized request URL ({method}: {path}).");
            parameters.RequireKnown($"{route.Route.Known} expand[]");
            answer = (key is null ? null : _idempotency.Begin(key, path, parameters.Fingerprint)) is { } before
                ? Replayed(http, before) : Work(route.Route, new Call(route.Id, parameters), (requestId, key), fault);
        }
        catch (StripeRefusalException refusal)
        {
            answer = new Answer(refusal.Status, refusal.Body());
        }

        if (fault == "timeout_after")
        {
            await HoldAsync(http);
            return;
        }

        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer.Body, Encoding.UTF8);
    }

    Answer Work(Route route, Call call, (string Id, string? Key) request, string? fault)
    {
        Answer answer;
        var keeps = true;
        try
        {
            answer = fault == "500" ? Failure : Act(route, call, request);
            if (fault == "500_after") answer = Failure;
        }
        catch (StripeRefusalException refusal)
        {
            answer = fault == "500_after" ? Failure : new Answer(refusal.Status, refusal.Body());
            keeps = refusal.Code?.StartsWith("parameter_", StringComparison.Ordinal) != true;
        }
        catch (Exception bug)
        {
            // A key without an answer would refuse its request for a day.
            answer = new Answer(500, new JsonObject { ["error"] = new JsonObject { ["type"] = "api_error", ["message"] = $"The simulator has failed: {bug}" } }.ToJsonString());
        }

        if (request.Key is not null && keeps) _idempotency.End(request.Key, answer);
        else if (request.Key is not null) _idempotency.Drop(request.Key);
        return answer;
    }

    Answer Act(Route route, Call call, (string Id, string? Key) request)
    {
        lock (_account.Gate)
        {
            _account.WorkDue();
            _account.Request = request;
            if (route.Method != "GET") _account.Changed = true;
            var shown = route.Answer(call).Shown();
            foreach (var path in call.Parameters.List("expand")) _account.Expand(shown, path);
            return new Answer(200, shown.ToJsonString());
        }
    }

    static Answer Failure { get; } = new(
        500, """{"error":{"type":"api_error","message":"Sorry! There was an error while talking to one of our backends. Support has been notified."}}""");

    static Answer Replayed(HttpContext http, Answer answer)
    {
        http.Response.Headers["Idempotent-Replayed"] = "true";
        return answer;
    }

    static void RequireKey(HttpRequest request)
    {
        var sent = request.Headers.Authorization.ToString();
        var key = sent.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? sent[7..].Trim()
            : sent.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) ? Decoded(sent[6..].Trim()).Split(':')[0] : "";
        if (key.Length == 0)
            throw new StripeRefusalException(401, "invalid_request_error", null, "You did not provide an API key. You need to provide your API key in the Authorization header, "
                + "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').");
        if (!key.StartsWith("sk_test_", StringComparison.Ordinal))
            throw new StripeRefusalException(401, "invalid_request_error", null, "Invalid API Key provided: this simulator takes test keys (sk_test_…).");
    }

    static string Decoded(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
    }

    static async Task<Parameters> ReadAsync(HttpRequest request)
    {
        var sent = request.Query.SelectMany(one => one.Value.Select(value => KeyValuePair.Create(one.Key, value ?? "")));
        if (request.HasFormContentType)
            sent = sent.Concat((await request.ReadFormAsync()).SelectMany(one => one.Value.Select(value => KeyValuePair.Create(one.Key, value ?? ""))));
        return new Parameters([.. sent]);
    }

    async Task HoldAsync(HttpContext http)
    {
        using var until = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
        await Task.Delay(Held, until.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        http.Abort();
    }

    void Load(JsonObject saved)
    {
        _account.Load(saved.Inside("account"));
        _deliveries.Load(saved.Inside("deliveries"));
        _idempotency.Load(saved["idempotency"]);
        _account.Changed = false;
    }

    // Complete or as before: a world that is killed while it writes reads the file it wrote last.
    void Save()
    {
        _account.Changed = false;
        if (_file is null) return;
        JsonObject state;
        lock (_account.Gate)
            state = new JsonObject { ["account"] = _account.Save(), ["deliveries"] = _deliveries.Save(), ["idempotency"] = _idempotency.Save() };
        var draft = $"{_file}.{Environment.ProcessId}";
        File.WriteAllText(draft, state.ToJsonString());
        File.Move(draft, _file, overwrite: true);
    }
}
