using System.Collections.Concurrent;
using System.Diagnostics;

namespace Billing.Tests.Faults;

/// <summary>
/// Each main flow with each call that leaves the service failing once, in each way. Then another instance takes over and time passes: in the end
/// everything is as if nothing had failed.
/// </summary>
[Collection(OnStorage.Name)]
public class FaultTests(AzuriteFixture azurite)
{
    /// <summary>All calls in all ways take some minutes: the environment asks for them, of <c>all</c> flows or of one by its name.</summary>
    static readonly string? Wholly = Environment.GetEnvironmentVariable("FAULTS");
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
                if (Wholly is null && !IsSampled(flow, place, kind))
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

    /// <summary>Where money moves every call fails in two ways, elsewhere in one; which, goes round.</summary>
    static bool IsSampled(Flow flow, int place, Fault kind)
    {
        var turn = ((int)kind + place + Array.IndexOf(Flow.All, flow)) % Kinds.Length;
        return turn == 0 || (flow.MovesMoney && turn == 3);
    }

    async Task<(string? Struck, int Calls, string Outcome)> RunAsync(Flow flow, int place, Fault kind)
    {
        await using var world = await World.StartAsync(new StorageInAzurite(azurite.ConnectionToNew()));
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
            Invariants.HoldWhenQuiet(picture);
            return (struck, calls, Flow.Outcome(picture));
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{world.Struck}: {failure.Message}\n{string.Join('\n', world.Log.Lines.Select(line => line[..Math.Min(line.Length, 600)]))}", failure);
        }
    }
}
