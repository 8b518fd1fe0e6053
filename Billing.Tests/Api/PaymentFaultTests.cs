using System.Diagnostics;
using System.Text.Json;

namespace Billing.Tests.Api;

/// <summary>Stripe fails at each call of a flow, in each way; the service dies while it waits for Stripe.</summary>
public class PaymentFaultTests
{
    const string Visa = "4242424242424242";

    /// <summary>All ways at once, each in a world of its own: two of them take the time limit of every call.</summary>
    [Fact]
    public Task Pages_of_Stripe_are_opened_after_any_fault_at_any_call() =>
        Task.WhenAll(new[] { "429", "500", "500_after", "timeout", "timeout_after" }.Select(OpensPagesAsync));

    static async Task OpensPagesAsync(string fault)
    {
        await using var service = await Service.StartAsync(Place.New("2026-05-06T08:00:00Z"));

        async Task<JsonElement> Second(string on, Func<Task<Answer>> ask)
        {
            await service.Stripe.FailAsync(on, fault);
            (await ask()).Refused(503, "payment_provider_unavailable");
            Assert.True(await service.Stripe.HasFailedAsync());
            return (await ask()).Ok();
        }

        var acme = await service.OpenAsync("business");
        Task<Answer> Leave() => acme.PostAsync("/payment-method/session", new { returnUrl = acme.Back });
        await Second("POST /v1/customers", Leave);
        Assert.Equal((fault, 1), (fault, await service.Stripe.CustomersAsync(acme.Id)));
        await Second("POST /v1/customers/*", Leave);
        (await service.Stripe.CompleteAsync((await Second("POST /v1/checkout/sessions", Leave)).Text("url"), Visa)).Ok();
        await service.WalkAsync(await service.NowAsync());
        Assert.Equal("manage", (await Second("POST /v1/billing_portal/sessions", Leave)).Text("kind"));

        var payer = await service.OpenAsync("pro");
        var invoice = (await payer.LastDocumentAsync()).Text("id");
        Task<Answer> Pay() => payer.PayNowAsync(invoice);
        await Second("POST /v1/customers", Pay);
        Assert.Equal((fault, 1), (fault, await service.Stripe.CustomersAsync(payer.Id)));
        var first = (await Second("POST /v1/checkout/sessions", Pay)).Text("url");
        var second = (await Second("POST /v1/checkout/sessions/*/expire", Pay)).Text("url");
        Assert.Equal(409, (await service.Stripe.CompleteAsync(first, Visa)).Status);
        (await service.Stripe.CompleteAsync(second, Visa)).Ok();
        await service.WalkAsync(await service.NowAsync() + TimeSpan.FromDays(1));

        foreach (var customer in new[] { acme, payer })
        {
            Assert.Equal((fault, "paid"), (fault, (await customer.LastDocumentAsync()).Text("status")));
            Assert.Single(await service.Stripe.IntentsAsync(customer.Id), intent => intent.Text("status") == "succeeded");
        }
    }

    /// <summary>SIGKILL while a charge, a page and a refund wait for their answer; whether Stripe acted or not, each happens once.</summary>
    [Theory]
    [InlineData("timeout")]
    [InlineData("timeout_after")]
    public async Task What_the_service_died_in_happens_once(string fault)
    {
        var place = Place.New("2026-05-06T08:00:00Z");
        await using var world = await Running.WorldAsync(place);
        var service = await Service.StartAsync(place);
        var acme = await service.OpenAsync("business");
        await acme.LeavesAsync(Visa);

        async Task DieInAsync(string on, Func<Task> ask)
        {
            await service.Stripe.FailAsync(on, fault);
            var asking = ask();
            for (var waited = Stopwatch.StartNew(); !await service.Stripe.HasFailedAsync() && waited.Elapsed < TimeSpan.FromSeconds(20);) await Task.Delay(20, TestContext.Current.CancellationToken);
            Assert.False(asking.IsCompleted);
            await service.KillAsync();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => asking);
            await service.DisposeAsync();
            service = await Service.StartAsync(place);
            acme = acme.On(service);
        }

        await DieInAsync("POST /v1/payment_intents", () => acme.OrderAsync("/plan-changes", new { plan = "smart" }));
        await service.WalkAsync(await service.NowAsync() + TimeSpan.FromDays(1));
        var documents = await acme.DocumentsAsync();
        Assert.Equal([8211, 9508], documents.Select(document => document.Cents("grossCents")));
        Assert.All(documents, document => Assert.Equal("paid", document.Text("status")));

        await DieInAsync("POST /v1/refunds", () => acme.OperateAsync($"/invoices/{documents[0].Text("id")}/void", new { reason = "Kulanz" }));
        await service.WalkAsync(await service.NowAsync() + TimeSpan.FromDays(1));
        Assert.Equal("refunded", (await acme.LastDocumentAsync()).Text("payment"));
        Assert.Equal(8211, Assert.Single(await service.Stripe.RefundsAsync(acme.Id)).Cents("amount"));

        var payer = await service.OpenAsync("pro");
        var invoice = (await payer.LastDocumentAsync()).Text("id");
        await DieInAsync("POST /v1/checkout/sessions", () => payer.PayNowAsync(invoice));
        payer = payer.On(service);
        (await service.Stripe.CompleteAsync(await payer.PayPageAsync(invoice), Visa)).Ok();
        await service.WalkAsync(await service.NowAsync() + TimeSpan.FromDays(1));
        Assert.Equal("paid", (await payer.LastDocumentAsync()).Text("status"));

        await using (service)
        {
            Assert.Equal([8211, 9508], (await service.Stripe.IntentsAsync(acme.Id)).Where(intent => intent.Text("status") == "succeeded").Select(intent => intent.Cents("amount")));
            Assert.Equal(5343, Assert.Single(await service.Stripe.IntentsAsync(payer.Id), intent => intent.Text("status") == "succeeded").Cents("amount"));
        }
    }
}
