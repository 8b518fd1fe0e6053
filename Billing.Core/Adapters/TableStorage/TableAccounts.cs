using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Billing.Accounts;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Values;

namespace Billing.Adapters.TableStorage;

/// <summary>Accounts in Azure Table Storage: one partition an account, one entity group transaction a commit, guarded by the account row's ETag.</summary>
public sealed class TableAccounts(Tables tables) : IAccountStore
{
    /// <summary>What a batch may hold in real Table Storage; the emulator is laxer.</summary>
    const int RowsPerBatch = 100;
    const int BytesPerBatch = 4 * 1024 * 1024;

    readonly TableClient _table = tables.Accounts;
    readonly TableStaffActions _staff = new(tables);

    public async Task<StoredAccount?> FindAsync(AccountId id, CancellationToken cancellation)
    {
        var row = await _table.GetEntityIfExistsAsync<TableEntity>(id.Value, Rows.Account, cancellationToken: cancellation);
        return row.HasValue ? new(Rows.Read<Account>(row.Value!), row.Value!.ETag.ToString()) : null;
    }

    public async Task<CommitResult> CommitAsync(Commit commit, CancellationToken cancellation)
    {
        var id = commit.Account.Id;
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var actions = Batch(commit, token);
        Guard(id, actions);
        await _staff.AddAsync(id, commit.Journal, cancellation);
        try
        {
            var answer = await _table.SubmitTransactionAsync(actions.Select(action => action.Action), cancellation);
            return new(CommitOutcome.Committed, new(commit.Account, answer.Value[0].Headers.ETag!.Value.ToString()));
        }
        catch (TableTransactionFailedException failed) when (failed.Status is 404 or 409 or 412)
        {
            // The client repeats a request whose answer was lost: then what stands in the way may be this very commit.
            if (await FindOwnAsync(id, token, cancellation) is { } own) return new(CommitOutcome.Committed, own with { Account = commit.Account });
            return new(actions[failed.FailedTransactionActionIndex ?? 0].OnFailure);
        }
        catch (Exception failed) when (IsUnknown(failed) && !cancellation.IsCancellationRequested)
        {
            if (await FindOwnAsync(id, token, cancellation) is { } own) return new(CommitOutcome.Committed, own with { Account = commit.Account });
            throw;
        }
    }

    public async Task<RememberedReply?> FindReplyAsync(AccountId id, string key, CancellationToken cancellation) =>
        await ReadAsync(id, Rows.Reply(key), cancellation) is { } row ? Rows.ReadReply(row, key) : null;

    public async Task<Invoice?> FindInvoiceAsync(AccountId id, InvoiceId invoice, CancellationToken cancellation)
    {
        var row = await ReadAsync(id, Rows.Invoice(invoice.Sequence), cancellation);
        if (row?.GetInt32("MovedTo") is { } place) row = await ReadAsync(id, Rows.Invoice(place), cancellation);
        // Another document may stand in the place that an id names: only the draft that took it, or what it became, is meant.
        return row is not null && Rows.Read<Invoice>(row) is var found && found.Id == invoice ? found : null;
    }

    public Task<HistoryPage<InvoiceSummary>> ListInvoicesAsync(AccountId id, int? before, int limit, CancellationToken cancellation) =>
        ListAsync(id, "invoice", before is { } place ? Rows.Invoice(place) : null, limit, ["RowKey", "Summary", "MovedTo"],
            row => row.GetString("Summary") is { } json ? JsonText.Read<InvoiceSummary>(json) : null, summary => summary.Sequence, cancellation);

    public Task<HistoryPage<JournalEntry>> ListJournalAsync(AccountId id, int? before, int limit, CancellationToken cancellation) =>
        ListAsync(id, "journal", before is { } place ? Rows.Journal(place) : null, limit, null, Rows.Read<JournalEntry>, entry => entry.Sequence, cancellation);

    public async Task<AddOnBooking?> FindArchivedBookingAsync(AccountId id, BookingId booking, CancellationToken cancellation) =>
        await ReadAsync(id, Rows.Booking(booking), cancellation) is { } row ? Rows.Read<AddOnBooking>(row) : null;

    public async Task<ImmutableArray<AddOnBooking>> ListArchivedBookingsAsync(AccountId id, int limit, CancellationToken cancellation) =>
        (await ListAsync(id, "booking", null, limit, null, Rows.Read<AddOnBooking>, booking => booking.Id.Sequence, cancellation)).Rows;

    public async Task<ImmutableArray<OutboxEntry>> ListOutboxAsync(AccountId id, CancellationToken cancellation)
    {
        var entries = ImmutableArray.CreateBuilder<OutboxEntry>();
        await foreach (var row in _table.QueryAsync<TableEntity>(Range(id, "outbox"), cancellationToken: cancellation)) entries.Add(Rows.Read<OutboxEntry>(row));
        return entries.ToImmutable();
    }

    public Task DeleteOutboxAsync(OutboxEntry entry, CancellationToken cancellation) =>
        _table.DeleteEntityAsync(entry.Account.Value, Rows.Outbox(entry.Version), ETag.All, cancellation);

