using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Billing.Payments;
using Billing.Telemetry;
using Billing.Values;
using Stripe;
using Stripe.Checkout;
using Account = Billing.Accounts.Account;
using PaymentMethod = Billing.Accounts.PaymentMethod;

namespace Billing.Adapters.StripeApi;

/// <summary>Stripe behind the port: what moves money carries account, invoice and attempt in its metadata and is sent under an idempotency key.</summary>
public sealed class StripeGateway(StripeClient client, TimeProvider clock) : IPaymentGateway
{
    const string AccountKey = "account", InvoiceKey = "invoice", AttemptKey = "attempt", CreditNoteKey = "credit_note", Eur = "eur";
    static readonly List<string> Methods = ["card", "sepa_debit"];
    const string PortalPurpose = "cloudcrm-billing-methods";

    /// <summary>What is unfolded in a payment: its charge, and what of that was given back.</summary>
    const string Charged = "latest_charge.refunds";

    // Stripe takes no less than 30 minutes, counted from when it hears of it.
    static readonly TimeSpan SessionLife = TimeSpan.FromMinutes(31);

    /// <summary>The portal's configuration, the same for all; found once an instance.</summary>
    string? _portal;

    public async Task<string> SaveCustomerAsync(Account account, bool withEmail, CancellationToken cancellation)
    {
        var company = account.Company;
        var email = withEmail ? company.Email : null;
        var address = new AddressOptions
        {
            Line1 = company.Address.Line1, Line2 = company.Address.Line2, PostalCode = company.Address.PostalCode, City = company.Address.City,
            Country = company.Address.Country,
        };
        List<string> locales = [Locale(account)];
        if (account.Customer is { } known && await FindAsync(() => AskAsync(stop => client.V1.Customers.UpdateAsync(
            known, new() { Name = company.CompanyName, Email = email, Address = address, PreferredLocales = locales }, null, stop), cancellation)) is not null)
            return known;

        // One whose creation was not heard of is found here. No key: a failure would be kept under it, and nobody could pay for a day.
        var made = await AskAsync(stop => client.V1.Customers.ListAsync(new() { Email = email, Limit = 100 }, null, stop), cancellation);
        if (made.FirstOrDefault(customer => Of(customer.Metadata, AccountKey) == account.Id.Value) is { } found) return found.Id;
        return (await AskAsync(stop => client.V1.Customers.CreateAsync(
            new()
            {
                Name = company.CompanyName, Email = email, Address = address, PreferredLocales = locales,
                Metadata = new() { [AccountKey] = account.Id.Value },
            }, null, stop), cancellation)).Id;
    }

    public async Task<Uri> OpenSetupAsync(Account account, WayBack back, CancellationToken cancellation) => new((await AskAsync(
        stop => client.V1.Checkout.Sessions.CreateAsync(
            new()
            {
                Mode = "setup", Customer = account.Customer, AllowedPaymentMethodTypes = Methods, Currency = Eur, Locale = Locale(account),
                SuccessUrl = back.Done.AbsoluteUri, CancelUrl = back.GivenUp.AbsoluteUri, ExpiresAt = Ends(),
                Metadata = new() { [AccountKey] = account.Id.Value },
                SetupIntentData = new() { Metadata = new() { [AccountKey] = account.Id.Value } },
            }, null, stop), cancellation)).Url);

    public async Task<Uri> OpenPortalAsync(Account account, Uri returnUrl, CancellationToken cancellation)
    {
        var portal = _portal ??= await FindPortalAsync(cancellation);
        try
        {
            return new((await AskAsync(stop => client.V1.BillingPortal.Sessions.CreateAsync(
                new() { Customer = account.Customer, ReturnUrl = returnUrl.AbsoluteUri, Locale = Locale(account), Configuration = portal }, null, stop), cancellation)).Url);
        }
        catch (PaymentRefusedException)
        {
            // Somebody may have switched it off at Stripe: the next one looks for another.
            _portal = null;
            throw;
        }
    }

