namespace Billing.Tests;

/// <summary>Where a test that throws dice begins.</summary>
static class Seed
{
    /// <summary>Somewhere else each time, and it says where; <c>SEED</c> in the environment begins there again.</summary>
    public static int Take()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SEED"), out var given) ? given : Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"Seed {seed}");
        return seed;
    }
}
