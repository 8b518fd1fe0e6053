using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Billing.Local.StripeSimulator;

/// <summary>The parameters of a request in Stripe's notation: <c>line_items[0][price_data][currency]=eur</c>.</summary>
sealed partial class Parameters(IReadOnlyList<KeyValuePair<string, string>> all)
{
    /// <summary>The same for the same parameters, in whatever order they were sent.</summary>
    public string Fingerprint => string.Join('&', all.Select(one => $"{Uri.EscapeDataString(one.Key)}={Uri.EscapeDataString(one.Value)}").Order(StringComparer.Ordinal));

    /// <summary>Refuses what is not among the known names; <c>[]</c> stands for any place of a list, <c>[*]</c> for any key.</summary>
    public void RequireKnown(string known)
    {
        var names = known.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var (name, value) in all)
        {
            var place = Place().Replace(name, "[]");
            if (names.Any(each => each == place || (each.EndsWith("[*]", StringComparison.Ordinal) && AnyKey().Replace(place, "[*]") == each))) continue;
            // A list or hash is emptied by its bare name.
            if (value.Length == 0 && names.Any(each => each.StartsWith($"{name}[", StringComparison.Ordinal))) continue;
            throw StripeRefusalException.Invalid($"Received unknown parameter: {name} (or one that this simulator does not know)", name, "parameter_unknown");
        }
    }

    /// <summary>Whether it was sent at all, empty or with members.</summary>
    public bool Has(string name) => all.Any(one => one.Key == name || one.Key.StartsWith($"{name}[", StringComparison.Ordinal));

    /// <summary>Null when it was not sent or sent empty.</summary>
    public string? Text(string name) => all.LastOrDefault(one => one.Key == name).Value is { Length: > 0 } text ? text : null;

    public string Required(string name) => Text(name) ?? throw Missing(name);

    public long? Whole(string name) => Text(name) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole
        : throw StripeRefusalException.Invalid($"Invalid integer: {text}", name, "parameter_invalid_integer");

    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var text => throw StripeRefusalException.Invalid($"Invalid boolean: {text}", name),
    };

    public string? OneOf(string name, params string[] choices) => Text(name) is not { } text || choices.Contains(text) ? Text(name)
        : throw StripeRefusalException.Invalid($"Invalid {name}: must be one of {string.Join(", ", choices)}", name);

    public IReadOnlyList<string> List(string name) => [.. all.Where(one => Place().Replace(one.Key, "[]") == $"{name}[]").Select(one => one.Value)];

    /// <summary>The members of a hash, under their own names.</summary>
    public Parameters Inside(string name) => new(
    [
        .. all.Where(one => one.Key.StartsWith($"{name}[", StringComparison.Ordinal)).Select(one => KeyValuePair.Create(Unwrap(one.Key[name.Length..]), one.Value)),
    ]);

    /// <summary>The hashes of a list, in order.</summary>
    public IReadOnlyList<Parameters> Items(string name) => [.. Inside(name).Heads().Select(place => Inside($"{name}[{place}]"))];

    /// <summary>The hash as JSON, text by text; null when it was not sent or emptied.</summary>
    public JsonObject? Texts(string name, params string[] members)
    {
        var inside = Inside(name);
        return inside.IsEmpty ? null : new JsonObject(members.Select(member => KeyValuePair.Create(member, (JsonNode?)inside.Text(member))));
    }

    /// <summary>Sets what was sent: an empty value removes a key, an empty hash removes all.</summary>
    public void ApplyMetadata(JsonObject metadata)
    {
        if (Has("metadata") && Inside("metadata").IsEmpty) metadata.Clear();
        foreach (var (key, value) in Inside("metadata").All)
        {
            if (key.Length > 40) throw StripeRefusalException.Invalid("Metadata keys can be at most 40 characters long.", $"metadata[{key}]");
            if (value.Length > 500) throw StripeRefusalException.Invalid("Metadata values can be at most 500 characters long.", $"metadata[{key}]");
            if (value.Length == 0) metadata.Remove(key);
            else metadata[key] = value;
        }

        if (metadata.Count > 50) throw StripeRefusalException.Invalid("You can have at most 50 metadata keys.", "metadata");
    }

    public JsonObject Metadata()
    {
        var metadata = new JsonObject();
        ApplyMetadata(metadata);
        return metadata;
    }

    public bool IsEmpty => all.Count == 0;

    public IReadOnlyList<KeyValuePair<string, string>> All => all;

    public static StripeRefusalException Missing(string name) =>
        StripeRefusalException.Invalid($"Missing required param: {name}.", name, "parameter_missing");

    IEnumerable<string> Heads() => all.Select(one => one.Key.Split('[')[0]).Distinct();

    // [a][b] → a[b]
    static string Unwrap(string rest)
    {
        var end = rest.IndexOf(']', StringComparison.Ordinal);
        return rest[1..end] + rest[(end + 1)..];
    }

    [GeneratedRegex(@"\[\d*\]")]
    private static partial Regex Place();

    [GeneratedRegex(@"\[[^\]]*\]$")]
    private static partial Regex AnyKey();
}
