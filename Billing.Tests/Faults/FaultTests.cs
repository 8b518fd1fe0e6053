using System.Collections.Concurrent;
using System.Diagnostics;
using Billing.Adapters.Queues;
using Billing.Tests.Api;

namespace Billing.Tests.Faults;

/// <summary>
/// Each main flow with each call that leaves the service failing once, in each way. Then another instance takes over and time passes: in the end
/// everything is as if nothing had failed.
/// </summary>
[Collection(OnStorage.Name)]
public class FaultTests(AzuriteFixture azurite)
{
    /// <summary>All calls in all ways take hours: the environment asks for them, of <c>all</c> flows or of one by its name.</summary>
    static readonly string? Wholly = Environment.GetEnvironmentVariable("FAULTS");

    /// <summary>The same over the ports in memory, where it takes minutes: the calls of the ports fail, not the requests to storage.</summary>
    static readonly bool InMemory = Environment.GetEnvironmentVariable("FAULTS_STORAGE") == "memory";

    /// <summary>Otherwise one case of so many; which of them, the environment may say.</summary>
    const int Every = 167;
    static readonly int Turn = int.TryParse(Environment.GetEnvironmentVariable("FAULTS_TURN"), out var turn) ? turn : 0;
    static readonly Fault[] Kinds = Enum.GetValues<Fault>();

    public static TheoryData<string> Flows => [.. Flow.All.Select(flow => flow.Name).Where(name => Wholly is null or "all" || name == Wholly)];

    [Theory]
    [MemberData(nameof(Flows))]
    public async Task Whatever_call_fails_it_ends_as_if_none_had(string name)
    {
        var flow = Flow.All.Single(flow => flow.Name == name);
        var (_, calls, undisturbed) = await RunAsync(flow, int.MaxValue, default);
        var broken = new ConcurrentBag<string>();
        var cases = 0;
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Kinds, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (kind, stop) =>
        {
            for (var (place, struck) = (1, "" as string); struck is not null; place++)
            {
                if (Wholly is null && (place * Kinds.Length + (int)kind + Array.IndexOf(Flow.All, flow)) % Every != Turn)
                {
                    if (place > calls) return;
                    continue;
                }
                try
                {
                    (struck, _, var outcome) = await RunAsync(flow, place, kind);
                    if (outcome != undisturbed) broken.Add($"{kind} at {place}, {struck}:\n{outcome}\ninstead of\n{undisturbed}");
                }
                catch (Exception failure)
                {
                    broken.Add($"{kind} at {place}: {failure.Message}");
                }
                Interlocked.Increment(ref cases);
            }
        });
        TestContext.Current.TestOutputHelper!.WriteLine($"{name}: {calls} calls, {cases} cases, {broken.Count} broken, {watch.Elapsed.TotalSeconds:0} s");
        Assert.True(broken.IsEmpty, $"{broken.Count} of {cases} broken:\n{string.Join("\n\n", broken)}");
    }

    /// <summary>It was given up after its tries, or it expired: nothing else says that there is something to tell.</summary>
    [Fact]
    public async Task What_the_CRM_is_to_be_told_does_not_hang_on_a_message()
    {
        await using var world = await World.StartAsync(new StorageInAzurite(azurite.ConnectionToNew()));
        await world.Service.OpenAsync("pro", id: "acme");
        foreach (var message in await world.Storage.ReceiveAsync(CrmQueue.Name)) await world.Storage.ReturnAsync(CrmQueue.Name, message, isDone: true);
        await world.QuietAsync();
        Assert.NotEmpty((await world.PictureAsync()).Accounts[0].Untold);

        await world.SettleAsync();

        Invariants.HoldWhenQuiet(await world.PictureAsync());
    }

    [Theory]
    [InlineData("2026-06-05T08:00:00Z", false)]
    [InlineData("2026-06-07T08:00:00Z", true)]
    public async Task That_events_of_Stripe_s_may_be_lost_is_said(string until, bool isSaid)
    {
        await using var world = await World.StartAsync(new StorageInMemory());
        await world.StopAsync(Moment.Of("2026-05-06T09:00:00Z"));

        await world.StopAsync(Moment.Of(until));

        Assert.Equal(isSaid, world.Log.Lines.Any(line => line.StartsWith("Error Nobody read Stripe's events", StringComparison.Ordinal)));
    }

    /// <summary>No webhook tells of it, and nothing ever ran before; the process that reads it first ends, and another one reads anew.</summary>
    [Fact]
    public async Task The_first_reading_finds_all_that_Stripe_lists()
    {
        await using var world = await World.StartAsync(new StorageInMemory());
        var acme = await world.Service.OpenAsync("pro", id: "acme");
        await acme.LeavesAsync("4242424242424242");
        world.Events = Arrival.Never;
        await world.Stripe.ReturnAsync((await world.Stripe.IntentsAsync(acme.Id))[0].Text("id"));

        world.Host.Wire.Arm("IProviderEventWork", Fault.End);
        await world.StopAsync(Moment.Of("2026-06-04T08:00:00Z"));
        await world.StopAsync(Moment.Of("2026-06-04T09:10:00Z"));

        Assert.Equal("open", (await acme.InvoiceAsync("inv-1")).Text("status"));
    }

    async Task<(string? Struck, int Calls, string Outcome)> RunAsync(Flow flow, int place, Fault kind)
    {
        await using var world = await World.StartAsync(InMemory ? new StorageInMemory() : new StorageInAzurite(azurite.ConnectionToNew()));
        try
        {
            await flow.Begin(world);
            await world.QuietAsync();
            world.Arm(place, kind);
            await flow.Go(world, Flow.Acme(world));
            await world.QuietAsync();
            var (struck, calls) = (world.Struck, world.Host.Wire.Calls.Count);
            await world.RestartAsync();
            await world.SettleAsync();
            var picture = await world.PictureAsync();
            // Where days pass at once, one lost answer is a CRM that was silent for days, and the operator is rightly told.
            if (struck == "POST /") picture = picture with { Findings = [.. picture.Findings.Where(finding => finding.Code != "crm_unreachable")] };
            Invariants.HoldWhenQuiet(picture);
            return (struck, calls, Flow.Outcome(picture));
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{world.Struck}: {failure.Message}\n{string.Join('\n', world.Log.Lines.Select(line => line[..Math.Min(line.Length, 600)]))}", failure);
        }
    }
}
