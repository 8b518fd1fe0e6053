using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Billing.Accounts;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Values;

namespace Billing.Tests;

/// <summary>
/// An account store in memory with the semantics of the tables: a commit is whole or not at all, guarded by the account's tag; a reply and
/// a confirmation are written once. Everything is kept as the JSON that the tables would keep. It fails where a test tells it to.
/// </summary>
sealed class InMemoryAccounts : IAccountStore
{
    readonly Dictionary<AccountId, Partition> _partitions = [];
    readonly Lock _lock = new();

    /// <summary>How many commits were asked for, those that failed included.</summary>
    public int Commits { get; private set; }

    /// <summary>Which commits, counted from 1, find that the account was changed meanwhile.</summary>
    public HashSet<int> ConflictAt { get; } = [];

    /// <summary>Which commits fail before anything is written.</summary>
    public HashSet<int> FailBefore { get; } = [];

    /// <summary>Which commits are written, but never answered.</summary>
    public HashSet<int> FailAfter { get; } = [];

    public bool PurgesFail { get; set; }

    /// <summary>Rows of the commit that wrote most.</summary>
    public int MostRows { get; private set; }

    public string? StateOf(AccountId id) => _partitions.GetValueOrDefault(id)?.Account;

    public IReadOnlyList<Invoice> InvoicesOf(AccountId id) => [.. _partitions[id].Invoices.Values.Select(JsonText.Read<Invoice>)];

    public IReadOnlyList<JournalEntry> JournalOf(AccountId id) => [.. _partitions[id].Journal.Values.Select(JsonText.Read<JournalEntry>)];

    public IEnumerable<AccountId> Ids => _partitions.Keys;

    public AccountPicture PictureOf(AccountId id)
    {
        lock (_lock)
        {
            var partition = _partitions[id];
            var state = JsonText.Read<Account>(partition.Account);
            return new(state, InvoicesOf(id), [.. partition.Archived.Values.Select(JsonText.Read<AddOnBooking>), .. state.Bookings])
            {
                Journal = JournalOf(id),
                Outbox = [.. partition.Outbox.Values.Select(JsonText.Read<OutboxEntry>)],
            };
        }
    }

    public async Task<StoredAccount?> FindAsync(AccountId id, CancellationToken cancellation)
    {
        await Task.Yield();
        lock (_lock) return _partitions.TryGetValue(id, out var partition) ? new(JsonText.Read<Account>(partition.Account), partition.Tag) : null;
    }

    public async Task<CommitResult> CommitAsync(Commit commit, CancellationToken cancellation)
    {
        await Task.Yield();
        lock (_lock)
        {
            var place = ++Commits;
            if (FailBefore.Contains(place)) throw new IOException($"commit {place} was not written");
            if (ConflictAt.Contains(place)) return new(CommitOutcome.Conflict);

            var partition = _partitions.GetValueOrDefault(commit.Account.Id);
            if ((partition?.Tag ?? "") != (commit.Before?.Tag ?? "")) return new(CommitOutcome.Conflict);
            partition ??= new();
            if (commit.Reply is { } reply && partition.Replies.ContainsKey(reply.Key)) return new(CommitOutcome.ReplyExists);
            if (commit.UsedConfirmation is { } use && partition.Confirmations.ContainsKey(use)) return new(CommitOutcome.ConfirmationUsed);

            Write(partition, commit);
            _partitions[commit.Account.Id] = partition;
            if (FailAfter.Contains(place)) throw new IOException($"the answer to commit {place} was lost");
            return new(CommitOutcome.Committed, new(commit.Account, partition.Tag));
        }
    }

    public Task<RememberedReply?> FindReplyAsync(AccountId id, string key, CancellationToken cancellation) =>
        Read(id, partition => partition.Replies.GetValueOrDefault(key));

    public Task<Invoice?> FindInvoiceAsync(AccountId id, InvoiceId invoice, CancellationToken cancellation) => Read(id, partition =>
    {
        var place = partition.MovedTo.GetValueOrDefault(invoice.Sequence, invoice.Sequence);
        return partition.Invoices.TryGetValue(place, out var json) && JsonText.Read<Invoice>(json) is var found && found.Id == invoice ? found : null;
    });

    public async Task<HistoryPage<InvoiceSummary>> ListInvoicesAsync(AccountId id, int? before, int limit, CancellationToken cancellation) =>
        (await Read(id, partition => Page(partition.Invoices, before, limit, json => InvoiceSummary.Of(JsonText.Read<Invoice>(json)))))!;

