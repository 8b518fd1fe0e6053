using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Billing.Local.StripeSimulator;

/// <summary>A service that wants to be told, and the secret its events are signed with.</summary>
sealed record Receiver(string Url, string Secret);

/// <summary>Sends events to the service, signed as Stripe signs them.</summary>
/// <remarks>
/// First attempts go out in the order of the events. What is refused is tried again for five seconds of real time; after that it
/// waits for the clock, as long as Stripe would.
/// </remarks>
sealed class Deliveries : IAsyncDisposable
{
    public static readonly string[] Modes = ["normal", "duplicate", "reorder", "drop"];

    static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // For how long an event waits for one to overtake it.
    static readonly TimeSpan Overtaken = TimeSpan.FromMilliseconds(300);

    static readonly TimeSpan[] Later =
    [
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10),
        TimeSpan.FromHours(12), TimeSpan.FromHours(12), TimeSpan.FromHours(12), TimeSpan.FromHours(12),
    ];

    readonly TimeProvider _clock;
    readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(20) };
    readonly Channel<Delivery> _queue = Channel.CreateUnbounded<Delivery>();
    readonly CancellationTokenSource _stopping = new();
    readonly Lock _gate = new();
    readonly Task _loop;
    List<Receiver> _receivers = [];
    readonly List<Delivery> _outstanding = [];
    List<Delivery> _planned = [];

    /// <param name="Failed">How many rounds of attempts have failed.</param>
    /// <param name="Next">When the next one is due.</param>
    sealed record Delivery(string Body, int Failed, DateTimeOffset Next);

    public Deliveries(TimeProvider clock)
    {
        _clock = clock;
        _loop = LoopAsync();
    }

    public string Mode { get; set; } = "normal";

    /// <summary>Being tried now.</summary>
    public int Outstanding
    {
        get
        {
            lock (_gate) return _outstanding.Count;
        }
    }

    /// <summary>Waiting for the clock.</summary>
    public int Planned
    {
        get
        {
            lock (_gate) return _planned.Count;
        }
    }

    /// <summary>The one that registered last is told first; another only when that one does not listen.</summary>
    public void Register(Receiver receiver)
    {
        lock (_gate) _receivers = [receiver, .. _receivers.Where(other => other.Url != receiver.Url)];
    }

    public void Send(JsonObject told)
    {
        lock (_gate)
        {
            if (_receivers.Count == 0 || Mode == "drop") return;
        }

        var body = told.Shown().ToJsonString();
        for (var times = Mode == "duplicate" ? 2 : 1; times > 0; times--) Begin(new Delivery(body, 0, default));
    }

    /// <summary>Begins what the clock has come to.</summary>
    public bool BeginDue()
    {
        List<Delivery> due;
        lock (_gate)
        {
            due = [.. _planned.Where(delivery => delivery.Next <= _clock.GetUtcNow()).OrderBy(delivery => delivery.Next)];
            _planned = [.. _planned.Except(due)];
        }

        due.ForEach(Begin);
        return due.Count > 0;
    }

    /// <summary>Returns when each delivery has arrived or waits for the clock.</summary>
    public async Task QuietAsync(CancellationToken cancellation)
    {
        while (Outstanding > 0) await Task.Delay(10, cancellation);
    }

    /// <summary>What a later world goes on with; what is being tried now counts as due at once.</summary>
    public JsonObject Save()
    {
        lock (_gate)
        {
            return new JsonObject
            {
                ["receivers"] = JsonSerializer.SerializeToNode(_receivers),
                ["planned"] = JsonSerializer.SerializeToNode(_outstanding.Concat(_planned)),
            };
        }
    }

    public void Load(JsonObject saved)
    {
        _receivers = saved["receivers"].Deserialize<List<Receiver>>()!;
        _planned = saved["planned"].Deserialize<List<Delivery>>()!;
    }

    public static string Sign(string secret, string body, DateTimeOffset at)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}"));
        return $"t={time},v1={Convert.ToHexStringLower(mac)}";
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _http.Dispose();
        _stopping.Dispose();
    }

    void Begin(Delivery delivery)
    {
        lock (_gate) _outstanding.Add(delivery);
        _queue.Writer.TryWrite(delivery);
    }

    async Task LoopAsync()
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_stopping.Token))
            {
                if (!_queue.Reader.TryRead(out var delivery)) continue;
                if (Mode == "reorder" && await OvertakingAsync() is { } next) await FirstAsync(next);
                await FirstAsync(delivery);
            }
        }
        catch (OperationCanceledException)
        {
            // The world ends.
        }
    }

    async Task<Delivery?> OvertakingAsync()
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        soon.CancelAfter(Overtaken);
        try
        {
            return await _queue.Reader.ReadAsync(soon.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    async Task FirstAsync(Delivery delivery)
    {
        if (await TryAsync(delivery.Body) is { } refused) _ = AgainAsync(delivery, refused);
        else End(delivery);
    }

    void End(Delivery delivery, Delivery? later = null)
    {
        lock (_gate)
        {
            _outstanding.Remove(delivery);
            if (later is not null) _planned.Add(later);
        }
    }

    async Task AgainAsync(Delivery delivery, Refused refused)
    {
        try
        {
            var until = DateTime.UtcNow + AtOnce;
            // What an answer below 500 refuses, it will refuse in a moment as well.
            while (refused != Refused.ForNow && DateTime.UtcNow < until)
            {
                await Task.Delay(Pause, _stopping.Token);
                if (await TryAsync(delivery.Body) is not { } again)
                {
                    End(delivery);
                    return;
                }

                refused = again;
            }

            // After three days Stripe gives up.
            End(delivery, delivery.Failed == Later.Length ? null
                : delivery with { Failed = delivery.Failed + 1, Next = _clock.GetUtcNow() + Later[delivery.Failed] });
        }
        catch (OperationCanceledException)
        {
            // The world ends; what is outstanding is saved with it.
        }
    }

    enum Refused
    {
        NobodyListens,
        ForNow,
        Failed,
    }

    async Task<Refused?> TryAsync(string body)
    {
        List<Receiver> receivers;
        lock (_gate) receivers = _receivers;
        foreach (var receiver in receivers)
        {
            try
            {
                using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
                using var request = new HttpRequestMessage(HttpMethod.Post, receiver.Url) { Content = content };
                request.Headers.Add("Stripe-Signature", Sign(receiver.Secret, body, _clock.GetUtcNow()));
                request.Headers.UserAgent.ParseAdd("Stripe/1.0");
                using var response = await _http.SendAsync(request, _stopping.Token);
                return response.IsSuccessStatusCode ? null : (int)response.StatusCode >= 500 ? Refused.Failed : Refused.ForNow;
            }
            catch (Exception gone) when (gone is HttpRequestException or SocketException)
            {
                // Nobody listens there: the next is asked.
            }
            catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
            {
                return Refused.Failed;
            }
        }

        return Refused.NobodyListens;
    }
}
