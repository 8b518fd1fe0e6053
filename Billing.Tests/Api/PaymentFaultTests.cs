namespace Billing.Tests.Api;

/// <summary>Stripe fails at each call of each flow, in each way, and the service is killed while it is about it.</summary>
public class PaymentFaultTests
{
    const string Visa = "4242424242424242", Declined = "4000000000000341";

    /// <summary>What is asked only to learn what became of something.</summary>
    static readonly string[] Lookups =
    [
        "GET /v1/payment_intents", "GET /v1/payment_intents/*", "GET /v1/checkout/sessions", "GET /v1/checkout/sessions/*", "GET /v1/customers/*", "GET /v1/payment_methods", "GET /v1/events",
    ];

    /// <summary>SIGKILL comes while those that get no answer still wait for it, and right after the others were refused.</summary>
    [Fact]
    public async Task Whatever_fails_and_whoever_dies_each_payment_and_each_refund_happens_once()
    {
        var place = Place.New("2026-05-06T08:00:00Z");
        await using var world = await Running.WorldAsync(place);
        var service = await Service.StartAsync(place);
        try
        {
            foreach (var fault in new[] { "429", "500", "500_after", "timeout", "timeout_after" }) service = await LivesThroughAsync(service, fault);
            Assert.Empty((await service.SendAsync(HttpMethod.Get, "api/operator/findings", token: await service.TokenAsync("operator"))).Ok().Items("findings"));
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    static async Task<Service> LivesThroughAsync(Service service, string fault)
    {
        var cast = await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => service.OpenAsync("business")));
        var (charged, read, declined, refunded, payer, again, newcomer) = (cast[0], cast[1], cast[2], cast[3], cast[4], cast[5], cast[6]);
        foreach (var (customer, card) in new[] { (charged, Visa), (read, Visa), (declined, Declined), (refunded, Visa) })
            (await service.Stripe.CompleteAsync((await MethodPage(customer)).Ok().Text("url"), card)).Ok();
        await service.WalkAsync(await service.NowAsync());
        var former = await again.PayPageAsync("inv-1");

        var asked = new List<Task<Answer>>();
        async Task HitAsync(string on, Func<Task<Answer>> ask)
        {
            await service.Stripe.FailAsync(on, fault);
            asked.Add(ask());
            await Waiting.UntilAsync(service.Stripe.HasFailedAsync, $"{on} was not asked ({fault})");
        }

        foreach (var (on, customer) in new[] { ("POST /v1/payment_intents", charged), ("GET /v1/payment_intents/*", read), ("POST /v1/payment_intents/*/cancel", declined) })
            await HitAsync(on, () => customer.OrderAsync("/plan-changes", new { plan = "smart" }));
        await HitAsync("POST /v1/refunds", () => refunded.OperateAsync("/invoices/inv-1/void", new { reason = "Kulanz" }));
        var orders = asked.ToList();
        await HitAsync("POST /v1/checkout/sessions", () => payer.PayNowAsync("inv-1"));
        await HitAsync("POST /v1/checkout/sessions/*/expire", () => again.PayNowAsync("inv-1"));
        await HitAsync("GET /v1/customers", () => MethodPage(newcomer));
        await HitAsync("POST /v1/customers", () => MethodPage(newcomer));
        await HitAsync("POST /v1/customers/*", () => MethodPage(charged));
        await HitAsync("GET /v1/billing_portal/configurations", () => MethodPage(read));
        await HitAsync("POST /v1/billing_portal/sessions", () => MethodPage(read));

        var isSilent = fault.StartsWith("timeout", StringComparison.Ordinal);
        if (!isSilent)
        {
            await Task.WhenAll(asked);
            Assert.All(orders, order => order.Result.Ok());
            foreach (var page in asked.Except(orders)) page.Result.Refused(503, "payment_provider_unavailable");
        }
        await service.KillAsync();
        await Task.WhenAll(asked).ContinueWith(_ => { }, TaskScheduler.Default);
        await service.DisposeAsync();
        service = await Service.StartAsync(service.Place);
        foreach (var place in Enumerable.Range(0, cast.Length)) cast[place] = cast[place].On(service);
        (charged, read, declined, refunded, payer, again, newcomer) = (cast[0], cast[1], cast[2], cast[3], cast[4], cast[5], cast[6]);

        await service.Stripe.FailAsync(isSilent ? [] : Lookups.Select(lookup => (lookup, fault, 2)));
        var now = await service.NowAsync();
        await service.WalkAsync(now + TimeSpan.FromHours(8));
        await service.Stripe.RecoverAsync();
        (await service.Stripe.CompleteAsync((await MethodPage(newcomer)).Ok().Text("url"), Visa)).Ok();
        foreach (var customer in new[] { payer, again }) (await service.Stripe.CompleteAsync(await customer.PayPageAsync("inv-1"), Visa)).Ok();
        Assert.Equal(409, (await service.Stripe.CompleteAsync(former, Visa)).Status);
        await service.WalkAsync(now + TimeSpan.FromDays(1));

        foreach (var (customer, taken, states) in new[]
        {
            (charged, "8211 9508", "paid succeeded, paid succeeded"), (read, "8211 9508", "paid succeeded, paid succeeded"), (declined, "", "open failed, open failed"),
            (refunded, "9508", "paid refunded, paid refunded"), (payer, "9508", "paid succeeded"), (again, "9508", "paid succeeded"), (newcomer, "9508", "paid succeeded"),
        })
        {
            var intents = await service.Stripe.IntentsAsync(customer.Id);
            Assert.Equal((fault, taken), (fault, string.Join(' ', intents.Where(intent => intent.Text("status") == "succeeded").Select(intent => intent.Cents("amount")))));
            Assert.Equal((fault, states), (fault, string.Join(", ", (await customer.DocumentsAsync()).Select(document => $"{document.Text("status")} {document.Text("payment")}"))));
            Assert.Equal((fault, 1), (fault, await service.Stripe.CustomersAsync(customer.Id)));
        }
        Assert.Equal("canceled", Assert.Single(await service.Stripe.IntentsAsync(declined.Id), intent => intent.Cents("amount") == 8211).Text("status"));
        Assert.Equal((9508, "succeeded"), Assert.Single(await service.Stripe.RefundsAsync(refunded.Id)) is var refund ? (refund.Cents("amount"), refund.Text("status")) : default);
        return service;
    }

    static Task<Answer> MethodPage(Customer customer) => customer.PostAsync("/payment-method/session", new { returnUrl = customer.Back });
}
