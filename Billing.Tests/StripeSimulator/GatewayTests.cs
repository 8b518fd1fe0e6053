// Each wait ends by itself within seconds: threading the token through would only blur the story.
#pragma warning disable xUnit1051

using System.Net;
using System.Net.Sockets;
using Billing.Adapters.StripeApi;
using Billing.Local.StripeSimulator;
using Billing.Payments;
using Billing.Tests.Api;
using Billing.Values;
using Stripe;

namespace Billing.Tests.StripeSimulator;

/// <summary>What the gateway makes of Stripe's objects.</summary>
public sealed class GatewayTests
{
    /// <summary>Its holder did not confirm it at the bank, so there was no charge, and no refunds and disputes to list.</summary>
    [Fact]
    public async Task A_payment_without_a_charge_can_be_read()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var made = await stripe.Api.PaymentIntents.CreateAsync(new() { Amount = 500, Currency = "eur", Customer = (await stripe.CustomerAsync()).Id });

        var read = await new StripeGateway(stripe.Client, stripe.Clock).GetIntentAsync(made.Id, CancellationToken.None);

        Assert.Equal((IntentStatus.Failed, A.Euro(5), A.Euro(0), false), (read.Status, read.Amount, read.Received, read.IsDebit));
        Assert.Empty(read.Refunds);
    }

    /// <summary>Stripe clears the error of whatever is changed, a payment that is cancelled as well.</summary>
    [Theory]
    [InlineData("4000000000000341", "generic_decline")]
    [InlineData("4000002760003184", "authentication_required")]
    public async Task Why_a_payment_failed_is_known_after_it_was_cancelled(string card, string code)
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var (customer, method) = await stripe.CustomerWithAsync(card);
        await Assert.ThrowsAsync<StripeException>(() => stripe.ChargeAsync(customer, method));
        var gateway = new StripeGateway(stripe.Client, stripe.Clock);
        var failed = await gateway.GetIntentAsync((await stripe.Api.PaymentIntents.ListAsync(new() { Customer = customer })).Single().Id, CancellationToken.None);

        var cancelled = await gateway.CancelIntentAsync(failed.Id, CancellationToken.None);

        Assert.Equal((IntentStatus.Failed, code, IntentStatus.Canceled, code), (failed.Status, failed.FailureCode, cancelled.Status, cancelled.FailureCode));
    }

    /// <summary>On Stripe's page a customer may leave what is not charged here; it hides nothing that is.</summary>
    [Fact]
    public async Task A_default_method_of_a_kind_that_is_not_charged_is_passed_over()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var answers = new Dictionary<string, string>
        {
            ["/v1/customers/cus_1"] = """{"id":"cus_1","object":"customer","invoice_settings":{"default_payment_method":{"id":"pm_link","object":"payment_method","type":"link","link":{}}}}""",
            ["/v1/payment_methods"] = """{"object":"list","data":[{"id":"pm_link","object":"payment_method","type":"link","link":{}},{"id":"pm_card","object":"payment_method","type":"card","card":{"brand":"visa","last4":"4242","exp_month":5,"exp_year":2030}}]}""",
        };
        var client = new StripeClient(new StripeClientOptions { ApiKey = Simulator.Key, HttpClient = new SystemNetHttpClient(new HttpClient(new Answering(
            request => new(HttpStatusCode.OK) { Content = new StringContent(answers[request.RequestUri!.AbsolutePath]) })), maxNetworkRetries: 0) });

        Assert.Equal("pm_card", (await new StripeGateway(client, stripe.Clock).FindMethodAsync("cus_1", CancellationToken.None))?.Id);
    }

    /// <summary>With the payment itself Stripe shows the latest ten.</summary>
    [Fact]
    public async Task All_refunds_of_a_payment_are_read_however_many_there_were()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var (customer, method) = await stripe.CustomerWithAsync("4242424242424242");
        var payment = await stripe.ChargeAsync(customer, method);
        for (var refunds = 0; refunds < 11; refunds++) await stripe.Api.Refunds.CreateAsync(new() { PaymentIntent = payment.Id, Amount = 100 });
        var shown = (await stripe.Api.Charges.GetAsync(payment.LatestChargeId, new() { Expand = ["refunds"] })).Refunds;
        Assert.Equal((10, true), (shown.Count(), shown.HasMore));

        var read = await new StripeGateway(stripe.Client, stripe.Clock).GetIntentAsync(payment.Id, CancellationToken.None);

        Assert.Equal((11, A.Euro(11)), (read.Refunds.Length, read.Refunded));
    }

    /// <summary>Something in between answered in Stripe's place, or cut its answer short: the money may have gone.</summary>
    [Fact]
    public Task An_answer_that_cannot_be_read_says_nothing_of_what_was_done() =>
        IsUnknownAsync(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>") });

    /// <summary>So HttpClient says it where the connection is made and lost in the same moment.</summary>
    [Fact]
    public Task A_connection_that_ends_says_nothing_of_what_was_done() => IsUnknownAsync(() => throw new SocketException((int)SocketError.NotConnected));

    static async Task IsUnknownAsync(Func<HttpResponseMessage> answer)
    {
        var client = new StripeClient(new StripeClientOptions { ApiKey = Simulator.Key, HttpClient = new SystemNetHttpClient(new HttpClient(new Answering(_ => answer())), maxNetworkRetries: 0) });
        var refund = new RefundAttempt("acme-refund-1", InvoiceId.Of(1), null, "pi_1", A.Euro(5), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

        await Assert.ThrowsAsync<PaymentProviderUnavailableException>(
            () => new StripeGateway(client, TimeProvider.System).RefundAsync(AccountId.Parse("acme"), refund, CancellationToken.None));
    }

    sealed class Answering(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }

    /// <summary>Stripe keeps a failure under its key and answers with it for a day.</summary>
    [Fact]
    public async Task A_portal_that_could_not_be_made_is_made_the_next_time()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var gateway = new StripeGateway(stripe.Client, stripe.Clock);
        var account = An.Account("smart").State with { Customer = (await stripe.CustomerAsync()).Id };
        Task<Uri> OpenAsync() => gateway.OpenPortalAsync(account, new("https://crm.example/"), CancellationToken.None);

        await new StripeControl(new Uri(stripe.Simulator.Url).Port).FailAsync("POST /v1/billing_portal/configurations", "500");
        await Assert.ThrowsAsync<PaymentProviderUnavailableException>(OpenAsync);

        Assert.StartsWith(stripe.Simulator.Url, (await OpenAsync()).AbsoluteUri, StringComparison.Ordinal);
    }
}
