using System.Globalization;
using Billing.Tests.Api;

namespace Billing.Tests.Faults;

/// <summary>Something that happens to an account, told so that it can happen again with another call failing.</summary>
/// <param name="Begin">What was before; nothing fails in it.</param>
/// <param name="Go">What happens.</param>
sealed record Flow(string Name, Func<World, Task> Begin, Func<World, Customer, Task> Go)
{
    const string Visa = "4242424242424242", Declined = "4000000000000341", Debit = "DE89370400440532013000", ReturnedDebit = "DE35370400440532013002";

    public static readonly Flow[] All =
    [
        new("open", _ => Task.CompletedTask, (world, _) => Opened(world)),
        new("leave a card", Opened, (_, acme) => acme.LeavesAsync(Visa)),
        new("upgrade with charge", WithCard, (_, acme) => acme.ChangesAsync("business")),
        new("downgrade declined", WithDeclined, async (world, acme) =>
        {
            await acme.ChangesAsync("smart");
            // The first retry.
            await world.StopAsync(Moment.Of("2026-05-09"));
        }),
        new("book", WithCard, (_, acme) => acme.BooksAsync("users", 2)),
        new("withdraw before the close", WithBooking, WithdrawAsync),
        new("close", async world =>
        {
            await WithBooking(world);
            await world.StopAsync(Moment.Of("2026-06-05T21:59:00Z"));
        }, (world, _) => world.StopAsync(Moment.Of("2026-06-05T22:00:00Z"))),
        new("withdraw after the close", async world =>
        {
            await WithCard(world);
            await world.StopAsync(Moment.Of("2026-05-28"));
            await Acme(world).BooksAsync("users");
            await world.StopAsync(Moment.Of("2026-06-06"));
        }, WithdrawAsync),
        new("three closes missed", WithBooking, (world, _) => world.StopAsync(Moment.Of("2026-08-07"))),
        new("the end of the subscription", async world =>
        {
            await WithBooking(world);
            (await Acme(world).OrderAsync("/cancellation")).Ok();
            await world.StopAsync(Moment.Of("2026-06-05T21:59:00Z"));
        }, (world, _) => world.StopAsync(Moment.Of("2026-06-05T22:00:00Z"))),
        new("open again", async world =>
        {
            await WithCard(world);
            (await Acme(world).OrderAsync("/cancellation")).Ok();
            await world.StopAsync(Moment.Of("2026-06-07"));
        }, async (_, acme) => (await acme.PutAsync("business")).Ok()),
        new("pay on-session", Opened, async (world, acme) =>
        {
            var url = await acme.PayPageAsync(FirstInvoice);
            // Another page: the first one is closed.
            url = await acme.PayPageAsync(FirstInvoice);
            (await world.Stripe.CompleteAsync(url, Visa)).Ok();
        }),
        new("debit", Opened, async (world, acme) =>
        {
            await acme.LeavesAsync(Debit);
            // What a process left behind is taken up within minutes, not only when the debit would have been through. Where Stripe keeps a failure under
            // the key, there is another attempt after half a day, here at the next stop, and that debit needs its days as well.
            foreach (var stop in (string[])["2026-05-06T08:02:00Z", "2026-05-06T08:20:00Z", "2026-05-15", "2026-05-26"]) await world.StopAsync(Moment.Of(stop));
        }),
        new("debit returned", async world =>
        {
            await Opened(world);
            await Acme(world).LeavesAsync(ReturnedDebit);
        }, (world, _) => world.StopAsync(Moment.Of("2026-05-15"))),
        new("refund", WithCard, VoidAsync),
        new("void while a page is open", async world =>
        {
            await Opened(world);
            await Acme(world).PayPageAsync(FirstInvoice);
        }, VoidAsync),
        new("manage methods", WithCard, async (_, acme) => (await acme.PostAsync("/payment-method/session", new { returnUrl = acme.Back })).Ok()),
        new("method removed", WithCard, async (world, acme) => await world.Stripe.DetachAsync((await world.Stripe.IntentsAsync(acme.Id))[0].Text("customer"))),
        new("bank transfer", Opened, (_, acme) => acme.PaysAsync()),
        new("dunning", async world =>
        {
            await Opened(world);
            await world.StopAsync(Moment.Of("2026-05-21"));
        }, async (world, _) =>
        {
            await world.StopAsync(Moment.Of("2026-05-23"));
            await world.StopAsync(Moment.Of("2026-06-10"));
        }),
        new("archive", async world =>
        {
            world.Host.Wire.Arm("/documents/", Fault.End);
            await Opened(world);
        }, async (world, acme) =>
        {
            // Other software by now: what it makes is not what was hashed.
            world.Software++;
            await world.StopAsync(Moment.Of("2026-05-06T08:02:00Z"));
            Assert.Equal(200, (await acme.GetAsync($"/invoices/{FirstInvoice}/pdf")).Status);
        }),
    ];

    const string Id = "acme", FirstInvoice = "inv-1";

    public static Customer Acme(World world) => new(world.Service, Id);

    /// <summary>All that has become of the account, but for ids and numbers: whatever failed, it is the same.</summary>
    public static string Outcome(Picture world) => string.Join('\n', world.Accounts.SelectMany(account => (string[])
    [
        string.Create(CultureInfo.InvariantCulture, $"{account.State.Plan} {account.State.Period.Start:O} {account.State.EndsOn:O} {account.State.Access} {account.State.PaymentMethod?.Label}"),
        .. account.Documents.Select(document => $"{document.Kind} {document.Figure()} {document.Status} {document.Payment} {document.AmountDue}"),
        $"draft {account.State.Draft?.Lines.Amounts()}",
        .. account.Bookings.OrderBy(booking => booking.Id.Sequence).Select(booking => $"{booking.AddOn} {booking.Quantity} {booking.Status} {booking.EndsOn:O}"),
    ]));

    static async Task Opened(World world) => (await Acme(world).PutAsync("pro")).Ok();
    static Task WithCard(World world) => With(world, Visa);
    static Task WithDeclined(World world) => With(world, Declined);

    static async Task With(World world, string number)
    {
        await Opened(world);
        await Acme(world).LeavesAsync(number);
    }

    static async Task WithBooking(World world)
    {
        await WithCard(world);
        await Acme(world).BooksAsync("users", 3);
    }

    static async Task WithdrawAsync(World world, Customer acme) => (await acme.EndsAsync((await acme.BookingsAsync())[0])).Ok();

    static async Task VoidAsync(World world, Customer acme) => (await acme.OperateAsync($"/invoices/{FirstInvoice}/void", new { reason = "Kulanz" })).Ok();
}
