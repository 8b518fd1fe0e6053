using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Billing.Outbox;

namespace Billing.Functions.Http;

/// <summary>Where the CRM listens; without an address nothing is sent.</summary>
/// <param name="Secrets">Each as <c>whsec_…</c>; during a rotation the old and the new one.</param>
public sealed record CrmSettings(Uri? WebhookUrl, ImmutableArray<string> Secrets);

/// <summary>Sends notifications as Standard Webhooks: the id stays the same however often it is sent, the signature covers id, time and body.</summary>
public sealed class CrmWebhook(HttpClient http, CrmSettings settings, TimeProvider clock)
{
    /// <exception cref="HttpRequestException">The CRM did not take it.</exception>
    public async Task SendAsync(CrmEvent notification, CancellationToken cancellation)
    {
        // The address was taken out of the settings after this was promised.
        if (settings.WebhookUrl is null) return;

        var body = JsonSerializer.Serialize(
            new CrmEventView(notification.Id, notification.Data.Type, notification.Account.Value, notification.At, notification.Data), Contract.Json);
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.WebhookUrl)
        {
            Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("webhook-id", notification.Id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", string.Join(' ', settings.Secrets.Select(secret => Sign(secret, $"{notification.Id}.{timestamp}.{body}"))));
        using var answer = await http.SendAsync(request, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    static string Sign(string secret, string content)
    {
        var key = Convert.FromBase64String(secret.StartsWith("whsec_", StringComparison.Ordinal) ? secret["whsec_".Length..] : secret);
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(content)));
    }
}
