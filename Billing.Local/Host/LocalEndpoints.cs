using System.Text.Json;
using System.Text.Json.Nodes;
using Billing.Local.Frame;
using Billing.Local.StripeSimulator;
using Billing.Local.Telemetry;
using Billing.Local.World;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Billing.Local.Host;

/// <summary>What a local service offers beside its functions: its world, tokens, the clock, timers on demand and the CRM's end of the webhook.</summary>
sealed class LocalEndpoints(
    LocalWorld world, FunctionIndex index, HostSettings settings, Timers timers, ClockWalk walk, Notifications notifications, TelemetryRecorder telemetry, SimulatorClient? stripe = null)
{
    readonly string _origin = $"http://localhost:{world.Settings.Port}";

    /// <summary>Set once everything has started.</summary>
    public bool Ready { get; set; }

    public void Map(WebApplication app)
    {
        FramePages.Map(app);
        app.MapGet("/local", () => Ready ? Results.Json(Describe()) : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
        app.MapPost("/local/token", TokenAsync);
        app.MapGet("/local/.well-known/openid-configuration", () => Results.Json(Discovery()));
        app.MapGet("/local/jwks", () => Results.Json(world.Key.KeySet()));
        app.MapGet("/local/clock", () => Results.Json(Now()));
        app.MapPut("/local/clock", MoveClockAsync);
        app.MapPost("/local/crm", ReceiveAsync);
        app.MapGet("/local/telemetry/data", (string? account) => Results.Json(telemetry.Snapshot(account, most: 60), JsonSerializerOptions.Web));
        app.MapGet("/local/notifications", () => Results.Json(new { notifications = notifications.All() }, JsonSerializerOptions.Web));
        app.MapPost("/admin/functions/{name}", (string name) => timers.RunNow(name) ? Results.Accepted() : Results.NotFound());
    }

    JsonObject Discovery() => new()
    {
        ["issuer"] = SigningKey.Issuer,
        ["jwks_uri"] = $"{_origin}/local/jwks",
        ["response_types_supported"] = new JsonArray("token"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
    };

    object Describe() => new
    {
        api = $"{_origin}/{settings.RoutePrefix}",
        page = $"{_origin}/",
        telemetry = $"{_origin}/local/telemetry",
        storage = new { blob = world.Storage.Blob, queue = world.Storage.Queue, table = world.Storage.Table },
        stripe = stripe is null ? null : new { simulator = stripe.Url },
        clock = new { now = LocalClock.Text(world.Clock.GetUtcNow()), standsStill = world.Clock.StandsStill },
        owner = world.Owner,
        process = Environment.ProcessId,
        functions = index.Functions.Select(Describe),
    };

    object Describe(IndexedFunction function) => function.Trigger switch
    {
        TimerTriggerAttribute timer => new { name = function.Name, trigger = "timer", schedule = timer.Schedule },
        QueueTriggerAttribute queue => new { name = function.Name, trigger = "queue", queue = queue.QueueName },
        _ => new { name = function.Name, trigger = "http", methods = ((HttpTriggerAttribute)function.Trigger).Methods, route = $"{settings.RoutePrefix}/{function.Route}" },
    };

    object Now() => new { now = LocalClock.Text(world.Clock.GetUtcNow()) };

    async Task<IResult> TokenAsync(HttpRequest request)
    {
        if (await BodyAsync(request) is not { } body || Text(body, "role") is not { } role || !SigningKey.Roles.Contains(role))
            return Problem(StatusCodes.Status400BadRequest, $"role is one of {string.Join(", ", SigningKey.Roles)}.");
        return Results.Json(new { token = world.Key.Token(role, Text(body, "accountId"), Text(body, "sub"), world.Clock.GetUtcNow()) });
    }

    async Task<IResult> MoveClockAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (await BodyAsync(request) is not { } body || LocalClock.TryParse(Text(body, "now")) is not { } target)
            return Problem(StatusCodes.Status400BadRequest, """The body is {"now":"2026-05-06T08:00:00Z"}.""");
        try
        {
            return await walk.ToAsync(target, cancellation) ? Results.Json(Now())
                : Problem(StatusCodes.Status409Conflict, $"The clock only goes forward; it is at {LocalClock.Text(world.Clock.GetUtcNow())}.");
        }
        catch (NotQuietException busy)
        {
            return Problem(StatusCodes.Status504GatewayTimeout, busy.Message);
        }
    }

    async Task<IResult> ReceiveAsync(HttpRequest request)
    {
        if (await BodyAsync(request) is not { } body) return Problem(StatusCodes.Status400BadRequest, "The body is a JSON object.");
        var id = request.Headers["webhook-id"].ToString();
        notifications.Receive(id.Length > 0 ? id : Guid.NewGuid().ToString(), world.Clock.GetUtcNow(), request.Headers["webhook-timestamp"], body);
        return Results.Ok();
    }

    /// <summary>The request's JSON object; null when it holds none.</summary>
    static async Task<JsonElement?> BodyAsync(HttpRequest request)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static IResult Problem(int status, string detail) => Results.Problem(detail, statusCode: status);
}