    /// <summary>A portal in which methods can be changed and nothing else: name, address, e-mail and tax ID are the CRM's.</summary>
    async Task<string> FindPortalAsync(CancellationToken cancellation)
    {
        var known = await AskAsync(stop => client.V1.BillingPortal.Configurations.ListAsync(new() { Active = true, Limit = 100 }, null, stop), cancellation);
        if (known.FirstOrDefault(configuration => Of(configuration.Metadata, "purpose") == PortalPurpose) is { } found) return found.Id;
        // No key: a failure would be kept under it, and nobody could manage methods for a day. One too many is harmless.
        return (await AskAsync(stop => client.V1.BillingPortal.Configurations.CreateAsync(
            new()
            {
                Features = new()
                {
                    PaymentMethodUpdate = new() { Enabled = true },
                    CustomerUpdate = new() { Enabled = false },
                    InvoiceHistory = new() { Enabled = false },
                },
                Metadata = new() { ["purpose"] = PortalPurpose },
            }, null, stop), cancellation)).Id;
    }

    public async Task<PaymentMethod?> FindMethodAsync(string customer, CancellationToken cancellation)
    {
        var known = await FindAsync(() => AskAsync(stop => client.V1.Customers.GetAsync(
            customer, new() { Expand = ["invoice_settings.default_payment_method"] }, null, stop), cancellation));
        if (known is null or { Deleted: true }) return null;
        // On Stripe's page more kinds can be left than are charged here.
        var method = known.InvoiceSettings?.DefaultPaymentMethod is { } chosen && IsCharged(chosen) ? chosen
            : (await AskAsync(stop => client.V1.PaymentMethods.ListAsync(new() { Customer = customer, Limit = 100 }, null, stop), cancellation)).FirstOrDefault(IsCharged);
        return method switch
        {
            { Card: { } card } => new(
                method.Id, "card", $"{Title(card.Brand)} •••• {card.Last4}",
                string.Create(CultureInfo.InvariantCulture, $"{card.ExpYear:0000}-{card.ExpMonth:00}")),
            { SepaDebit: { } debit } => new(
                method.Id, "sepa_debit", $"SEPA-Lastschrift •••• {debit.Last4}", null, await FindMandateAsync(customer, method.Id, cancellation)),
            _ => null,
        };
    }

    static bool IsCharged(Stripe.PaymentMethod method) => Methods.Contains(method.Type);

    public Task PreferMethodAsync(string customer, string method, CancellationToken cancellation) => AskAsync(
        stop => client.V1.Customers.UpdateAsync(customer, new() { InvoiceSettings = new() { DefaultPaymentMethod = method } }, null, stop), cancellation);

    /// <summary>The reference that Stripe debits the account under: the mandate was given when it was put on file, or with the payment it came with.</summary>
    async Task<string?> FindMandateAsync(string customer, string method, CancellationToken cancellation)
    {
        var setups = await AskAsync(stop => client.V1.SetupIntents.ListAsync(new() { PaymentMethod = method, Limit = 100 }, null, stop), cancellation);
        var mandate = setups.Select(setup => setup.MandateId).FirstOrDefault(id => id is not null);
        if (mandate is null)
        {
            var charges = await AskAsync(stop => client.V1.Charges.ListAsync(new() { Customer = customer, Limit = 100 }, null, stop), cancellation);
            mandate = charges.Where(charge => charge.PaymentMethod == method).Select(charge => charge.PaymentMethodDetails?.SepaDebit?.Mandate).FirstOrDefault(id => id is not null);
        }
        if (mandate is null) return null;
        return (await FindAsync(() => AskAsync(stop => client.V1.Mandates.GetAsync(mandate, null, null, stop), cancellation)))?.PaymentMethodDetails?.SepaDebit?.Reference;
    }

