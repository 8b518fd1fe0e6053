using Billing.Accounts;
using Billing.Adapters.TableStorage;
using Billing.Outbox;
using Billing.Payments;
using Billing.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace Billing.Tests;

/// <summary>What is kept for a time only: Stripe's events, resolved findings, the names of staff in journals.</summary>
[Collection(OnStorage.Name)]
public class ExpiryTests(AzuriteFixture azurite)
{
    static readonly Pseudonyms Pseudonyms = new(new byte[32]);
    static readonly DateTimeOffset Acted = A.Instant("2024-03-10T12:00:00Z");

    readonly TableProviderEvents _events = new(azurite.Tables);
    readonly TableStaffActions _staff = new(azurite.Tables);
    readonly TableAccounts _store = new(azurite.Tables);
    readonly TableFindings _findings = new(azurite.Tables, NullLogger<TableFindings>.Instance);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_that_are_done_with_go_after_their_time_and_open_ones_stay()
    {
        ProviderEvent Event(string day, string name) => new($"{day}-evt_{name}", "charge.refunded", Acted, null, null, null);
        var (old, open, young) = (Event("20240401", "old"), Event("20240401", "open"), Event("20240402", "young"));
        foreach (var happened in new[] { old, open, young }) Assert.True(await _events.AddAsync(happened, Stop));
        await _events.CloseAsync(old.Id, null, Stop);
        await _events.CloseAsync(young.Id, AccountId.Parse("acme"), Stop);
        await _events.PostponeAsync(open.Id, null, Stop);
        await _events.SetReadUntilAsync(Acted, Stop);

        Assert.Equal(1, await _events.PurgeAsync(A.Day("2024-04-02"), 100, Stop));
        Assert.Equal(0, await _events.PurgeAsync(A.Day("2024-04-02"), 100, Stop));

        Assert.True(await _events.AddAsync(old, Stop)); // forgotten
        Assert.False(await _events.AddAsync(young, Stop));
        Assert.NotNull(await _events.FindOpenAsync(open.Id, Stop));
        Assert.Contains(open.Id, await _events.ListPostponedAsync(null, Stop).ToListAsync(Stop));
        Assert.Equal(Acted, await _events.FindReadUntilAsync(Stop));
    }

    [Fact]
    public async Task A_night_forgets_only_so_many()
    {
        for (var name = 0; name < 5; name++)
        {
            var happened = new ProviderEvent($"20200101-evt_{name}", "charge.refunded", Acted, null, null, null);
            await _events.AddAsync(happened, Stop);
            await _events.CloseAsync(happened.Id, null, Stop);
        }
        foreach (var expected in new[] { 2, 2, 1, 0 }) Assert.Equal(expected, await _events.PurgeAsync(A.Day("2020-01-02"), 2, Stop));
    }

    [Fact]
    public async Task Staff_is_named_in_the_journal_for_a_time_and_everybody_else_for_good()
    {
        var id = AccountId.Parse("staffed");
        await Journal(id, A.Owner, A.Operator, A.Service, A.Operator with { User = "olga" });
        await Journal(id, Acted.AddDays(1), A.Operator);

        Assert.Equal(2, await _staff.PseudonymiseAsync(Acted.AddDays(1), Pseudonyms, 100, Stop));

        var users = (await _store.ListJournalAsync(id, null, 100, Stop)).Rows.Select(entry => (entry.Sequence, entry.By.User, entry.By.Role)).OrderBy(entry => entry.Sequence).ToList();
        Assert.Equal(
            [(1, "anna", "owner"), (2, Pseudonyms.Of("otto"), "operator"), (3, "crm", "service"), (4, Pseudonyms.Of("olga"), "operator"), (5, "otto", "operator")],
            users);
        Assert.DoesNotContain("otto", Pseudonyms.Of("otto"), StringComparison.Ordinal);
        Assert.NotEqual(Pseudonyms.Of("otto"), new Pseudonyms([.. Enumerable.Repeat((byte)1, 32)]).Of("otto"));

        // Done is done, also where a run ended between the line and the index.
        await _staff.AddAsync(id, (await _store.ListJournalAsync(id, null, 100, Stop)).Rows.Where(entry => entry.Sequence == 2), Stop);
        Assert.Equal(1, await _staff.PseudonymiseAsync(Acted.AddDays(1), Pseudonyms, 100, Stop));
        Assert.Equal(Pseudonyms.Of("otto"), (await _store.ListJournalAsync(id, null, 100, Stop)).Rows.Single(entry => entry.Sequence == 2).By.User);
    }

    [Fact]
    public async Task A_line_that_was_never_committed_hurts_nobody()
    {
        var id = AccountId.Parse("uncommitted");
        await Journal(id, A.Owner);
        await _staff.AddAsync(id, [new(1, Acted, A.Operator, "x", "x"), new(7, Acted, A.Operator, "x", "x")], Stop);
        Assert.Equal(2, await _staff.PseudonymiseAsync(Acted.AddDays(1), Pseudonyms, 100, Stop));
        Assert.Equal("anna", (await _store.ListJournalAsync(id, null, 100, Stop)).Rows.Single().By.User);
    }

    [Fact]
    public async Task Resolved_findings_go_after_their_time_and_open_ones_stay()
    {
        OperatorFinding Finding(string id) => new(id, AccountId.Parse("found"), Acted, "suspension_lasts", "Seit 30 Tagen gesperrt.");
        foreach (var id in new[] { "expired-old", "expired-new", "expired-open" }) await _findings.AddAsync(Finding(id), Stop);
        await _findings.ResolveAsync("expired-old", Acted, "otto", "Angerufen", Stop);
        await _findings.ResolveAsync("expired-new", Acted.AddDays(2), "otto", "Angerufen", Stop);

        Assert.Equal(1, await _findings.PurgeAsync(Acted.AddDays(1), Stop));

        Assert.Equal(["expired-new"], (await _findings.ListAsync(resolved: true, Stop).ToListAsync(Stop)).Select(finding => finding.Id).Where(id => id.StartsWith("expired", StringComparison.Ordinal)));
        Assert.Contains(await _findings.ListAsync(resolved: false, Stop).ToListAsync(Stop), finding => finding.Id == "expired-open");
    }

    Task Journal(AccountId id, params Actor[] actors) => Journal(id, Acted, actors);

    async Task Journal(AccountId id, DateTimeOffset at, params Actor[] actors)
    {
        var stored = await _store.FindAsync(id, Stop);
        var account = stored?.Account ?? An.Account().State with { Id = id, NextJournal = 1, Version = 0, Due = null };
        var committed = await _store.CommitAsync(new(
            stored, account with { Version = account.Version + 1, NextJournal = account.NextJournal + actors.Length }, [], [],
            [.. actors.Select((actor, place) => new JournalEntry(account.NextJournal + place, at, actor, "x", "x"))], null, null, null, at), Stop);
        Assert.Equal(CommitOutcome.Committed, committed.Outcome);
    }
}
