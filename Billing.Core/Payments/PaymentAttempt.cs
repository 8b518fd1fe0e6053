using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Billing.Values;

namespace Billing.Payments;

/// <summary>
/// The one payment of an invoice that is under way: its slot. Committed before the provider is called, so that a repeated call finds
/// the same attempt; its id is the idempotency key and stands in the metadata.
/// </summary>
/// <param name="Amount">Frozen: what is due may change meanwhile, a surplus is refunded.</param>
/// <param name="At">When it was committed. The provider forgets keys after 24 h, so an older one is looked up and never sent again.</param>
/// <param name="TryAt">When to go on with it.</param>
/// <param name="Method">The method that is charged; null for a hosted session.</param>
/// <param name="Intent">The provider's payment intent, once known.</param>
/// <param name="Session">The hosted session, once known.</param>
/// <param name="ProcessingSince">The Berlin day on which the provider first said that the money is on its way; null before.</param>
public sealed record PaymentAttempt(
    string Id, Money Amount, DateTimeOffset At, DateTimeOffset TryAt, string? Method,
    string? Intent = null, string? Session = null, DateOnly? ProcessingSince = null)
{
    /// <summary>Whose payment it is at the provider: the account may have another customer there by the time it is looked up.</summary>
    public required string? Customer { get; init; }

    [JsonIgnore] public bool IsSession => Method is null;

    /// <summary>A debit whose money is still to come.</summary>
    [JsonIgnore] public bool IsProcessing => ProcessingSince is not null;

    /// <summary>The provider is known to have it, and money may come.</summary>
    [JsonIgnore] public bool IsUnderWay => IsProcessing || Session is not null;
}

/// <summary>A refund that is under way; committed before the provider is called, like a payment.</summary>
/// <param name="CreditNote">The document it pays out; null where a surplus goes back.</param>
/// <param name="Intent">The payment that is refunded.</param>
/// <param name="Refund">The provider's refund, once known.</param>
public sealed record RefundAttempt(
    string Id, InvoiceId Invoice, InvoiceId? CreditNote, string Intent, Money Amount, DateTimeOffset At, DateTimeOffset TryAt, string? Refund = null);

/// <summary>What came in for an invoice, as the provider or the bank has it now.</summary>
/// <param name="Intent">The payment intent; null for a bank transfer.</param>
/// <param name="Refunded">What of it went back to the customer, or is on its way.</param>
/// <param name="Returned">What of it was taken back: a returned debit, a lost dispute.</param>
public sealed record Payment(string? Intent, Money Amount, Money Refunded = default, Money Returned = default)
{
    /// <summary>The provider's refunds of it that are known to have failed, at once or after they had succeeded.</summary>
    public ImmutableArray<string> FailedRefunds { get; init; } = [];

    /// <summary>Equal in all it says: two lists of the same refunds are not equal by themselves.</summary>
    public bool IsSameAs(Payment other) => this == other with { FailedRefunds = FailedRefunds } && FailedRefunds.SequenceEqual(other.FailedRefunds);
}
