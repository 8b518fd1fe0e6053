// Each wait ends by itself within seconds: threading the token through would only blur the story.
#pragma warning disable xUnit1051

using System.Text.Json;
using Stripe;

namespace Billing.Tests.StripeSimulator;

public sealed class WebhookTests
{
    [Fact]
    public async Task Events_are_signed_with_the_local_clock_and_read_by_Stripes_library()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        await stripe.ListenAsync();
        var (customer, method) = await stripe.CustomerWithAsync("4242424242424242");
        var payment = await stripe.ChargeAsync(customer, method, key: "attempt-1");
        await stripe.QuietAsync();

        var now = stripe.Clock.GetUtcNow().ToUnixTimeSeconds();
        var events = stripe.Received.Select(each => EventUtility.ConstructEvent(each.Body, each.Signature, SimulatedStripe.Secret, 300, now)).ToList();
        Assert.Equal(
            ["customer.created", "setup_intent.created", "payment_method.attached", "setup_intent.succeeded", "checkout.session.completed",
                "payment_intent.created", "charge.succeeded", "payment_intent.succeeded"],
            events.Select(each => each.Type));
        Assert.Equal(payment.Id, Assert.IsType<PaymentIntent>(events[^1].Data.Object).Id);
        Assert.Equal(("attempt-1", "2026-10-28.endive"), (events[^1].Request.IdempotencyKey, events[^1].ApiVersion));
        Assert.Equal(events[^1].Id, (await stripe.Api.Events.ListAsync(new() { Type = "payment_intent.succeeded" })).Single().Id);
        Assert.Throws<StripeException>(() => EventUtility.ConstructEvent(stripe.Received[0].Body, stripe.Received[0].Signature, "whsec_other", 300, now));
    }

    [Fact]
    public async Task A_failing_receiver_is_tried_again_at_once_and_then_by_the_clock()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        await stripe.ListenAsync(500, 503, 200, 404);
        await stripe.CustomerAsync();
        await stripe.QuietAsync();
        Assert.Single(stripe.Received);

        await stripe.CustomerAsync();
        await stripe.QuietAsync();
        Assert.Single(stripe.Received);
        Assert.Equal(1, (await stripe.GetAsync("/_simulator/deliveries")).GetProperty("planned").GetInt32());
        await stripe.MoveAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(2, stripe.Received.Count);
        Assert.Equal("""{"outstanding":0,"planned":0}""", (await stripe.GetAsync("/_simulator/deliveries")).GetRawText());
    }

    [Fact]
    public async Task A_receiver_that_is_gone_gives_way_to_one_that_listens()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        await stripe.ListenAsync();
        await stripe.PutAsync("/_simulator/webhook_endpoint", new { url = "http://127.0.0.1:9/hook", secret = "whsec_gone" });
        await stripe.CustomerAsync();
        await stripe.QuietAsync();
        Assert.Single(stripe.Received);
    }

    [Theory]
    [InlineData("duplicate", new[] { 0, 0, 1, 1 })]
    [InlineData("reorder", new[] { 1, 0 })]
    [InlineData("drop", new int[0])]
    public async Task Webhooks_come_twice_swapped_or_not_at_all(string mode, int[] order)
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        await stripe.ListenAsync();
        await stripe.PutAsync("/_simulator/faults", new { webhooks = mode });
        var ids = new[] { (await stripe.CustomerAsync()).Id, (await stripe.CustomerAsync()).Id };
        await stripe.QuietAsync();
        var told = stripe.Received.Select(each => JsonDocument.Parse(each.Body).RootElement.GetProperty("data").GetProperty("object").GetProperty("id").GetString());
        Assert.Equal(order.Select(place => ids[place]), told);
        Assert.Equal(2, (await stripe.Api.Events.ListAsync()).Count());
    }
}
