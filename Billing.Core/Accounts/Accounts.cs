using System.Collections.Immutable;
using System.Diagnostics;
using Billing.AddOns;
using Billing.Documents;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Telemetry;
using Billing.Values;
using Microsoft.Extensions.Logging;

namespace Billing.Accounts;

/// <summary>Who wants what of which account, received when: that moment decides, not when it is worked on.</summary>
/// <param name="Key">Idempotency key and hash of the request, if one was sent.</param>
/// <param name="Confirmation">Of a binding order.</param>
/// <param name="Read">The account as it was just read, which spares the first attempt a read.</param>
public sealed record Command(
    AccountId Account, Actor By, DateTimeOffset ReceivedAt, RequestKey? Key = null, string? Confirmation = null, StoredAccount? Read = null);

/// <summary>See <see cref="RememberedReply"/> for the two hashes.</summary>
public sealed record RequestKey(string Key, string Request);

/// <summary>A command that was carried out, now or when its key came first.</summary>
/// <param name="Stored">The account as it now stands.</param>
/// <param name="Invoices">The documents that this call wrote.</param>
/// <param name="Archived">The bookings that this call moved out of the state.</param>
public sealed record Outcome(Reply Reply, StoredAccount Stored, ImmutableArray<Invoice> Invoices, ImmutableArray<AddOnBooking> Archived)
{
    public Account Account => Stored.Account;
}

