using Billing.Invoices;
using Billing.Tests.Api;
using Billing.Values;

namespace Billing.Tests.Faults;

/// <summary>
/// Two instances whose clocks are a minute apart, ten clients on one account, every message and every event worked on by both at once. Clients may
/// be told to come back; nobody is billed wrongly.
/// </summary>
[Collection(OnStorage.Name)]
public class RacingTests(AzuriteFixture azurite)
{
    const int Clients = 10, OrdersEach = 3;
    const string Visa = "4242424242424242", Declined = "4000000000000341", Debit = "DE89370400440532013000";

    /// <summary>Noon, the last day, half a minute before midnight on the one clock and after it on the other, and after it on both.</summary>
    static readonly string[] Moments = ["2026-05-06T10:00:00Z", "2026-06-05T10:00:00Z", "2026-06-05T21:59:30Z", "2026-06-06T10:00:00Z", "2026-07-05T21:59:30Z"];

    [Fact]
    public async Task Everything_at_once_adds_up()
    {
        var seed = Seed.Take();
        await using var world = await World.StartAsync(new StorageInAzurite(azurite.ConnectionToNew()));
        await using var ahead = await world.StartHostAsync(new Ahead(world.Clock));
        await using var other = world.ServiceOn(ahead);
        Host[] hosts = [world.Host, ahead];
        var acme = await world.Service.OpenAsync("smart", id: "acme");
        await acme.LeavesAsync(Visa);

        foreach (var moment in Moments)
        {
            world.Clock.SetUtcNow(Moment.Of(moment));
            using var over = new CancellationTokenSource();
            var working = WorkAsync(world, hosts, over.Token);
            // Another life for each client at each moment, and the same again from the same seed: hash codes are of their process.
            var lives = Array.IndexOf(Moments, moment) * Clients;
            var answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client =>
                LiveAsync(client % 2 == 0 ? acme : acme.On(other), new Random(seed ^ (lives + client)))));
            await over.CancelAsync();
            await working;

