using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Billing.Tests.Api;

namespace Billing.Tests.Faults;

/// <summary>The CRM's end of the webhook: takes everything and forgets nothing.</summary>
sealed class Crm
{
    /// <summary>Nobody listens there: the <see cref="Wire"/> knows.</summary>
    public const int Port = 1;

    readonly ConcurrentQueue<(string Account, Told Told)> _told = new();

    public async Task<HttpResponseMessage> ReceiveAsync(HttpRequestMessage request)
    {
        using var json = JsonDocument.Parse(await request.Content!.ReadAsStringAsync());
        _told.Enqueue((json.RootElement.Text("account"), Read(json.RootElement)));
        return new(HttpStatusCode.OK) { RequestMessage = request };
    }

    public IReadOnlyList<Told> ToldOf(string account) => [.. _told.Where(told => told.Account == account).Select(told => told.Told)];

    public static Told Read(JsonElement body)
    {
        var data = body.GetProperty("data");
        return new(body.Text("id"), body.Text("type"), Optional("invoiceId"), Optional("bookingId"), body.GetRawText());

        string? Optional(string name) => data.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
