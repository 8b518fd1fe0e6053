using System.Text.Json;
using Billing.Values;
using Microsoft.AspNetCore.Http;

namespace Billing.Functions.Http;

/// <summary>Reads request bodies: small, strict JSON, every objection named by its field.</summary>
static class Bodies
{
    const int MostBytes = 64 * 1024;

    /// <summary>Stripe's events are larger than what our callers send.</summary>
    public const int MostWebhookBytes = 512 * 1024;

    /// <summary>An oversized body is read and thrown away up to here, so that the caller gets an answer and not a broken connection.</summary>
    const int MostDrained = 16 * 1024 * 1024;

    /// <summary>The body as <typeparamref name="T"/>, or <c>validation_failed</c>, <c>body_too_large</c>.</summary>
    /// <param name="optional">An empty body is taken as <c>{}</c>.</param>
    public static async Task<Decision<T>> ReadAsync<T>(HttpRequest request, bool optional, CancellationToken cancellation) where T : class
    {
        if (await ReadBytesAsync(request, MostBytes, cancellation) is not { } bytes) return new Refusal("body_too_large");
        if (bytes.Length == 0 && optional) bytes = "{}"u8.ToArray();
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, Contract.Strict) is { } body ? body : Refusal.Invalid("body", "fehlt");
        }
        catch (JsonException wrong)
        {
            return Refusal.Invalid(Field(wrong), bytes.Length == 0 ? "fehlt" : "ungültig");
        }
    }

    /// <summary>The raw body; null if it has more than so many bytes.</summary>
    public static async Task<byte[]?> ReadBytesAsync(HttpRequest request, int most, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        long read = 0;
        int count;
        while ((count = await request.Body.ReadAsync(buffer, cancellation)) > 0)
        {
            read += count;
            if (read > MostDrained) return null;
            if (read <= most) body.Write(buffer, 0, count);
        }
        return read > most ? null : body.ToArray();
    }

    /// <summary>The top-level field that the reader stumbled over, as the caller spelt it.</summary>
    static string Field(JsonException wrong)
    {
        var path = wrong.Path?.TrimStart('$').TrimStart('.') ?? "";
        // Unknown and missing fields are only named in the message, between quotes and behind the type, which has dots in its name.
        if (path.Length == 0 && wrong.Message.Split('\'').Where((_, place) => place % 2 == 1).FirstOrDefault(name => name.All(char.IsLetterOrDigit)) is { } name) path = name;
        return path.Length == 0 ? "body" : path;
    }
}
