using Billing.Accounts;
using Billing.AddOns;
using Billing.Plans;
using Billing.Values;
using CsCheck;

namespace Billing.Tests;

/// <summary>Random commands through the transaction, over a store that loses races, answers and commits.</summary>
public class AccountsProperties
{
    sealed record World(Terms Terms, Step[] Steps, int[] Conflicts, int[] LostAnswers);

    static readonly Gen<World> Worlds = Gen.Select(
        Gens.Terms, Gens.Steps, Gen.Int[3, 80].Array[0, 8], Gen.Int[3, 80].Array[0, 4], (terms, steps, conflicts, lost) => new World(terms, steps, conflicts, lost));

    [Fact]
    public async Task Whatever_is_lost_and_repeated_each_command_happens_once() =>
        await Worlds.SampleAsync(async world =>
        {
            var billing = new BillingInMemory(world.Terms);
            var (acme, other) = (await billing.Opened("plan-0"), await billing.Opened("plan-1", id: "other"));
            billing.Store.ConflictAt.UnionWith(world.Conflicts);
            billing.Store.FailAfter.UnionWith(world.LostAnswers);

            var count = 0;
            foreach (var step in world.Steps)
            {
                billing.Now += TimeSpan.FromDays(step.Days);
                var id = step.Pick % 3 == 0 ? other : acme;
                await Repeated(() => billing.Tick());
                if (await Ask(billing, id, step, $"step-{count++}") is not { } ask) continue;

                var first = await Repeated(ask);
                var (state, told) = (billing.Store.StateOf(id), billing.Outside.Told.Count);
                var second = await Repeated(ask);

                if (first.IsRefused(out _, out var done)) continue;
                Assert.Equal(done.Reply, second.Value().Reply);
                Assert.Equal(state, billing.Store.StateOf(id));
                Assert.Equal(told, billing.Outside.Told.Count);
            }

            billing.Store.FailAfter.Clear();
            billing.Store.ConflictAt.Clear();
            billing.Now += TimeSpan.FromMinutes(20);
            await billing.Tick();
            await billing.Tick();
            // What the operator is told depends on who paid what when.
            Invariants.HoldWhenQuiet(billing.Picture() with { Findings = [] });
        }, iter: 60, threads: 1);

    /// <summary>A call of which the answer may be lost: then the caller asks again.</summary>
    static async Task<T> Repeated<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (IOException)
            {
                // The caller was told nothing.
            }
        }
    }

    static Task<object> Repeated(Func<Task> call) => Repeated<object>(async () =>
    {
        await call();
        return call;
    });

    /// <summary>The step as a command that can be repeated with its key and confirmation; null where there is nothing to ask for.</summary>
    static async Task<Func<Task<Decision<Outcome>>>?> Ask(BillingInMemory billing, AccountId id, Step step, string key)
    {
        var state = await Repeated(() => billing.State(id));
        var bookings = state.Bookings;
        Func<Account, DateOnly, Task<Decision<Order>>>? order = step.What switch
        {
            What.ChangePlan => billing.PlanChange($"plan-{step.Pick % 3}"),
            What.Book => billing.Booking(step.Pick % 2 == 0 ? "users" : "storage", 1 + step.Pick % 7),
            What.EndBooking when bookings.Length > 0 => billing.EndOf(bookings[step.Pick % bookings.Length].Id),
            What.CancelSubscription => BillingInMemory.End,
            _ => null,
        };
        if (order is not null)
        {
            var preview = await Repeated(() => billing.Accounts.PreviewAsync(
                billing.By(A.Owner, id), (account, today, _) => order(account, today), TestContext.Current.CancellationToken));
            return preview.IsRefused(out _, out var shown) ? null : () => billing.OrderedWith(id, order, shown.Confirmation, key);
        }

        Func<Account, DateOnly, Decision<Pending>>? command = step.What switch
        {
            What.TakeBack => (account, _) => CancelSubscription.TakeBack(account, billing.Now, A.Owner),
            What.KeepBooking when bookings.Length > 0 => (account, _) => KeepAddOn.Decide(account, account.FindBooking(bookings[step.Pick % bookings.Length].Id)!, billing.Now, A.Owner),
            What.Reopen => (account, today) => OpenAccount.Update(account, new(A.Company(), Language.German, "plan-1"), billing.Terms, today, billing.Now, A.Service),
            _ => null,
        };
        if (command is not null) return () => billing.Executed(id, command, key);
        if (step.What == What.Pay) await Repeated(() => billing.PaidEverything(id));
        return null;
    }
}