    public async Task<IntentSnapshot> ChargeAsync(Account account, InvoiceId invoice, PaymentAttempt attempt, string description, CancellationToken cancellation)
    {
        try
        {
            var made = await AskAsync(stop => client.V1.PaymentIntents.CreateAsync(
                new()
                {
                    Expand = [Charged],
                    Amount = attempt.Amount.Cents, Currency = Eur, Customer = attempt.Customer, PaymentMethod = attempt.Method,
                    AllowedPaymentMethodTypes = Methods, OffSession = true, Confirm = true, Description = description, Metadata = Metadata(account.Id, invoice, attempt.Id),
                }, Key(attempt.Id), stop), cancellation);
            // A repeated answer says what was then.
            return made.StripeResponse.Headers.Contains("Idempotent-Replayed") ? await GetIntentAsync(made.Id, cancellation) : await SeenAsync(made, cancellation);
        }
        catch (PaymentRefusedException declined) when (declined.InnerException is StripeException { StripeError.PaymentIntent: { } failed })
        {
            return await GetIntentAsync(failed.Id, cancellation);
        }
    }

    public Task<string?> FindIntentAsync(PaymentAttempt attempt, CancellationToken cancellation)
    {
        var options = new PaymentIntentListOptions { Customer = attempt.Customer, Created = Since(attempt.At), Limit = 100 };
        var intents = client.V1.PaymentIntents.ListAutoPagingAsync(options, null, cancellation);
        return AskAsync(async stop =>
        {
            await foreach (var intent in intents.WithCancellation(stop))
            {
                if (Of(intent.Metadata, AttemptKey) == attempt.Id) return intent.Id;
            }
            return null;
        }, cancellation);
    }

    public async Task<IntentSnapshot> GetIntentAsync(string intent, CancellationToken cancellation) => await SeenAsync(
        await AskAsync(stop => client.V1.PaymentIntents.GetAsync(intent, new() { Expand = [Charged] }, null, stop), cancellation), cancellation);

    /// <param name="now">With <see cref="Charged"/> unfolded.</param>
    async Task<IntentSnapshot> SeenAsync(PaymentIntent now, CancellationToken cancellation)
    {
        // Not `[]`: that would be an empty list of Stripe's, which cannot be walked through.
        // The payment shows its latest ten; only where there were more is the list asked for.
        IEnumerable<Refund> refunds = now.LatestCharge?.Refunds is not { } shown ? Enumerable.Empty<Refund>() : !shown.HasMore ? shown
            : await AskAsync(async stop => await client.V1.Refunds.ListAutoPagingAsync(new() { PaymentIntent = now.Id, Limit = 100 }, null, stop).ToListAsync(stop), cancellation);
        var succeeded = now.Status == "succeeded";
        IEnumerable<Dispute> disputes = succeeded && now.LatestCharge is { Disputed: true }
            ? await AskAsync(stop => client.V1.Disputes.ListAsync(new() { PaymentIntent = now.Id, Limit = 100 }, null, stop), cancellation)
            : Enumerable.Empty<Dispute>();
        return new(
            now.Id, Of(now.Metadata, AttemptKey), Of(now.Metadata, AccountKey), Of(now.Metadata, InvoiceKey), now.CustomerId,
            now.Status switch
            {
                "succeeded" => IntentStatus.Succeeded,
                "processing" => IntentStatus.Processing,
                "canceled" => IntentStatus.Canceled,
                _ => IntentStatus.Failed,
            },
            new(now.Amount), new(succeeded ? now.AmountReceived : 0), [.. refunds.Select(Of)], new(disputes.Where(dispute => dispute.Status == "lost").Sum(dispute => dispute.Amount)),
            FailureOf(now), now.LatestCharge?.PaymentMethodDetails?.Type == "sepa_debit", now.Currency,
            disputes.FirstOrDefault(dispute => dispute.Status is "needs_response" or "warning_needs_response")?.Id) { Method = now.PaymentMethodId };
    }

    /// <summary>Stripe clears a payment's error when it is cancelled; the charge that failed keeps its own.</summary>
    static string? FailureOf(PaymentIntent intent) => intent.LastPaymentError is { } error ? error.DeclineCode ?? error.Code
        : intent.LatestCharge is { Status: "failed" } charge ? charge.Outcome?.Reason ?? charge.FailureCode : null;

