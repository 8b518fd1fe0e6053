using System.Collections.Concurrent;

namespace Billing.Tests.Api;

/// <summary>A service that is killed (SIGKILL) in the middle of its work, in a world that goes on.</summary>
public class KilledTests
{
    const int Many = 60;
    static readonly DateTimeOffset Midnight = Moment.Of("2026-06-05T22:00:00Z");

    [Fact]
    public async Task Each_account_is_closed_exactly_once()
    {
        var place = Place.New("2026-05-06T08:00:00Z");
        await using var world = await Running.WorldAsync(place);
        var service = await Service.StartAsync(place);
        var accounts = new ConcurrentBag<Customer>();
        await Parallel.ForEachAsync(Enumerable.Range(0, Many), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, _) =>
        {
            var acme = await service.OpenAsync("business", id: $"k-{number}");
            if (number % 4 == 0) await acme.BooksAsync("users");
            accounts.Add(acme);
        });

        // Up to the last second nothing is due: only over midnight there is work to be killed in.
        await service.WalkAsync(Midnight.AddSeconds(-1));
        for (var kill = 1; kill <= 2; kill++)
        {
            var moving = service.WalkAsync(Midnight);
            var closed = 0;
            while (closed < Sample * kill / 6 && !moving.IsCompleted) closed = await ClosedAsync(service);
            await service.KillAsync();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => moving);
            if (kill == 1) Assert.InRange(closed, 1, Sample - 1);
            await service.DisposeAsync();
            service = await Service.StartAsync(place);
        }
        Assert.Equal(Midnight, await service.NowAsync());
        await service.WalkAsync(Midnight);
        // What guards a commit that never came, or an outbox whose worker died, may stay for 15 minutes.
        await service.WalkAsync(Midnight.AddMinutes(19));

        await using (service)
        {
            // What the CRM had been told before is forgotten with the host that was killed.
            var left = await Service.PictureAsync([service], accounts);
            Invariants.HoldWhenQuiet(left with { Accounts = [.. left.Accounts.Select(account => account with { Told = null })] });
            await Parallel.ForEachAsync(accounts, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (account, _) =>
            {
                var acme = account.On(service);
                Assert.Equal("2026-06-06–2026-07-05", (await acme.AccountAsync()).Period());
                var documents = await acme.DocumentsAsync();
                Assert.Equal([(await acme.BookingsAsync()).Count > 0 ? "79,90 5,90 5,90" : "79,90", "79,90"], documents.Select(document => document.Amounts()));
                Assert.Equal("2026-06-06", documents[0].Text("date"));
                Assert.Single((await acme.GetAsync("/journal")).Ok().Items("entries"), entry => entry.Text("action") == "cycle.closed");
            });
            Assert.Equal(2 * Many, left.Accounts.Sum(account => account.Documents.Count));
        }
    }

    const int Sample = 20;

    /// <summary>How many of a sample are closed; looking at them as the operator does closes none.</summary>
    static async Task<int> ClosedAsync(Service service)
    {
        var seen = await Task.WhenAll(Enumerable.Range(0, Sample).Select(number => new Customer(service, $"k-{number * (Many / Sample)}").OperateAsync("")));
        return seen.Count(answer => answer.Ok().GetProperty("account").GetProperty("period").Text("from") == "2026-06-06");
    }
}
