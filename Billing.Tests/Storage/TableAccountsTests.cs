using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Billing.Accounts;
using Billing.Adapters.TableStorage;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Values;

namespace Billing.Tests;

[Collection(OnStorage.Name)]
public class TableAccountsTests(AzuriteFixture azurite)
{
    static readonly DateTimeOffset At = A.Instant("2026-05-20T10:00:00Z");
    static int _accounts;

    readonly TableAccounts _store = new(azurite.Tables);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static AccountId NewId() => AccountId.Parse($"store-{Interlocked.Increment(ref _accounts)}");

    static Account New(Company? company = null) => An.Account("business", openedOn: "2026-05-20", company: company).State with { Id = NewId(), Version = 1, NextInvoice = 1 };

    static Commit CommitOf(
        StoredAccount? before, Account account, IEnumerable<Invoice>? invoices = null, IEnumerable<AddOnBooking>? archived = null,
        IEnumerable<JournalEntry>? journal = null, RememberedReply? reply = null, string? confirmation = null, OutboxEntry? outbox = null) =>
        new(before, account, [.. invoices ?? []], [.. archived ?? []], [.. journal ?? []], outbox, reply, confirmation, At);

    async Task<StoredAccount> Committed(Commit commit)
    {
        var result = await _store.CommitAsync(commit, Stop);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        return result.Stored!;
    }

