using System.Globalization;
using Billing.Access;
using Billing.Tests.Api;
using Billing.Tests.Faults;
using Billing.Values;
using CsCheck;

namespace Billing.Tests.Model;

/// <summary>
/// Random lives of an account against the rules written down a second time: commands, time, payments, events out of order, failing calls and ends of
/// the process. After each step documents, bookings and answers are those of <see cref="Reference"/>, and the invariants hold.
/// </summary>
[Collection(OnStorage.Name)]
public class ModelTests(AzuriteFixture azurite)
{
    /// <summary>10,000 take many minutes: the environment says how many.</summary>
    static readonly int InMemory = int.TryParse(Environment.GetEnvironmentVariable("MODEL_SEQUENCES"), CultureInfo.InvariantCulture, out var many) ? many : 60;
    static readonly int InStorage = int.TryParse(Environment.GetEnvironmentVariable("MODEL_SEQUENCES_STORED"), CultureInfo.InvariantCulture, out var many) ? many : 100;

    static readonly string[] Plans = ["smart", "pro", "business"];
    static readonly string[] Numbers = ["4242424242424242", "DE89370400440532013000", "4000000000000341", "DE62370400440532013001", "DE35370400440532013002"];

    /// <summary>A step with what goes wrong in it.</summary>
    /// <param name="Failure">Which call fails and how; null if none does.</param>
    /// <param name="InTime">Whether it fails while time passes, before anything is asked.</param>
    sealed record Turn(Step Step, (int Place, Fault Kind)? Failure, bool InTime, Arrival Events, Arrival Messages, bool AsksTwice);

    static readonly Gen<Step> Steps = Gen.Select(
        Gen.Frequency(
            (3, What.ChangePlan), (5, What.Book), (4, What.EndBooking), (1, What.KeepBooking), (1, What.CancelSubscription), (1, What.TakeBack), (1, What.Reopen),
            (2, What.Void), (2, What.Wait), (3, What.Leave), (1, What.Detach), (3, What.PayOnPage), (1, What.Return), (1, What.Pay), (1, What.WriteOff)),
        Gen.Int[0, 100],
        Gen.Frequency((4, Gen.Const(0)), (3, Gen.Int[1, 10]), (1, Gen.Int[11, 50])),
        (what, pick, days) => new Step(what, pick, days));

    static readonly Gen<Arrival> Arrivals = Gen.Frequency((6, Arrival.Normal), (1, Arrival.Twice), (1, Arrival.Reversed), (1, Arrival.Never));

    static Gen<Turn[]> Turns(int most) => Gen.Select(
        Steps,
        Gen.Frequency((2, Gen.Const(((int, Fault)?)null)), (1, Gen.Select(Gen.Int[1, 40], Gen.Enum<Fault>(), (place, kind) => ((int, Fault)?)(place, kind)))),
        Gen.Bool, Arrivals, Arrivals.Select(arrival => arrival == Arrival.Never ? Arrival.Normal : arrival), Gen.Int[0, 9],
        (step, failure, inTime, events, messages, dice) => new Turn(step, failure, inTime, events, messages, dice == 0)).Array[1, most];

    [Fact]
    public Task In_memory() => Turns(20).SampleAsync(turns => LiveAsync(new StorageInMemory(), turns), writeLine: Told, iter: InMemory, threads: 2);

    [Fact]
    public Task In_storage() => Turns(10).SampleAsync(turns => LiveAsync(new StorageInAzurite(azurite.ConnectionToNew()), turns), writeLine: Told, iter: InStorage, threads: 2);

