// Each wait ends by itself within seconds: threading the token through would only blur the story.
#pragma warning disable xUnit1051

using System.Net;
using Billing.Local.StripeSimulator;
using Stripe;

namespace Billing.Tests.StripeSimulator;

public sealed class ProtocolTests
{
    [Fact]
    public async Task A_key_answers_the_same_again_refuses_other_parameters_and_is_forgotten_after_a_day()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var (customer, method) = await stripe.CustomerWithAsync("4242424242424242");
        var first = await stripe.ChargeAsync(customer, method, key: "attempt-1");
        var again = await stripe.ChargeAsync(customer, method, key: "attempt-1");
        Assert.Equal(first.Id, again.Id);
        Assert.Equal("true", again.StripeResponse.Headers.GetValues("Idempotent-Replayed").Single());
        var other = await Assert.ThrowsAsync<StripeException>(() => stripe.ChargeAsync(customer, method, 5_000, "attempt-1"));
        Assert.Equal((HttpStatusCode.BadRequest, "idempotency_error"), (other.HttpStatusCode, other.StripeError.Type));
        Assert.Single(await stripe.Api.PaymentIntents.ListAsync(new() { Customer = customer }));

        await stripe.MoveAsync(TimeSpan.FromHours(24));
        Assert.NotEqual(first.Id, (await stripe.ChargeAsync(customer, method, key: "attempt-1")).Id);
    }

    [Fact]
    public async Task A_refusal_by_the_bank_is_kept_under_its_key_like_a_success()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var (customer, method) = await stripe.CustomerWithAsync("4000000000000341");
        var first = await Assert.ThrowsAsync<StripeException>(() => stripe.ChargeAsync(customer, method, key: "attempt-1"));
        var again = await Assert.ThrowsAsync<StripeException>(() => stripe.ChargeAsync(customer, method, key: "attempt-1"));
        Assert.Equal(first.StripeError.PaymentIntent.Id, again.StripeError.PaymentIntent.Id);
        Assert.Single(await stripe.Api.PaymentIntents.ListAsync(new() { Customer = customer }));
    }

    [Fact]
    public async Task Parameters_that_were_refused_can_be_put_right_under_their_key()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        using var refused = await stripe.RawAsync(HttpMethod.Post, "/v1/payment_intents", "amount=five&currency=eur", "attempt-1");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var right = await stripe.RawAsync(HttpMethod.Post, "/v1/payment_intents", "amount=500&currency=eur", "attempt-1");
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    [Fact]
    public void Two_requests_at_once_with_one_key_conflict()
    {
        var kept = new Idempotency(TimeProvider.System);
        Assert.Null(kept.Begin("key", "/v1/refunds", "amount=1"));
        Assert.Equal(409, Assert.Throws<StripeRefusalException>(() => kept.Begin("key", "/v1/refunds", "amount=1")).Status);
        kept.End("key", new Answer(200, "{}"));
        Assert.Equal("{}", kept.Begin("key", "/v1/refunds", "amount=1")!.Body);
        Assert.Equal(400, Assert.Throws<StripeRefusalException>(() => kept.Begin("key", "/v1/customers", "amount=1")).Status);
    }

    [Theory]
    [InlineData("429", 0)]
    [InlineData("500", 0)]
    [InlineData("500_after", 1)]
    [InlineData("timeout", 0)]
    [InlineData("timeout_after", 1)]
    public async Task Each_fault_acts_or_does_not(string fault, int payments)
    {
        await using var stripe = await SimulatedStripe.StartAsync(patience: 2);
        var (customer, method) = await stripe.CustomerWithAsync("4242424242424242");
        await stripe.PutAsync("/_simulator/faults", new[] { new { on = "POST /v1/payment_intents", times = 1, @do = fault } });

        await Assert.ThrowsAnyAsync<Exception>(() => stripe.ChargeAsync(customer, method, key: "attempt-1"));

        Assert.Equal(payments, (await stripe.Api.PaymentIntents.ListAsync(new() { Customer = customer })).Count());
        Assert.Equal(0, (await stripe.GetAsync("/_simulator/faults")).GetProperty("faults").GetArrayLength());
        if (fault.StartsWith("500", StringComparison.Ordinal))
        {
            var stored = await Assert.ThrowsAsync<StripeException>(() => stripe.ChargeAsync(customer, method, key: "attempt-1"));
            Assert.Equal(HttpStatusCode.InternalServerError, stored.HttpStatusCode);
        }
        else
        {
            Assert.Equal("succeeded", (await stripe.ChargeAsync(customer, method, key: "attempt-1")).Status);
            Assert.Single(await stripe.Api.PaymentIntents.ListAsync(new() { Customer = customer }));
        }
    }

    [Fact]
    public async Task Faults_meet_the_path_they_name_and_are_counted()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        await stripe.PutAsync("/_simulator/faults", new { faults = new[] { new { on = "GET /v1/customers/*", times = 2, @do = "429" } }, webhooks = "drop" });
        var customer = await stripe.CustomerAsync();
        await Assert.ThrowsAsync<StripeException>(() => stripe.Api.Customers.GetAsync(customer.Id));
        var left = await stripe.GetAsync("/_simulator/faults");
        Assert.Equal("""{"faults":[{"on":"GET /v1/customers/*","times":1,"do":"429"}],"webhooks":"drop"}""", left.GetRawText());
        Assert.Equal(400, (await stripe.SendAsync(HttpMethod.Put, "/_simulator/faults", new { webhooks = "sometimes" })).Status);

        await stripe.PutAsync("/_simulator/faults", new[] { new { on = "*", times = 1000, @do = "500" } });
        await Assert.ThrowsAsync<StripeException>(() => stripe.CustomerAsync());
        await stripe.PutAsync("/_simulator/faults", Array.Empty<object>());
        await stripe.CustomerAsync();
    }

    [Fact]
    public async Task What_Stripe_refuses_is_refused()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var (customer, method) = await stripe.CustomerWithAsync("4242424242424242");
        var (other, _) = await stripe.CustomerWithAsync("4242424242424242");

        var small = await Assert.ThrowsAsync<StripeException>(() => stripe.ChargeAsync(customer, method, 49));
        Assert.Equal(("amount_too_small", "amount"), (small.StripeError.Code, small.StripeError.Param));
        var foreign = await Assert.ThrowsAsync<StripeException>(() => stripe.ChargeAsync(other, method));
        Assert.Equal((HttpStatusCode.BadRequest, "payment_method"), (foreign.HttpStatusCode, foreign.StripeError.Param));
        Assert.Contains("must be attached to the customer", foreign.StripeError.Message, StringComparison.Ordinal);
        var missing = await Assert.ThrowsAsync<StripeException>(() => stripe.Api.Customers.GetAsync("cus_none"));
        Assert.Equal((HttpStatusCode.NotFound, "resource_missing"), (missing.HttpStatusCode, missing.StripeError.Code));
        await stripe.Api.PaymentMethods.DetachAsync(method);
        await Assert.ThrowsAsync<StripeException>(() => stripe.ChargeAsync(customer, method));
        Assert.Empty(await stripe.Api.PaymentIntents.ListAsync());

        using var unknown = await stripe.RawAsync(HttpMethod.Post, "/v1/customers", "nickname=x");
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        Assert.Contains("\"code\":\"parameter_unknown\"", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.StartsWith("req_", unknown.Headers.GetValues("Request-Id").Single(), StringComparison.Ordinal);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri($"{stripe.Simulator.Url}/v1/customers"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stripe.RawAsync(HttpMethod.Get, "/v1/coupons")).StatusCode);
    }

    [Fact]
    public async Task Lists_come_in_pages_newest_first_and_filtered()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var (customer, method) = await stripe.CustomerWithAsync("4242424242424242");
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Insert(0, (await stripe.ChargeAsync(customer, method)).Id);
            stripe.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        var page = await stripe.Api.PaymentIntents.ListAsync(new() { Customer = customer, Limit = 2 });
        Assert.True(page.HasMore);
        Assert.Equal(ids[..2], page.Select(payment => payment.Id));
        var next = await stripe.Api.PaymentIntents.ListAsync(new() { Customer = customer, Limit = 3, StartingAfter = ids[1], Expand = ["data.latest_charge"] });
        Assert.False(next.HasMore);
        Assert.Equal(ids[2..], next.Select(payment => payment.Id));
        Assert.All(next, payment => Assert.True(payment.LatestCharge.Paid));
        var previous = await stripe.Api.PaymentIntents.ListAsync(new() { Customer = customer, Limit = 2, EndingBefore = ids[4] });
        Assert.Equal(ids[2..4], previous.Select(payment => payment.Id));
        var since = await stripe.Api.PaymentIntents.ListAsync(new() { Created = new DateRangeOptions { GreaterThanOrEqual = stripe.Clock.GetUtcNow().UtcDateTime.AddMinutes(-2) } });
        Assert.Equal(ids[..2], since.Select(payment => payment.Id));
        Assert.Equal(5, await stripe.Api.PaymentIntents.ListAutoPagingAsync(new() { Customer = customer, Limit = 2 }).CountAsync());
        Assert.Empty(await stripe.Api.PaymentIntents.ListAsync(new() { Customer = (await stripe.CustomerAsync()).Id }));
    }

    [Fact]
    public async Task Payments_and_refunds_are_found_by_the_account_in_their_or_their_customers_metadata()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var (one, card) = await stripe.CustomerWithAsync("4242424242424242", "acc_1");
        var (two, debit) = await stripe.CustomerWithAsync("DE89370400440532013000", "acc_2");
        var first = await stripe.ChargeAsync(one, card);
        await stripe.ChargeAsync(two, debit);
        await stripe.Api.Refunds.CreateAsync(new() { PaymentIntent = first.Id, Amount = 100 });

        var payments = (await stripe.GetAsync("/_simulator/payment_intents?account=acc_1")).GetProperty("data");
        Assert.Equal(first.Id, Assert.Single(payments.EnumerateArray()).GetProperty("id").GetString());
        Assert.Single((await stripe.GetAsync("/_simulator/refunds?account=acc_1")).GetProperty("data").EnumerateArray());
        Assert.Empty((await stripe.GetAsync("/_simulator/refunds?account=acc_2")).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Customers_are_updated_by_what_is_sent_and_deleted_for_good()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        await stripe.ListenAsync();
        var (customer, method) = await stripe.CustomerWithAsync("4242424242424242");
        var updated = await stripe.Api.Customers.UpdateAsync(customer, new() { Email = "neu@beispiel.example", Metadata = new() { ["account"] = "", ["b"] = "2" }, InvoiceSettings = new() { DefaultPaymentMethod = method } });
        Assert.Equal(("neu@beispiel.example", "Beispiel GmbH", method), (updated.Email, updated.Name, updated.InvoiceSettings.DefaultPaymentMethodId));
        Assert.Equal(new Dictionary<string, string> { ["b"] = "2" }, updated.Metadata);
        Assert.Single(await stripe.Api.Customers.ListAsync(new() { Email = "neu@beispiel.example" }));

        Assert.True((await stripe.Api.Customers.DeleteAsync(customer)).Deleted);
        Assert.True((await stripe.Api.Customers.GetAsync(customer)).Deleted);
        var gone = await Assert.ThrowsAsync<StripeException>(() => stripe.SetupAsync(customer));
        Assert.Equal((HttpStatusCode.BadRequest, "customer"), (gone.HttpStatusCode, gone.StripeError.Param));
        await stripe.QuietAsync();
        Assert.Equal("customer.deleted", stripe.ReceivedTypes[^1]);
    }

    [Fact]
    public async Task A_world_that_is_started_again_goes_on_where_it_was()
    {
        var file = Path.Combine(Path.GetTempPath(), $"stripe-simulator-{Guid.NewGuid():N}.json");
        string customer, method, payment;
        Microsoft.Extensions.Time.Testing.FakeTimeProvider clock;
        await using (var stripe = await SimulatedStripe.StartAsync(file))
        {
            (customer, method) = await stripe.CustomerWithAsync("DE89370400440532013000");
            payment = (await stripe.ChargeAsync(customer, method, key: "attempt-1")).Id;
            clock = stripe.Clock;
        }

        await using (var stripe = await SimulatedStripe.StartAsync(file, clock))
        {
            Assert.Equal(payment, (await stripe.ChargeAsync(customer, method, key: "attempt-1")).Id);
            await stripe.MoveAsync(TimeSpan.FromDays(7));
            Assert.Equal("succeeded", (await stripe.Api.PaymentIntents.GetAsync(payment)).Status);
        }

        System.IO.File.Delete(file);
    }
}