/// <summary>
/// The account's transaction: load, advance to now, decide, commit one batch, deliver what it promised. On a conflict everything is
/// loaded and decided again. All that happens to an account happens here.
/// </summary>
public sealed class Accounts(
    IAccountStore store, IDueIndex due, IDocumentNumbers numbers, DeliverOutbox outbox, ArchiveDocuments documents, Confirmations confirmations, Terms terms,
    bool crmListens, ILogger<Accounts> log)
{
    /// <summary>Attempts after conflicts until the caller is told to come back (<c>busy</c>).</summary>
    public const int MostAttempts = 10;

    /// <summary>How long answered keys and used confirmations are remembered: twice what is promised.</summary>
    static readonly TimeSpan Remembered = TimeSpan.FromHours(48);

    /// <summary>The account as it stands, or <c>account_not_found</c>.</summary>
    public async Task<Decision<StoredAccount>> FindAsync(AccountId id, CancellationToken cancellation) =>
        await store.FindAsync(id, cancellation) is { } stored ? stored : Refusals.AccountNotFound;

    /// <summary>The account with everything done that is due by now, one commit per missed period; or <c>account_not_found</c>, <c>busy</c>.</summary>
    public async Task<Decision<StoredAccount>> CurrentAsync(AccountId id, DateTimeOffset now, CancellationToken cancellation, StoredAccount? read = null)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++, read = null)
        {
            if ((read ?? await store.FindAsync(id, cancellation)) is not { } stored) return Refusals.AccountNotFound;
            if (await AdvanceAsync(stored, now, cancellation) is { } current) return current;
        }
        return Busy(id);
    }

    /// <summary>What an order would come to, with the token that confirms it.</summary>
    public async Task<Decision<Confirmable>> PreviewAsync(
        Command command, Func<Account, DateOnly, CancellationToken, Task<Decision<Order>>> decide, CancellationToken cancellation)
    {
        var current = await CurrentAsync(command.Account, command.ReceivedAt, cancellation, command.Read);
        if (current.IsRefused(out var missing, out var stored)) return missing;
        // A preview is not remembered: a dialog may use one key for it and for the order. But a key that was used for something else is.
        if (await ReplayAsync(command, stored, cancellation) is not null) return Refusals.IdempotencyKeyReused;
        var decision = await decide(stored.Account, stored.Account.DayOf(command.ReceivedAt), cancellation);
        return decision.IsRefused(out var refusal, out var order) ? refusal : Show(order, command);
    }

    /// <summary>
    /// A binding order. Without a confirmation it is refused; with one that was used, or was given for other figures, another day or
    /// someone else, it is refused with what it would come to now.
    /// </summary>
    public Task<Decision<Outcome>> OrderAsync(
        Command command, Func<Account, DateOnly, CancellationToken, Task<Decision<Order>>> decide, CancellationToken cancellation) =>
        TransactAsync(command, async (account, today, confirmationUsed, stop) =>
        {
            var decision = await decide(account, today, stop);
            if (decision.IsRefused(out var refusal, out var order)) return refusal;
            if (command.Confirmation is not { } confirmation) return Refusals.ConfirmationRequired;
            if (confirmationUsed || !confirmations.Fits(confirmation, command.By, account.Id, order.Terms))
                return Refusals.ConfirmationStale(Show(order, command));
            var shown = Confirmations.ShownWith(confirmation);
            return new Pending(order.NeedsNumber, number =>
            {
                var done = order.Apply(command.ReceivedAt, command.By, number);
                return done with { Change = done.Change.Confirming(shown) };
            }, Confirmations.UseOf(confirmation));
        }, cancellation);

    /// <summary>A command that needs no confirmation.</summary>
    public Task<Decision<Outcome>> ExecuteAsync(
        Command command, Func<Account, DateOnly, CancellationToken, Task<Decision<Pending>>> decide, CancellationToken cancellation) =>
        TransactAsync(command, (account, today, _, stop) => decide(account, today, stop), cancellation);

    /// <summary>Whether the command's key has answered another request.</summary>
    public async Task<bool> IsKeyReusedAsync(Command command, CancellationToken cancellation) =>
        await ReplayAsync(command, command.Read!, cancellation) is { } replay && replay.IsRefused(out _, out _);

    /// <summary>Opens an account that is not there yet; null if it is by now.</summary>
    public async Task<Decision<Outcome>?> OpenAsync(Command command, Func<DateOnly, Decision<Pending>> decide, CancellationToken cancellation)
    {
        var today = BerlinCalendar.DayOf(command.ReceivedAt);
        if (decide(today).IsRefused(out var refusal, out var pending)) return refusal;
        var result = pending.Apply(await numbers.NextAsync(command.ReceivedAt, cancellation));
        var committed = await CommitAsync(null, result.Change, command.ReceivedAt, null, null, cancellation);
        if (committed.Stored is not { } stored) return null;
        return (Decision<Outcome>)new Outcome(result.Reply, stored, committed.Change.Invoices, []);
    }

    /// <summary>Everything that waits on an account: what has fallen due, and promises of earlier commits that were not kept.</summary>
    /// <param name="entry">The due entry that led here; removed where it guards nothing any more.</param>
    /// <returns>The account as it now stands; null if there is none.</returns>
    public async Task<StoredAccount?> WorkAsync(AccountId id, DueAccount? entry, DateTimeOffset now, CancellationToken cancellation)
    {
        var read = await store.FindAsync(id, cancellation);
        var current = await CurrentAsync(id, now, cancellation, read);
        if (current.IsRefused(out var refusal, out var stored))
        {
            if (refusal == Refusals.Busy) throw new InvalidOperationException($"Account {id} was changed too often at the same time.");
            if (entry is not null) await TidyAsync(entry, null, now, cancellation);
            return null;
        }

        if (entry is null or { Purpose: DuePurpose.Outbox })
        {
            foreach (var promised in await store.ListOutboxAsync(id, cancellation))
            {
                using var delivering = BillingTraces.Start("deliver outbox", id.Value);
                await outbox.TellAsync(promised, cancellation);
                foreach (var document in promised.Documents) await ArchiveAsync(id, document, now, cancellation);
                await outbox.ForgetAsync(promised, now - promised.At, past: null, cancellation);
                delivering.Ended("ok");
            }
        }
        // The entry of the moment that has just passed is removed by the commit that moved it on.
        var isGone = entry is { Purpose: DuePurpose.Account } && new DueEntry(entry.Moment, entry.Version) == read?.Account.Due && stored.Account.Due != read.Account.Due;
        if (entry is not null && !isGone) await TidyAsync(entry, stored.Account, now, cancellation);
        return stored;
    }

    /// <summary>
    /// Archives an issued document, if it is not yet. What is archived is the document: where its hash is not the row's (it was rendered anew
    /// after a crash, by other software or with another letterhead), the row takes it over, journaled.
    /// </summary>
    public async Task ArchiveAsync(AccountId id, InvoiceId document, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await store.FindInvoiceAsync(id, document, cancellation) is not { Number: not null } invoice) return;
        if (await documents.KeepAsync(id, invoice, now, cancellation) is not { } kept || kept == invoice.Sha256) return;
        var corrected = await ExecuteAsync(new Command(id, Actor.System, now), async (account, _, stop) =>
        {
            var current = (await store.FindInvoiceAsync(id, document, stop))!;
            return Pending.Of(
                current.Sha256 == kept ? new AccountChange(account) : ArchiveDocuments.Archived(new(account), current, kept, now),
                new Reply(200, ReplyKind.Invoice, document.ToString()));
        }, cancellation);
        if (corrected.IsRefused(out var refusal, out _)) throw new InvalidOperationException($"The hash of {invoice.Number} was not written: {refusal.Code}");
    }

    async Task<Decision<Outcome>> TransactAsync(
        Command command, Func<Account, DateOnly, bool, CancellationToken, Task<Decision<Pending>>> decide, CancellationToken cancellation)
    {
        var confirmationUsed = false;
        var number = 0L;
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var current = await CurrentAsync(command.Account, command.ReceivedAt, cancellation, attempt == 0 ? command.Read : null);
            if (current.IsRefused(out var missing, out var stored)) return missing;
            var decision = await DecideAsync(decide, stored.Account, command, confirmationUsed, cancellation);
            if (decision.IsRefused(out var refusal, out var pending))
            {
                // A repeated command is mostly refused by what it did the first time: then its answer is remembered.
                return await ReplayAsync(command, stored, cancellation) ?? refusal;
            }

            if (pending.NeedsNumber && number == 0) number = await numbers.NextAsync(command.ReceivedAt, cancellation);
            var result = pending.Apply(number);
            var reply = command.Key is { } key ? new RememberedReply(key.Key, key.Request, result.Reply, command.ReceivedAt) : null;
            if (reply is null && result.Change == new AccountChange(stored.Account)) return new Outcome(result.Reply, stored, [], []);

            var committed = await CommitAsync(stored, result.Change, command.ReceivedAt, reply, pending.UsedConfirmation, cancellation);
            if (committed.Stored is { } written) return new Outcome(result.Reply, written, committed.Change.Invoices, committed.Change.Archived);
            if (committed.Outcome == CommitOutcome.ReplyExists) return await ReplayAsync(command, stored, cancellation) ?? Refusals.Busy;
            confirmationUsed |= committed.Outcome == CommitOutcome.ConfirmationUsed;
        }
        return Busy(command.Account);
    }

    static async Task<Decision<Pending>> DecideAsync(
        Func<Account, DateOnly, bool, CancellationToken, Task<Decision<Pending>>> decide, Account account, Command command, bool confirmationUsed, CancellationToken cancellation)
    {
        using var deciding = BillingTraces.Start("decide", account.Id.Value);
        var decision = await decide(account, account.DayOf(command.ReceivedAt), confirmationUsed, cancellation);
        deciding.Ended(decision.IsRefused(out var refusal, out _) ? refusal.Code : "ok");
        return decision;
    }

    Refusal Busy(AccountId id)
    {
        BillingMeter.Busy.Add(1);
        log.LogWarning("Account {Account} was changed too often at the same time", id);
        return Refusals.Busy;
    }

    async Task<Decision<Outcome>?> ReplayAsync(Command command, StoredAccount stored, CancellationToken cancellation)
    {
        if (command.Key is not { } key || await store.FindReplyAsync(command.Account, key.Key, cancellation) is not { } remembered) return null;
        return remembered.Request == key.Request ? new Outcome(remembered.Reply, stored, [], []) : Refusals.IdempotencyKeyReused;
    }

    /// <summary>Null after a conflict.</summary>
    async Task<StoredAccount?> AdvanceAsync(StoredAccount stored, DateTimeOffset now, CancellationToken cancellation)
    {
        while (AdvanceAccount.Next(stored.Account, terms, now) is { } advance)
        {
            var number = advance.NeedsNumber(stored.Account, terms) ? await numbers.NextAsync(now, cancellation) : 0;
            var change = advance.Apply(stored.Account, terms, BerlinCalendar.DayOf(now), now, number);
            // Before the commit: what is noted as purged is gone, whatever becomes of the rest.
            if (advance is CloseCycle.CycleClosed && stored.Account.LastRemembered is { } last && await PurgedAsync(stored.Account.Id, now, cancellation) && last < now - Remembered)
                change = change.With(change.Account with { LastRemembered = null });
            var committed = await CommitAsync(stored, change, now, null, null, cancellation);
            if (committed.Stored is null) return null;
            stored = committed.Stored;
        }
        return stored;
    }

    async Task<(CommitOutcome Outcome, StoredAccount? Stored, AccountChange Change)> CommitAsync(
        StoredAccount? before, AccountChange change, DateTimeOffset at, RememberedReply? reply, string? usedConfirmation, CancellationToken cancellation)
    {
        using var committing = BillingTraces.Start("commit", change.Account.Id.Value);
        var today = change.Account.DayOf(at);
        change = AdvanceAccount.Conclude(change, terms, today, at);
        (change, var issued, var files) = documents.Render(change, at);
        var (id, version) = (change.Account.Id, (before?.Account.Version ?? 0) + 1);

        // An entry that still fits is kept: most commands write nothing to the index.
        var dueBefore = before?.Account.Due;
        var dueAt = AdvanceAccount.DueAt(change.Account, terms, today) is { } moment ? DueAccount.Minute(moment) : (DateTimeOffset?)null;
        var dueNow = dueAt is null ? null : dueAt == dueBefore?.Moment ? dueBefore : new DueEntry(dueAt.Value, version);
        var promise = new OutboxEntry(id, version, at, crmListens ? change.Notifications : [], change.Findings) { Documents = issued };

        if (dueNow is not null && dueNow != dueBefore) await due.AddAsync(new(id, dueNow.Moment, version, DuePurpose.Account), at, cancellation);
        if (!promise.IsEmpty) await due.AddAsync(DeliverOutbox.Guard(promise), at, cancellation);
        await documents.IndexAsync(change, issued, cancellation);

        var account = change.Account with
        {
            Version = version, Due = dueNow, LastRemembered = reply is null && usedConfirmation is null ? change.Account.LastRemembered : at,
        };
        var result = await store.CommitAsync(
            new(before, account, change.Invoices, change.Archived, change.Journal, promise.IsEmpty ? null : promise, reply, usedConfirmation, at), cancellation);
        if (result.Outcome != CommitOutcome.Committed)
        {
            committing.Ended(result.Outcome.Code());
            BillingMeter.Conflicts.Count("outcome", result.Outcome.Code());
            return (result.Outcome, null, change);
        }

        committing.Ended("ok");
        Tell(committing, before?.Account, account, change, at);
        committing?.Stop();
        var past = dueBefore is null || dueBefore == dueNow ? null : new DueAccount(id, dueBefore.Moment, dueBefore.Version, DuePurpose.Account);
        await AfterCommitAsync(id, past, promise, files, cancellation);
        return (result.Outcome, result.Stored! with { Invoices = change.Invoices }, change);
    }

    /// <summary>What has been committed, for whoever watches.</summary>
    void Tell(Activity? span, Account? before, Account account, AccountChange change, DateTimeOffset at)
    {
        MeasureCommit.Record(before, account, change, at);
        foreach (var issued in MeasureCommit.Issued(before, change))
        {
            log.LogInformation("Account {Account}: issued {Document} over {Cents} cents", account.Id, issued.Number, issued.Gross.Cents);
            span?.SetTag(BillingTraces.Document, issued.Number);
        }
        if (span is not null && !change.Journal.IsEmpty) span.SetTag(BillingTraces.Action, string.Join(' ', change.Journal.Select(line => line.Action)));
    }

    /// <summary>False where it could not be done.</summary>
    async Task<bool> PurgedAsync(AccountId id, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            await store.PurgeAsync(id, now - Remembered, cancellation);
            return true;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            log.LogWarning(exception, "Account {Account}: expired replies are left to the next close", id);
            return false;
        }
    }

    /// <summary>The commit stands; what fails here is caught up by whoever next finds the due entries.</summary>
    async Task AfterCommitAsync(AccountId id, DueAccount? past, OutboxEntry promise, IReadOnlyList<DocumentFile> files, CancellationToken cancellation)
    {
        using var delivering = promise.IsEmpty ? null : BillingTraces.Start("deliver outbox", id.Value);
        var since = Stopwatch.GetTimestamp();
        try
        {
            if (promise.IsEmpty)
            {
                if (past is not null) await due.RemoveAsync([past], cancellation);
                return;
            }
            await outbox.TellAsync(promise, cancellation);
            var archived = 0;
            foreach (var file in files) archived += await documents.KeepAsync(file, cancellation) == file.Sha256 ? 1 : 0;
            // What could not be rendered, or is archived as something else, is seen to by whoever finds the promise.
            var isKept = archived == promise.Documents.Count;
            if (isKept) await outbox.ForgetAsync(promise, Stopwatch.GetElapsedTime(since), past, cancellation);
            else if (past is not null) await due.RemoveAsync([past], cancellation);
            delivering.Ended(isKept ? "ok" : "document_waits");
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            delivering.Failed(exception);
            log.LogWarning(exception, "Account {Account}: what version {Version} promised is left to the due index", id, promise.Version);
        }
    }

    async Task TidyAsync(DueAccount entry, Account? account, DateTimeOffset now, CancellationToken cancellation)
    {
        var guards = entry.Purpose == DuePurpose.Outbox
            ? account is not null && (await store.ListOutboxAsync(entry.Account, cancellation)).Any(promise => promise.Version == entry.Version)
            : account?.Due is { } next && next.Moment == entry.Moment && next.Version == entry.Version;
        if (guards) return;
        // Its commit may still be under way, unless another one took that version, or the time for it has long passed.
        var past = account?.Version >= entry.Version;
        if (past || await due.WrittenAtAsync(entry, cancellation) <= now - IDueIndex.HandedOutFor) await due.RemoveAsync([entry], cancellation);
    }

    Confirmable Show(Order order, Command command) =>
        new(order.Preview, confirmations.Issue(command.By, command.Account, order.Terms, JsonText.Of(order.Preview)), BerlinCalendar.StartOf(order.Day.AddDays(1)));
}
