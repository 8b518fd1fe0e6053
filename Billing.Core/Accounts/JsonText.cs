using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Outbox;

namespace Billing.Accounts;

/// <summary>How state, documents and what was confirmed are written as JSON: generated at build time, umlauts kept as they are.</summary>
public static class JsonText
{
    static readonly StateJson Context = new(new JsonSerializerOptions(StateJson.Default.Options)
    {
        // Stored text is never part of a page; escaping would only make it longer.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Of<T>(T value) => JsonSerializer.Serialize(value, value!.GetType(), Context);

    /// <exception cref="JsonException">The text is not what <see cref="Of"/> wrote.</exception>
    public static T Read<T>(string json) => (T)(JsonSerializer.Deserialize(json, typeof(T), Context) ?? throw new JsonException("null"));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Account))]
[JsonSerializable(typeof(Invoice))]
[JsonSerializable(typeof(InvoiceSummary))]
[JsonSerializable(typeof(AddOnBooking))]
[JsonSerializable(typeof(JournalEntry))]
[JsonSerializable(typeof(OutboxEntry))]
[JsonSerializable(typeof(CrmEvent))]
[JsonSerializable(typeof(OrderPreview))]
[JsonSerializable(typeof(EndPreview))]
sealed partial class StateJson : JsonSerializerContext;
