// Each wait ends by itself within seconds: threading the token through would only blur the story.
#pragma warning disable xUnit1051

using System.Net;
using Stripe;

namespace Billing.Tests.StripeSimulator;

public sealed class SimulatedPaymentTests
{
    [Fact]
    public async Task A_card_is_put_on_file_charged_off_session_and_refunded()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var customer = await stripe.CustomerAsync();
        Assert.Equal("Köln", customer.Address.City);
        Assert.Equal(stripe.Clock.GetUtcNow().UtcDateTime, customer.Created);
        var session = await stripe.SetupAsync(customer.Id);
        Assert.Equal(("open", "no_payment_required", "setup"), (session.Status, session.PaymentStatus, session.Mode));
        Assert.EndsWith($"/c/setup/{session.Id}", session.Url, StringComparison.Ordinal);

        await stripe.CompleteAsync(session.Id, "4242424242424242");
        session = await stripe.Api.Checkout.Sessions.GetAsync(session.Id, new() { Expand = ["setup_intent.payment_method"] });
        Assert.Equal("complete", session.Status);
        Assert.Null(session.Url);
        var method = session.SetupIntent.PaymentMethod;
        Assert.Equal(("card", "visa", "4242", customer.Id), (method.Type, method.Card.Brand, method.Card.Last4, method.CustomerId));

        var payment = await stripe.ChargeAsync(customer.Id, method.Id);
        Assert.Equal(("succeeded", 11_320L, 11_320L), (payment.Status, payment.Amount, payment.AmountReceived));
        Assert.True(payment.LatestCharge.Paid);
        Assert.Equal("4242", payment.LatestCharge.PaymentMethodDetails.Card.Last4);

        var refund = await stripe.Api.Refunds.CreateAsync(new() { PaymentIntent = payment.Id, Amount = 906, Metadata = new() { ["credit_note"] = "cn_1" }, Reason = "requested_by_customer" });
        Assert.Equal(("succeeded", 906L), (refund.Status, refund.Amount));
        var charge = await stripe.Api.Charges.GetAsync(payment.LatestChargeId, new() { Expand = ["refunds"] });
        Assert.Equal((906L, false, 1), (charge.AmountRefunded, charge.Refunded, charge.Refunds.Count()));

