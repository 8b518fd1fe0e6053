using System.Globalization;
using Billing.Local.World;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Billing.Tests.Api;

/// <summary>What the service offers beside its contract when it runs locally.</summary>
[Collection(OnOneService.Name)]
public class LocalEndpointsTests(StandingService standing)
{
    Service Service => standing.Service;

    [Fact]
    public async Task It_tells_what_runs_where()
    {
        var local = (await Service.SendAsync(HttpMethod.Get, "local")).Ok();
        Assert.EndsWith($":{Service.Place.StoragePort}/devstoreaccount1", local.GetProperty("storage").Text("blob"), StringComparison.Ordinal);
        Assert.True(local.GetProperty("clock").GetProperty("standsStill").GetBoolean());
        Assert.Contains(local.Items("functions"), function => function.Text("name") == "CloseDueCycles");
    }

    [Fact]
    public async Task The_clock_stands_still_between_moves()
    {
        var now = await Service.NowAsync();
        await Task.Delay(30, TestContext.Current.CancellationToken);
        Assert.Equal(now, await Service.NowAsync());
    }

    [Fact]
    public async Task The_clock_goes_forward_only()
    {
        var now = await Service.NowAsync();
        Assert.Equal(409, (await MoveAsync(LocalClock.Text(now.AddSeconds(-1)))).Status);
        Assert.Equal(now, await Service.NowAsync());
        var drained = await MoveAsync(LocalClock.Text(now));
        Assert.Equal((200, now), (drained.Status, drained.Json.GetProperty("now").GetDateTimeOffset()));
        await Service.WalkAsync(now.AddSeconds(1));
        Assert.Equal(now.AddSeconds(1), await Service.NowAsync());
    }

    [Theory]
    [InlineData("""{"now":"2026-05-06"}""")]
    [InlineData("""{"now":"tomorrow"}""")]
    [InlineData("""{"now":5}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{")]
    public async Task A_malformed_move_is_refused(string body)
    {
        var now = await Service.NowAsync();
        Assert.Equal(400, (await Service.SendAsync(HttpMethod.Put, "local/clock", body)).Status);
        Assert.Equal(now, await Service.NowAsync());
    }

    [Theory]
    [InlineData("owner")]
    [InlineData("super-admin")]
    [InlineData("service")]
    [InlineData("operator")]
    [InlineData("member")]
    public async Task A_token_of_each_role_is_good_for_ten_years(string role)
    {
        var token = new JsonWebToken(await Service.TokenAsync(role, "acme"));
        Assert.Equal((role, "acme"), (token.GetClaim("roles").Value, token.GetClaim("account").Value));
        Assert.True(token.ValidTo >= (await Service.NowAsync()).UtcDateTime.AddYears(10).AddDays(-400));
    }

    [Theory]
    [InlineData("""{"role":"root"}""")]
    [InlineData("""{"accountId":"acme"}""")]
    [InlineData("nothing")]
    public async Task A_token_of_no_role_is_refused(string body) => Assert.Equal(400, (await Service.SendAsync(HttpMethod.Post, "local/token", body)).Status);

    [Fact]
    public async Task A_timer_runs_when_asked()
    {
        var before = await TicksAsync();
        Assert.Equal(202, (await Service.SendAsync(HttpMethod.Post, "admin/functions/CloseDueCycles", new { })).Status);
        await Waiting.UntilAsync(async () => await TicksAsync() > before, "the timer has not run");
        Assert.Equal(404, (await Service.SendAsync(HttpMethod.Post, "admin/functions/Nothing", new { })).Status);
    }

    /// <summary>How often the clock has handed out what was due.</summary>
    async Task<double> TicksAsync() => (await Service.SendAsync(HttpMethod.Get, "local/telemetry/data")).Ok().Items("counted")
        .Where(counted => counted.Text("name") == "billing.ticks").SelectMany(counted => counted.Items("series")).Sum(series => series.GetProperty("sum").GetDouble());

    [Fact]
    public async Task What_the_CRM_is_told_can_be_seen()
    {
        var acme = await Service.OpenAsync("smart");
        await Service.WalkAsync(await Service.NowAsync());
        var invoice = await acme.LastDocumentAsync();

        var told = (await Service.SendAsync(HttpMethod.Get, "local/notifications")).Ok().Items("notifications")
            .Select(call => call.GetProperty("body")).Where(body => body.Text("account") == acme.Id).ToList();

        var issued = Assert.Single(told, body => body.Text("type") == "invoice.issued").GetProperty("data");
        Assert.Equal((invoice.Text("number"), 2368), (issued.Text("number"), issued.Cents("grossCents")));
        Assert.Single(told, body => body.Text("type") == "plan.changed");
        Assert.DoesNotContain("Müller", string.Concat(told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_jump_over_three_months_closes_each_cycle_at_its_own_midnight()
    {
        var acme = await Service.OpenAsync("smart");
        await acme.BooksAsync("users");
        var opened = DateOnly.Parse((await acme.GetAsync("/overview")).Ok().Text("today"), CultureInfo.InvariantCulture);

        await Service.WalkAsync((await Service.NowAsync()).AddMonths(3));

        var closes = (await acme.DocumentsAsync()).SkipLast(1).Reverse().ToList();
        Assert.Equal([1, 2, 3], closes.Select(close => MonthsAfter(opened, close.Text("date"))));
        Assert.All(closes, close => Assert.Equal(close.Text("date"), close.Items("lines")[0].Text("from")));
        var journaled = (await acme.GetAsync("/journal")).Ok().Items("entries").Where(entry => entry.Text("action") == "cycle.closed").ToList();
        Assert.All(journaled, entry => Assert.Contains(entry.GetProperty("at").GetDateTimeOffset().TimeOfDay, new[] { TimeSpan.FromHours(22), TimeSpan.FromHours(23) }));
        Assert.Equal(3, journaled.Count);
    }

    static int MonthsAfter(DateOnly start, string day) => Enumerable.Range(0, 12).Single(months => start.AddMonths(months).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) == day);

    Task<Answer> MoveAsync(string now) => Service.SendAsync(HttpMethod.Put, "local/clock", new { now });
}
