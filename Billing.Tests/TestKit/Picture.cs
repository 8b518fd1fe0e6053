using Billing.Accounts;
using Billing.AddOns;
using Billing.Documents;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Values;

namespace Billing.Tests;

/// <summary>A world as it looks from outside at one moment, however it was made: what <see cref="Invariants"/> are told of it.</summary>
sealed record Picture(DateTimeOffset Now, IReadOnlyList<AccountPicture> Accounts)
{
    public IReadOnlyList<DueAccount> Due { get; init; } = [];

    /// <summary>The provider's events that were kept and are not done with.</summary>
    public IReadOnlyList<string> Inbox { get; init; } = [];

    /// <summary>How many messages each queue holds, hidden ones and <c>…-poison</c> included.</summary>
    public IReadOnlyDictionary<string, int> Queues { get; init; } = new Dictionary<string, int>();
    public IReadOnlyList<OperatorFinding> Findings { get; init; } = [];
    public IReadOnlyList<IndexedDocument> Index { get; init; } = [];
}

/// <param name="Documents">All with a row of their own, so without the open draft.</param>
/// <param name="Bookings">Running and ended ones.</param>
sealed record AccountPicture(Account State, IReadOnlyList<Invoice> Documents, IReadOnlyList<AddOnBooking> Bookings)
{
    public AccountId Id => State.Id;
    public IReadOnlyList<JournalEntry> Journal { get; init; } = [];
    public IReadOnlyList<OutboxEntry> Outbox { get; init; } = [];

    /// <summary>Notifications that the CRM has not taken yet.</summary>
    public IReadOnlyList<string> Untold { get; init; } = [];

    /// <summary>What the CRM was told, every time; null where that is not known.</summary>
    public IReadOnlyList<Told>? Told { get; init; } = [];

    /// <summary>The archive: SHA-256 of what lies there, by name.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<Charge> Charges { get; init; } = [];
    public IReadOnlyList<GivenBack> Refunds { get; init; } = [];
}

/// <summary>A call that the CRM received.</summary>
/// <param name="Text">All that it said.</param>
sealed record Told(string Id, string Type, string? InvoiceId, string? BookingId, string Text);

/// <summary>A payment intent as the provider itself shows it.</summary>
/// <param name="Status">In the provider's words.</param>
/// <param name="Refunded">Of all refunds that have not failed.</param>
/// <param name="Returned">Of all disputes that were lost.</param>
sealed record Charge(string Intent, string? Invoice, string? Attempt, string Status, Money Amount, Money Refunded, Money Returned)
{
    public bool IsTaken => Status == "succeeded";
}

/// <summary>A refund as the provider itself shows it.</summary>
sealed record GivenBack(string Id, string Intent, string? Attempt, string? CreditNote, string Status, Money Amount);
