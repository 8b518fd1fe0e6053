using System.Collections.Immutable;
using Billing.Accounts;
using Billing.Values;

namespace Billing.Payments;

public enum IntentStatus { Succeeded, Processing, Failed, Canceled }

/// <summary>A payment intent as the provider has it now.</summary>
/// <param name="Attempt">Our attempt, from its metadata; null if it is none of ours.</param>
/// <param name="Received">0 unless it succeeded.</param>
/// <param name="Refunds">All that was ever asked to be given back of it, failed ones included.</param>
/// <param name="Returned">Of all disputes that are lost; a returned debit is from the start.</param>
/// <param name="OpenDispute">A dispute that waits for our answer.</param>
/// <param name="FailureCode">Why it failed, as the provider names it; <c>authentication_required</c> means the customer must pay on-session.</param>
public sealed record IntentSnapshot(
    string Id, string? Attempt, string? Account, string? Invoice, string? Customer, IntentStatus Status, Money Amount, Money Received,
    ImmutableArray<RefundSnapshot> Refunds, Money Returned, string? FailureCode, bool IsDebit, string Currency, string? OpenDispute = null)
{
    /// <summary>What it was paid with; null if nothing has been tried, or what was tried failed.</summary>
    public string? Method { get; init; }

    /// <summary>Of all refunds that have not failed.</summary>
    public Money Refunded => Refunds.Where(refund => refund.Status != RefundStatus.Failed).Sum(refund => refund.Amount);

    /// <summary>What a charge that was refused comes to: it failed, and nothing was made.</summary>
    public static IntentSnapshot Refused(PaymentAttempt attempt, string code) => new(
        "", attempt.Id, null, null, null, IntentStatus.Failed, attempt.Amount, Money.Zero, [], Money.Zero, code, false, "eur");
}

/// <summary>A hosted session as the provider has it now.</summary>
/// <param name="Url">Where the customer goes; null once it is over. Never kept, logged or journaled.</param>
public sealed record SessionSnapshot(string Id, string? Url, bool IsOpen, bool IsComplete, string? Intent);

public enum RefundStatus { Pending, Succeeded, Failed }

/// <summary>A refund as the provider has it now.</summary>
/// <param name="CreditNote">The credit note that it pays out, from its metadata.</param>
public sealed record RefundSnapshot(string Id, string? Attempt, RefundStatus Status, Money Amount, InvoiceId? CreditNote = null);

/// <summary>The provider could not be asked, or its answer was lost: nothing is known of the outcome. The message names no secret.</summary>
public sealed class PaymentProviderUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The provider will not do it, now or later: nothing has happened. The message names no secret.</summary>
/// <param name="code">As the provider names it.</param>
public sealed class PaymentRefusedException(string code, Exception? cause = null) : Exception($"Refused: {code}.", cause)
{
    public string Code => code;
}

/// <summary>Where a hosted page leads the customer back to: when they are done, and when they give up.</summary>
public sealed record WayBack(Uri Done, Uri GivenUp);

/// <summary>
/// What the service asks of the payment provider. Every call can throw <see cref="PaymentProviderUnavailableException"/>; a charge that is
/// declined does not throw. What it will never do throws <see cref="PaymentRefusedException"/>.
/// </summary>
public interface IPaymentGateway
{
    /// <summary>Creates the customer, or brings name, address and e-mail up to date.</summary>
    /// <param name="withEmail">Without, a new customer has none, and a known one keeps theirs: the provider refuses addresses that others take.</param>
    Task<string> SaveCustomerAsync(Account account, bool withEmail, CancellationToken cancellation);
    Task<Uri> OpenSetupAsync(Account account, WayBack back, CancellationToken cancellation);
    Task<Uri> OpenPortalAsync(Account account, Uri returnUrl, CancellationToken cancellation);

    /// <summary>The customer's default method, or their latest one, of those kinds that are charged; null if there is none, or no such customer any more.</summary>
    Task<PaymentMethod?> FindMethodAsync(string customer, CancellationToken cancellation);

    /// <summary>Makes it the customer's default method.</summary>
    Task PreferMethodAsync(string customer, string method, CancellationToken cancellation);

    /// <returns>The payment, whatever became of it, as it is now.</returns>
    Task<IntentSnapshot> ChargeAsync(Account account, InvoiceId invoice, PaymentAttempt attempt, string description, CancellationToken cancellation);

    /// <summary>Looks among the customer's payments since the attempt was committed for the one that carries its id.</summary>
    Task<string?> FindIntentAsync(PaymentAttempt attempt, CancellationToken cancellation);
    Task<IntentSnapshot> GetIntentAsync(string intent, CancellationToken cancellation);

    /// <summary>The account in the metadata of a payment intent; null if it has none, or there is no such intent.</summary>
    Task<string?> FindAccountAsync(string intent, CancellationToken cancellation);

    /// <summary>Nothing may come of it any more. One that has succeeded meanwhile, or processes, is returned as it is.</summary>
    Task<IntentSnapshot> CancelIntentAsync(string intent, CancellationToken cancellation);

    /// <summary>A page on which the customer pays the attempt's amount; it ends after 30 minutes.</summary>
    Task<SessionSnapshot> OpenPaymentAsync(Account account, InvoiceId invoice, PaymentAttempt attempt, string description, WayBack back, CancellationToken cancellation);
    Task<SessionSnapshot?> FindSessionAsync(PaymentAttempt attempt, CancellationToken cancellation);
    Task<SessionSnapshot> GetSessionAsync(string session, CancellationToken cancellation);

    /// <summary>Ends a session; one that was completed meanwhile is returned as it is.</summary>
    Task<SessionSnapshot> ExpireSessionAsync(string session, CancellationToken cancellation);

    /// <summary>Asks for a refund; what became of it stands with its payment intent.</summary>
    Task RefundAsync(AccountId account, RefundAttempt attempt, CancellationToken cancellation);

    /// <summary>What has happened since then, newest first, whether or not we were told.</summary>
    IAsyncEnumerable<ProviderEvent> ListEventsAsync(DateTimeOffset since, CancellationToken cancellation);
}
