using System.Text.Json;

namespace Billing.Local.Host;

/// <summary>A webhook call the CRM would have received.</summary>
/// <param name="Deliveries">How often it came under this id; the first one is shown.</param>
sealed record Notification(string Id, DateTimeOffset ReceivedAt, string? Timestamp, int Deliveries, JsonElement Body);

/// <summary>Stands in for the CRM's end of the webhook and remembers the last calls, newest last.</summary>
sealed class Notifications
{
    const int Bound = 10_000;

    readonly Lock _gate = new();
    readonly OrderedDictionary<string, Notification> _received = [];

    public void Receive(string id, DateTimeOffset at, string? timestamp, JsonElement body)
    {
        lock (_gate)
        {
            if (_received.TryGetValue(id, out var before))
            {
                _received[id] = before with { Deliveries = before.Deliveries + 1 };
                return;
            }

            if (_received.Count == Bound) _received.RemoveAt(0);
            _received.Add(id, new Notification(id, at, timestamp, 1, body));
        }
    }

    public IReadOnlyList<Notification> All()
    {
        lock (_gate) return [.. _received.Values];
    }
}