            Assert.All(answers.SelectMany(each => each), answer => Assert.Contains(answer.Status, new[] { 200, 201, 202, 400, 404, 409, 503 }));
            await world.StopAsync(Moment.Of(moment).AddMinutes(2));
            Invariants.Hold(await world.PictureAsync());
        }

        await world.SettleAsync();
        var picture = await world.PictureAsync();
        TestContext.Current.TestOutputHelper!.WriteLine($"{picture.Accounts[0].Documents.Count} documents, {picture.Accounts[0].Charges.Count} charges");
        Invariants.HoldWhenQuiet(picture with { Findings = [.. picture.Findings.Where(finding => finding.Code is not ("surplus_refunded" or "refund_by_hand"))] });
    }

    /// <summary>What Stripe answers is old by the time it arrives: another instance has voided the invoice, and seen to what was under way.</summary>
    [Theory]
    [InlineData(Visa, "/v1/payment_intents/")]
    [InlineData(Declined, "/v1/payment_intents/")]
    [InlineData(Debit, "/v1/payment_intents/")]
    [InlineData(Debit, "/v1/checkout/sessions/")]
    public async Task Nothing_is_kept_for_an_invoice_that_is_voided_while_Stripe_is_asked_of_its_payment(string number, string asked)
    {
        await using var world = await World.StartAsync(new StorageInMemory());
        await using var second = await world.StartHostAsync(world.Clock);
        await using var other = world.ServiceOn(second);
        var acme = await world.Service.OpenAsync("business", id: "acme");
        await world.QuietAsync();
        var page = await acme.PayPageAsync("inv-1");
        await world.Stripe.CompleteAsync(page, number);
        Answer? voided = null;
        world.Host.Wire.Meanwhile(asked, async () =>
        {
            // A page on which another card could be tried is left to the instance that asks.
            if (number == Declined) await world.Stripe.FailAsync("POST /v1/checkout/sessions/*/expire", "429");
            voided = await acme.On(other).OperateAsync("/invoices/inv-1/void", new { reason = "Kulanz" });
        });

        // One event alone: the next one would find everything as it is by then.
        world.Events = Arrival.Never;
        await world.DeliverAsync((await world.NewsAsync()).Last(told => told.Contains("\"type\":\"payment_intent.", StringComparison.Ordinal)));
        await world.QuietAsync();
        Assert.Equal(200, voided?.Status);
        Assert.NotEqual(200, (await world.Stripe.CompleteAsync(page, Visa)).Status);
        await world.StopAsync(world.Clock.GetUtcNow().AddDays(7));
        await world.SettleAsync();

        var picture = await world.PictureAsync();
        Invariants.HoldWhenQuiet(picture with { Findings = [.. picture.Findings.Where(finding => finding.Code != "surplus_refunded")] });
        var (invoice, note) = (picture.Accounts[0].Documents.Single(document => document.Id.ToString() == "inv-1"), picture.Accounts[0].Documents.Single(document => document.Corrects is not null));
        Assert.Equal((Money.Zero, Money.Zero, true), (invoice.Balance, note.Owed, note.IsFullCorrection));
        Assert.Equal(number == Declined ? InvoiceStatus.Void : InvoiceStatus.Paid, invoice.Status);
        Assert.Equal(number == Declined ? 0 : 1, picture.Accounts[0].Refunds.Count);
    }

    static async Task<List<Answer>> LiveAsync(Customer acme, Random random)
    {
        var answers = new List<Answer>();
        for (var order = 0; order < OrdersEach; order++)
        {
            answers.Add(random.Next(12) switch
            {
                0 or 1 or 2 => await acme.OrderAsync("/add-ons", new { addOn = random.Next(2) == 0 ? "users" : "storage", quantity = random.Next(1, 5) }),
                3 or 4 => await EndAsync(acme, random),
                5 or 6 => await acme.OrderAsync("/plan-changes", new { plan = random.Next(3) switch { 0 => "smart", 1 => "pro", _ => "business" } }),
                7 => await acme.OrderAsync("/cancellation"),
                8 => await acme.DeleteAsync("/cancellation"),
                9 => await PayAsync(acme, random),
                10 => await LeaveAsync(acme, random),
                _ => await acme.OperateAsync($"/invoices/inv-{random.Next(1, 12)}/{(random.Next(3) == 0 ? "write-off" : "void")}", new { reason = "Kulanz" }),
            });
        }
        return answers;
    }

    static async Task<Answer> EndAsync(Customer acme, Random random)
    {
        var bookings = await acme.GetAsync("/add-ons");
        return bookings.Status == 200 && bookings.Json.Items("addOns") is { Count: > 0 } all ? await acme.EndsAsync(all[random.Next(all.Count)]) : bookings;
    }

    static async Task<Answer> PayAsync(Customer acme, Random random)
    {
        var page = await acme.PayNowAsync($"inv-{random.Next(1, 12)}");
        if (page.Status == 200 && random.Next(3) > 0) await acme.Service.Stripe.CompleteAsync(page.Json.Text("url"), Number(random));
        return page;
    }

    static async Task<Answer> LeaveAsync(Customer acme, Random random)
    {
        var page = await acme.PostAsync("/payment-method/session", new { returnUrl = acme.Back });
        if (page.Status == 200) await acme.Service.Stripe.CompleteAsync(page.Json.Text("url"), Number(random));
        return page;
    }

    static string Number(Random random) => random.Next(4) switch { 0 => Declined, 1 => Debit, _ => Visa };

    /// <summary>What Azure does meanwhile, all of it twice and at once.</summary>
    static async Task WorkAsync(World world, Host[] hosts, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            foreach (var timer in Host.TimersDue(world.Clock.GetUtcNow().AddHours(-1), world.Clock.GetUtcNow())) await Task.WhenAll(hosts.Select(host => TryAsync(() => host.RunAsync(timer))));
            foreach (var told in await world.NewsAsync()) await Task.WhenAll(hosts.Select(host => world.DeliverAsync(told, host)));
            foreach (var queue in Host.QueueNames)
            {
                await Task.WhenAll((await world.Storage.ReceiveAsync(queue)).Select(async message =>
                {
                    var done = await Task.WhenAll(hosts.Select(host => TryAsync(() => host.RunMessageAsync(queue, message.Text))));
                    await world.Storage.ReturnAsync(queue, message, done.Contains(true));
                }));
            }
        }
    }

    static async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception)
        {
            // The message comes again.
            return false;
        }
    }

    /// <summary>A clock that is a minute ahead.</summary>
    sealed class Ahead(TimeProvider clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow().AddMinutes(1);
    }
}