    public async Task<string?> FindAccountAsync(string intent, CancellationToken cancellation) =>
        Of((await FindAsync(() => AskAsync(stop => client.V1.PaymentIntents.GetAsync(intent, null, null, stop), cancellation)))?.Metadata, AccountKey);

    public async Task<IntentSnapshot> CancelIntentAsync(string intent, CancellationToken cancellation)
    {
        try
        {
            await AskAsync(stop => client.V1.PaymentIntents.CancelAsync(intent, null, null, stop), cancellation);
        }
        catch (PaymentRefusedException)
        {
            // It has succeeded, failed for good or is processing: what it is now is what counts.
        }
        return await GetIntentAsync(intent, cancellation);
    }

    public async Task<SessionSnapshot> OpenPaymentAsync(
        Account account, InvoiceId invoice, PaymentAttempt attempt, string description, WayBack back, CancellationToken cancellation) => Of(await AskAsync(
        stop => client.V1.Checkout.Sessions.CreateAsync(
            new()
            {
                Mode = "payment", Customer = attempt.Customer, AllowedPaymentMethodTypes = Methods, Locale = Locale(account),
                SuccessUrl = back.Done.AbsoluteUri, CancelUrl = back.GivenUp.AbsoluteUri, ExpiresAt = Ends(),
                AdaptivePricing = new() { Enabled = false },
                Metadata = Metadata(account.Id, invoice, attempt.Id),
                LineItems = [new() { Quantity = 1, PriceData = new() { Currency = Eur, UnitAmount = attempt.Amount.Cents, ProductData = new() { Name = description } } }],
                PaymentIntentData = new() { SetupFutureUsage = "off_session", Description = description, Metadata = Metadata(account.Id, invoice, attempt.Id) },
            }, Key(attempt.Id), stop), cancellation));

    public async Task<SessionSnapshot?> FindSessionAsync(PaymentAttempt attempt, CancellationToken cancellation)
    {
        var sessions = await AskAsync(stop => client.V1.Checkout.Sessions.ListAsync(
            new() { Customer = attempt.Customer, Created = Since(attempt.At), Limit = 100 }, null, stop), cancellation);
        return sessions.FirstOrDefault(session => Of(session.Metadata, AttemptKey) == attempt.Id) is { } found ? Of(found) : null;
    }

    public async Task<SessionSnapshot> GetSessionAsync(string session, CancellationToken cancellation) =>
        Of(await AskAsync(stop => client.V1.Checkout.Sessions.GetAsync(session, null, null, stop), cancellation));

    public async Task<SessionSnapshot> ExpireSessionAsync(string session, CancellationToken cancellation)
    {
        try
        {
            return Of(await AskAsync(stop => client.V1.Checkout.Sessions.ExpireAsync(session, null, null, stop), cancellation));
        }
        catch (PaymentRefusedException)
        {
            return await GetSessionAsync(session, cancellation);
        }
    }

    public Task RefundAsync(AccountId account, RefundAttempt attempt, CancellationToken cancellation) => AskAsync(
        stop => client.V1.Refunds.CreateAsync(
            new() { PaymentIntent = attempt.Intent, Amount = attempt.Amount.Cents, Metadata = Metadata(account, attempt.Invoice, attempt.Id, attempt.CreditNote) }, Key(attempt.Id), stop), cancellation);

    public async IAsyncEnumerable<ProviderEvent> ListEventsAsync(DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        while (true)
        {
            var page = await AskAsync(stop => client.V1.Events.ListAsync(
                new() { Created = new DateRangeOptions { GreaterThanOrEqual = since.UtcDateTime }, Limit = 100, StartingAfter = after }, null, stop), cancellation);
            // As it came: the same reading as of a webhook, also of what the library does not know.
            using var json = JsonDocument.Parse(page.StripeResponse.Content);
            foreach (var row in json.RootElement.GetProperty("data").EnumerateArray())
            {
                if (StripeEvents.Read(row) is { } happened) yield return happened;
            }
            if (!page.HasMore) yield break;
            after = page.Data[^1].Id;
        }
    }

    static SessionSnapshot Of(Session session) => new(
        session.Id, session.Url, session.Status == "open", session.Status == "complete", session.PaymentIntentId);