    static void Told(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

    static async Task LiveAsync(IStorage storage, Turn[] turns)
    {
        await using var world = await World.StartAsync(storage, "2026-01-31T10:00:00Z");
        try
        {
            var acme = await world.Service.OpenAsync("pro", id: "acme");
            var reference = new Reference("pro", BerlinCalendar.DayOf(world.Clock.GetUtcNow()));
            AccountPicture? last = null;
            foreach (var turn in turns) last = await TakeAsync(world, acme, reference, turn, last);

            await world.SettleAsync();
            // The last turn's failure may have waited until now.
            if (world.Struck is not null) await CaughtUpAsync(world);
            var picture = await world.PictureAsync();
            // What the operator is told depends on who paid what when.
            Invariants.HoldWhenQuiet(picture with { Findings = [.. picture.Findings.Where(finding => finding.Code is "payment_unknown" or "payment_mismatch" or "document_damaged" or "document_not_rendered")] });
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{failure.Message}\n{string.Join('\n', world.Log.Lines.Select(line => line[..Math.Min(line.Length, 400)]))}", failure);
        }
    }

    /// <param name="last">The account after the turn before.</param>
    /// <returns>The account after this turn.</returns>
    static async Task<AccountPicture> TakeAsync(World world, Customer acme, Reference reference, Turn turn, AccountPicture? last)
    {
        var step = turn.Step;
        // Whoever stands still for longer than Stripe lists its events loses those that no webhook brought: they are read before.
        if (step.Days > 29)
        {
            world.Host.Wire.Disarm();
            await world.StopAsync(world.Clock.GetUtcNow().AddHours(1));
        }
        (world.Events, world.Messages) = (turn.Events, turn.Messages);
        void Fail(bool inTime) => world.Arm(turn.InTime == inTime ? turn.Failure?.Place ?? int.MaxValue : int.MaxValue, turn.Failure?.Kind ?? default);

        var now = world.Clock.GetUtcNow();
        if (step.Days > 0)
        {
            Fail(inTime: true);
            // Ten o'clock again: the minutes that failures cost never come to a day.
            await world.StopAsync(new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(step.Days).AddHours(10));
            if (world.Struck is not null) await CaughtUpAsync(world);
            last = null;
        }
        var today = BerlinCalendar.DayOf(world.Clock.GetUtcNow());
        reference.Reach(today);
        await acme.EntitlementsAsync();
        var before = last ?? (await world.PictureAsync()).Accounts[0];

        Fail(inTime: false);
        var (expected, ask, hasKey) = Choose(world, acme, reference, step, before, today);
        if (ask is not null)
        {
            var key = $"turn-{before.State.Version}";
            var answer = await ask(key);
            Assert.Equal(expected, Refusal(answer));
            if (turn.AsksTwice && hasKey && expected is null) Assert.Equal(answer.Status, (await ask(key)).Status);
        }
        await world.QuietAsync();
        if (world.Struck is not null) await CaughtUpAsync(world);

        var picture = await world.PictureAsync();
        Invariants.Hold(picture);
        Assert.Equal(reference.ToString(), Reference.Of(picture.Accounts[0]));
        return picture.Accounts[0];
    }

    /// <summary>What failed is found by the clock: after a minute, and what was handed out to a process that ended, after a quarter of an hour.</summary>
    static async Task CaughtUpAsync(World world)
    {
        world.Host.Wire.Disarm();
        await world.StopAsync(world.Clock.GetUtcNow().AddMinutes(1));
        await world.StopAsync(world.Clock.GetUtcNow().AddMinutes(16));
    }

    /// <summary>The step as a request that can be repeated under its key, and what the rules answer; no request where there is nothing to ask for.</summary>
    static (string? Expected, Func<string, Task<Answer>>? Ask, bool HasKey) Choose(World world, Customer acme, Reference reference, Step step, AccountPicture before, DateOnly today)
    {
        var isSuspended = before.State.Access.State == AccessState.Suspended;
        var booking = before.Bookings.Count == 0 ? 0 : 1 + step.Pick % before.Bookings.Count;
        var place = before.Documents.Count == 0 ? 0 : step.Pick % before.Documents.Count;
        var document = before.Documents.ElementAtOrDefault(place);
        var plan = Plans[step.Pick % Plans.Length];
        switch (step.What)
        {
            case What.ChangePlan:
                return (reference.ChangePlan(plan, today, isSuspended), Order("/plan-changes", new { plan }), true);
            case What.Book:
                var (addOn, quantity) = (step.Pick % 2 == 0 ? "users" : "storage", 1 + step.Pick % 7);
                return (reference.Book(addOn, quantity, today, isSuspended), Order("/add-ons", new { addOn, quantity }), true);
            case What.EndBooking when booking > 0:
                return (reference.EndBooking(booking, today), Order($"/add-ons/bkg-{booking}/cancellation"), true);
            case What.KeepBooking when booking > 0:
                return Delete(reference.KeepBooking(booking), $"/add-ons/bkg-{booking}/cancellation");
            case What.CancelSubscription:
                return (reference.CancelSubscription(), Order("/cancellation"), true);
            case What.TakeBack:
                return Delete(reference.TakeBack(), "/cancellation");
            case What.Reopen:
                return (reference.Reopen(plan, today, AccessRules.IsPastDue(before.State, today)), _ => acme.PutAsync(plan), false);
            case What.Void when document is not null:
                return (reference.Void(place, today), key => acme.OperateAsync($"/invoices/{document.Id}/void", new { reason = "Kulanz" }, key), true);
            case What.Leave:
                return (null, async _ => await CompleteAsync(await acme.PostAsync("/payment-method/session", new { returnUrl = acme.Back })), false);
            case What.PayOnPage when before.State.Receivables.Length > 0:
                var invoice = before.State.Receivables[step.Pick % before.State.Receivables.Length].Invoice;
                return (null, async _ =>
                {
                    var page = await acme.PayNowAsync(invoice.ToString());
                    // What it is refused for depends on what is under way.
                    return page.Status != 200 ? page with { Status = 200, Json = default } : step.Pick % 4 == 0 ? page : await CompleteAsync(page);
                }, false);
            case What.Detach when before.State.Customer is { } customer:
                return (null, _ => world.Stripe.SendAsync(HttpMethod.Post, $"_simulator/customers/{customer}/detach"), false);
            case What.Return when before.Charges.Where(charge => charge.IsTaken && charge.Refunded + charge.Returned == Money.Zero).ToList() is { Count: > 0 } taken:
                return (null, _ => world.Stripe.SendAsync(HttpMethod.Post, $"_simulator/payment_intents/{taken[step.Pick % taken.Count].Intent}/return"), false);
            case What.Pay or What.WriteOff when document?.AmountDue > Money.Zero && before.State.FindReceivable(document.Id) is { Slot: null }:
                return (null, key => step.What == What.Pay
                    ? acme.OperateAsync($"/invoices/{document.Id}/payments", Customer.Transfer(1 + (document.AmountDue.Cents - 1) * (step.Pick % 3) / 2, $"{today:yyyy-MM-dd}"), key)
                    : acme.OperateAsync($"/invoices/{document.Id}/write-off", new { reason = "uneinbringlich" }, key), true);
            default:
                return (null, null, false);
        }

        Func<string, Task<Answer>> Order(string path, object? body = null)
        {
            Dictionary<string, object?>? confirmed = null;
            return async key =>
            {
                if (confirmed is null)
                {
                    var preview = await acme.PostAsync($"{path}/preview", body);
                    if (preview.Status != 200) return preview;
                    confirmed = Customer.Confirmed(body, preview.Json.Text("confirmation"));
                }
                return await acme.PostAsync(path, confirmed, key);
            };
        }

        // Without a key: whose answer was lost is told that it is done already.
        (string? Expected, Func<string, Task<Answer>>? Ask, bool HasKey) Delete(string? expected, string path) => (
            expected,
            async _ => await acme.DeleteAsync(path) is var answer && expected is null && answer.Code == "not_cancelled" && world.Struck is not null ? answer with { Status = 200, Json = default } : answer,
            false);

        async Task<Answer> CompleteAsync(Answer page)
        {
            if (page.Status != 200) return page;
            // A page to manage methods with is completed as well; one that is over by now is not.
            await world.Stripe.CompleteAsync(page.Json.Text("url"), Numbers[step.Pick % Numbers.Length]);
            return page;
        }
    }

    static string? Refusal(Answer answer) => answer.Code ?? (answer.Status < 300 ? null : $"{answer.Status}");
}
