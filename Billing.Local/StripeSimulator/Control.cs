using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Billing.Local.StripeSimulator;

/// <summary><c>/_simulator</c>: what tests and the local host ask of the simulator beside Stripe's API.</summary>
sealed class Control(
    StripeAccount account, Deliveries deliveries, Faults faults, HostedSessions hosted, PaymentMethods methods, Charges charges, Func<CancellationToken, Task> workDue)
{
    public void Map(WebApplication app)
    {
        var control = app.MapGroup("/_simulator");
        control.MapGet("/faults", ShowFaults);
        control.MapPut("/faults", async (HttpRequest request) => SetFaults(await BodyAsync(request)));
        control.MapPut("/webhook_endpoint", async (HttpRequest request) => Register(await BodyAsync(request)));
        control.MapGet("/deliveries", () => Results.Json(new { outstanding = deliveries.Outstanding, planned = deliveries.Planned }));
        control.MapPost("/advance", async (CancellationToken cancellation) =>
        {
            await workDue(cancellation);
            return Results.Json(new { outstanding = deliveries.Outstanding, planned = deliveries.Planned });
        });
        control.MapPost("/sessions/{id}/complete", async (string id, HttpRequest request) =>
        {
            var body = await BodyAsync(request);
            return Act(() => Complete(id, body));
        });
        control.MapPost("/customers/{id}/detach", (string id) => Act(() => Detach(id)));
        control.MapPost("/payment_methods/{id}/automatic_update", async (string id, HttpRequest request) =>
        {
            var body = await BodyAsync(request);
            return Act(() => Update(id, body));
        });
        control.MapGet("/payment_intents", (string account) => Act(() => Json(Listed("payment_intent", intent => intent, account))));
        control.MapGet("/refunds", (string account) => Act(() => Json(Listed("refund", Payment, account))));
        control.MapPost("/payment_intents/{id}/return", (string id) => Act(() => Json(charges.Return(account.Get("payment_intent", id)))));
    }

    IResult ShowFaults() => Results.Json(new
    {
        faults = faults.All.Select(fault => new { on = fault.On, times = fault.Times, @do = fault.Do }),
        webhooks = deliveries.Mode,
    });

    IResult SetFaults(JsonNode? body)
    {
        const string Form = """
            The body is [{"on":"POST /v1/payment_intents","times":2,"do":"429|500|500_after|timeout|timeout_after"}]
            or {"faults":[…],"webhooks":"normal|duplicate|reorder|drop"}.
            """;
        try
        {
            if ((body as JsonArray ?? body?["faults"]) is { } list)
            {
                var wanted = list.Deserialize<List<Fault>>(JsonSerializerOptions.Web)!;
                if (wanted.Any(fault => fault.On is null || !Fault.Known.Contains(fault.Do))) return BadRequest(Form);
                faults.All = [.. wanted.Select(fault => fault with { Times = fault.Times == 0 ? 1 : fault.Times })];
            }

            if (body is JsonObject settings && settings["webhooks"] is { } mode)
            {
                if (!Deliveries.Modes.Contains(mode.GetValue<string>())) return BadRequest(Form);
                deliveries.Mode = mode.GetValue<string>();
            }

            return body is null ? BadRequest(Form) : ShowFaults();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            return BadRequest(Form);
        }
    }

    IResult Register(JsonNode? body)
    {
        if (body is not JsonObject sent || sent.Text("url") is not { } url || sent.Text("secret") is not { } secret)
            return BadRequest("""The body is {"url":"http://localhost:7071/api/stripe/webhook","secret":"whsec_…"}.""");
        deliveries.Register(new Receiver(url, secret));
        account.Changed = true;
        return Results.Json(new { url });
    }

    IResult Complete(string id, JsonNode? body)
    {
        var session = hosted.Get(id);
        if (!HostedSessions.IsOpen(session))
            return Json(new JsonObject { ["error"] = new JsonObject { ["message"] = $"The session is {session.Text("status")}." } }, StatusCodes.Status409Conflict);
        if (body is not JsonObject sent || (sent.Text("card") is null && sent.Text("iban") is null))
            return BadRequest("""The body is {"card":"4242424242424242"} or {"iban":"DE89370400440532013000"}.""");
        hosted.Submit(session, new Entered(sent.Text("card"), sent.Text("iban"), (int?)sent["exp_month"], (int?)sent["exp_year"]), authenticated: true);
        return Json(session);
    }

    IResult Detach(string id)
    {
        var customer = account.Get("customer", id);
        var removed = methods.Of(customer);
        foreach (var method in removed) methods.Detach(method);
        return Json(Answers.List("/v1/payment_methods", removed));
    }

    IResult Update(string id, JsonNode? body)
    {
        if (account.Get("payment_method", id) is not { } method || method["card"] is null || body?["exp_month"] is not { } month || body["exp_year"] is not { } year)
            return BadRequest("""The body is {"exp_month":12,"exp_year":2030}, the method a card.""");
        return Json(methods.UpdateAutomatically(method, (int)month, (int)year));
    }

    /// <summary>Those of a type whose payment, or its customer, names an account of the service in its metadata.</summary>
    JsonObject Listed(string type, Func<JsonObject, JsonObject?> payment, string wanted) => new()
    {
        ["data"] = new JsonArray(
        [
            .. account.All(type).Where(item => Names(item, wanted) || (payment(item) is { } paid && (Names(paid, wanted) || Names(account.Find(paid.Text("customer")), wanted))))
                .Reverse().Select(item => item.Shown()),
        ]),
    };

    static bool Names(JsonObject? item, string wanted) => item?["metadata"] is JsonObject metadata && metadata.Text("account") == wanted;

    JsonObject? Payment(JsonObject refund) => account.Find(refund.Text("payment_intent"));

    IResult Act(Func<IResult> act)
    {
        lock (account.Gate)
        {
            account.WorkDue();
            account.Request = default;
            account.Changed = true;
            try
            {
                return act();
            }
            catch (StripeRefusalException refusal)
            {
                return Results.Content(refusal.Body(), "application/json", statusCode: refusal.Status);
            }
        }
    }

    static IResult Json(JsonObject shown, int status = StatusCodes.Status200OK) => Results.Content(shown.Shown().ToJsonString(), "application/json", statusCode: status);

    static IResult BadRequest(string message) =>
        Results.Content(new JsonObject { ["error"] = new JsonObject { ["message"] = message } }.ToJsonString(), "application/json", statusCode: StatusCodes.Status400BadRequest);

    static async Task<JsonNode?> BodyAsync(HttpRequest request)
    {
        try
        {
            return await JsonNode.ParseAsync(request.Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
