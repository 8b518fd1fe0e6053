using System.Diagnostics;

namespace Billing.Tests;

/// <summary>For what another process does in its own time.</summary>
static class Waiting
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="otherwise">What the test fails with, should it never come to that.</param>
    public static async Task UntilAsync(Func<Task<bool>> hasCome, string otherwise)
    {
        for (var waited = Stopwatch.StartNew(); !await hasCome(); await Task.Delay(Pause, TestContext.Current.CancellationToken))
            Assert.True(waited.Elapsed < Patience, otherwise);
    }
}