        var tooMuch = await Assert.ThrowsAsync<StripeException>(() => stripe.Api.Refunds.CreateAsync(new() { PaymentIntent = payment.Id, Amount = 11_000 }));
        Assert.Equal("Refund amount (€110.00) is greater than unrefunded amount on charge (€104.14)", tooMuch.StripeError.Message);
        await stripe.Api.Refunds.CreateAsync(new() { PaymentIntent = payment.Id });
        var again = await Assert.ThrowsAsync<StripeException>(() => stripe.Api.Refunds.CreateAsync(new() { PaymentIntent = payment.Id }));
        Assert.Equal("charge_already_refunded", again.StripeError.Code);
    }

    [Theory]
    [InlineData("4000000000000341", "card_declined", "generic_decline")]
    [InlineData("4000008260003178", "card_declined", "insufficient_funds")]
    [InlineData("4000002760003184", "authentication_required", "authentication_required")]
    public async Task Cards_on_file_that_fail_off_session(string card, string code, string declineCode)
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var (customer, method) = await stripe.CustomerWithAsync(card);

        var refused = await Assert.ThrowsAsync<StripeException>(() => stripe.ChargeAsync(customer, method));

        Assert.Equal(HttpStatusCode.PaymentRequired, refused.HttpStatusCode);
        Assert.Equal(("card_error", code, declineCode), (refused.StripeError.Type, refused.StripeError.Code, refused.StripeError.DeclineCode));
        var payment = await stripe.Api.PaymentIntents.GetAsync(refused.StripeError.PaymentIntent.Id, new() { Expand = ["latest_charge"] });
        Assert.Equal(("requires_payment_method", code, method), (payment.Status, payment.LastPaymentError.Code, payment.LastPaymentError.PaymentMethod.Id));
        Assert.Equal("failed", payment.LatestCharge.Status);
        Assert.Equal("canceled", (await stripe.Api.PaymentIntents.CancelAsync(payment.Id)).Status);
    }

    [Theory]
    [InlineData("4242424242424242")]
    [InlineData("5555555555554444")]
    [InlineData("4000002500003155")]
    public async Task Cards_on_file_that_succeed_off_session(string card)
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var (customer, method) = await stripe.CustomerWithAsync(card);
        Assert.Equal("succeeded", (await stripe.ChargeAsync(customer, method)).Status);
    }

    [Fact]
    public async Task A_card_that_needs_authentication_once_needs_it_when_it_was_never_set_up()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var customer = await stripe.CustomerAsync();
        var method = await stripe.Api.PaymentMethods.AttachAsync("pm_card_authenticationRequiredOnSetup", new() { Customer = customer.Id });
        var refused = await Assert.ThrowsAsync<StripeException>(() => stripe.ChargeAsync(customer.Id, method.Id));
        Assert.Equal("authentication_required", refused.StripeError.Code);

        var onSession = await stripe.Api.PaymentIntents.CreateAsync(new() { Amount = 500, Currency = "eur", Customer = customer.Id, PaymentMethod = method.Id, Confirm = true, ReturnUrl = "http://localhost/" });
        Assert.Equal(("requires_action", "redirect_to_url"), (onSession.Status, onSession.NextAction.Type));
    }

    [Theory]
    [InlineData("4000000000000002", "generic_decline")]
    [InlineData("4000000000009995", "insufficient_funds")]
    public async Task Declined_cards_leave_the_hosted_session_open(string card, string declineCode)
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var customer = await stripe.CustomerAsync();
        foreach (var session in new[] { await stripe.SetupAsync(customer.Id), await stripe.PaymentAsync(customer.Id) })
        {
            var (status, body) = await stripe.SendAsync(HttpMethod.Post, $"/_simulator/sessions/{session.Id}/complete", new { card });
            Assert.Equal((402, declineCode), (status, body.GetProperty("error").GetProperty("decline_code").GetString()));
            Assert.Equal("open", (await stripe.Api.Checkout.Sessions.GetAsync(session.Id)).Status);
            await stripe.CompleteAsync(session.Id, "4242424242424242");
            Assert.Equal("complete", (await stripe.Api.Checkout.Sessions.GetAsync(session.Id)).Status);
            Assert.Equal(409, (await stripe.SendAsync(HttpMethod.Post, $"/_simulator/sessions/{session.Id}/complete", new { card })).Status);
        }

        Assert.Single(await stripe.Api.PaymentIntents.ListAsync(new() { Customer = customer.Id }));
    }

    [Fact]
    public async Task An_expired_card_is_declined_until_the_bank_sends_a_new_one()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var customer = await stripe.CustomerAsync();
        var session = await stripe.SetupAsync(customer.Id);
        await stripe.PostAsync($"/_simulator/sessions/{session.Id}/complete", new { card = "4242424242424242", exp_month = 5, exp_year = 2026 });
        var method = (await stripe.Api.Customers.PaymentMethods.ListAsync(customer.Id)).Single();
        Assert.Equal((5L, 2026L), (method.Card.ExpMonth, method.Card.ExpYear));
        Assert.Equal("succeeded", (await stripe.ChargeAsync(customer.Id, method.Id)).Status);

        await stripe.MoveAsync(TimeSpan.FromDays(26));
        var refused = await Assert.ThrowsAsync<StripeException>(() => stripe.ChargeAsync(customer.Id, method.Id));
        Assert.Equal("expired_card", refused.StripeError.Code);

        await stripe.PostAsync($"/_simulator/payment_methods/{method.Id}/automatic_update", new { exp_month = 5, exp_year = 2030 });
        Assert.Equal("succeeded", (await stripe.ChargeAsync(customer.Id, method.Id)).Status);
    }

    [Theory]
    [InlineData("DE89370400440532013000", 7, "succeeded", false)]
    [InlineData("DE08370400440532013003", 8, "succeeded", false)]
    [InlineData("DE62370400440532013001", 7, "requires_payment_method", false)]
    [InlineData("DE78370400440532013004", 8, "requires_payment_method", false)]
    [InlineData("DE35370400440532013002", 7, "succeeded", true)]
    public async Task A_debit_settles_after_five_business_days(string iban, int days, string status, bool disputed)
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var (customer, method) = await stripe.CustomerWithAsync(iban);
        var payment = await stripe.ChargeAsync(customer, method);
        Assert.Equal(("processing", "pending"), (payment.Status, payment.LatestCharge.Status));
        Assert.Equal("active", (await stripe.Api.Mandates.GetAsync(payment.LatestCharge.PaymentMethodDetails.SepaDebit.Mandate)).Status);
        await Assert.ThrowsAsync<StripeException>(() => stripe.Api.PaymentIntents.CancelAsync(payment.Id));
        await Assert.ThrowsAsync<StripeException>(() => stripe.Api.Refunds.CreateAsync(new() { PaymentIntent = payment.Id }));

        await stripe.MoveAsync(TimeSpan.FromDays(days) - TimeSpan.FromSeconds(1));
        Assert.Equal("processing", (await stripe.Api.PaymentIntents.GetAsync(payment.Id)).Status);

        await stripe.MoveAsync(TimeSpan.FromSeconds(1));
        payment = await stripe.Api.PaymentIntents.GetAsync(payment.Id, new() { Expand = ["latest_charge"] });
        Assert.Equal((status, disputed), (payment.Status, payment.LatestCharge.Disputed));
        Assert.Equal(status == "succeeded", payment.LatestCharge.Paid);
        if (status != "succeeded") Assert.Equal("insufficient_funds", payment.LastPaymentError.DeclineCode);
    }

    [Theory]
    [InlineData("DE89370400440532013000", "debit_not_authorized")]
    [InlineData("4242424242424242", "fraudulent")]
    public async Task A_payment_that_is_returned_stays_succeeded_with_a_lost_dispute_over_what_was_not_refunded(string method, string reason)
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        await stripe.ListenAsync();
        var (customer, onFile) = await stripe.CustomerWithAsync(method);
        var payment = await stripe.ChargeAsync(customer, onFile);
        await stripe.MoveAsync(TimeSpan.FromDays(7));
        await stripe.Api.Refunds.CreateAsync(new() { PaymentIntent = payment.Id, Amount = 906 });

        await stripe.PostAsync($"/_simulator/payment_intents/{payment.Id}/return");

        payment = await stripe.Api.PaymentIntents.GetAsync(payment.Id, new() { Expand = ["latest_charge"] });
        Assert.Equal(("succeeded", true), (payment.Status, payment.LatestCharge.Disputed));
        var dispute = (await stripe.Api.Disputes.ListAsync(new() { PaymentIntent = payment.Id })).Single();
        Assert.Equal(("lost", reason, 10_414L), (dispute.Status, dispute.Reason, dispute.Amount));
        var refused = await Assert.ThrowsAsync<StripeException>(() => stripe.Api.Refunds.CreateAsync(new() { PaymentIntent = payment.Id }));
        Assert.Equal("charge_disputed", refused.StripeError.Code);
        Assert.Equal(400, (await stripe.SendAsync(HttpMethod.Post, $"/_simulator/payment_intents/{payment.Id}/return")).Status);
        await stripe.QuietAsync();
        Assert.Equal(["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed"], stripe.ReceivedTypes.TakeLast(3));
    }

    [Fact]
    public async Task The_card_that_disputes_at_once_is_lost_when_it_is_returned()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var (customer, method) = await stripe.CustomerWithAsync("4000000000000259");
        var payment = await stripe.ChargeAsync(customer, method);
        Assert.Equal("needs_response", (await stripe.Api.Disputes.ListAsync(new() { PaymentIntent = payment.Id })).Single().Status);
        await stripe.PostAsync($"/_simulator/payment_intents/{payment.Id}/return");
        Assert.Equal("lost", (await stripe.Api.Disputes.ListAsync(new() { PaymentIntent = payment.Id })).Single().Status);
    }

    [Fact]
    public async Task A_refund_can_fail_a_day_later()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        await stripe.ListenAsync();
        var (customer, method) = await stripe.CustomerWithAsync("4000000000005126");
        var payment = await stripe.ChargeAsync(customer, method);
        var refund = await stripe.Api.Refunds.CreateAsync(new() { PaymentIntent = payment.Id });
        Assert.Equal("succeeded", refund.Status);

        await stripe.MoveAsync(TimeSpan.FromDays(1));

        refund = await stripe.Api.Refunds.GetAsync(refund.Id, new() { Expand = ["charge"] });
        Assert.Equal(("failed", 0L, false), (refund.Status, refund.Charge.AmountRefunded, refund.Charge.Refunded));
        Assert.Contains("refund.failed", stripe.ReceivedTypes);
    }

    [Fact]
    public async Task Jetzt_bezahlen_by_card_and_by_debit()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        await stripe.ListenAsync();
        var customer = await stripe.CustomerAsync();
        var byCard = await stripe.PaymentAsync(customer.Id);
        Assert.Null(byCard.PaymentIntentId);
        Assert.Equal(11_320, byCard.AmountTotal);
        await stripe.CompleteAsync(byCard.Id, "4000002760003184");
        byCard = await stripe.Api.Checkout.Sessions.GetAsync(byCard.Id, new() { Expand = ["payment_intent", "line_items"] });
        Assert.Equal(("complete", "paid", "succeeded", "att_1"), (byCard.Status, byCard.PaymentStatus, byCard.PaymentIntent.Status, byCard.PaymentIntent.Metadata["attempt"]));
        Assert.Equal("Rechnung RE-1 <Mai>", byCard.LineItems.Single().Description);

        var byDebit = await stripe.PaymentAsync(customer.Id);
        await stripe.CompleteAsync(byDebit.Id, "DE62370400440532013001");
        Assert.Equal("unpaid", (await stripe.Api.Checkout.Sessions.GetAsync(byDebit.Id)).PaymentStatus);
        await stripe.MoveAsync(TimeSpan.FromDays(7));
        Assert.Equal(2, (await stripe.Api.Customers.PaymentMethods.ListAsync(customer.Id)).Count());
        Assert.Equal("checkout.session.async_payment_failed", stripe.ReceivedTypes[^1]);
        Assert.Contains("checkout.session.completed", stripe.ReceivedTypes);
    }

    [Fact]
    public async Task A_session_expires_at_its_time_or_when_told_but_not_once_complete()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        await stripe.ListenAsync();
        var customer = await stripe.CustomerAsync();
        var now = stripe.Clock.GetUtcNow().UtcDateTime;
        await Assert.ThrowsAsync<StripeException>(() => stripe.PaymentAsync(customer.Id, expires: now.AddMinutes(29)));
        var timed = await stripe.PaymentAsync(customer.Id, expires: now.AddMinutes(30));
        var told = await stripe.PaymentAsync(customer.Id);
        var completed = await stripe.PaymentAsync(customer.Id);
        await stripe.CompleteAsync(completed.Id, "4242424242424242");

        Assert.Equal("expired", (await stripe.Api.Checkout.Sessions.ExpireAsync(told.Id)).Status);
        var refused = await Assert.ThrowsAsync<StripeException>(() => stripe.Api.Checkout.Sessions.ExpireAsync(completed.Id));
        Assert.Equal(HttpStatusCode.BadRequest, refused.HttpStatusCode);
        await stripe.MoveAsync(TimeSpan.FromMinutes(30));
        Assert.Equal("expired", (await stripe.Api.Checkout.Sessions.GetAsync(timed.Id)).Status);
        Assert.Equal(2, stripe.ReceivedTypes.Count(type => type == "checkout.session.expired"));
        Assert.Equal(409, (await stripe.SendAsync(HttpMethod.Post, $"/_simulator/sessions/{timed.Id}/complete", new { card = "4242424242424242" })).Status);
    }

    [Fact]
    public async Task The_portal_needs_a_configuration_and_makes_what_it_adds_the_default()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var customer = await stripe.CustomerAsync();
        await Assert.ThrowsAsync<StripeException>(() => stripe.Api.BillingPortal.Sessions.CreateAsync(new() { Customer = customer.Id, ReturnUrl = "http://localhost/" }));
        var configuration = await stripe.Api.BillingPortal.Configurations.CreateAsync(new()
        {
            Features = new() { PaymentMethodUpdate = new() { Enabled = true }, CustomerUpdate = new() { Enabled = false }, InvoiceHistory = new() { Enabled = false } },
            Metadata = new() { ["for"] = "billing" },
        });
        Assert.True((await stripe.Api.BillingPortal.Configurations.ListAsync(new() { Active = true })).Single().Features.PaymentMethodUpdate.Enabled);
        var session = await stripe.Api.BillingPortal.Sessions.CreateAsync(new() { Customer = customer.Id, Configuration = configuration.Id, ReturnUrl = "http://localhost/", Locale = "de" });

        await stripe.CompleteAsync(session.Id, "5555555555554444");

        customer = await stripe.Api.Customers.GetAsync(customer.Id, new() { Expand = ["invoice_settings.default_payment_method"] });
        Assert.Equal("mastercard", customer.InvoiceSettings.DefaultPaymentMethod.Card.Brand);
        await stripe.PostAsync($"/_simulator/customers/{customer.Id}/detach");
        Assert.Empty(await stripe.Api.Customers.PaymentMethods.ListAsync(customer.Id));
        Assert.Null((await stripe.Api.Customers.GetAsync(customer.Id)).InvoiceSettings.DefaultPaymentMethodId);
    }
}
