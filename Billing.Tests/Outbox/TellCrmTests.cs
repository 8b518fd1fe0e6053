using Billing.Accounts;
using Billing.Outbox;
using Billing.Values;

namespace Billing.Tests;

public class TellCrmTests
{
    static readonly AccountId Acme = AccountId.Parse("acme");
    static readonly DateTimeOffset Promised = A.Instant("2026-05-20T10:00:00Z");

    readonly InMemoryOutside _outside = new();
    readonly InMemoryDueIndex _due = new();
    readonly Crm _crm = new();
    readonly TellCrm _teller;

    readonly BillingInMemory _billing = new();

    public TellCrmTests() => _teller = new(_outside, _billing.Store, _due, _outside, _crm);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_happened_is_told_in_order_and_then_forgotten()
    {
        await Promise(4, 0);
        await Promise(3, 1);
        await Promise(3, 0);

        await _teller.WorkAsync(Acme, null, Promised, Stop);

        Assert.Equal(["acme-3-0", "acme-3-1", "acme-4-0"], _crm.Heard);
        Assert.Empty(_outside.Told);
        Assert.Empty(_due.Entries);
    }

    /// <summary>Its committer died, or could not reach the notifications: the next one's must not be told first.</summary>
    [Fact]
    public async Task What_was_promised_earlier_and_is_not_here_yet_is_not_overtaken()
    {
        var teller = new TellCrm(_billing.Outside, _billing.Store, _billing.Due, _billing.Outside, _crm);
        _billing.Outside.IsDown = true;
        var acme = await _billing.Opened();
        _billing.Outside.IsDown = false;
        (await _billing.Ordered(acme, _billing.Booking())).Value();
        Assert.Equal(["add_on.booked"], _billing.Outside.Told.Values.Select(told => told.Data.Type));

        await teller.WorkAsync(acme, null, _billing.Now, Stop);

        Assert.Equal(["acme-1-0", "acme-1-1"], _crm.Heard.Take(2));
        Assert.Equal(_crm.Heard.Order(StringComparer.Ordinal), _crm.Heard);
        Assert.Empty(_billing.Outside.Told);
    }

    [Fact]
    public async Task What_is_not_taken_holds_back_what_comes_after_it_and_is_tried_again()
    {
        await Promise(3, 0);
        await Promise(4, 0);
        _crm.Refuses = true;

        await _teller.WorkAsync(Acme, null, Promised, Stop);

        Assert.Equal(["acme-3-0"], _crm.Heard);
        var entry = Assert.Single(_due.Entries);
        Assert.Equal((Promised.AddMinutes(1), DuePurpose.Notifications), (entry.Moment, entry.Purpose));

        _crm.Refuses = false;
        await _teller.WorkAsync(Acme, entry, entry.Moment, Stop);

        Assert.Equal(["acme-3-0", "acme-3-0", "acme-4-0"], _crm.Heard);
        Assert.Empty(_outside.Told);
        Assert.Empty(_due.Entries);
    }

    [Fact]
    public async Task A_dead_CRM_is_asked_later_and_later_and_after_three_days_a_person_is_told_once()
    {
        await Promise(3, 0);
        _crm.Refuses = true;
        await _teller.WorkAsync(Acme, null, Promised, Stop);
        var pauses = new List<TimeSpan>();
        for (var now = Promised; now < Promised.AddDays(4);)
        {
            var entry = Assert.Single(_due.Entries);
            pauses.Add(entry.Moment - now);
            now = entry.Moment;
            await _teller.WorkAsync(Acme, entry, now, Stop);
        }

        Assert.Equal([1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360], pauses.Take(12).Select(pause => pause.TotalMinutes));
        Assert.All(pauses.Skip(12), pause => Assert.Equal(6, pause.TotalHours));
        Assert.Equal("crm_unreachable", Assert.Single(_outside.Findings.Values).Code);
        Assert.Single(_outside.Told);
    }

    [Fact]
    public async Task What_comes_after_a_refused_one_plans_no_further_tries()
    {
        await Promise(3, 0);
        _crm.Refuses = true;
        foreach (var seconds in (int[])[0, 10, 59, 61, 75, 110])
        {
            await Promise(4 + seconds, 0);
            await _teller.WorkAsync(Acme, null, Promised.AddSeconds(seconds), Stop);
        }

        Assert.Equal([Promised.AddMinutes(1), Promised.AddMinutes(2)], _due.Entries.Select(entry => entry.Moment).Order());
    }

    Task Promise(long version, int place) => _outside.AddAsync([new CrmEvent(Acme, version, place, Promised, new Notification("plan.changed"))], Stop);

    sealed class Crm : ICrm
    {
        public bool Refuses { get; set; }
        public List<string> Heard { get; } = [];

        public Task<bool> SendAsync(CrmEvent notification, CancellationToken cancellation)
        {
            Heard.Add(notification.Id);
            return Task.FromResult(!Refuses);
        }
    }
}
