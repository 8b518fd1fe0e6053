namespace Billing.Tests.Api;

/// <summary>That <see cref="NothingSecretIsSaid"/> would notice.</summary>
public class SecretsTests
{
    [Theory]
    [InlineData("info: Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJl", "a token")]
    [InlineData("key sk_test_51abcDEF", "a key of Stripe's or a webhook's")]
    [InlineData("key rk_live_51abcDEF", "a key of Stripe's or a webhook's")]
    [InlineData("Stripe__WebhookSecret=whsec_of_the_api_tests", "a key of Stripe's or a webhook's")]
    [InlineData("pi_3Abc_secret_Xyz", "a client secret")]
    [InlineData("go to https://checkout.stripe.com/c/pay/cs_test_a1#fid", "the address of a hosted session")]
    [InlineData("https://billing.stripe.com/p/session/test_YWNj", "the address of a hosted session")]
    [InlineData("Confirmation__Key: q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=", "a key of 32 bytes, or storage's")]
    [InlineData("DefaultEndpointsProtocol=http;AccountName=x;AccountKey=abc;", "a key of 32 bytes, or storage's")]
    [InlineData("Müller, rechnung@mueller.example, rang", "an e-mail address")]
    [InlineData("card 4242424242424242 was declined", "a card number")]
    [InlineData("card 4242 4242 4242 4242", "a card number")]
    [InlineData("amex 378282246310005", "a card number")]
    [InlineData("debit of DE89370400440532013000", "an IBAN")]
    [InlineData("debit of DE89 3704 0044 0532 0130 00.", "an IBAN")]
    [InlineData("{\"iban\":\"AT611904300234573201\"}", "an IBAN")]
    public void A_secret_is_noticed(string line, string kind) => Assert.Equal([kind], Secrets.In(line));

    [Fact]
    public void A_confirmation_is_noticed() =>
        Assert.Equal(["a confirmation"], Secrets.In($"refused {new Billing.Accounts.Confirmations(new byte[32]).Issue(A.Owner, Values.AccountId.Parse("acme"), "terms", new string('x', 300))}"));

    [Theory]
    [InlineData("Account acme: issued RE-1778018402 over 9508 cents")]
    [InlineData("Account c-17: att-3 waits, Stripe answered 429")]
    [InlineData("sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("card 4242424242424241 is none")]
    [InlineData("2026-05-06T08:00:00.0000000Z 0001779024000000 owner@c-17 20260506-evt_1Abc")]
    [InlineData("http://localhost:7071/api/accounts/acme/overview cs_test_1")]
    public void Nothing_else_is(string line) => Assert.Empty(Secrets.In(line));
}
