using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Billing.Tests.Api;

/// <summary>The live view of traces and counters.</summary>
[Collection(OnOneService.Name)]
public class LiveTelemetryTests(StandingService standing)
{
    Service Service => standing.Service;

    async Task<JsonElement> SeenAsync(string? account = null) => (await Service.SendAsync(HttpMethod.Get, $"local/telemetry/data?account={account}")).Ok();

    [Fact]
    public async Task The_view_is_linked_and_served_under_the_rules_of_the_frame()
    {
        Assert.EndsWith("/local/telemetry", (await Service.SendAsync(HttpMethod.Get, "local")).Ok().Text("telemetry"), StringComparison.Ordinal);
        foreach (var (path, type) in new[] { ("local/telemetry", "text/html"), ("local/frame/telemetry.js", "text/javascript"), ("local/frame/telemetry.css", "text/css") })
        {
            var answer = await Service.SendAsync(HttpMethod.Get, path);
            Assert.Equal((200, type), (answer.Status, answer.MediaType));
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_order_is_one_trace_from_the_request_to_Stripe()
    {
        var acme = await Service.OpenAsync("smart");
        await acme.LeavesAsync("4242424242424242");
        await acme.ChangesAsync("pro");
        await Service.WalkAsync(await Service.NowAsync());

        var order = Assert.Single((await SeenAsync(acme.Id)).Items("traces"), trace => trace.Items("spans")[0].Text("name") == "POST /api/accounts/{accountId}/plan-changes");
        var spans = order.Items("spans");
        Assert.Equal(acme.Id, order.Text("account"));
        foreach (var name in new[] { "decide", "commit", "deliver outbox", "payment", "stripe Charge", "send crm-notifications", "process crm-notifications" })
            Assert.Contains(spans, span => span.Text("name") == name);
        // The request is the root; below each call of Stripe is the HTTP request that it was.
        var charge = spans.Single(span => span.Text("name") == "stripe Charge");
        Assert.EndsWith("/v1/payment_intents", spans.Single(span => span.Text("parent") == charge.Text("id")).GetProperty("tags").Text("url.full"), StringComparison.Ordinal);
        Assert.All(spans.Skip(1), span => Assert.Contains(spans, other => other.Text("id") == span.Text("parent")));

        var counted = (await SeenAsync()).Items("counted");
        Assert.Contains(counted.Single(one => one.Text("name") == "billing.documents").Items("series"), series => series.Text("tags") == "invoice" && series.Cents("sum") >= 2);
        Assert.NotEmpty(counted.Single(one => one.Text("name") == "billing.webhook.lag").Items("series"));
    }

    [Fact]
    public async Task A_refusal_says_why_and_an_unknown_path_leaves_nothing_of_itself()
    {
        var acme = await Service.OpenAsync("pro");
        (await acme.OrderAsync("/plan-changes", new { plan = "pro" })).Refused(409, "plan_already_active");
        await Service.SendAsync(HttpMethod.Get, "api/secret/Erika%20Muster");

        var refused = (await SeenAsync(acme.Id)).Items("traces").SelectMany(trace => trace.Items("spans")).Single(span => span.Text("name").EndsWith("plan-changes/preview", StringComparison.Ordinal));
        Assert.Equal("plan_already_active", refused.GetProperty("tags").Text("billing.outcome"));
        var all = (await SeenAsync()).ToString();
        Assert.Contains("GET /api/{path}", all, StringComparison.Ordinal);
        Assert.DoesNotContain("Erika", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_shown_is_bounded()
    {
        for (var asked = 0; asked < 80; asked++) await Service.SendAsync(HttpMethod.Get, "api/catalog");
        Assert.InRange((await SeenAsync()).Items("traces").Count, 1, 60);
    }
}

/// <summary>What leaves the process by OTLP: everything that is to be seen, and nothing of a person.</summary>
public class TelemetryExportTests
{
    [Fact]
    public async Task A_life_is_exported_without_a_person_in_it()
    {
        await using var collector = await Collector.StartAsync();
        const string Company = "Zwölfender & Töchter", Mail = "erika.zwoelfender@zwoelfender.example", Street = "Geheimweg 77", VatId = "ATU76543210";
        string token;
        await using (var service = await Service.StartAsync(
            Place.New("2026-05-06T08:00:00Z"), ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "1000")))
        {
            var details = new { companyName = Company, email = Mail, vatId = VatId, address = new { line1 = Street, postalCode = "1010", city = "Wien", country = "AT" } };
            var acme = await service.OpenAsync("pro", details);
            token = await service.TokenAsync("owner", acme.Id);
            (await acme.PutAsync(null, new { companyName = Company, email = "x" + Mail, details.vatId, details.address })).Ok();
            await acme.LeavesAsync("4000000000000341"); // a card that is declined when it is charged
            await acme.BooksAsync("users");
            await acme.ChangesAsync("business");
            await service.WalkAsync((await service.NowAsync()).AddDays(32));
            (await acme.OrderAsync("/plan-changes", new { plan = "nothing" })).Refused(400, "plan_unknown");
            await acme.PaysAsync();
        }

        foreach (var seen in (string[])["POST /api/accounts/{accountId}/plan-changes", "process account-work", "stripe Charge", "plan_unknown"]) Assert.Contains(seen, collector.Of("traces"), StringComparison.Ordinal);
        foreach (var seen in (string[])["billing.closes", "billing.money.issued", "billing.due.lag", "http.client.request.duration"]) Assert.Contains(seen, collector.Of("metrics"), StringComparison.Ordinal);
        Assert.Contains("Account {Account}: issued {Document} over {Cents} cents", collector.Of("logs"), StringComparison.Ordinal);

        foreach (var signal in (string[])["traces", "metrics", "logs"])
        {
            foreach (var secret in (string[])[Company, "Zwölfender", "zwoelfender", "Geheimweg", VatId, "•••• ", token, token.Split('.')[2], StripeControl.Secret, "DE02120300000000202051"])
                Assert.DoesNotContain(secret, collector.Of(signal), StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>Takes what is exported and keeps it as the text that it holds.</summary>
    sealed class Collector : IAsyncDisposable
    {
        readonly ConcurrentDictionary<string, StringBuilder> _received = new();
        readonly WebApplication _app;

        Collector(WebApplication app) => _app = app;

        public string Address => _app.Urls.Single();

        public string Of(string signal)
        {
            Assert.True(_received.TryGetValue(signal, out var text), $"no {signal} were exported");
            lock (text) return text.ToString();
        }

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var collector = new Collector(builder.Build());
            collector._app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                var text = collector._received.GetOrAdd(signal, _ => new());
                lock (text) text.Append(Encoding.UTF8.GetString(body.ToArray()));
                return Results.Ok();
            });
            await collector._app.StartAsync();
            return collector;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
