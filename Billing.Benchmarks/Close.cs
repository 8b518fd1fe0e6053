using System.Diagnostics;
using System.Globalization;
using Billing.Values;

namespace Billing.Benchmarks;

/// <summary>
/// Closes accounts month after month, document, archive and charge included, and in turn performs the least raw operations that this needs.
/// Prints closes a second, CPU and storage operations a close, the ratio to the floor, and the memory in use after each month.
/// </summary>
static class Close
{
    static readonly DateTimeOffset Opened = new(2026, 5, 6, 8, 0, 0, TimeSpan.Zero);

    /// <summary>A full collection throws away what the runtime has compiled for reflection: measured rarely, memory does not disturb the rest.</summary>
    const int ClosesPerCollection = 2_000;

    /// <summary>Closes before the first that counts.</summary>
    const int WarmUp = 600;

    public static async Task RunAsync(int accounts, int months)
    {
        using var requests = new Requests();
        await using var world = await World.StartAsync();
        await using var ours = await Ours.StartAsync(world, Opened);
        AccountId[] ids = [.. Enumerable.Range(0, accounts).Select(account => AccountId.Parse($"account-{account}"))];
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (id, _) => await ours.OpenAsync(id));

        // The first months warm up, until the runtime has compiled what is used most; the rows of the last are what the floor writes.
        var warm = Math.Max(1, WarmUp / accounts);
        for (var month = 0; month < warm; month++) await CloseAsync(ours, ids);
        var sample = (await ours.Store.FindAsync(ids[0], default))!.Account;
        var floor = await Floor.PrepareAsync(world, ids[0].Value, sample.Customer!, sample.PaymentMethod!.Id, accounts);
        for (var month = 0; month < warm; month++) await floor.RunAsync(accounts);

        var (taken, floorTaken, cpu, storage, stripe) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, 0L, 0L);
        for (var month = 1; month <= months; month++)
        {
            var (process, before, asked, clock) = (Process.GetCurrentProcess().TotalProcessorTime, requests.ToStorage(world), requests.To(world.StripePort), Stopwatch.StartNew());
            await CloseAsync(ours, ids);
            taken += clock.Elapsed;
            process = Process.GetCurrentProcess().TotalProcessorTime - process;
            cpu += process;
            storage += requests.ToStorage(world) - before;
            stripe += requests.To(world.StripePort) - asked;
            var mine = clock.Elapsed;

            clock.Restart();
            await floor.RunAsync(accounts);
            floorTaken += clock.Elapsed;
            var memory = "";
            if (month == months || month * accounts / ClosesPerCollection > (month - 1) * accounts / ClosesPerCollection)
                memory = string.Create(CultureInfo.InvariantCulture, $", {GC.GetTotalMemory(forceFullCollection: true) / 1e6,5:0.0} MB managed, {Environment.WorkingSet / 1e6,4:0} MB resident");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"month {month,3}: {accounts / mine.TotalSeconds,6:0.0} closes/s, floor {accounts / clock.Elapsed.TotalSeconds,6:0.0}/s, {process.TotalMilliseconds / accounts,5:0.0} ms CPU{memory}"));
        }

        foreach (var id in ids)
        {
            var account = (await ours.Store.FindAsync(id, default))!.Account;
            if (account.PeriodIndex != months + warm || !account.Receivables.IsEmpty || (await ours.Store.ListOutboxAsync(id, default)).Length > 0)
                throw new InvalidOperationException($"{id} is not closed and paid {months + warm} times.");
        }

        var closes = (double)accounts * months;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            closes: {closes:0}, every one numbered, archived and paid
            closes/s: {closes / taken.TotalSeconds:0.0}
            floor closes/s: {closes / floorTaken.TotalSeconds:0.0}
            CPU ms per close: {cpu.TotalMilliseconds / closes:0.0}
            storage operations per close: {storage / closes:0.00}
            Stripe requests per close: {stripe / closes:0.00}
            ratio to floor: {floorTaken / taken:0.00}
            """));
    }

    /// <summary>To the next midnight at which they all close, and all of them closed.</summary>
    static async Task CloseAsync(Ours ours, AccountId[] ids)
    {
        var account = (await ours.Store.FindAsync(ids[0], default))!.Account;
        ours.Clock.Now = BerlinCalendar.StartOf(account.Period.Next) + TimeSpan.FromMinutes(1);
        await ours.TickAsync();
        await ours.WorkAsync(ids.Length);
    }
}
