using Billing.Local.StripeSimulator;
using Billing.Local.World;

namespace Billing.Local.Host;

/// <summary>
/// Moves the clock the way time passes: with a stop at every Berlin midnight on the way, where each timer that came due runs once
/// and everything settles before time goes on. What the simulated Stripe has to tell at a stop is told before the timers run.
/// </summary>
sealed class ClockWalk(LocalClock clock, Timers timers, Settle settle, SimulatorClient? stripe = null) : IDisposable
{
    static readonly TimeZoneInfo Berlin =
        TimeZoneInfo.TryFindSystemTimeZoneById("Europe/Berlin", out var zone) ? zone : TimeZoneInfo.FindSystemTimeZoneById("W. Europe Standard Time");

    readonly SemaphoreSlim _one = new(1);

    /// <summary>Returns when all is quiet at the target. False, and nothing done, when the clock is past it.</summary>
    /// <exception cref="NotQuietException">It did not become quiet at a stop; the clock stays there.</exception>
    public async Task<bool> ToAsync(DateTimeOffset target, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var now = clock.GetUtcNow();
            if (target < now) return false;
            foreach (var stop in Midnights(now, target).Append(target))
            {
                clock.MoveTo(stop);
                if (stripe is not null) await stripe.AdvanceAsync(cancellation);
                await timers.RunDueAsync();
                await settle.RunAsync(cancellation);
            }

            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>Berlin's midnights after one instant and before another.</summary>
    internal static IEnumerable<DateTimeOffset> Midnights(DateTimeOffset after, DateTimeOffset before)
    {
        for (var day = TimeZoneInfo.ConvertTime(after, Berlin).Date.AddDays(1); ; day = day.AddDays(1))
        {
            var midnight = new DateTimeOffset(day, Berlin.GetUtcOffset(day)).ToUniversalTime();
            if (midnight >= before) yield break;
            yield return midnight;
        }
    }
}
