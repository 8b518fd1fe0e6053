using System.Globalization;
using System.Text.Json;
using Billing.Payments;
using Stripe;

namespace Billing.Adapters.StripeApi;

/// <summary>Where Stripe is asked, and with which secrets its webhooks are signed; during a rotation there are two.</summary>
public sealed record StripeSettings(string ApiKey, Uri? ApiBase, IReadOnlyList<string> WebhookSecrets)
{
    /// <summary>Whether real money moves: secret and restricted keys say it in their name.</summary>
    public bool IsLive => ApiKey.Contains("_live_", StringComparison.Ordinal);
}

/// <summary>Reads webhooks: believed only with a signature of one of the secrets that is no older than five minutes.</summary>
public sealed class StripeEvents(StripeSettings settings, TimeProvider clock)
{
    const long ToleranceSeconds = 300;

    /// <summary>The event; null if it is not believed or is none.</summary>
    public ProviderEvent? Read(string body, string? signature)
    {
        // The library throws what is not its own without a header.
        if (string.IsNullOrEmpty(signature) || !settings.WebhookSecrets.Any(secret => IsSigned(body, signature, secret))) return null;
        try
        {
            using var json = JsonDocument.Parse(body);
            if (Read(json.RootElement) is not { } happened) return null;
            // Of the other mode it is nobody's here. What Stripe is asked for is of the key's own mode anyway.
            var isLive = json.RootElement.TryGetProperty("livemode", out var live) && live.ValueKind == JsonValueKind.True;
            return isLive == settings.IsLive ? happened : happened with { Account = null, Customer = null, Intent = null };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What an event is about; unknown types as well.</summary>
    public static ProviderEvent? Read(JsonElement root)
    {
        // The id becomes a key in storage.
        if (Text(root, "id") is not { Length: > 0 and <= 255 } id || !id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') || Text(root, "type") is not { } type
            || Member(root, "data") is not { } data || Member(data, "object") is not { ValueKind: JsonValueKind.Object } about) return null;
        var kind = Text(about, "object");
        var at = Member(root, "created") is { ValueKind: JsonValueKind.Number } created && created.TryGetInt64(out var seconds) && seconds is >= 0 and <= 253_402_300_799
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.UnixEpoch;
        return new(
            // The day first: so that what has passed long ago is found by a range of ids.
            string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:yyyyMMdd}-{id}"), type, at,
            Member(about, "metadata") is { } metadata ? Text(metadata, "account") : null,
            // A method that was detached says only here whose it was.
            kind == "customer" ? Text(about, "id") : Text(about, "customer") ?? (Member(data, "previous_attributes") is { } before ? Text(before, "customer") : null),
            kind == "payment_intent" ? Text(about, "id") : Text(about, "payment_intent"));
    }

    bool IsSigned(string body, string signature, string secret)
    {
        try
        {
            EventUtility.ValidateSignature(body, signature, secret, ToleranceSeconds, clock.GetUtcNow().ToUnixTimeSeconds());
            return true;
        }
        catch (StripeException)
        {
            return false;
        }
    }

    static JsonElement? Member(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    static string? Text(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
