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

    /// <summary>A body that has not arrived by then is given up, in real time: whoever sends a byte now and then holds nothing for long.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The body as <typeparamref name="T"/>, or <c>validation_failed</c>, <c>body_too_large</c>, <c>request_timeout</c>.</summary>
    /// <param name="optional">An empty body is taken as <c>{}</c>.</param>
    public static async Task<Decision<T>> ReadAsync<T>(HttpRequest request, bool optional, CancellationToken cancellation) where T : class
    {
        if ((await ReadBytesAsync(request, MostBytes, cancellation)).IsRefused(out var refusal, out var bytes)) return refusal;
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

    /// <summary>The raw body of at most so many bytes, or why there is none.</summary>
    public static async Task<Decision<byte[]>> ReadBytesAsync(HttpRequest request, int most, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        long read = 0;
        int count;
        try
        {
            while ((count = await request.Body.ReadAsync(buffer, patience.Token)) > 0)
            {
                read += count;
                if (read > MostDrained) break;
                if (read <= most) body.Write(buffer, 0, count);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Refusal("request_timeout");
        }
        catch (BadHttpRequestException wrong)
        {
            // What the web server itself does not take is the caller's fault, not an outage.
            return wrong.StatusCode switch
            {
                StatusCodes.Status408RequestTimeout => new Refusal("request_timeout"),
                StatusCodes.Status413PayloadTooLarge => new Refusal("body_too_large"),
                _ => Refusal.Invalid("body", "ungültig"),
            };
        }
        return read > most ? new Refusal("body_too_large") : body.ToArray();
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