    public async Task<HistoryPage<JournalEntry>> ListJournalAsync(AccountId id, int? before, int limit, CancellationToken cancellation) =>
        (await Read(id, partition => Page(partition.Journal, before, limit, JsonText.Read<JournalEntry>)))!;

    public Task<AddOnBooking?> FindArchivedBookingAsync(AccountId id, BookingId booking, CancellationToken cancellation) =>
        Read(id, partition => partition.Archived.TryGetValue(booking.Sequence, out var json) ? JsonText.Read<AddOnBooking>(json) : null);

    public async Task<ImmutableArray<AddOnBooking>> ListArchivedBookingsAsync(AccountId id, int limit, CancellationToken cancellation) =>
        (await Read(id, partition => Page(partition.Archived, null, limit, JsonText.Read<AddOnBooking>)))!.Rows;

    public async Task<ImmutableArray<OutboxEntry>> ListOutboxAsync(AccountId id, CancellationToken cancellation) =>
        [.. (await Read(id, partition => partition.Outbox.Values.Select(JsonText.Read<OutboxEntry>).ToList()))!];

    public async Task DeleteOutboxAsync(OutboxEntry entry, CancellationToken cancellation) =>
        await Read<object>(entry.Account, partition => partition.Outbox.Remove(entry.Version));

    public async Task PurgeAsync(AccountId id, DateTimeOffset before, CancellationToken cancellation) => await Read<object>(id, partition =>
    {
        if (PurgesFail) throw new IOException("nothing was purged");
        foreach (var (key, _) in partition.Replies.Where(reply => reply.Value.At < before).Take(50).ToList()) partition.Replies.Remove(key);
        foreach (var (use, _) in partition.Confirmations.Where(used => used.Value < before).Take(50).ToList()) partition.Confirmations.Remove(use);
        return true;
    });

    public async IAsyncEnumerable<AccountId> FindStalledAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var id in Ids.ToList())
        {
            var stored = (await FindAsync(id, cancellation))!.Account;
            if (stored.Due?.Moment < before || (await ListOutboxAsync(id, cancellation)).Any(entry => entry.At < before)) yield return id;
        }
    }

    void Write(Partition partition, Commit commit)
    {
        partition.Account = JsonText.Of(commit.Account);
        partition.Tag = Commits.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var invoice in commit.Invoices)
        {
            partition.Invoices[invoice.Sequence] = JsonText.Of(invoice);
            if (invoice.Id.Sequence != invoice.Sequence) partition.MovedTo[invoice.Id.Sequence] = invoice.Sequence;
        }
        foreach (var booking in commit.Archived) partition.Archived[booking.Id.Sequence] = JsonText.Of(booking);
        foreach (var entry in commit.Journal) partition.Journal[entry.Sequence] = JsonText.Of(entry);
        if (commit.Outbox is { } outbox) partition.Outbox[outbox.Version] = JsonText.Of(outbox);
        if (commit.Reply is { } reply) partition.Replies[reply.Key] = reply;
        if (commit.UsedConfirmation is { } use) partition.Confirmations[use] = commit.At;
        MostRows = Math.Max(
            MostRows, 4 + commit.Invoices.Length + commit.Invoices.Count(invoice => invoice.Id.Sequence != invoice.Sequence) + commit.Archived.Length + commit.Journal.Length);
    }

    async Task<T?> Read<T>(AccountId id, Func<Partition, T?> read)
    {
        await Task.Yield();
        lock (_lock) return read(_partitions.GetValueOrDefault(id) ?? new());
    }

    static HistoryPage<T> Page<T>(SortedDictionary<int, string> rows, int? before, int limit, Func<string, T> read)
    {
        var older = rows.Reverse().Where(row => before is null || row.Key < before).Take(limit + 1).ToList();
        return new([.. older.Take(limit).Select(row => read(row.Value))], older.Count > limit ? older[limit - 1].Key : null);
    }

    sealed class Partition
    {
        public string Account { get; set; } = "";
        public string Tag { get; set; } = "";
        public SortedDictionary<int, string> Invoices { get; } = [];
        public Dictionary<int, int> MovedTo { get; } = [];
        public SortedDictionary<int, string> Archived { get; } = [];
        public SortedDictionary<int, string> Journal { get; } = [];
        public SortedDictionary<long, string> Outbox { get; } = [];
        public Dictionary<string, RememberedReply> Replies { get; } = [];
        public Dictionary<string, DateTimeOffset> Confirmations { get; } = [];
    }
}

