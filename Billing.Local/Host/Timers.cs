using Billing.Local.World;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using NCrontab;

namespace Billing.Local.Host;

/// <summary>Runs timer functions by the local clock. However many occurrences have passed, a due timer runs once.</summary>
sealed class Timers(FunctionIndex index, FunctionRunner runner, LocalClock clock, ILogger<Timers> logger)
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan Late = TimeSpan.FromMinutes(1);

    readonly Schedule[] _schedules =
        [.. index.TriggeredBy<TimerTriggerAttribute>().Select(function => new Schedule(function, clock.GetUtcNow().UtcDateTime))];

    /// <summary>Looks for due timers until it is told to stop.</summary>
    public async Task LoopAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            foreach (var schedule in _schedules) _ = RunAsync(schedule, onlyWhenDue: true, wait: false);
            await Task.Delay(Look, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs each timer that has come due, and waits for those already running.</summary>
    public async Task RunDueAsync()
    {
        foreach (var schedule in _schedules) await RunAsync(schedule, onlyWhenDue: true, wait: true);
    }

    /// <summary>Begins a run now, due or not. False when there is no such timer function.</summary>
    public bool RunNow(string name)
    {
        if (Array.Find(_schedules, schedule => schedule.Function.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } schedule) return false;
        _ = RunAsync(schedule, onlyWhenDue: false, wait: true);
        return true;
    }

    async Task RunAsync(Schedule schedule, bool onlyWhenDue, bool wait)
    {
        using var run = wait ? runner.Begin() : null;
        if (!await schedule.Gate.WaitAsync(wait ? Timeout.Infinite : 0)) return;
        try
        {
            var now = clock.GetUtcNow().UtcDateTime;
            var due = schedule.Crontab.GetNextOccurrence(schedule.LookedAt);
            if (onlyWhenDue && due > now) return;
            schedule.LookedAt = now;
            await runner.RunAsync(schedule.Function, new TimerInfo { IsPastDue = now - due > Late });
        }
        catch (Exception failure)
        {
            logger.LogError(failure, "{Function} failed", schedule.Function.Name);
        }
        finally
        {
            schedule.Gate.Release();
        }
    }

    sealed class Schedule(IndexedFunction function, DateTime startedAt)
    {
        public IndexedFunction Function => function;

        public CrontabSchedule Crontab { get; } = CrontabSchedule.Parse(((TimerTriggerAttribute)function.Trigger).Schedule, FunctionIndex.SixFields);

        /// <summary>Never two runs of one timer at once.</summary>
        public SemaphoreSlim Gate { get; } = new(1);

        public DateTime LookedAt { get; set; } = startedAt;
    }
}