    static RefundSnapshot Of(Refund refund) => new(
        refund.Id, Of(refund.Metadata, AttemptKey),
        refund.Status switch { "succeeded" => RefundStatus.Succeeded, "failed" or "canceled" => RefundStatus.Failed, _ => RefundStatus.Pending }, new(refund.Amount),
        InvoiceId.TryParse(Of(refund.Metadata, CreditNoteKey), out var note) ? note : null);

    static string? Of(Dictionary<string, string>? metadata, string key) => metadata?.GetValueOrDefault(key);

    static Dictionary<string, string> Metadata(AccountId account, InvoiceId invoice, string attempt, InvoiceId? creditNote = null)
    {
        var metadata = new Dictionary<string, string> { [AccountKey] = account.Value, [InvoiceKey] = invoice.ToString(), [AttemptKey] = attempt };
        if (creditNote is { } note) metadata[CreditNoteKey] = note.ToString();
        return metadata;
    }

    static RequestOptions Key(string key) => new() { IdempotencyKey = key };

    static DateRangeOptions Since(DateTimeOffset at) => new() { GreaterThanOrEqual = at.UtcDateTime.AddMinutes(-5) };

    DateTime Ends() => (clock.GetUtcNow() + SessionLife).UtcDateTime;

    static string Locale(Account account) => account.Language == Language.English ? "en" : "de";

    static string Title(string brand) => brand.Length == 0 ? brand : char.ToUpperInvariant(brand[0]) + brand[1..];

    static async Task<T?> FindAsync<T>(Func<Task<T>> ask) where T : class
    {
        try
        {
            return await ask();
        }
        catch (PaymentRefusedException missing) when (missing.InnerException is StripeException { HttpStatusCode: HttpStatusCode.NotFound })
        {
            return null;
        }
    }

    /// <summary>Asks Stripe; what leaves the outcome unknown becomes <see cref="PaymentProviderUnavailableException"/>, a plain no <see cref="PaymentRefusedException"/>.</summary>
    static async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellation, [CallerMemberName] string operation = "")
    {
        operation = operation.Replace("Async", "", StringComparison.Ordinal);
        using var span = BillingTraces.Start($"stripe {operation}", kind: ActivityKind.Client);
        var (began, outcome) = (Stopwatch.GetTimestamp(), "unavailable");
        try
        {
            var answer = await TranslateAsync(ask, cancellation);
            outcome = "ok";
            return answer;
        }
        catch (PaymentRefusedException refused)
        {
            outcome = "refused";
            span?.SetTag("error.type", refused.Code);
            throw;
        }
        catch (PaymentProviderUnavailableException outage)
        {
            span.Failed(outage);
            throw;
        }
        finally
        {
            span.Ended(outcome);
            BillingMeter.ProviderCalls.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, new("operation", operation), new("outcome", outcome));
        }
    }

    static async Task<T> TranslateAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            return await ask(cancellation);
        }
        // What it says it did and cannot be read is as unknown as no answer.
        catch (StripeException outage) when (outage.HttpStatusCode is < HttpStatusCode.BadRequest or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
        {
            throw new PaymentProviderUnavailableException($"Stripe answered {(int)outage.HttpStatusCode}.", outage);
        }
        // Our own key or request was wrong: whether anything happened before, nobody knows.
        catch (StripeException ours) when (ours.HttpStatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.FailedDependency
            || ours.StripeError?.Type == "idempotency_error")
        {
            throw new PaymentProviderUnavailableException($"Stripe answered {(int)ours.HttpStatusCode} ({ours.StripeError?.Type}).", ours);
        }
        catch (StripeException refused)
        {
            throw new PaymentRefusedException(refused.StripeError?.Code ?? refused.StripeError?.Type ?? $"status_{(int)refused.HttpStatusCode}", refused);
        }
        // A connection that ends in the moment it is made comes out of HttpClient as the socket's own exception.
        catch (Exception outage) when (outage is HttpRequestException or SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new PaymentProviderUnavailableException("Stripe did not answer.", outage);
        }
    }
}
