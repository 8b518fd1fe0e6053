using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary>
/// The one account the simulator holds: its objects in the form Stripe shows them, what falls due, and the events that tell of
/// changes. Whoever uses it holds <see cref="Gate"/>.
/// </summary>
sealed class StripeAccount(TimeProvider clock, string url)
{
    public const string ApiVersion = "2026-10-28.endive";

    static readonly TimeSpan EventsKept = TimeSpan.FromDays(30);

    readonly Dictionary<string, JsonObject> _objects = [];
    readonly Dictionary<string, List<JsonObject>> _byType = [];
    readonly Dictionary<string, Action<JsonObject>> _onDue = [];
    List<Due> _due = [];

    /// <summary>What happens to an object at an instant of the clock.</summary>
    sealed record Due(long At, string What, string Id);

    public Lock Gate { get; } = new();

    /// <summary>Where the hosted pages are.</summary>
    public string Url => url;

    /// <summary>Unix seconds.</summary>
    public long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    public DateTimeOffset Instant => clock.GetUtcNow();

    /// <summary>The request whose effects are being worked on, for the events that come of it.</summary>
    public (string? Id, string? IdempotencyKey) Request { get; set; }

    /// <summary>Set by whatever changes the account; cleared by whoever writes it down.</summary>
    public bool Changed { get; set; }

    /// <summary>Called with each new event.</summary>
    public Action<JsonObject> OnEvent { get; set; } = _ => { };

    public JsonObject Add(string prefix, string type, JsonObject members)
    {
        var item = new JsonObject { ["id"] = $"{prefix}_{RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 24)}", ["object"] = type };
        foreach (var (name, value) in members.ToList())
        {
            members.Remove(name);
            item[name] = value;
        }

        item["created"] = Now;
        item["livemode"] = false;
        Index(item);
        return item;
    }

    public JsonObject? Find(string? id) => id is not null && _objects.TryGetValue(id, out var item) ? item : null;

    /// <param name="param">The parameter that names it; null when the request's address does.</param>
    /// <exception cref="StripeRefusalException">There is none of this type.</exception>
    public JsonObject Get(string type, string id, string? param = null) =>
        Find(id) is { } item && item.Text("object") == type && !(param is not null && item.Flag("deleted")) ? item
        : throw StripeRefusalException.NoSuch(type[(type.IndexOf('.', StringComparison.Ordinal) + 1)..], id, param);

    /// <summary>All of a type, oldest first.</summary>
    public IReadOnlyList<JsonObject> All(string type) => _byType.TryGetValue(type, out var items) ? items : [];

    public void Tell(string type, JsonObject item, JsonObject? previous = null)
    {
        var data = new JsonObject { ["object"] = item.Shown() };
        if (previous is not null) data["previous_attributes"] = previous;
        OnEvent(Add("evt", "event", new()
        {
            ["api_version"] = ApiVersion,
            ["data"] = data,
            ["pending_webhooks"] = 1,
            ["request"] = new JsonObject { ["id"] = Request.Id, ["idempotency_key"] = Request.IdempotencyKey },
            ["type"] = type,
        }));
    }

    /// <summary>Changes an object and, when that made a difference, tells so with what it was before.</summary>
    public void Change(JsonObject item, string eventType, Action change)
    {
        var before = item.Shown();
        change();
        var after = item.Shown();
        var previous = new JsonObject(before.Where(member => !JsonNode.DeepEquals(member.Value, after[member.Key]))
            .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        Changed = true;
        if (previous.Count > 0) Tell(eventType, item, previous);
    }

    public void OnDue(string what, Action<JsonObject> then) => _onDue[what] = then;

    public void Plan(string what, JsonObject item, long at) => _due.Add(new Due(at, what, item.Id()));

    /// <summary>Does everything that has fallen due, in its order.</summary>
    public void WorkDue()
    {
        var now = Now;
        while (_due.Where(due => due.At <= now).MinBy(due => due.At) is { } next)
        {
            _due.Remove(next);
            Request = default;
            _onDue[next.What](_objects[next.Id]);
            Changed = true;
        }

        var old = All("event").TakeWhile(told => told.Whole("created") < now - (long)EventsKept.TotalSeconds).ToList();
        if (old.Count == 0) return;
        old.ForEach(told => _objects.Remove(told.Id()));
        _byType["event"].RemoveRange(0, old.Count);
    }

    public JsonObject Save() => new()
    {
        ["objects"] = new JsonArray([.. _byType.Values.SelectMany(items => items).Select(item => item.DeepClone())]),
        ["due"] = JsonSerializer.SerializeToNode(_due),
    };

    public void Load(JsonObject saved)
    {
        foreach (var item in saved["objects"]!.AsArray()) Index(item!.DeepClone().AsObject());
        _due = saved["due"].Deserialize<List<Due>>()!;
    }

    void Index(JsonObject item)
    {
        _objects.Add(item.Id(), item);
        var type = item.Text("object")!;
        if (!_byType.TryGetValue(type, out var items)) _byType[type] = items = [];
        items.Add(item);
        Changed = true;
    }
}
