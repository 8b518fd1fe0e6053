using Billing.Accounts;
using Billing.Values;

namespace Billing.Tests;

/// <summary>What holds when commits race, fail or are repeated.</summary>
public class TransactionTests
{
    readonly BillingInMemory _billing = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_account_that_is_not_there_is_not_found() =>
        Assert.Equal("account_not_found", (await _billing.Ordered(AccountId.Parse("nobody"), _billing.Booking())).Refusal());

    [Fact]
    public async Task Opening_twice_at_once_opens_once()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            var id = AccountId.Parse("acme");
            return await _billing.Accounts.OpenAsync(
                _billing.By(A.Service, id), today => Plans.OpenAccount.Open(id, new(A.Company(), Language.German, "smart"), A.Terms, today, _billing.Now, A.Service), Stop);
        }));

        Assert.Single(opened, outcome => outcome is not null);
        Assert.Single(_billing.Store.InvoicesOf(AccountId.Parse("acme")));
    }

    [Fact]
    public async Task A_close_that_twenty_find_due_at_once_happens_once()
    {
        var id = await _billing.Opened();
        _billing.Reached("2026-06-06");
        var instances = new[] { _billing.Instance(), _billing.Instance() };

        await Task.WhenAll(Enumerable.Range(0, 20).Select(place => instances[place % 2].CurrentAsync(id, _billing.Now, Stop)));

        Assert.Equal(2, _billing.Store.InvoicesOf(id).Count);
    }

    [Fact]
    public async Task After_a_conflict_it_is_decided_again_with_the_same_number()
    {
        var id = await _billing.Opened();
        _billing.Store.ConflictAt.Add(_billing.Store.Commits + 1);
        var before = await _billing.Numbers.NextAsync(_billing.Now, Stop);

        (await _billing.Ordered(id, _billing.PlanChange("pro"))).Value();

        Assert.Equal($"RE-{before + 1}", _billing.Store.InvoicesOf(id)[^1].Number);
        Assert.Equal(before + 2, await _billing.Numbers.NextAsync(_billing.Now, Stop));
    }

    [Fact]
    public async Task After_ten_conflicts_the_caller_is_told_to_come_back()
    {
        var id = await _billing.Opened();
        _billing.Store.ConflictAt.UnionWith(Enumerable.Range(_billing.Store.Commits + 1, 10));

        Assert.Equal("busy", (await _billing.Ordered(id, _billing.Booking())).Refusal());

        (await _billing.Ordered(id, _billing.Booking())).Value();
        Assert.Single((await _billing.State(id)).Bookings);
    }

    [Fact]
    public async Task What_happened_meanwhile_counts_when_it_is_decided_again()
    {
        var id = await _billing.Opened("smart");
        var confirmation = (await _billing.Accounts.PreviewAsync(_billing.By(A.Owner, id), (account, today, _) => _billing.PlanChange("pro")(account, today), Stop)).Value().Confirmation;
        var second = false;

        var answer = await _billing.OrderedWith(id, async (account, today) =>
        {
            if (!second)
            {
                second = true;
                (await _billing.Ordered(id, _billing.PlanChange("business"))).Value();
            }
            return await _billing.PlanChange("pro")(account, today);
        }, confirmation);

        Assert.Equal("confirmation_stale", answer.Refusal()); // by now it is a downgrade
        Assert.Equal("business", (await _billing.State(id)).Plan);
    }

    [Fact]
    public async Task A_commit_that_failed_leaves_an_entry_that_is_forgotten_after_15_minutes()
    {
        var id = await _billing.Opened();
        var before = _billing.Due.Entries;
        _billing.Store.FailBefore.Add(_billing.Store.Commits + 1);

        await Assert.ThrowsAsync<IOException>(() => _billing.Ordered(id, _billing.Booking()));
        Assert.NotEqual(before, _billing.Due.Entries);

        _billing.Now += TimeSpan.FromMinutes(5);
        await _billing.Tick();
        Assert.NotEqual(before, _billing.Due.Entries); // its commit may still be under way
        _billing.Now += TimeSpan.FromMinutes(16);
        await _billing.Tick();
        Assert.Equal(before, _billing.Due.Entries);
        Assert.Empty((await _billing.State(id)).Bookings);
    }

    [Fact]
    public async Task What_one_close_could_not_purge_the_next_one_does()
    {
        var id = await _billing.Opened();
        (await _billing.Ordered(id, _billing.Booking(), "a-key")).Value();
        _billing.Store.PurgesFail = true;
        _billing.Reached("2026-06-06");
        await _billing.Tick();
        Assert.Equal(2, _billing.Store.InvoicesOf(id).Count);
        Assert.NotNull(await _billing.Store.FindReplyAsync(id, "a-key", Stop));

        _billing.Store.PurgesFail = false;
        _billing.Reached("2026-07-06");
        await _billing.Tick();
        Assert.Null(await _billing.Store.FindReplyAsync(id, "a-key", Stop));
        Assert.Null((await _billing.State(id)).LastRemembered);
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_answered_when_it_is_repeated()
    {
        var id = await _billing.Opened();
        var shown = await _billing.Accounts.PreviewAsync(_billing.By(A.Owner, id), (account, today, _) => _billing.Booking()(account, today), Stop);
        _billing.Store.FailAfter.Add(_billing.Store.Commits + 1);

        await Assert.ThrowsAsync<IOException>(() => _billing.OrderedWith(id, _billing.Booking(), shown.Value().Confirmation, "one"));
        var again = await _billing.OrderedWith(id, _billing.Booking(), shown.Value().Confirmation, "one");

        Assert.Equal(201, again.Value().Reply.Status);
        Assert.Single((await _billing.State(id)).Bookings);
    }

    [Fact]
    public async Task What_a_lost_commit_promised_is_told_a_minute_later()
    {
        var id = await _billing.Opened();
        _billing.Store.FailAfter.Add(_billing.Store.Commits + 1);
        await Assert.ThrowsAsync<IOException>(() => _billing.Ordered(id, _billing.Booking()));
        Assert.DoesNotContain(_billing.Outside.Told.Values, told => told.Data.Type == "add_on.booked");

        _billing.Now += TimeSpan.FromMinutes(1);
        await _billing.Tick();

        Assert.Single(_billing.Outside.Told.Values, told => told.Data.Type == "add_on.booked");
        Assert.Empty(await _billing.Store.ListOutboxAsync(id, Stop));
        Assert.DoesNotContain(_billing.Due.Entries, entry => entry.Purpose == DuePurpose.Outbox);
    }

    [Fact]
    public async Task A_dead_queue_neither_fails_the_order_nor_loses_what_was_promised()
    {
        var id = await _billing.Opened();
        _billing.Outside.IsDown = true;

        (await _billing.Ordered(id, _billing.Booking())).Value();
        Assert.Single(await _billing.Store.ListOutboxAsync(id, Stop));

        _billing.Outside.IsDown = false;
        _billing.Now += TimeSpan.FromMinutes(2);
        await _billing.Tick();
        Assert.Single(_billing.Outside.Told.Values, told => told.Data.Type == "add_on.booked");
    }

    [Fact]
    public async Task A_year_of_ticks_closes_every_period_in_time()
    {
        var id = await _billing.Opened();
        var (start, end) = (_billing.Now, A.Instant("2027-05-06T12:00:00Z"));
        for (_billing.Now = start; _billing.Now < end; _billing.Now += TimeSpan.FromHours(1)) await _billing.Tick();

        var invoices = _billing.Store.InvoicesOf(id);
        Assert.Equal(13, invoices.Count);
        Assert.All(invoices, invoice => Assert.Equal(invoice.Lines[0].From, invoice.Date));
        Assert.Single(_billing.Due.Entries, entry => entry.Purpose == DuePurpose.Account);
    }

    [Fact]
    public async Task An_outage_over_three_closes_is_one_commit_each_and_one_of_dunning()
    {
        var id = await _billing.Opened();
        _billing.Reached("2026-08-10");
        var commits = _billing.Store.Commits;

        await _billing.Tick();

        Assert.Equal(4, _billing.Store.Commits - commits);
        Assert.Equal(["2026-06-06", "2026-07-06", "2026-08-06"], _billing.Store.InvoicesOf(id).Skip(1).Select(invoice => invoice.Lines[0].From.ToString("O")));
    }

    [Fact]
    public async Task A_suspension_is_in_time_although_nobody_asks()
    {
        var id = await _billing.Opened();
        for (var day = A.Day("2026-05-06"); day <= A.Day("2026-06-10"); day = day.AddDays(1))
        {
            _billing.Now = BerlinCalendar.StartOf(day);
            await _billing.Tick();
        }

        var access = _billing.Outside.Told.Values.Where(told => told.Data.Type == "access.changed").Select(told => (told.Data.State, BerlinCalendar.DayOf(told.At)));
        // The first invoice was due on 20 May. On opening there was no method yet.
        Assert.Equal([("warned", A.Day("2026-05-06")), ("active", A.Day("2026-05-06")), ("warned", A.Day("2026-06-03")), ("suspended", A.Day("2026-06-10"))], access);
    }

    [Fact]
    public async Task Replies_are_remembered_for_a_day_and_forgotten_with_a_later_close()
    {
        var id = await _billing.Opened();
        (await _billing.Ordered(id, _billing.Booking(), key: "one")).Value();
        _billing.Reached("2026-05-07");
        Assert.NotNull(await _billing.Store.FindReplyAsync(id, "one", Stop));

        _billing.Reached("2026-06-06");
        await _billing.State(id);
        Assert.Null(await _billing.Store.FindReplyAsync(id, "one", Stop));
    }

    [Fact]
    public async Task A_close_with_200_bookings_is_a_small_commit()
    {
        var id = await _billing.Opened();
        for (var count = 0; count < Terms.MostBookings; count++) (await _billing.Ordered(id, _billing.Booking())).Value();
        Assert.Equal("too_many_bookings", (await _billing.Ordered(id, _billing.Booking())).Refusal());

        _billing.Reached("2026-06-06");
        await _billing.State(id);

        Assert.Equal(401, _billing.Store.InvoicesOf(id)[^1].Lines.Length);
        Assert.InRange(_billing.Store.MostRows, 4, 10);
    }
}
