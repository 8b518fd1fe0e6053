using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text;
using Billing.Outbox;
using Billing.Telemetry;
using Microsoft.Extensions.Logging;

namespace Billing.Functions.Http;

/// <summary>Where the CRM listens; without an address nothing is sent.</summary>
/// <param name="Secrets">During a rotation the old and the new one.</param>
public sealed record CrmSettings(Uri? WebhookUrl, ImmutableArray<byte[]> Secrets);

/// <summary>Sends notifications as Standard Webhooks: the id stays the same however often it is sent, the signature covers id, time and body.</summary>
public sealed class CrmWebhook(HttpClient http, CrmSettings settings, TimeProvider clock, ILogger<CrmWebhook> log) : ICrm
{
    public async Task<bool> SendAsync(CrmEvent notification, CancellationToken cancellation)
    {
        // The address was taken out of the settings after this was promised.
        if (settings.WebhookUrl is null) return true;

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
        try
        {
            using var answer = await http.SendAsync(request, cancellation);
            if (answer.IsSuccessStatusCode) return true;
            log.LogWarning(LogEvents.CrmNotTold, "The CRM answered {Notification} of account {Account} with {Status}", notification.Id, notification.Account, (int)answer.StatusCode);
        }
        // A connection that ends in the moment it is made comes out of HttpClient as the socket's own exception.
        catch (Exception outage) when (outage is HttpRequestException or SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            log.LogWarning(LogEvents.CrmNotTold, "The CRM did not answer {Notification} of account {Account}: {Reason}", notification.Id, notification.Account, outage.Message);
        }
        return false;
    }

    /// <summary>A secret as Standard Webhooks writes it, <c>whsec_</c> and base64 of at least 24 bytes; null if it is none.</summary>
    public static byte[]? ReadSecret(string text)
    {
        var bytes = new byte[128];
        return text.StartsWith("whsec_", StringComparison.Ordinal) && Convert.TryFromBase64String(text["whsec_".Length..], bytes, out var length) && length >= 24
            ? bytes[..length]
            : null;
    }

    static string Sign(byte[] secret, string content) => "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(content)));
}