sealed class InMemoryDueIndex : IDueIndex
{
    readonly Dictionary<DueAccount, (DateTimeOffset Written, DateTimeOffset? HandedOut)> _entries = [];
    readonly Lock _lock = new();

    public IReadOnlyList<DueAccount> Entries
    {
        get
        {
            lock (_lock) return [.. _entries.Keys];
        }
    }

    public Task AddAsync(DueAccount entry, DateTimeOffset now, CancellationToken cancellation)
    {
        lock (_lock) _entries[entry] = (now, null);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(IReadOnlyList<DueAccount> entries, CancellationToken cancellation)
    {
        lock (_lock) foreach (var entry in entries) _entries.Remove(entry);
        return Task.CompletedTask;
    }

    public Task<DateTimeOffset?> WrittenAtAsync(DueAccount entry, CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult(_entries.TryGetValue(entry, out var found) ? found.Written : (DateTimeOffset?)null);
    }

    public async IAsyncEnumerable<DueAccount> DueAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Yield();
        List<DueAccount> due;
        lock (_lock)
            due = [.. _entries.Where(entry => entry.Key.Moment <= now && !(entry.Value.HandedOut > now - IDueIndex.HandedOutFor)).Select(entry => entry.Key)];
        foreach (var entry in due) yield return entry;
    }

    public Task MarkAsync(DueAccount entry, DateTimeOffset now, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(entry, out var found)) _entries[entry] = found with { HandedOut = now };
        }
        return Task.CompletedTask;
    }
}

sealed class InMemoryNumbers : IDocumentNumbers
{
    readonly Lock _lock = new();
    long _last;

    public Task<long> NextAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult(_last = DocumentNumber.Next(now, _last));
    }
}

/// <summary>The CRM's queue and the operator's list. While it is down, both throw.</summary>
sealed class InMemoryOutside : INotificationStore, INotificationWork, IFindings
{
    readonly Lock _lock = new();

    public bool IsDown { get; set; }
    public Dictionary<string, CrmEvent> Told { get; } = [];
    readonly Dictionary<string, DateTimeOffset> _postponed = [];
    public Dictionary<string, OperatorFinding> Findings { get; } = [];

    public Task AddAsync(IReadOnlyList<CrmEvent> notifications, CancellationToken cancellation)
    {
        if (IsDown) throw new IOException("the notifications are down");
        lock (_lock)
        {
            foreach (var notification in notifications) Told[notification.Id] = notification;
        }
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<CrmEvent>> ListAsync(AccountId account, int limit, CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult(Told.Values.Where(told => told.Account == account).OrderBy(told => (told.Version, told.Place)).Take(limit).ToImmutableArray());
    }

    public Task DeleteAsync(IReadOnlyList<CrmEvent> notifications, CancellationToken cancellation)
    {
        lock (_lock)
        {
            foreach (var notification in notifications) Told.Remove(notification.Id);
        }
        return Task.CompletedTask;
    }

    public Task PostponeAsync(CrmEvent notification, DateTimeOffset until, CancellationToken cancellation)
    {
        lock (_lock) _postponed[notification.Id] = until;
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<AccountId> FindStalledAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return Told.Values.OrderBy(told => (told.Version, told.Place)).DistinctBy(told => told.Account)
                .Where(told => _postponed.GetValueOrDefault(told.Id, told.At) < before).Select(told => told.Account).ToList().ToAsyncEnumerable();
        }
    }

    public Task EnqueueAsync(AccountId account, DueAccount? entry, CancellationToken cancellation) => Task.CompletedTask;

    public Task AddAsync(OperatorFinding finding, CancellationToken cancellation)
    {
        if (IsDown) throw new IOException("the findings are down");
        lock (_lock) Findings.TryAdd(finding.Id, finding);
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<OperatorFinding> ListAsync(bool resolved, CancellationToken cancellation) =>
        Findings.Values.Where(finding => finding.ResolvedAt is not null == resolved).ToAsyncEnumerable();

    public Task<OperatorFinding?> FindAsync(string id, CancellationToken cancellation) => Task.FromResult(Findings.GetValueOrDefault(id));

    public Task<OperatorFinding?> ResolveAsync(string id, DateTimeOffset at, string by, string reason, CancellationToken cancellation) =>
        throw new NotSupportedException("no test resolves one here");
}
