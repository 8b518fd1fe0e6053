using Billing.Adapters.StripeApi;
using Billing.Local.StripeSimulator;
using Microsoft.Extensions.Time.Testing;

namespace Billing.Tests;

/// <summary>Which webhooks are believed, and what is taken from them.</summary>
public class StripeEventsTests
{
    static readonly DateTimeOffset Now = new(2026, 5, 6, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("whsec_new", true)]
    [InlineData("whsec_old", true)]
    [InlineData("whsec_other", false)]
    public void While_secrets_are_rotated_both_are_believed(string secret, bool believed)
    {
        var body = Event("sk_test_x", live: false);
        Assert.Equal(believed, Events("sk_test_x").Read(body, Signed(body, secret)) is not null);
    }

    [Theory]
    [InlineData("sk_test_x", false, "acme")]
    [InlineData("sk_test_x", true, null)]
    [InlineData("sk_live_x", true, "acme")]
    [InlineData("rk_live_x", false, null)]
    public void An_event_of_the_other_mode_is_of_no_account(string key, bool live, string? account)
    {
        var body = Event(key, live);
        var happened = Events(key).Read(body, Signed(body, "whsec_new"))!;
        Assert.Equal((account, account is null ? null : "pi_1", account is null ? null : "cus_1"), (happened.Account, happened.Intent, happened.Customer));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("x")]
    [InlineData(",")]
    [InlineData("=,=")]
    [InlineData("t")]
    [InlineData("t=")]
    [InlineData("t=1")]
    [InlineData("t=x,v1=y")]
    [InlineData("v1=abc")]
    [InlineData("t=,v1=")]
    [InlineData("t=1778054400,v0=abc")]
    [InlineData("t=1778054400,t=2,v1=abc")]
    [InlineData("t=99999999999999999999,v1=abc")]
    [InlineData("t=1778054400,v1=ü")]
    public void A_signature_that_is_none_is_not_believed(string? signature) => Assert.Null(Events("sk_test_x").Read(Event("sk_test_x", live: false), signature));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"id":"evt_1","type":"x","data":7}""")]
    [InlineData("""{"id":"evt_1","type":"x","data":{"object":7},"created":"now"}""")]
    [InlineData("""{"id":7,"type":"x","data":{"object":{}}}""")]
    [InlineData("""{"id":"evt/1","type":"x","data":{"object":{}}}""")]
    public void What_is_signed_and_no_event_is_none(string body) => Assert.Null(Events("sk_test_x").Read(body, Signed(body, "whsec_new")));

    static StripeEvents Events(string key) => new(new(key, null, ["whsec_new", "whsec_old"]), new FakeTimeProvider(Now));

    static string Event(string key, bool live) =>
        $$$"""
        {"id":"evt_{{{key}}}","type":"payment_intent.succeeded","created":1,"livemode":{{{(live ? "true" : "false")}}},
         "data":{"object":{"id":"pi_1","object":"payment_intent","customer":"cus_1","metadata":{"account":"acme"} } } }
        """;

    static string Signed(string body, string secret) => Deliveries.Sign(secret, body, Now);
}
