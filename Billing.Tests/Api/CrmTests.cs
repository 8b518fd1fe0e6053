using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Billing.Tests.Api;

/// <summary>The CRM's end of the webhook.</summary>
public class CrmTests
{
    static readonly byte[][] Secrets = [RandomNumberGenerator.GetBytes(24), RandomNumberGenerator.GetBytes(32)];

    [Fact]
    public async Task A_CRM_that_was_away_is_told_all_in_order_signed_with_both_secrets_and_nothing_waited_for_it()
    {
        using var crm = new HttpListener { Prefixes = { $"http://localhost:{Place.FreePorts(1)}/" } };
        await using var service = await Service.StartAsync(
            Place.New("2026-05-06T08:00:00Z"), ("Crm__WebhookUrl", crm.Prefixes.Single()), ("Crm__WebhookSecret", string.Join(',', Secrets.Select(secret => $"whsec_{Convert.ToBase64String(secret)}"))));
        var acme = await service.OpenAsync("pro");
        await acme.LeavesAsync("4242424242424242");
        await acme.BooksAsync("users");
        await acme.ChangesAsync("business");
        Assert.All((await acme.DocumentsAsync()).Where(document => document.Text("status") != "draft"), document => Assert.Equal("paid", document.Text("status")));
        await service.WalkAsync(await service.NowAsync() + TimeSpan.FromHours(1));

        crm.Start();
        var told = new ConcurrentQueue<(string Id, string Time, string Signatures, string Body)>();
        _ = ListenAsync(crm, told);
        await service.WalkAsync(await service.NowAsync() + TimeSpan.FromHours(7));

        var bodies = told.Select(call => JsonSerializer.Deserialize<JsonElement>(call.Body)).ToList();
        Assert.Equal(
            ["access.changed", "add_on.booked", "invoice.issued", "invoice.paid", "payment_method.changed", "plan.changed"],
            bodies.Select(body => body.Text("type")).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal("invoice.issued", bodies[0].Text("type"));
        var places = told.Select(call => call.Id.Split('-')[^2..].Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray()).Select(id => (id[0], id[1])).ToList();
        // Two that tell at once may tell one twice, but nothing before what came before it.
        Assert.Equal(places.Order().Distinct(), places.Distinct());
        foreach (var (id, time, signatures, body) in told)
        {
            Assert.Equal(Secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{id}.{time}.{body}")))}"), signatures.Split(' '));
            Assert.DoesNotContain("ller", body, StringComparison.Ordinal);
        }
        Assert.Empty((await service.SendAsync(HttpMethod.Get, "local/notifications")).Ok().Items("notifications"));
    }

    /// <summary>A login page, or a site that has moved: it answers with 200 and has heard nothing.</summary>
    [Theory]
    [InlineData(302)]
    [InlineData(307)]
    public async Task A_CRM_that_leads_elsewhere_has_not_been_told(int status)
    {
        using var crm = new HttpListener { Prefixes = { $"http://localhost:{Place.FreePorts(1)}/" } };
        await using var service = await Service.StartAsync(
            Place.New("2026-05-06T08:00:00Z"), ("Crm__WebhookUrl", crm.Prefixes.Single() + "hook"), ("Crm__WebhookSecret", $"whsec_{Convert.ToBase64String(Secrets[0])}"));
        crm.Start();
        var (called, leads) = (new ConcurrentQueue<(string Path, string? Id)>(), true);
        _ = ListenAsync(crm, call =>
        {
            called.Enqueue((call.Request.Url!.AbsolutePath, call.Request.Headers["webhook-id"]));
            if (leads && call.Request.Url.AbsolutePath == "/hook") (call.Response.StatusCode, call.Response.RedirectLocation) = (status, "/login");
            return Task.CompletedTask;
        });

        await service.OpenAsync("pro");
        await service.WalkAsync(await service.NowAsync());
        var first = Assert.Single(called.Distinct());
        Assert.Equal("/hook", first.Path);

        leads = false;
        called.Clear();
        await service.WalkAsync(await service.NowAsync() + TimeSpan.FromHours(7));
        Assert.Equal(first, called.First());
    }

    static Task ListenAsync(HttpListener crm, ConcurrentQueue<(string, string, string, string)> told) => ListenAsync(crm, async call =>
    {
        using var body = new StreamReader(call.Request.InputStream, Encoding.UTF8);
        told.Enqueue((call.Request.Headers["webhook-id"]!, call.Request.Headers["webhook-timestamp"]!, call.Request.Headers["webhook-signature"]!, await body.ReadToEndAsync()));
    });

    static async Task ListenAsync(HttpListener crm, Func<HttpListenerContext, Task> hear)
    {
        while (crm.IsListening)
        {
            try
            {
                var call = await crm.GetContextAsync();
                await hear(call);
                call.Response.Close();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
