using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Billing.Local.Host;
using Billing.Local.StripeSimulator;
using Billing.Local.World;
using Billing.Tests.Api;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Billing.Tests.Faults;

/// <summary>How Stripe's events arrive, or messages of the queues.</summary>
enum Arrival { Normal, Twice, Reversed, Never }

/// <summary>
/// A world for services that run in this process: storage, a Stripe simulator and a clock of its own, and what Azure does beside them: timers,
/// queues, a new instance where one has ended. Everything happens one after the other, so that a call that failed once can be made to
/// fail again.
/// </summary>
sealed class World : IAsyncDisposable
{
    /// <summary>Only a name: nobody listens there.</summary>
    public const int Port = 7071;

    /// <summary>Whoever asks is patient for so many answers that say to come back.</summary>
    const int MostTries = 8;

    readonly Simulator _simulator;
    readonly List<string> _undelivered = [];
    readonly HashSet<string> _seen = [];
    DateTimeOffset _lastLook;
    string? _lastEvent, _struck;
    int _keys;

    World(IStorage storage, FakeTimeProvider clock, Simulator simulator)
    {
        (Storage, Clock, _simulator, _lastLook) = (storage, clock, simulator, clock.GetUtcNow());
        StripePort = new Uri(simulator.Url).Port;
        Service = ServiceOn(null);
    }

    public IStorage Storage { get; }
    public FakeTimeProvider Clock { get; }
    public int StripePort { get; }
    public StripeControl Stripe => Service.Stripe;
    public Crm Crm { get; } = new();
    public ServiceLog Log { get; } = new();

    /// <summary>The instance that runs.</summary>
    public Host Host { get; private set; } = null!;

    /// <summary>The service as its customers see it: they ask again, word for word, until they are answered.</summary>
    public Service Service { get; }

    /// <summary>The call that failed on purpose, if it has come to that.</summary>
    public string? Struck => Host?.Wire.Struck ?? _struck;

    /// <summary>Counts versions of the software, as far as they draw documents otherwise.</summary>
    public int Software { get; set; } = 1;
    public Arrival Events { get; set; }
    public Arrival Messages { get; set; }

