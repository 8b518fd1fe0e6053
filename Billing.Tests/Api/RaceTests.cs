using System.Text.Json;

namespace Billing.Tests.Api;

/// <summary>Two hosts on the same storage and clock.</summary>
public sealed class TwoHosts : IAsyncLifetime
{
    public Service One { get; private set; } = null!;
    public Service Two { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        One = await Service.StartAsync(Place.New("2026-05-06T08:00:00Z"));
        Two = await Service.StartAsync(One.Place);
    }

    public async ValueTask DisposeAsync()
    {
        if (Two is not null) await Two.DisposeAsync();
        await One.DisposeAsync();
    }
}

/// <summary>Ten clients a host race on one account: nothing is carried out or billed twice.</summary>
public class RaceTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    const int Clients = 10;

    [Fact]
    public async Task The_same_booking_sent_to_both_hosts_is_booked_once()
    {
        var acme = await hosts.One.OpenAsync("smart");
        var order = new { addOn = "users", quantity = 1 };
        var orders = new List<Dictionary<string, object?>>();
        for (var client = 0; client < Clients; client++) orders.Add(Customer.Confirmed(order, (await acme.PreviewAsync("/add-ons", order)).Text("confirmation")));

        var answers = await RaceAsync(acme, (there, client) => there.PostAsync("/add-ons", orders[client], key: $"book-{client}"));

        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        Assert.All(answers.Chunk(2), pair => Assert.Equal(pair[0].Json.Text("id"), pair[1].Json.Text("id")));
        Assert.Equal(Clients, (await acme.BookingsAsync()).Select(booking => booking.Text("id")).Distinct().Count());
        Assert.Equal(Clients, (await acme.LastDocumentAsync()).Items("lines").Count);
    }

    [Fact]
    public async Task Different_bookings_are_all_booked()
    {
        var acme = await hosts.One.OpenAsync("smart");
        var answers = await RaceAsync(acme, (there, client) => there.OrderAsync("/add-ons", new { addOn = "storage", quantity = client + 1 }));
        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        Assert.Equal(2 * Clients, (await acme.BookingsAsync()).Count);
        Assert.Equal(2 * 55 * 590, (await acme.LastDocumentAsync()).Cents("netCents"));
    }

    [Fact]
    public async Task A_confirmation_is_used_once()
    {
        var acme = await hosts.One.OpenAsync("smart");
        var order = new { addOn = "users", quantity = 1 };
        var confirmed = Customer.Confirmed(order, (await acme.PreviewAsync("/add-ons", order)).Text("confirmation"));

        var answers = await RaceAsync(acme, (there, client) => there.PostAsync("/add-ons", confirmed, key: $"{there.Service.Port}-{client}"));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.Refused(409, "confirmation_stale"));
        Assert.Single(await acme.BookingsAsync());
    }

    [Fact]
    public async Task An_upgrade_is_billed_once()
    {
        var acme = await hosts.One.OpenAsync("smart");
        var answers = await RaceAsync(acme, (there, _) => there.OrderAsync("/plan-changes", new { plan = "pro" }));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.Refused(409, "plan_already_active"));
        Assert.Equal(["29,75", "23,68"], (await acme.DocumentsAsync()).Select(document => Reading.Euro(document.Cents("grossCents"))));
    }

    [Fact]
    public async Task A_booking_is_withdrawn_once()
    {
        var acme = await hosts.One.OpenAsync("smart");
        var bookings = new List<JsonElement>();
        for (var client = 0; client < Clients; client++) bookings.Add(await acme.BooksAsync("users"));

        var answers = await RaceAsync(acme, (there, client) => there.EndsAsync(bookings[client]));

        Assert.All(answers.Chunk(2), pair =>
        {
            Assert.Single(pair, answer => answer.Status == 200);
            Assert.Single(pair, answer => answer.Code == "already_ended");
        });
        var draft = await acme.LastDocumentAsync();
        Assert.Equal(("void", "5,90/1,12/7,02"), (draft.Text("status"), draft.Figure()));
        Assert.Equal(2, (await acme.DocumentsAsync()).Count);
    }

    [Fact]
    public async Task Everything_at_once_adds_up()
    {
        var acme = await hosts.One.OpenAsync("smart");
        var first = await acme.BooksAsync("users");

        var answers = await RaceAsync(acme, (there, client) => (client % 5) switch
        {
            0 => there.OrderAsync("/plan-changes", new { plan = client == 0 ? "pro" : "business" }),
            1 => there.OrderAsync("/cancellation"),
            2 => there.EndsAsync(first),
            _ => there.OrderAsync("/add-ons", new { addOn = "users", quantity = 1 }),
        });

        Assert.All(answers.Where(answer => answer.Status >= 400), answer =>
            Assert.Contains(answer.Code, new[] { "plan_already_active", "cancellation_pending", "already_cancelled", "already_ended", "confirmation_stale" }));
        var booked = answers.Where(answer => answer.Status == 201).Select(answer => answer.Json.Text("id")).ToList();
        Assert.Equal(8, booked.Distinct().Count());
        Assert.Single(answers, answer => answer.Status == 200 && answer.Json.TryGetProperty("endsOn", out var endsOn) && endsOn.ValueKind == JsonValueKind.String && answer.Json.TryGetProperty("since", out _));
        var changes = answers.Count(answer => answer.Status == 200 && answer.Json.TryGetProperty("invoice", out _));
        var documents = await acme.DocumentsAsync();
        Assert.Equal(1 + changes, documents.Count(document => document.Text("kind") == "invoice"));
        Assert.Equal(8, Assert.Single(documents, document => document.Text("status") == "draft").Items("lines").Count);
    }

    [Fact]
    public async Task Both_hosts_close_the_same_accounts()
    {
        var accounts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => hosts.One.OpenAsync("business")));
        foreach (var acme in accounts) await acme.BooksAsync("users");

        foreach (var midnight in new[] { Moment.Of("2026-06-05T22:00:00Z"), Moment.Of("2026-07-05T22:00:00Z") })
        {
            await hosts.One.WalkAsync(midnight.AddSeconds(-1));
            Service[] both = [hosts.One, hosts.Two];
            await Task.WhenAll(
            [
                .. both.Select(host => host.WalkAsync(midnight)),
                .. both.SelectMany(host => Enumerable.Range(0, 5).Select(_ => host.SendAsync(HttpMethod.Post, "admin/functions/CloseDueCycles", new { }))),
                // Who looks at an account closes it as well.
                .. accounts.Take(Clients).SelectMany(acme => both.Select(host => Settled(() => acme.On(host).GetAsync("/overview")))),
            ]);
        }
        await hosts.Two.WalkAsync(Moment.Of("2026-07-06"));

        // Nobody left a method: suspended since the first close, for 30 days by now.
        await HoldAsync(accounts, [.. accounts.Select(_ => "suspension_lasts")]);
        foreach (var acme in accounts)
        {
            var documents = await acme.On(hosts.Two).DocumentsAsync();
            Assert.Equal(["79,90 5,90", "79,90 5,90 5,90", "79,90"], documents.Select(document => document.Amounts()));
            Assert.Equal(["2026-07-06", "2026-06-06", "2026-05-06"], documents.Select(document => document.Items("lines")[0].Text("from")));
        }
    }

    /// <summary>
    /// Client n of both hosts at once; the answers in pairs. Then nothing is left to do: at once nothing of what was committed, after a quarter of an
    /// hour nothing of what was guarded for commits that lost.
    /// </summary>
    async Task<Answer[]> RaceAsync(Customer acme, Func<Customer, int, Task<Answer>> act)
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, Clients).SelectMany(client => new[] { acme.On(hosts.One), acme.On(hosts.Two) }.Select(there => Settled(() => act(there, client)))));
        foreach (var minutes in (int[])[2, 17]) await hosts.One.WalkAsync(await hosts.One.NowAsync() + TimeSpan.FromMinutes(minutes));
        await HoldAsync([acme]);
        return answers;
    }

    async Task HoldAsync(Customer[] accounts, params string[] findings) => Invariants.HoldWhenQuiet(await Service.PictureAsync([hosts.One, hosts.Two], accounts), findings);

    /// <summary>As a client does it: <c>busy</c> means to come back, a stale confirmation to look again.</summary>
    static async Task<Answer> Settled(Func<Task<Answer>> act)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = await act();
            if (answer.Code != "busy" || attempt == 50) return answer;
            await Task.Delay(Random.Shared.Next(20, 100));
        }
    }
}
