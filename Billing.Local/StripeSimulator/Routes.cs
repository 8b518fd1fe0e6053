using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary>A request that has found its route.</summary>
/// <param name="Id">The id in its address; empty where there is none.</param>
sealed record Call(string Id, Parameters Parameters);

/// <summary>One operation of the API.</summary>
/// <param name="Path">With <c>{id}</c> where the id is.</param>
/// <param name="Known">The names of its parameters; <c>expand[]</c> goes without saying.</param>
sealed record Route(string Method, string Path, string Known, Func<Call, JsonObject> Answer)
{
    /// <summary>The id in a path that leads here (empty where there is none), or null when it leads elsewhere.</summary>
    public string? Match(string method, string path)
    {
        if (method != Method) return null;
        var (template, sent) = (Path.Split('/'), path.Split('/'));
        if (template.Length != sent.Length) return null;
        var id = "";
        for (var segment = 0; segment < sent.Length; segment++)
        {
            if (template[segment] == "{id}") id = sent[segment];
            else if (template[segment] != sent[segment]) return null;
        }

        return id;
    }
}

/// <summary>What routes have in common: lists in pages and the objects an answer unfolds.</summary>
static class Answers
{
    /// <summary>The parameters every list knows.</summary>
    public const string Paging = "limit starting_after ending_before created created[gt] created[gte] created[lt] created[lte]";

    /// <summary>A page of a type's objects, newest first.</summary>
    public static JsonObject Page(this StripeAccount account, string type, string url, Parameters parameters, Func<JsonObject, bool> wanted)
    {
        var limit = parameters.Whole("limit") ?? 10;
        if (limit is < 1 or > 100) throw StripeRefusalException.Invalid($"This value must be between 1 and 100, inclusive: {limit}", "limit");
        var created = parameters.Inside("created");
        var all = account.All(type).Where(wanted).Where(item => Fits(item.Whole("created"))).Reverse().ToList();

        IEnumerable<JsonObject> page;
        bool more;
        if (parameters.Text("ending_before") is { } before)
        {
            var newer = all[..Cursor(before, "ending_before")];
            page = newer.TakeLast((int)limit);
            more = newer.Count > limit;
        }
        else
        {
            var rest = parameters.Text("starting_after") is { } after ? all[(Cursor(after, "starting_after") + 1)..] : all;
            page = rest.Take((int)limit);
            more = rest.Count > limit;
        }

        return List(url, page, more);

        bool Fits(long at) => (parameters.Whole("created") ?? at) == at
            && at > (created.Whole("gt") ?? long.MinValue) && at >= (created.Whole("gte") ?? long.MinValue)
            && at < (created.Whole("lt") ?? long.MaxValue) && at <= (created.Whole("lte") ?? long.MaxValue);

        int Cursor(string id, string param) =>
            all.FindIndex(item => item.Id() == id) is >= 0 and var place ? place : throw StripeRefusalException.NoSuch(type, id, param);
    }

    public static JsonObject List(string url, IEnumerable<JsonObject> items, bool more = false) => new()
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. items.Select(item => item.Shown())]),
        ["has_more"] = more,
        ["url"] = url,
    };

    /// <summary>Unfolds <c>latest_charge</c>, <c>data.payment_method</c> and the like in an answer.</summary>
    public static void Expand(this StripeAccount account, JsonNode? answer, string path)
    {
        Unfold(answer, path.Split('.'));

        void Unfold(JsonNode? node, ReadOnlySpan<string> rest)
        {
            if (rest.IsEmpty) return;
            if (node is JsonArray items)
            {
                foreach (var item in items) Unfold(item, rest);
                return;
            }

            if (node is not JsonObject into || into.Flag("deleted")) return;
            var name = rest[0];
            if (name == "refunds" && into.Text("object") == "charge")
            {
                // The latest ten; whoever wants more asks for the list.
                var all = account.All("refund").Where(refund => refund.Text("charge") == into.Id()).Reverse().ToList();
                into[name] = List($"/v1/charges/{into.Id()}/refunds", all.Take(10), all.Count > 10);
            }
            else if (name == "line_items" && into.Text("object") == "checkout.session")
                into[name] = List($"/v1/checkout/sessions/{into.Id()}/line_items", CheckoutSessions.LineItems(account.Find(into.Id())!));
            else if (!into.ContainsKey(name))
                throw StripeRefusalException.Invalid($"This property cannot be expanded ({path}).", "expand");
            else if (into[name] is JsonValue value && value.TryGetValue<string>(out var id) && account.Find(id) is { } found)
                into[name] = found.Shown();
            Unfold(into[name], rest[1..]);
        }
    }
}