    public static async Task<World> StartAsync(IStorage storage, string clock = "2026-05-06T08:00:00Z")
    {
        var time = new FakeTimeProvider(Moment.Of(clock));
        var world = new World(storage, time, await Simulator.StartAsync(0, time, file: null));
        await world.RestartAsync();
        return world;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Service.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    /// <summary>The process ends, whatever it was at, and another one starts.</summary>
    public async Task RestartAsync()
    {
        _struck = Struck;
        if (Host is not null) await Host.DisposeAsync();
        Host = await Host.StartAsync(this, Clock);
    }

    /// <summary>Another instance beside the one that runs.</summary>
    public Task<Host> StartHostAsync(TimeProvider clock) => Host.StartAsync(this, clock);

    /// <summary>The service as its customers see it through an instance; null for the one that runs.</summary>
    public Service ServiceOn(Host? host) => new(new(0, StripePort, null), Port, new Caller(this, host));

    /// <summary>From now on the call in that place fails, once.</summary>
    public void Arm(int place, Fault how)
    {
        _struck = null;
        Host.Wire.Arm(place, how);
    }

    public Task<Picture> PictureAsync() => Storage.PictureAsync(Clock.GetUtcNow(), Stripe, Crm);

    /// <summary>Moves the clock there, with a stop at each Berlin midnight on the way.</summary>
    public async Task WalkAsync(DateTimeOffset to)
    {
        foreach (var stop in ClockWalk.Midnights(Clock.GetUtcNow(), to).Append(to)) await StopAsync(stop);
    }

    /// <summary>The clock jumps there, as if nothing had run meanwhile; then the timers run, and all is quiet.</summary>
    public async Task StopAsync(DateTimeOffset at)
    {
        var before = Clock.GetUtcNow();
        Clock.SetUtcNow(at);
        (await Stripe.SendAsync(HttpMethod.Post, "_simulator/advance")).Ok();
        await QuietAsync();
        foreach (var timer in Host.TimersDue(before, at).Where(timer => Storage.Runs(timer.Name))) await TryAsync(host => host.RunAsync(timer));
        await QuietAsync();
    }

    /// <summary>Events of Stripe's are delivered and messages worked on until there are none.</summary>
    public async Task QuietAsync()
    {
        for (var rounds = 0; await DeliverAsync() | await WorkOffAsync(); rounds++) Assert.True(rounds < 100, "it does not become quiet");
    }

    /// <summary>All that waits for its time has it: hours pass, then a day.</summary>
    public async Task SettleAsync()
    {
        (Events, Messages) = (Arrival.Normal, Arrival.Normal);
        var start = Clock.GetUtcNow();
        foreach (var later in (double[])[1, 20, 65, 130]) await StopAsync(start.AddMinutes(later));
        await StopAsync(start.AddDays(1));
        await StopAsync(start.AddDays(1).AddMinutes(2));
    }

    /// <summary>A webhook as Stripe sends it; null where no answer came.</summary>
    public async Task<HttpResponseMessage?> DeliverAsync(string told, Host? to = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost/api/stripe/webhook") { Content = new StringContent(told, Encoding.UTF8, "application/json") };
        request.Headers.Add("Stripe-Signature", Deliveries.Sign(StripeControl.Secret, told, Clock.GetUtcNow()));
        return await SendAsync(request, to);
    }

    /// <summary>What has happened at Stripe since this was asked last, oldest first.</summary>
    public async Task<IReadOnlyList<string>> NewsAsync()
    {
        var last = _simulator.LastEvent;
        if (last == _lastEvent) return [];
        var since = _lastLook;
        (_lastLook, _lastEvent) = (Clock.GetUtcNow(), last);
        return [.. (await Stripe.AllAsync("events", $"created[gte]={since.ToUnixTimeSeconds()}")).Reverse().Where(told => _seen.Add(told.Text("id"))).Select(told => told.GetRawText())];
    }

    async Task<bool> DeliverAsync()
    {
        var news = await NewsAsync();
        if (Events != Arrival.Never) _undelivered.AddRange(Events switch { Arrival.Twice => news.SelectMany(told => (string[])[told, told]), Arrival.Reversed => news.Reverse(), _ => news });
        var delivered = false;
        foreach (var told in _undelivered.ToList())
        {
            using var answer = await DeliverAsync(told, null);
            if (answer?.IsSuccessStatusCode != true) continue;
            _undelivered.Remove(told);
            delivered = true;
        }
        return delivered;
    }

    async Task<bool> WorkOffAsync()
    {
        var worked = false;
        foreach (var queue in Host.QueueNames)
        {
            var received = await Storage.ReceiveAsync(queue);
            foreach (var message in Messages == Arrival.Reversed ? received.Reverse() : received)
            {
                worked = true;
                if (Messages == Arrival.Twice) await TryAsync(host => host.RunMessageAsync(queue, message.Text));
                await Storage.ReturnAsync(queue, message, isDone: await TryAsync(host => host.RunMessageAsync(queue, message.Text)));
            }
        }
        return worked;
    }

    /// <summary>False if it failed; where its process ended there is another one then.</summary>
    async Task<bool> TryAsync(Func<Host, Task> run)
    {
        var host = Host;
        try
        {
            await run(host);
            if (!host.Wire.IsDead) return true;
        }
        catch (Exception failure)
        {
            Log.Add($"A function failed: {failure.GetType().Name} {failure.Message}");
        }
        if (host.Wire.IsDead && host == Host) await RestartAsync();
        return false;
    }

    /// <summary>Null if the process ended in it; there is another one then.</summary>
    async Task<HttpResponseMessage?> SendAsync(HttpRequestMessage request, Host? to = null)
    {
        HttpResponseMessage? answer = null;
        var answered = await TryAsync(async host => answer = await new HttpMessageInvoker((to ?? host).Server, disposeHandler: false).SendAsync(request, CancellationToken.None));
        return answered ? answer : null;
    }

    /// <summary>What a caller's request meets.</summary>
    sealed class Caller(World world, Host? host) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
            if (path == "/local/token") return Json(new { token = Token(JsonDocument.Parse(body).RootElement) });
            if (path == "/local/clock")
            {
                if (request.Method == HttpMethod.Put) await world.WalkAsync(Moment.Of(JsonDocument.Parse(body).RootElement.Text("now")));
                return Json(new { now = LocalClock.Text(world.Clock.GetUtcNow()) });
            }

            // The same request, word for word, until there is an answer: that is what the key is for.
            if (request.Method == HttpMethod.Post && !request.Headers.Contains("Idempotency-Key")) request.Headers.Add("Idempotency-Key", $"ask-{Interlocked.Increment(ref world._keys)}");
            for (var tries = 1; ; tries++)
            {
                using var sent = new HttpRequestMessage(request.Method, request.RequestUri);
                foreach (var header in request.Headers) sent.Headers.TryAddWithoutValidation(header.Key, header.Value);
                if (request.Content is { } content)
                {
                    sent.Content = new ByteArrayContent(body);
                    sent.Content.Headers.ContentType = content.Headers.ContentType;
                }
                var answer = await world.SendAsync(sent, host);
                if (answer is not null && (answer.StatusCode != HttpStatusCode.ServiceUnavailable || tries == MostTries)) return answer;
                Assert.True(tries < MostTries, $"{request.Method} {path} is not answered");
            }
        }

        string Token(JsonElement asked) => Authority.Key.Token(asked.Text("role"), asked.GetProperty("accountId").GetString(), asked.GetProperty("sub").GetString(), world.Clock.GetUtcNow());

        static HttpResponseMessage Json(object value) => new(HttpStatusCode.OK) { Content = JsonContent.Create(value) };
    }
}

/// <summary>Warnings and worse of all instances, to see what went wrong.</summary>
sealed class ServiceLog : ILoggerProvider, ILogger
{
    readonly ConcurrentQueue<string> _lines = new();

    public IEnumerable<string> Lines => _lines;
    public void Add(string line) => _lines.Enqueue(line);
    public ILogger CreateLogger(string categoryName) => this;
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Add($"{logLevel} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
