using System.Globalization;
using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary>Reading the JSON objects Stripe is made of.</summary>
/// <remarks>Members whose names begin with an underscore are the simulator's own; nobody outside sees them.</remarks>
static class StripeObjects
{
    /// <summary>What the simulator keeps about an object beside what Stripe shows of it.</summary>
    const string Hidden = "_simulator";

    public static string? Text(this JsonObject item, string name) => item[name]?.GetValue<string>();

    public static long Whole(this JsonObject item, string name) => item[name] switch
    {
        null => 0,
        JsonValue value when value.TryGetValue<long>(out var whole) => whole,
        JsonValue value => value.GetValue<int>(),
        _ => throw new InvalidOperationException($"{name} is no number."),
    };

    public static bool Flag(this JsonObject item, string name) => item[name]?.GetValue<bool>() ?? false;

    public static string Id(this JsonObject item) => item.Text("id")!;

    public static bool Is(this JsonObject item, string status) => item.Text("status") == status;

    public static JsonObject Inside(this JsonObject item, string name) => item[name]!.AsObject();

    public static string? Kept(this JsonObject item, string name) => (item[Hidden] as JsonObject)?.Text(name);

    public static void Keep(this JsonObject item, string name, string? value)
    {
        if (item[Hidden] is not JsonObject kept) item[Hidden] = kept = [];
        kept[name] = value;
    }

    /// <summary>A copy as Stripe shows it.</summary>
    public static JsonObject Shown(this JsonObject item)
    {
        var shown = item.DeepClone().AsObject();
        shown.Remove(Hidden);
        return shown;
    }

    public static JsonArray ToJson(this IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    /// <summary>The euro amount as Stripe's messages write it.</summary>
    public static string Euros(this long cents) => string.Create(CultureInfo.InvariantCulture, $"€{cents / 100m:0.00}");
}
