using System.Globalization;
using System.Runtime.CompilerServices;
using Billing.Local.World;

namespace Billing.Tests.Api;

/// <summary>2028: a leap day, month ends and both clock changes.</summary>
public class LeapYearTests(Walk<LeapYearTests> walk) : Stories(walk), IClassFixture<Walk<LeapYearTests>>
{
    [Fact]
    public Task An_anchor_on_the_31st_renews_on_the_leap_day() => Story(async () =>
    {
        var acme = await OpenPaid("smart", on: "2028-01-31");
        Assert.Equal(["19,90 (31.01.–28.02.)"], (await acme.LastDocumentAsync()).AmountsWithDays());
        foreach (var (start, lines) in new[] { ("2028-02-29", "19,90 (29.02.–30.03.)"), ("2028-03-31", "19,90 (31.03.–29.04.)"), ("2028-04-30", "19,90 (30.04.–30.05.)") })
        {
            await Until(start);
            Assert.Equal([lines], (await acme.LastDocumentAsync()).AmountsWithDays());
            Assert.Equal(start, (await acme.LastDocumentAsync()).Text("date"));
            await acme.PaysAsync();
        }
    });

    [Fact]
    public Task An_anchor_on_the_leap_day_stays_on_the_29th() => Story(async () =>
    {
        var acme = await OpenPaid("smart", on: "2028-02-29");
        Assert.Equal("2028-02-29–2028-03-28", (await acme.AccountAsync()).Period());
        await Until("2028-03-29");
        Assert.Equal(["19,90 (29.03.–28.04.)"], (await acme.LastDocumentAsync()).AmountsWithDays());
        await acme.PaysAsync();
        await Until("2028-04-29");
        Assert.Equal("2028-04-29–2028-05-28", (await acme.AccountAsync()).Period());
    });

    [Fact]
    public Task February_has_29_days_to_prorate_over() => Story(async () =>
    {
        var acme = await Open("smart", on: "2028-02-01");
        await Until("2028-02-08");
        await acme.BooksAsync("users");
        Assert.Equal(["4,48 (08.02.–29.02.)"], (await acme.LastDocumentAsync()).AmountsWithDays());
        await Until("2028-02-29");
        var upgrade = await acme.ChangesAsync("business");
        Assert.Equal(("-0,69 2,76", "2,07/0,39/2,46"), (upgrade.Amounts(), upgrade.Figure()));
        Assert.All(upgrade.Items("lines"), line => Assert.Equal((1, 29), (line.Cents("days"), line.Cents("periodDays"))));
        await Until("2028-03-01");
        Assert.Equal("79,90 5,90 4,48", (await acme.LastDocumentAsync()).Amounts());
    });

    [Fact]
    public Task The_day_the_clocks_go_forward_ends_at_its_midnight() => Midnight("2028-03-15", "2028-03-26T22:00:00Z", ("2028-03-26", 20), ("2028-03-27", 19));

    [Fact]
    public Task The_day_the_clocks_go_back_ends_at_its_midnight() => Midnight("2028-10-15", "2028-10-29T23:00:00Z", ("2028-10-29", 17), ("2028-10-30", 16));

    [Fact]
    public Task The_day_the_clocks_go_back_begins_at_its_midnight() => Midnight("2028-10-15", "2028-10-28T22:00:00Z", ("2028-10-28", 18), ("2028-10-29", 17));

    [Fact]
    public Task A_cycle_that_starts_on_a_clock_change_closes_at_that_midnight() => Story(async () =>
    {
        var acme = await Open("smart", on: "2028-09-29");
        await Until("2028-10-28T21:59:59Z");
        Assert.Single(await acme.DocumentsAsync());
        await Until("2028-10-28T22:00:00Z");
        var renewal = await acme.LastDocumentAsync();
        Assert.Equal(["19,90 (29.10.–28.11.)"], renewal.AmountsWithDays());
        Assert.Equal("2028-10-29", renewal.Text("date"));
        // Other accounts may close in the same second: each takes the next number.
        var midnight = Moment.Of("2028-10-28T22:00:00Z").ToUnixTimeSeconds();
        Assert.InRange(long.Parse(renewal.Text("number")!["RE-".Length..], CultureInfo.InvariantCulture), midnight, midnight + 100);
    });

    Task Midnight(string opened, string midnight, (string Day, int Left) before, (string Day, int Left) after, [CallerMemberName] string name = "") => Story(async () =>
    {
        var acme = await Open("smart", on: opened);
        async Task Shows((string Day, int Left) expected)
        {
            var preview = await acme.PreviewAsync("/plan-changes", new { plan = "pro" });
            Assert.Equal(expected, (preview.Text("effectiveOn"), (int)preview.Items("lines")[0].Cents("days")));
            Assert.Equal(expected.Day, (await acme.GetAsync("/overview")).Ok().Text("today"));
        }
        await Until(LocalClock.Text(Moment.Of(midnight).AddSeconds(-1)));
        await Shows(before);
        await Until(midnight);
        await Shows(after);
    }, name);
}
