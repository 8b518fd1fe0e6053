// Each wait ends by itself within seconds: threading the token through would only blur the story.
#pragma warning disable xUnit1051

using Billing.Adapters.StripeApi;
using Billing.Payments;

namespace Billing.Tests.StripeSimulator;

/// <summary>The mandate that a debit is announced with.</summary>
public sealed class MandateTests
{
    const string Iban = "DE89370400440532013000";

    [Fact]
    public async Task It_was_given_when_the_account_was_put_on_file()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var (customer, method) = await stripe.CustomerWithAsync(Iban);
        var mandate = (await stripe.Api.SetupIntents.ListAsync(new() { PaymentMethod = method })).Single().MandateId;
        var reference = (await stripe.Api.Mandates.GetAsync(mandate)).PaymentMethodDetails.SepaDebit.Reference;
        Assert.NotEmpty(reference);

        var found = await new StripeGateway(stripe.Client, stripe.Clock).FindMethodAsync(customer, CancellationToken.None);

        Assert.Equal(new(method, "sepa_debit", "SEPA-Lastschrift •••• 3000", null, reference), found);
    }

    [Fact]
    public async Task It_was_given_with_a_payment()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var customer = await stripe.CustomerAsync();
        await stripe.CompleteAsync((await stripe.PaymentAsync(customer.Id)).Id, Iban);
        var charge = (await stripe.Api.Charges.ListAsync(new() { Customer = customer.Id })).Single();
        var reference = (await stripe.Api.Mandates.GetAsync(charge.PaymentMethodDetails.SepaDebit.Mandate)).PaymentMethodDetails.SepaDebit.Reference;

        var found = await new StripeGateway(stripe.Client, stripe.Clock).FindMethodAsync(customer.Id, CancellationToken.None);

        Assert.Equal(reference, found!.Mandate);
    }

    [Fact]
    public async Task A_card_has_none()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var (customer, _) = await stripe.CustomerWithAsync("4242424242424242");
        Assert.Null((await new StripeGateway(stripe.Client, stripe.Clock).FindMethodAsync(customer, CancellationToken.None))!.Mandate);
    }

    [Fact]
    public void That_it_becomes_known_is_no_change_of_the_method()
    {
        var account = Samples.Account(method: Samples.Debit with { Mandate = null });

        var change = PaymentMethods.Change(account, Samples.Debit, A.Day("2026-06-06"), A.Instant("2026-06-06T08:00:00Z"));

        Assert.Equal(Samples.Debit, change.Account.PaymentMethod);
        Assert.Empty(change.Notifications);
        Assert.Empty(change.Journal);
    }
}
