using System.Diagnostics;
using Billing.Accounts;
using Billing.Telemetry;
using Billing.Values;
using Microsoft.Extensions.Logging;

namespace Billing.Payments;

/// <summary>Something that happened at the payment provider, as far as it says whom to ask about what. What it says itself is not acted on.</summary>
/// <param name="Id">The UTC day on which it happened as <c>yyyyMMdd</c>, a hyphen, and the provider's id: in order of time by day.</param>
/// <param name="Account">From the metadata, if it has any.</param>
/// <param name="Intent">The payment intent that it is about.</param>
public sealed record ProviderEvent(string Id, string Type, DateTimeOffset At, string? Account, string? Customer, string? Intent)
{
    public bool ConcernsMethod =>
        Type.StartsWith("payment_method.", StringComparison.Ordinal) || Type.StartsWith("setup_intent.", StringComparison.Ordinal)
        || Type.StartsWith("customer.", StringComparison.Ordinal) || Type.StartsWith("checkout.session.", StringComparison.Ordinal);
}

/// <summary>Events by id: kept before they are answered, worked on once.</summary>
public interface IProviderEvents
{
    /// <summary>Keeps it; false if it is known.</summary>
    Task<bool> AddAsync(ProviderEvent happened, CancellationToken cancellation);
    Task<ProviderEvent?> FindOpenAsync(string id, CancellationToken cancellation);

    /// <param name="account">Null for an event of no account of ours: it is kept apart.</param>
    Task CloseAsync(string id, AccountId? account, CancellationToken cancellation);

    /// <summary>Keeps in mind that the event could not be worked on yet.</summary>
    /// <param name="account">Whose it is, as far as that is known.</param>
    Task PostponeAsync(string id, AccountId? account, CancellationToken cancellation);

    /// <param name="account">Only of this one; null for all.</param>
    IAsyncEnumerable<string> ListPostponedAsync(AccountId? account, CancellationToken cancellation);
    Task ForgetPostponedAsync(string id, CancellationToken cancellation);

    /// <summary>Up to when the provider's own list of events has been read; null before the first time.</summary>
    Task<DateTimeOffset?> FindReadUntilAsync(CancellationToken cancellation);
    Task SetReadUntilAsync(DateTimeOffset at, CancellationToken cancellation);

    /// <summary>Which account a customer of the provider is; written before anything else knows the customer.</summary>
    Task LinkAsync(string customer, AccountId account, CancellationToken cancellation);
    Task<AccountId?> FindAccountAsync(string customer, CancellationToken cancellation);
}

/// <summary>The queue of event ids.</summary>
public interface IProviderEventWork
{
    Task EnqueueAsync(string id, CancellationToken cancellation);
}

/// <summary>Works on events late, twice and out of order: each only says what to look at, as the provider has it now.</summary>
public sealed class WorkProviderEvent(IProviderEvents events, IPaymentGateway gateway, Collections collections, IAccountStore store, ILogger<WorkProviderEvent> log)
{
    public async Task WorkAsync(string id, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await events.FindOpenAsync(id, cancellation) is not { } happened) return;
        AccountId? mine = null;
        try
        {
            mine = await FindAccountAsync(happened, cancellation);
            await WorkAsync(happened, mine, now, cancellation);
        }
        catch (Exception outage) when (outage is not OperationCanceledException)
        {
            // Kept in mind first: should the queue give the message up, the hourly look does not.
            await events.PostponeAsync(happened.Id, mine, cancellation);
            if (outage is not PaymentProviderUnavailableException) throw;
            log.LogWarning(LogEvents.StripeFailed, "Event {Event} ({Type}) waits, {Reason}", happened.Id, happened.Type, outage.Message);
        }
    }

    async Task WorkAsync(ProviderEvent happened, AccountId? account, DateTimeOffset now, CancellationToken cancellation)
    {
        if (account is not { } mine || await store.FindAsync(mine, cancellation) is not { } stored)
        {
            log.LogWarning("Event {Event} ({Type}) belongs to no account", happened.Id, happened.Type);
            await events.CloseAsync(happened.Id, null, cancellation);
            return;
        }

        Activity.Current?.SetTag(BillingTraces.Account, mine.Value);
        if (happened.Intent is { } intent) stored = await collections.ObserveAsync(stored, intent, now, cancellation);
        if (happened.ConcernsMethod) stored = await collections.SyncMethodAsync(stored, now, cancellation);
        // The provider has been asked meanwhile: what is under way is gone on with as the account stands now.
        if (CollectInvoice.NextLook(stored.Account) is not null && await store.FindAsync(mine, cancellation) is { } current)
            await collections.WorkAsync(current, now, Look.AtAll, cancellation);
        await events.CloseAsync(happened.Id, mine, cancellation);
        BillingMeter.WebhookLag.Record((now - happened.At).TotalSeconds);
    }

    /// <summary>By the event's own metadata, by its customer, or, as disputes have neither, by the payment that it is about.</summary>
    async Task<AccountId?> FindAccountAsync(ProviderEvent happened, CancellationToken cancellation)
    {
        if (AccountId.TryParse(happened.Account, out var named)) return named;
        if (happened.Customer is { } customer) return await events.FindAccountAsync(customer, cancellation);
        return happened.Intent is { } intent && AccountId.TryParse(await gateway.FindAccountAsync(intent, cancellation), out var payer) ? payer : null;
    }
}
