using System.Collections.Immutable;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Values;

namespace Billing.Accounts;

/// <summary>An account as it was read, with the tag that a commit on it must still find.</summary>
public sealed record StoredAccount(Account Account, string Tag)
{
    /// <summary>The documents that were written with it, where this process has just committed it: they need not be read again.</summary>
    public ImmutableArray<Invoice> Invoices { get; init; } = [];
}

/// <summary>A successful answer that is remembered for its idempotency key.</summary>
/// <param name="Key">Hash of the key: one key, one row in the account.</param>
/// <param name="Request">Hash of user, route and body: the same key with another request is refused.</param>
public sealed record RememberedReply(string Key, string Request, Reply Reply, DateTimeOffset At);

/// <summary>All that one commit writes, or nothing of it.</summary>
/// <param name="Before">What the decision was made from; null where the account is new.</param>
/// <param name="Account">The next state.</param>
/// <param name="UsedConfirmation">A confirmation that must not have been used before.</param>
public sealed record Commit(
    StoredAccount? Before, Account Account, ImmutableArray<Invoice> Invoices, ImmutableArray<AddOnBooking> Archived,
    ImmutableArray<JournalEntry> Journal, OutboxEntry? Outbox, RememberedReply? Reply, string? UsedConfirmation, DateTimeOffset At);

public enum CommitOutcome
{
    Committed,
    /// <summary>The account was changed meanwhile.</summary>
    Conflict,
    /// <summary>The idempotency key has been answered already.</summary>
    ReplyExists,
    ConfirmationUsed,
}

/// <param name="Stored">The account as committed; null if it was not.</param>
public sealed record CommitResult(CommitOutcome Outcome, StoredAccount? Stored = null);

/// <summary>A page of a history, newest first.</summary>
/// <param name="Next">Where the next page begins; null at the end.</param>
public sealed record HistoryPage<T>(ImmutableArray<T> Rows, int? Next);

/// <summary>Where accounts are kept. Every write goes through <see cref="CommitAsync"/> or removes what is done with.</summary>
public interface IAccountStore
{
    Task<StoredAccount?> FindAsync(AccountId id, CancellationToken cancellation);

    /// <summary>Writes all of it atomically if the account is still as it was read.</summary>
    Task<CommitResult> CommitAsync(Commit commit, CancellationToken cancellation);

    Task<RememberedReply?> FindReplyAsync(AccountId id, string key, CancellationToken cancellation);
    Task<Invoice?> FindInvoiceAsync(AccountId id, InvoiceId invoice, CancellationToken cancellation);

    /// <param name="before">Only documents older than this place in the history; null from the newest.</param>
    Task<HistoryPage<InvoiceSummary>> ListInvoicesAsync(AccountId id, int? before, int limit, CancellationToken cancellation);
    Task<HistoryPage<JournalEntry>> ListJournalAsync(AccountId id, int? before, int limit, CancellationToken cancellation);
    Task<AddOnBooking?> FindArchivedBookingAsync(AccountId id, BookingId booking, CancellationToken cancellation);

    /// <summary>Ended bookings that have left the state, newest first.</summary>
    Task<ImmutableArray<AddOnBooking>> ListArchivedBookingsAsync(AccountId id, int limit, CancellationToken cancellation);
    Task<ImmutableArray<OutboxEntry>> ListOutboxAsync(AccountId id, CancellationToken cancellation);
    Task DeleteOutboxAsync(OutboxEntry entry, CancellationToken cancellation);

    /// <summary>Forgets replies and used confirmations from before that moment; see <see cref="Account.LastRemembered"/>.</summary>
    Task PurgeAsync(AccountId id, DateTimeOffset before, CancellationToken cancellation);

    /// <summary>Accounts whose due moment passed before then, or that still hold an outbox from before then: what the due index must have missed.</summary>
    IAsyncEnumerable<AccountId> FindStalledAsync(DateTimeOffset before, CancellationToken cancellation);
}
