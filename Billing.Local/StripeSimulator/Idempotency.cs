using System.Text.Json;
using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary>An answer as it goes over the wire.</summary>
sealed record Answer(int Status, string Body);

/// <summary>
/// The answers kept under their <c>Idempotency-Key</c> for 24 hours, refusals and failures included. Nothing is kept of a
/// request that was refused before it began.
/// </summary>
sealed class Idempotency(TimeProvider clock)
{
    static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    readonly Lock _gate = new();
    readonly Dictionary<string, Entry> _entries = [];

    sealed record Entry(string Path, string Parameters, DateTimeOffset At, Answer? Answer);

    /// <summary>Begins a request; the answer that an earlier one was given, or null when there is none.</summary>
    /// <exception cref="StripeRefusalException">The key was used for something else, or its first request is still under way.</exception>
    public Answer? Begin(string key, string path, string parameters)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry) || clock.GetUtcNow() - entry.At >= Kept)
            {
                _entries[key] = new Entry(path, parameters, clock.GetUtcNow(), null);
                return null;
            }

            if (entry.Path != path)
                throw new StripeRefusalException(400, "idempotency_error", null,
                    $"Keys for idempotent requests can only be used for the same endpoint they were first used for ('{entry.Path}' vs '{path}'). "
                    + $"Try using a key other than '{key}' if you meant to execute a different request.");
            if (entry.Parameters != parameters)
                throw new StripeRefusalException(400, "idempotency_error", null,
                    $"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request.");
            return entry.Answer ?? throw new StripeRefusalException(409, "idempotency_error", "idempotency_key_in_use",
                $"There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): {key}.");
        }
    }

    public void End(string key, Answer answer)
    {
        lock (_gate) _entries[key] = _entries[key] with { Answer = answer };
    }

    /// <summary>Forgets a request whose parameters were refused: it may be put right under the same key.</summary>
    public void Drop(string key)
    {
        lock (_gate) _entries.Remove(key);
    }

    /// <summary>Whether an answer is kept under a key.</summary>
    public bool Knows(string key)
    {
        lock (_gate) return _entries.TryGetValue(key, out var entry) && entry.Answer is not null && clock.GetUtcNow() - entry.At < Kept;
    }

    /// <summary>Drops what is older than a day.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            foreach (var (key, _) in _entries.Where(entry => clock.GetUtcNow() - entry.Value.At >= Kept).ToList()) _entries.Remove(key);
        }
    }

    public JsonNode? Save()
    {
        lock (_gate) return JsonSerializer.SerializeToNode(_entries.Where(entry => entry.Value.Answer is not null).ToDictionary());
    }

    public void Load(JsonNode? saved)
    {
        foreach (var (key, entry) in saved.Deserialize<Dictionary<string, Entry>>() ?? []) _entries[key] = entry;
    }
}
