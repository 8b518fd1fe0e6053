using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Billing.Local.StripeSimulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Stripe;

namespace Billing.Tests.StripeSimulator;

/// <summary>A simulator on a free port with a clock to move, and Stripe's own client in front of it.</summary>
sealed class SimulatedStripe : IAsyncDisposable
{
    public const string Secret = "whsec_of_the_tests";

    readonly HttpClient _http = new();
    readonly ConcurrentQueue<(string Body, string Signature)> _received = new();
    readonly ConcurrentQueue<int> _answers = new();
    WebApplication? _receiver;

    SimulatedStripe(Simulator simulator, FakeTimeProvider clock, TimeSpan patience)
    {
        (Simulator, Clock) = (simulator, clock);
        Client = new StripeClient(new StripeClientOptions
        {
            ApiKey = Simulator.Key,
            ApiBase = simulator.Url,
            HttpClient = new SystemNetHttpClient(new HttpClient { Timeout = patience }, maxNetworkRetries: 0),
        });
    }

    public Simulator Simulator { get; }

    public FakeTimeProvider Clock { get; }

    public StripeClient Client { get; }

    public V1Services Api => Client.V1;

    /// <summary>What the webhook has been sent, in order.</summary>
    public IReadOnlyList<(string Body, string Signature)> Received => [.. _received];

    public IReadOnlyList<string> ReceivedTypes => [.. _received.Select(each => JsonDocument.Parse(each.Body).RootElement.GetProperty("type").GetString()!)];

    /// <summary>Wednesday, 6 May 2026, 8:00 UTC.</summary>
    /// <param name="patience">For how many seconds the client waits for an answer.</param>
    public static async Task<SimulatedStripe> StartAsync(string? file = null, FakeTimeProvider? clock = null, int patience = 20)
    {
        clock ??= new FakeTimeProvider(new DateTimeOffset(2026, 5, 6, 8, 0, 0, TimeSpan.Zero));
        return new SimulatedStripe(await Simulator.StartAsync(0, clock, file), clock, TimeSpan.FromSeconds(patience));
    }

    /// <summary>Listens for webhooks; each takes the next of the answers, then 200.</summary>
    public async Task ListenAsync(params int[] answers)
    {
        foreach (var answer in answers) _answers.Enqueue(answer);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _receiver = builder.Build();
        _receiver.MapPost("/hook", async (HttpRequest request) =>
        {
            if (_answers.TryDequeue(out var status) && status != 200) return Results.StatusCode(status);
            using var reader = new StreamReader(request.Body);
            _received.Enqueue((await reader.ReadToEndAsync(), request.Headers["Stripe-Signature"].ToString()));
            return Results.Ok();
        });
        await _receiver.StartAsync();
        await PutAsync("/_simulator/webhook_endpoint", new { url = $"{_receiver.Urls.First()}/hook", secret = Secret });
    }

    public async Task<JsonElement> MoveAsync(TimeSpan by)
    {
        Clock.Advance(by);
        return await PostAsync("/_simulator/advance");
    }

    public Task<JsonElement> QuietAsync() => MoveAsync(TimeSpan.Zero);

    public Task<JsonElement> CompleteAsync(string session, string cardOrIban) =>
        PostAsync($"/_simulator/sessions/{session}/complete", char.IsLetter(cardOrIban[0]) ? new { iban = cardOrIban } : new { card = cardOrIban });

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"{Simulator.Url}{path}") { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async Task<JsonElement> PostAsync(string path, object? body = null) => (await SendAsync(HttpMethod.Post, path, body)).Body;

    public async Task<JsonElement> PutAsync(string path, object body) => (await SendAsync(HttpMethod.Put, path, body)).Body;

    public async Task<JsonElement> GetAsync(string path) => (await SendAsync(HttpMethod.Get, path)).Body;

    /// <summary>The whole answer to a request of the API as it goes over the wire.</summary>
    public async Task<HttpResponseMessage> RawAsync(HttpMethod method, string path, string? form = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, $"{Simulator.Url}{path}");
        request.Headers.Authorization = new("Bearer", Simulator.Key);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (form is not null) request.Content = new StringContent(form, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded");
        return await _http.SendAsync(request);
    }

    public Task<Customer> CustomerAsync(string account = "acc_1") => Api.Customers.CreateAsync(new()
    {
        Name = "Beispiel GmbH",
        Email = "rechnung@beispiel.example",
        Metadata = new() { ["account"] = account },
        PreferredLocales = ["de"],
        Address = new() { Line1 = "Straße 1", City = "Köln", PostalCode = "50667", Country = "DE" },
    });

    public Task<Stripe.Checkout.Session> SetupAsync(string customer) => Api.Checkout.Sessions.CreateAsync(new()
    {
        Mode = "setup",
        Customer = customer,
        AllowedPaymentMethodTypes = ["card", "sepa_debit"],
        SuccessUrl = "http://localhost/done?session={CHECKOUT_SESSION_ID}",
        CancelUrl = "http://localhost/back?a=1&b=<2>",
        Locale = "de",
        SetupIntentData = new() { Metadata = new() { ["account"] = "acc_1" } },
    });

    public Task<Stripe.Checkout.Session> PaymentAsync(string customer, long amount = 11_320, DateTime? expires = null) => Api.Checkout.Sessions.CreateAsync(new()
    {
        Mode = "payment",
        Customer = customer,
        AllowedPaymentMethodTypes = ["card", "sepa_debit"],
        SuccessUrl = "http://localhost/done?session={CHECKOUT_SESSION_ID}",
        CancelUrl = "http://localhost/back",
        ExpiresAt = expires,
        AdaptivePricing = new() { Enabled = false },
        Metadata = new() { ["invoice"] = "inv_1" },
        LineItems = [new() { Quantity = 1, PriceData = new() { Currency = "eur", UnitAmount = amount, ProductData = new() { Name = "Rechnung RE-1 <Mai>" } } }],
        PaymentIntentData = new() { Description = "RE-1", SetupFutureUsage = "off_session", Metadata = new() { ["attempt"] = "att_1" } },
    });

    /// <summary>A customer with a method that was put on file in a hosted session.</summary>
    public async Task<(string Customer, string Method)> CustomerWithAsync(string cardOrIban, string account = "acc_1")
    {
        var customer = await CustomerAsync(account);
        var session = await SetupAsync(customer.Id);
        await CompleteAsync(session.Id, cardOrIban);
        var setup = await Api.SetupIntents.GetAsync((await Api.Checkout.Sessions.GetAsync(session.Id)).SetupIntentId);
        Assert.Equal("succeeded", setup.Status);
        return (customer.Id, setup.PaymentMethodId);
    }

    public Task<PaymentIntent> ChargeAsync(string customer, string method, long amount = 11_320, string? key = null) => Api.PaymentIntents.CreateAsync(
        new()
        {
            Amount = amount,
            Currency = "eur",
            Customer = customer,
            PaymentMethod = method,
            OffSession = true,
            Confirm = true,
            Description = "RE-1",
            AllowedPaymentMethodTypes = ["card", "sepa_debit"],
            Metadata = new() { ["attempt"] = "att_1", ["invoice"] = "inv_1" },
            Expand = ["latest_charge"],
        },
        new RequestOptions { IdempotencyKey = key });

    public async ValueTask DisposeAsync()
    {
        if (_receiver is not null) await _receiver.DisposeAsync();
        await Simulator.DisposeAsync();
        _http.Dispose();
    }
}