    async Task<List<TableEntity>> Rows(AccountId id)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in azurite.Tables.Accounts.QueryAsync<TableEntity>(row => row.PartitionKey == id.Value, cancellationToken: Stop)) rows.Add(row);
        return rows;
    }

    static AddOnBooking Booking(int number) => new(
        BookingId.Of(number), "users", 1, A.Euro(5.90m), A.Day("2026-05-20"), A.Day("2026-06-19"), A.Day("2026-06-03"), InvoiceId.Of(1));

    static Invoice Invoice(Account account, int place, int lines = 1) => NewDocument.Issue(
        account with { NextInvoice = place }, A.Terms, DocumentKind.Invoice, [.. Enumerable.Range(1, lines).Select(line => A.Line(line, booking: line))], A.Day("2026-05-20"), place).Invoice;

    static JournalEntry Entry(int place, string text = "…") => new(place, At, A.Owner, "test", text);

    /// <summary>The client repeats a request whose answer was lost, and at last throws all that it met.</summary>
    [Fact]
    public async Task A_commit_that_was_written_and_never_answered_counts()
    {
        using var losing = new LosesAnswersToBatches();
        var options = new TableClientOptions { Transport = new HttpClientTransport(losing), Retry = { MaxRetries = 2, Delay = TimeSpan.FromMilliseconds(1) } };
        var account = New();

        var result = await new TableAccounts(new(azurite.Service(options))).CommitAsync(CommitOf(null, account), Stop);

        Assert.Equal((CommitOutcome.Committed, 3), (result.Outcome, losing.Lost));
        Assert.Equal((await _store.FindAsync(account.Id, Stop))!.Tag, result.Stored!.Tag);
    }

    /// <summary>The first arrives, what repeats it does not; neither is answered.</summary>
    sealed class LosesAnswersToBatches() : DelegatingHandler(new SocketsHttpHandler())
    {
        public int Lost { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = Lost > 0 && IsBatch(request) ? null : await base.SendAsync(request, cancellationToken);
            if (!IsBatch(request)) return answer!;
            answer?.Dispose();
            Lost++;
            throw new HttpRequestException("The connection was closed.");
        }

        static bool IsBatch(HttpRequestMessage request) => request.RequestUri!.AbsolutePath.EndsWith("/$batch", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_big_account_comes_back_as_it_was()
    {
        var name = string.Concat(Enumerable.Repeat("Österreichisch-Süßes Käsegebäck & \"Söhne\" <GmbH> \\ 😀 ", 20));
        var account = New(A.Company(name: name)) with { Bookings = [.. Enumerable.Range(1, 200).Select(Booking)] };
        await Committed(CommitOf(null, account));

        var found = await _store.FindAsync(account.Id, Stop);

        Assert.Equal(JsonText.Of(account), JsonText.Of(found!.Account));
        Assert.Equal(name, found.Account.Company.CompanyName);
        Assert.Equal(200, found.Account.Bookings.Length);
        var row = (await Rows(account.Id)).Single();
        Assert.True(row.ContainsKey("Json1"), "it was meant to be longer than one property");
    }

    [Fact]
    public async Task An_invoice_of_401_lines_comes_back_as_it_was()
    {
        var account = New(A.Company(name: "Bäckerei Größe"));
        var invoice = Invoice(account, 1, lines: 401);
        await Committed(CommitOf(null, account, [invoice]));

        var found = await _store.FindInvoiceAsync(account.Id, invoice.Id, Stop);

        Assert.Equal(JsonText.Of(invoice), JsonText.Of(found));
    }

    [Fact]
    public async Task No_character_is_torn_where_a_property_ends()
    {
        // Wherever the end of a property falls into these names, both halves of an emoji must come back.
        var account = New();
        for (var shift = 0; shift < 12; shift++)
        {
            var text = new string('x', 31_800 + shift) + string.Concat(Enumerable.Repeat("😀", 40));
            var invoice = Invoice(account, 1) with { Buyer = A.Company(name: text) };
            account = New();
            await Committed(CommitOf(null, account, [invoice]));
            Assert.Equal(text, (await _store.FindInvoiceAsync(account.Id, invoice.Id, Stop))!.Buyer.CompanyName);
        }
    }

    [Fact]
    public async Task A_stale_tag_is_a_conflict_and_writes_nothing()
    {
        var account = New();
        var first = await Committed(CommitOf(null, account));
        await Committed(CommitOf(first, account with { Version = 2, Plan = "pro" }));

        var stale = await _store.CommitAsync(
            CommitOf(first, account with { Version = 2, Plan = "smart" }, [Invoice(account, 1)], [Booking(1)], [Entry(1)], new("key", "request", new(200, ReplyKind.Account), At), "use"), Stop);

        Assert.Equal((CommitOutcome.Conflict, null), (stale.Outcome, stale.Stored));
        Assert.Equal("pro", (await _store.FindAsync(account.Id, Stop))!.Account.Plan);
        Assert.Single(await Rows(account.Id));
    }

    [Fact]
    public async Task An_account_is_opened_once()
    {
        var account = New();
        await Committed(CommitOf(null, account));

        Assert.Equal(CommitOutcome.Conflict, (await _store.CommitAsync(CommitOf(null, account with { Plan = "smart" }), Stop)).Outcome);
    }

    [Fact]
    public async Task The_tag_of_a_commit_is_good_for_the_next_one()
    {
        var account = New();
        var stored = await Committed(CommitOf(null, account));
        for (var version = 2; version < 5; version++) stored = await Committed(CommitOf(stored, account with { Version = version }));

        Assert.Equal((stored.Tag, 4), ((await _store.FindAsync(account.Id, Stop))!.Tag, stored.Account.Version));
    }

    [Fact]
    public async Task A_reply_is_written_once_and_a_confirmation_used_once()
    {
        var account = New();
        var reply = new RememberedReply("key", "request", new(201, ReplyKind.Booking, "bkg-1"), At);
        var stored = await Committed(CommitOf(null, account, reply: reply, confirmation: "use"));

        Assert.Equal(CommitOutcome.ReplyExists, (await _store.CommitAsync(CommitOf(stored, account, [Invoice(account, 1)], reply: reply), Stop)).Outcome);
        Assert.Equal(CommitOutcome.ConfirmationUsed, (await _store.CommitAsync(CommitOf(stored, account, [Invoice(account, 1)], confirmation: "use"), Stop)).Outcome);

        Assert.Equal(reply, await _store.FindReplyAsync(account.Id, "key", Stop));
        Assert.Null(await _store.FindReplyAsync(account.Id, "other", Stop));
        Assert.Equal(stored.Tag, (await _store.FindAsync(account.Id, Stop))!.Tag);
        Assert.Null(await _store.FindInvoiceAsync(account.Id, InvoiceId.Of(1), Stop));
    }

    [Fact]
    public async Task A_hundred_rows_are_written_and_one_more_throws_and_writes_nothing()
    {
        var account = New();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => _store.CommitAsync(CommitOf(null, account, archived: Enumerable.Range(1, 100).Select(Booking)), Stop));
        Assert.Contains("101 rows, more than a batch holds", refused.Message);
        Assert.Null(await _store.FindAsync(account.Id, Stop));

        await Committed(CommitOf(null, account, archived: Enumerable.Range(1, 99).Select(Booking)));
        Assert.Equal(100, (await Rows(account.Id)).Count);
    }

    [Fact]
    public async Task A_batch_over_4_MiB_throws_and_writes_nothing()
    {
        var account = New();
        IEnumerable<JournalEntry> Long(int count) => Enumerable.Range(1, count).Select(place => Entry(place, new string('x', 450_000))); // some 900 KB each
        await Assert.ThrowsAsync<InvalidOperationException>(() => _store.CommitAsync(CommitOf(null, account, journal: Long(5)), Stop));
        Assert.Empty(await Rows(account.Id));

        await Committed(CommitOf(null, account, journal: Long(4)));
    }

    [Fact]
    public async Task A_row_over_1_MiB_throws_and_writes_nothing()
    {
        var account = New();
        await Assert.ThrowsAsync<InvalidOperationException>(() => _store.CommitAsync(CommitOf(null, account, journal: [Entry(1, new string('x', 530_000))]), Stop));
        Assert.Empty(await Rows(account.Id));
    }

    [Fact]
    public async Task No_property_is_longer_than_32K_characters()
    {
        var account = New() with { Bookings = [.. Enumerable.Range(1, 200).Select(Booking)] };
        await Committed(CommitOf(null, account, [Invoice(account, 1, lines: 401)], journal: [Entry(1, new string('ä', 100_000))]));

        Assert.All((await Rows(account.Id)).SelectMany(row => row.Select(property => property.Value)).OfType<string>(), text => Assert.InRange(text.Length, 0, 32 * 1024));
    }

    [Fact]
    public async Task A_drafts_id_still_finds_what_it_became_and_its_new_place_is_nobodys_id()
    {
        var account = New();
        var issued = Invoice(account, 7) with { Id = InvoiceId.Of(3) };
        var stored = await Committed(CommitOf(null, account, [issued]));
        await Committed(CommitOf(stored, account, [issued with { Payments = [new(null, issued.Gross)] }]));

        Assert.Equal((7, issued.Gross), ((await _store.FindInvoiceAsync(account.Id, InvoiceId.Of(3), Stop))!.Sequence, (await _store.FindInvoiceAsync(account.Id, InvoiceId.Of(3), Stop))!.Paid));
        Assert.Null(await _store.FindInvoiceAsync(account.Id, InvoiceId.Of(7), Stop));
        Assert.Equal([7], (await _store.ListInvoicesAsync(account.Id, null, 10, Stop)).Rows.Select(row => row.Sequence));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(100)]
    public async Task History_and_journal_are_read_newest_first(int limit)
    {
        var account = New();
        var invoices = Enumerable.Range(1, 12).Where(place => place != 4).Select(place => place == 9 ? Invoice(account, 9) with { Id = InvoiceId.Of(4) } : Invoice(account, place));
        await Committed(CommitOf(null, account, invoices, journal: Enumerable.Range(1, 12).Select(place => Entry(place))));

        var (read, before) = (new List<int>(), (int?)null);
        do
        {
            var page = await _store.ListInvoicesAsync(account.Id, before, limit, Stop);
            Assert.InRange(page.Rows.Length, 1, limit);
            read.AddRange(page.Rows.Select(row => row.Sequence));
            before = page.Next;
        }
        while (before is not null);
        Assert.Equal([12, 11, 10, 9, 8, 7, 6, 5, 3, 2, 1], read);

        var journal = await _store.ListJournalAsync(account.Id, 6, 3, Stop);
        Assert.Equal([5, 4, 3], journal.Rows.Select(entry => entry.Sequence));
        Assert.Equal(3, journal.Next);
    }

    [Fact]
    public async Task One_accounts_rows_are_not_anothers()
    {
        var (one, other) = (New(), New());
        await Committed(CommitOf(null, one, [Invoice(one, 1)], [Booking(1)], [Entry(1)]));
        await Committed(CommitOf(null, other));

        Assert.Empty((await _store.ListInvoicesAsync(other.Id, null, 10, Stop)).Rows);
        Assert.Empty((await _store.ListJournalAsync(other.Id, null, 10, Stop)).Rows);
        Assert.Null(await _store.FindArchivedBookingAsync(other.Id, BookingId.Of(1), Stop));
        Assert.Equal(Booking(1), await _store.FindArchivedBookingAsync(one.Id, BookingId.Of(1), Stop));
    }

    [Fact]
    public async Task Ended_bookings_are_listed_newest_first()
    {
        var account = New() with { Bookings = [Booking(9), Booking(13)], NextBooking = 14 };
        await Committed(CommitOf(null, account, archived: Enumerable.Range(1, 12).Where(sequence => sequence != 9).Select(Booking)));

        Assert.Equal([13, 9, 12, 11, 10], (await BookingHistory.ListAsync(_store, account, 3, Stop)).Select(booking => booking.Id.Sequence));
    }

    [Fact]
    public async Task An_outbox_is_kept_until_it_is_deleted()
    {
        var account = New();
        var entry = new OutboxEntry(account.Id, 1, At, [new("invoice.issued") { GrossCents = 9508 }], [new("code", "Sätze mit Ümlauten")]);
        await Committed(CommitOf(null, account, outbox: entry));

        Assert.Equal(JsonText.Of(entry), JsonText.Of(Assert.Single(await _store.ListOutboxAsync(account.Id, Stop))));
        await _store.DeleteOutboxAsync(entry, Stop);
        await _store.DeleteOutboxAsync(entry, Stop); // told twice, deleted twice
        Assert.Empty(await _store.ListOutboxAsync(account.Id, Stop));
    }

    [Fact]
    public async Task Old_replies_and_confirmations_are_purged_and_young_ones_stay()
    {
        var account = New();
        var stored = await Committed(CommitOf(null, account, reply: new("old", "r", new(200, ReplyKind.Account), At.AddHours(-49)), confirmation: "today"));
        stored = await Committed(CommitOf(stored, account, reply: new("young", "r", new(200, ReplyKind.Account), At.AddHours(-47))));

        await _store.PurgeAsync(account.Id, At.AddHours(-48), Stop);

        Assert.Null(await _store.FindReplyAsync(account.Id, "old", Stop));
        Assert.NotNull(await _store.FindReplyAsync(account.Id, "young", Stop));
        Assert.Equal(CommitOutcome.ConfirmationUsed, (await _store.CommitAsync(CommitOf(stored, account, confirmation: "today"), Stop)).Outcome);

        await _store.PurgeAsync(account.Id, At.AddHours(1), Stop);
        Assert.Equal(CommitOutcome.Committed, (await _store.CommitAsync(CommitOf(stored, account, confirmation: "today"), Stop)).Outcome);
    }

    [Fact]
    public async Task Only_accounts_with_a_passed_moment_or_an_old_outbox_are_stalled()
    {
        var (fresh, past, promising) = (New(), New(), New());
        await Committed(CommitOf(null, fresh with { Due = new(At.AddHours(1), 1) }));
        await Committed(CommitOf(null, past with { Due = new(At.AddHours(-1), 1) }));
        await Committed(CommitOf(null, promising, outbox: new(promising.Id, 1, At.AddHours(-1), [new("test")], [])));

        var stalled = new List<AccountId>();
        await foreach (var id in _store.FindStalledAsync(At, Stop)) stalled.Add(id);

        Assert.Contains(past.Id, stalled);
        Assert.Contains(promising.Id, stalled);
        Assert.DoesNotContain(fresh.Id, stalled);
    }

    [Fact]
    public async Task An_account_with_200_bookings_closes_and_ends_in_small_batches()
    {
        var story = An.Account("business", openedOn: "2026-05-06");
        for (var count = 0; count < Terms.MostBookings; count++) story.Booked("users");
        story.Reached("2026-06-05");
        var account = story.State with { Id = NewId(), Version = 1 };
        var stored = await Committed(CommitOf(null, account));

        var today = A.Day("2026-06-06");
        var at = BerlinCalendar.StartOf(today);
        var close = AdvanceAccount.Conclude(AdvanceAccount.Next(account, A.Terms, at)!.Apply(account, A.Terms, today, at, 1), A.Terms, today, at);
        stored = await Committed(CommitOf(stored, close.Account, close.Invoices, close.Archived, close.Journal, outbox: new(account.Id, 2, at, close.Notifications, close.Findings)));
        Assert.InRange((await Rows(account.Id)).Count, 4, 8); // account, invoice, where the draft stood, journal, outbox

        // Everything ends with the subscription: 200 rows leave, 40 a commit.
        var (state, left) = (close.Account with { EndsOn = A.Day("2026-07-05") }, new List<int>());
        today = A.Day("2026-07-06");
        at = BerlinCalendar.StartOf(today);
        var change = AdvanceAccount.Next(state, A.Terms, at)!.Apply(state, A.Terms, today, at, 2);
        do
        {
            change = AdvanceAccount.Conclude(change, A.Terms, today, at);
            stored = await Committed(CommitOf(stored, change.Account, change.Invoices, change.Archived, change.Journal, outbox: new(account.Id, 3 + left.Count, at, change.Notifications, change.Findings)));
            left.Add(change.Archived.Length);
            change = new(change.Account);
        }
        while (!change.Account.Bookings.IsEmpty);
        Assert.Equal([40, 40, 40, 40, 40], left);
        Assert.Equal(200, (await _store.ListArchivedBookingsAsync(account.Id, 1000, Stop)).Length);
    }
}
