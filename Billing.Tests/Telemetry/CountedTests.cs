using Billing.Invoices;
using Billing.Payments;
using Billing.Telemetry;
using Billing.Values;

namespace Billing.Tests;

/// <summary>What is counted: what was committed, once.</summary>
[Collection(Alone.Name)]
public sealed class CountedTests : IDisposable
{
    readonly BillingInMemory _billing = new();
    readonly Counted _counted = new();

    public void Dispose() => _counted.Dispose();

    [Fact]
    public async Task A_close_under_conflicts_is_counted_once()
    {
        var id = await _billing.Opened();
        await _billing.PaidEverything(id);
        _billing.Reached("2026-06-06");
        _billing.Store.ConflictAt.UnionWith([_billing.Store.Commits + 1, _billing.Store.Commits + 2]);

        await _billing.Tick();
        await _billing.Tick();

        Assert.Equal(1, _counted.Of(BillingMeter.Closes));
        Assert.Equal(2, _counted.Of(BillingMeter.Documents, "kind=invoice"));
        Assert.Equal(2 * 2368, _counted.Of(BillingMeter.Issued));
        Assert.Equal(2, _counted.Of(BillingMeter.Conflicts, "outcome=conflict"));
        Assert.Equal(2368, _counted.Of(BillingMeter.Open));
        Assert.Equal(TimeSpan.FromHours(12).TotalSeconds, Assert.Single(_counted.Each(BillingMeter.DueLag)));
        Assert.Equal(2, _billing.Store.InvoicesOf(id).Count);
    }

    [Fact]
    public async Task A_payout_by_hand_is_money_given_back()
    {
        var id = await _billing.Opened();
        await _billing.PaidEverything(id);
        var invoice = _billing.Store.InvoicesOf(id).Single();
        (await _billing.Executed(id, (account, today) => OperatorCorrections.Void(account, _billing.Terms, invoice, "Irrtum", today, _billing.Now, A.Operator))).Value();
        var (original, note) = (_billing.Store.InvoicesOf(id)[0], _billing.Store.InvoicesOf(id)[1]);

        (await _billing.Executed(id, (account, today) => OperatorCorrections.RecordPayout(account, note, original, A.Euro(20), today, "Auszug", "Storno", _billing.Now, A.Operator))).Value();

        Assert.Equal((1, 20_00), (_counted.Of(BillingMeter.Refunds, "outcome=recorded"), _counted.Of(BillingMeter.Refunded)));
    }

    [Fact]
    public async Task A_commit_that_failed_is_not_counted_and_its_repetition_is()
    {
        var id = await _billing.Opened();
        _billing.Reached("2026-06-06");
        _billing.Store.FailBefore.Add(_billing.Store.Commits + 1);

        await Assert.ThrowsAsync<IOException>(() => _billing.Tick());
        Assert.Equal(0, _counted.Of(BillingMeter.Closes));

        await _billing.State(id);
        Assert.Equal((1, 2 * 2368), (_counted.Of(BillingMeter.Closes), _counted.Of(BillingMeter.Issued)));
    }

    [Fact]
    public async Task Each_missed_period_is_a_close_with_a_lag_of_its_own()
    {
        await _billing.PaidEverything(await _billing.Opened());
        _billing.Reached("2026-08-07");

        await _billing.Tick();

        Assert.Equal(3, _counted.Of(BillingMeter.Closes));
        Assert.Equal([62, 32, 1], _counted.Each(BillingMeter.DueLag).Take(3).Select(seconds => (int)(seconds / 86_400)));
    }

    [Fact]
    public async Task Money_is_counted_as_it_moves()
    {
        var id = await _billing.Opened();
        _billing.Reached("2026-05-28");
        (await _billing.Ordered(id, _billing.Booking())).Value();
        _billing.Reached("2026-06-06");
        await _billing.PaidEverything(id);
        (await _billing.Ordered(id, _billing.EndOf(BookingId.Of(1)))).Value();

        var documents = _billing.Store.InvoicesOf(id);
        Assert.Equal(1, _counted.Of(BillingMeter.Documents, "kind=credit_note"));
        Assert.Equal(documents.Where(document => document.Kind != DocumentKind.CreditNote).Sum(document => document.Gross.Cents), _counted.Of(BillingMeter.Issued));
        Assert.Equal(documents.Single(document => document.Kind == DocumentKind.CreditNote).Gross.Cents, _counted.Of(BillingMeter.Credited));
        Assert.Equal((2, _counted.Of(BillingMeter.Issued)), (_counted.Of(BillingMeter.Charges, "outcome=recorded"), _counted.Of(BillingMeter.Paid)));
        Assert.Equal(0, _counted.Of(BillingMeter.Open));
    }

    [Fact]
    public async Task A_caller_that_is_told_to_come_back_is_counted()
    {
        var id = await _billing.Opened();
        _billing.Store.ConflictAt.UnionWith(Enumerable.Range(_billing.Store.Commits + 1, 10));

        Assert.Equal("busy", (await _billing.Ordered(id, _billing.Booking())).Refusal());

        Assert.Equal((1, 10), (_counted.Of(BillingMeter.Busy), _counted.Of(BillingMeter.Conflicts)));
    }

    [Fact]
    public async Task What_a_commit_promised_is_as_old_as_its_delivery_is_late()
    {
        await _billing.Opened();
        _billing.Outside.IsDown = true;
        _billing.Reached("2026-06-06");
        await _billing.Tick();
        var delivered = _counted.Each(BillingMeter.OutboxAge).Length;

        _billing.Outside.IsDown = false;
        _billing.Now += TimeSpan.FromMinutes(30);
        await _billing.Tick();

        Assert.Equal(TimeSpan.FromMinutes(30).TotalSeconds, _counted.Each(BillingMeter.OutboxAge)[delivered..].Max());
    }

    [Fact]
    public void Every_instrument_has_a_unit_and_a_meaning_and_no_name_twice()
    {
        var instruments = typeof(BillingMeter).GetFields().Select(field => field.GetValue(null)).OfType<System.Diagnostics.Metrics.Instrument>().ToList();
        Assert.True(instruments.Count > 15);
        Assert.All(instruments, instrument => Assert.True(instrument is { Unit.Length: > 0, Description.Length: > 0 } && instrument.Name.StartsWith("billing.", StringComparison.Ordinal)));
        Assert.Equal(instruments.Count, instruments.Select(instrument => instrument.Name).Distinct().Count());
        var documented = File.ReadAllText(Repository.File("docs", "observability.md"));
        Assert.All(instruments, instrument => Assert.Contains($"`{instrument.Name}`", documented, StringComparison.Ordinal));
    }
}
