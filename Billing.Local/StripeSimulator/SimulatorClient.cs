using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Billing.Local.World;

namespace Billing.Local.StripeSimulator;

/// <summary>The simulator as the rest of the local world sees it.</summary>
sealed class SimulatorClient(int port)
{
    // A day in the life of many accounts has many events to tell of: whoever waits for it says how long.
    static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    /// <summary>Whether a key belongs to an account at Stripe, so that no simulator is wanted.</summary>
    public static bool IsReal(string? apiKey) => !string.IsNullOrEmpty(apiKey) && apiKey != Simulator.Key;

    public static LocalStartException PortTaken(int port) =>
        new($"Port {port} is taken by something that is not the Stripe simulator; Local__StripePort chooses another one.");

    /// <summary>Whether a simulator listens.</summary>
    /// <exception cref="LocalStartException">Something else does.</exception>
    public async Task<bool> AnswersAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            using var document = await Http.GetFromJsonAsync<JsonDocument>(new Uri($"{Url}/_simulator/faults"), limit.Token);
            if (document!.RootElement.TryGetProperty("webhooks", out _)) return true;
        }
        catch (HttpRequestException refused) when (refused.InnerException is SocketException)
        {
            return false;
        }
        catch (Exception strange) when (strange is HttpRequestException or OperationCanceledException or JsonException or InvalidOperationException)
        {
            // It listens, but it is no simulator.
        }

        throw PortTaken(port);
    }

    /// <summary>From now on this service is told of events.</summary>
    public async Task RegisterAsync(string url, string secret)
    {
        using var response = await Http.PutAsJsonAsync(new Uri($"{Url}/_simulator/webhook_endpoint"), new { url, secret });
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Lets the simulator do what the clock has come to, until all of it has been told or is planned for later.</summary>
    public async Task AdvanceAsync(CancellationToken cancellation)
    {
        try
        {
            using var response = await Http.PostAsync(new Uri($"{Url}/_simulator/advance"), null, cancellation);
            response.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException gone) when (gone.InnerException is SocketException)
        {
            // Stripe may be out of reach; time goes on all the same.
        }
    }

    /// <summary>How many events are on their way; none from a simulator that is gone.</summary>
    public async Task<int> OutstandingAsync(CancellationToken cancellation)
    {
        try
        {
            using var document = await Http.GetFromJsonAsync<JsonDocument>(new Uri($"{Url}/_simulator/deliveries"), cancellation);
            return document!.RootElement.GetProperty("outstanding").GetInt32();
        }
        catch (HttpRequestException gone) when (gone.InnerException is SocketException)
        {
            return 0;
        }
    }
}