    public async Task PurgeAsync(AccountId id, DateTimeOffset before, CancellationToken cancellation)
    {
        foreach (var prefix in (string[])["reply", "confirmation"])
        {
            var filter = Range(id, prefix) + " and " + TableClient.CreateQueryFilter($"At lt {before}");
            var past = new List<TableTransactionAction>();
            await foreach (var row in _table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellation))
                past.Add(new(TableTransactionActionType.Delete, row, ETag.All));
            foreach (var batch in past.Chunk(RowsPerBatch))
            {
                try
                {
                    await _table.SubmitTransactionAsync(batch, cancellation);
                }
                catch (TableTransactionFailedException failed) when (failed.Status == 404)
                {
                    // Someone else purges at the same time.
                }
            }
        }
    }

    public async IAsyncEnumerable<AccountId> FindStalledAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Only account rows have the one property and only outbox rows the other.
        var filter = TableClient.CreateQueryFilter($"DueAt lt {before} or PromisedAt lt {before}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, select: ["PartitionKey"], cancellationToken: cancellation))
            yield return AccountId.Parse(row.PartitionKey);
    }

    sealed record BatchAction(TableTransactionAction Action, CommitOutcome OnFailure);

    static List<BatchAction> Batch(Commit commit, string token)
    {
        var id = commit.Account.Id;
        var account = Rows.Of(commit.Account, token);
        List<BatchAction> actions =
        [
            commit.Before is { } before
                ? new(new(TableTransactionActionType.UpdateReplace, account, new ETag(before.Tag)), CommitOutcome.Conflict)
                : new(new(TableTransactionActionType.Add, account), CommitOutcome.Conflict),
        ];
        if (commit.Reply is { } reply) actions.Add(new(new(TableTransactionActionType.Add, Rows.Of(id, reply)), CommitOutcome.ReplyExists));
        if (commit.UsedConfirmation is { } use)
            actions.Add(new(new(TableTransactionActionType.Add, Rows.UsedConfirmation(id, use, commit.At)), CommitOutcome.ConfirmationUsed));

        var rows = commit.Invoices.Select(invoice => Rows.Of(id, invoice))
            .Concat(commit.Invoices.Where(invoice => invoice.Id.Sequence != invoice.Sequence).Select(invoice => Rows.MovedTo(id, invoice)))
            .Concat(commit.Archived.Select(booking => Rows.Of(id, booking)))
            .Concat(commit.Journal.Select(entry => Rows.Of(id, entry)));
        if (commit.Outbox is { } outbox) rows = rows.Append(Rows.Of(outbox));
        actions.AddRange(rows.Select(row => new BatchAction(new(TableTransactionActionType.UpsertReplace, row), CommitOutcome.Conflict)));
        return actions;
    }

    static void Guard(AccountId id, List<BatchAction> actions)
    {
        if (actions.Count > RowsPerBatch) throw new InvalidOperationException($"A commit on account {id} has {actions.Count} rows, more than a batch holds.");
        var bytes = actions.Sum(action => Rows.SizeOf((TableEntity)action.Action.Entity));
        if (bytes > BytesPerBatch) throw new InvalidOperationException($"A commit on account {id} has {bytes} bytes, more than a batch holds.");
    }

    /// <summary>Whether nobody knows what became of a request: no answer came, however often the client repeated it, or one of a server in trouble.</summary>
    static bool IsUnknown(Exception failed) => failed is RequestFailedException { Status: 0 or >= 500 } or AggregateException or OperationCanceledException;

    async Task<StoredAccount?> FindOwnAsync(AccountId id, string token, CancellationToken cancellation) =>
        await ReadAsync(id, Rows.Account, cancellation) is { } row && row.GetString("Commit") == token ? new(Rows.Read<Account>(row), row.ETag.ToString()) : null;

    async Task<TableEntity?> ReadAsync(AccountId id, string key, CancellationToken cancellation)
    {
        var row = await _table.GetEntityIfExistsAsync<TableEntity>(id.Value, key, cancellationToken: cancellation);
        return row.HasValue ? row.Value : null;
    }

    async Task<HistoryPage<T>> ListAsync<T>(
        AccountId id, string prefix, string? after, int limit, IEnumerable<string>? select, Func<TableEntity, T?> read, Func<T, int> place,
        CancellationToken cancellation) where T : class
    {
        var filter = after is null ? Range(id, prefix) : TableClient.CreateQueryFilter($"PartitionKey eq {id.Value} and RowKey gt {after} and RowKey lt {Rows.EndOf(prefix)}");
        var rows = ImmutableArray.CreateBuilder<T>();
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, maxPerPage: Math.Min(limit + 1, 1000), select, cancellation))
        {
            if (read(row) is not { } value) continue;
            if (rows.Count == limit) return new(rows.ToImmutable(), place(rows[^1]));
            rows.Add(value);
        }
        return new(rows.ToImmutable(), null);
    }

    static string Range(AccountId id, string prefix) =>
        TableClient.CreateQueryFilter($"PartitionKey eq {id.Value} and RowKey ge {prefix + "|"} and RowKey lt {Rows.EndOf(prefix)}");
}
