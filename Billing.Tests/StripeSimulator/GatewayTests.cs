// Each wait ends by itself within seconds: threading the token through would only blur the story.
#pragma warning disable xUnit1051

using Billing.Adapters.StripeApi;
using Billing.Payments;
using Billing.Tests.Api;

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
