using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Billing.Local.World;

namespace Billing.Local.Demo;

/// <summary>The service answered otherwise than the contract says.</summary>
sealed class UnexpectedAnswerException(string message) : Exception(message);

/// <summary>Calls this service over HTTP, as the CRM and its users do.</summary>
sealed class LocalClient(LocalWorld world) : IDisposable
{
    readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = new Uri($"http://localhost:{world.Settings.Port}/"),
        Timeout = TimeSpan.FromMinutes(5),
    };

    int _posts;

    /// <summary>Where the service is: an allowed return address of Stripe's pages.</summary>
    public Uri Address => _http.BaseAddress!;

    public Task<JsonNode> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null, "owner");

    public Task<JsonNode> PutAsync(string path, object body, string role) => SendAsync(HttpMethod.Put, path, body, role);

    public Task<JsonNode> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body, "owner");

    /// <summary>Whether the path is known to the service.</summary>
    public async Task<bool> ExistsAsync(string path, string role)
    {
        using var request = Request(HttpMethod.Get, path, null, role);
        using var response = await _http.SendAsync(request);
        return response.IsSuccessStatusCode;
    }

    /// <summary>Asks the Stripe simulator, as its customers would.</summary>
    public async Task<JsonNode> SimulatorAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{world.Settings.StripePort}/_simulator/{path}");
        if (body is not null) request.Content = JsonContent.Create(body);
        return await SendAsync(request);
    }

    async Task<JsonNode> SendAsync(HttpMethod method, string path, object? body, string role)
    {
        using var request = Request(method, path, body, role);
        return await SendAsync(request);
    }

    /// <exception cref="UnexpectedAnswerException">The answer is no success.</exception>
    async Task<JsonNode> SendAsync(HttpRequestMessage request)
    {
        var (method, path) = (request.Method, request.RequestUri!.OriginalString);
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode) throw new UnexpectedAnswerException($"{method} /{path} answered {(int)response.StatusCode}: {(text.Length > 0 ? text : "no body")}");
        try
        {
            return JsonNode.Parse(text) ?? throw new UnexpectedAnswerException($"{method} /{path} answered null.");
        }
        catch (JsonException)
        {
            throw new UnexpectedAnswerException($"{method} /{path} answered no JSON: {text}");
        }
    }

    HttpRequestMessage Request(HttpMethod method, string path, object? body, string role)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer", world.Key.Token(role, role == "owner" ? DemoAccount.Id : null, null, world.Clock.GetUtcNow()));
        if (method == HttpMethod.Post) request.Headers.Add("Idempotency-Key", $"demo-{++_posts}");
        if (body is not null) request.Content = JsonContent.Create(body);
        return request;
    }

    public void Dispose() => _http.Dispose();
}
