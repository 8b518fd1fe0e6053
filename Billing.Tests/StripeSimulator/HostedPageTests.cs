// Each wait ends by itself within seconds: threading the token through would only blur the story.
#pragma warning disable xUnit1051

using System.Net;

namespace Billing.Tests.StripeSimulator;

public sealed class HostedPageTests : IDisposable
{
    readonly HttpClient _browser = new(new HttpClientHandler { AllowAutoRedirect = false });

    [Fact]
    public async Task A_payment_by_a_card_that_asks_for_confirmation()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var session = await stripe.PaymentAsync((await stripe.CustomerAsync()).Id);
        var page = await _browser.GetStringAsync(new Uri(session.Url));
        Assert.Contains("Simulation", page, StringComparison.Ordinal);
        Assert.Contains("Rechnung RE-1 &lt;Mai&gt;", page, StringComparison.Ordinal);
        Assert.Contains("113,20 €", page, StringComparison.Ordinal);

        Assert.Contains("Die Karte ist nicht gedeckt.", await TextOf(await SubmitAsync(session.Url, ("card", "4000 0000 0000 9995"), ("expiry", "12/30"), ("cvc", "123"))), StringComparison.Ordinal);
        var asked = await SubmitAsync(session.Url, ("card", "4000 0027 6000 3184"), ("expiry", "12/30"), ("cvc", "123"));
        var bank = new Uri(new Uri(session.Url), asked.Headers.Location!);
        Assert.StartsWith("/3ds/pi_", bank.AbsolutePath, StringComparison.Ordinal);
        Assert.Contains("Bestätigung wurde abgelehnt", await TextOf(await SubmitAsync(bank.ToString(), ("answer", "decline"))), StringComparison.Ordinal);
        Assert.Equal("open", (await stripe.Api.Checkout.Sessions.GetAsync(session.Id)).Status);

        await SubmitAsync(session.Url, ("card", "4000 0027 6000 3184"), ("expiry", "12/30"), ("cvc", "123"));
        var back = await SubmitAsync(bank.ToString(), ("answer", "confirm"));
        Assert.Equal($"http://localhost/done?session={session.Id}", back.Headers.Location!.ToString());
        Assert.Equal("paid", (await stripe.Api.Checkout.Sessions.GetAsync(session.Id)).PaymentStatus);
        Assert.Contains("abgeschlossen", await _browser.GetStringAsync(new Uri(session.Url)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_is_stored_managed_and_removed()
    {
        await using var stripe = await SimulatedStripe.StartAsync();
        var customer = await stripe.CustomerAsync();
        var setup = await stripe.SetupAsync(customer.Id);
        Assert.Contains("href=\"http://localhost/back?a=1&amp;b=&lt;2&gt;\"", await _browser.GetStringAsync(new Uri(setup.Url)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await SubmitAsync(setup.Url, ("iban", "DE89 3704 0044 0532 0130 00"))).StatusCode);
        var configuration = await stripe.Api.BillingPortal.Configurations.CreateAsync(new() { Features = new() { PaymentMethodUpdate = new() { Enabled = true } } });
        var portal = await stripe.Api.BillingPortal.Sessions.CreateAsync(new() { Customer = customer.Id, Configuration = configuration.Id, ReturnUrl = "http://localhost/back" });

        await SubmitAsync(portal.Url, ("card", "4242424242424242"), ("expiry", "07 / 29"), ("cvc", "123"));
        var page = await _browser.GetStringAsync(new Uri(portal.Url));
        Assert.Contains("Visa •••• 4242, gültig bis 07/2029", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.Contains("SEPA-Lastschrift DE •••• 3000", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        foreach (var method in await stripe.Api.Customers.PaymentMethods.ListAsync(customer.Id)) await SubmitAsync(portal.Url, ("method", method.Id), ("do", "remove"));
        Assert.Contains("kein Zahlungsmittel", await _browser.GetStringAsync(new Uri(portal.Url)), StringComparison.Ordinal);
    }

    public void Dispose() => _browser.Dispose();

    async Task<HttpResponseMessage> SubmitAsync(string url, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await _browser.PostAsync(new Uri(url), form);
    }

    static async Task<string> TextOf(HttpResponseMessage page) => WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync());
}
