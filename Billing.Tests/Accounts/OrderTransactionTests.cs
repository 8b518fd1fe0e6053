using Billing.Accounts;
using Billing.Values;

namespace Billing.Tests;

/// <summary>A binding order through the account's transaction.</summary>
public class OrderTransactionTests
{
    readonly BillingInMemory _billing = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    async Task<string> Confirmation(AccountId id, Func<Account, DateOnly, Task<Decision<Order>>> decide, Actor? by = null) =>
        (await _billing.Accounts.PreviewAsync(_billing.By(by ?? A.Owner, id), (account, today, _) => decide(account, today), Stop)).Value().Confirmation;

    [Fact]
    public async Task Without_a_confirmation_it_is_refused_and_nothing_happens()
    {
        var id = await _billing.Opened();
        var before = _billing.Store.StateOf(id);

        Assert.Equal("confirmation_required", (await _billing.OrderedWith(id, _billing.PlanChange("pro"), confirmation: null)).Refusal());
        Assert.Equal(before, _billing.Store.StateOf(id));
    }

    [Fact]
    public async Task With_other_figures_by_now_the_new_ones_are_shown()
    {
        var id = await _billing.Opened();
        var confirmation = await Confirmation(id, _billing.PlanChange("pro"));
        _billing.Reached("2026-05-20");

        Assert.True((await _billing.OrderedWith(id, _billing.PlanChange("pro"), confirmation)).IsRefused(out var refusal, out _));

        Assert.Equal("confirmation_stale", refusal.Code);
        var shown = Assert.IsType<Confirmable>(refusal.Preview);
        Assert.Equal("13,71/2,60/16,31", ((OrderPreview)shown.Preview).Figure());
        Assert.Equal(A.Instant("2026-05-20T22:00:00Z"), shown.ValidUntil);
        (await _billing.OrderedWith(id, _billing.PlanChange("pro"), shown.Confirmation)).Value();
    }

    [Fact]
    public async Task A_confirmation_of_another_user_day_or_order_does_not_fit()
    {
        var id = await _billing.Opened();
        var other = await _billing.Opened(id: "other");
        string[] confirmations =
        [
            await Confirmation(id, _billing.Booking(), by: new("berta", "owner")),
            await Confirmation(other, _billing.Booking()),
            await Confirmation(id, _billing.Booking(quantity: 2)),
            await Confirmation(id, _billing.Booking("storage")),
            await Confirmation(id, _billing.PlanChange("pro")),
            await Confirmation(id, BillingInMemory.End),
        ];

        foreach (var confirmation in confirmations)
            Assert.Equal("confirmation_stale", (await _billing.OrderedWith(id, _billing.Booking(), confirmation)).Refusal());
        Assert.Empty((await _billing.State(id)).Bookings);
    }

    [Fact]
    public async Task A_confirmation_of_yesterday_does_not_fit_although_the_figures_do()
    {
        var id = await _billing.Opened("pro");
        var confirmation = await Confirmation(id, _billing.PlanChange("smart"));
        _billing.Reached("2026-05-07");

        Assert.Equal("confirmation_stale", (await _billing.OrderedWith(id, _billing.PlanChange("smart"), confirmation)).Refusal());
    }

    /// <summary>The fee is the same; what is given up for it is not.</summary>
    [Fact]
    public async Task A_downgrade_confirmed_from_one_plan_is_not_one_from_another()
    {
        var id = await _billing.Opened("pro");
        var confirmation = await Confirmation(id, _billing.PlanChange("smart"));
        (await _billing.Ordered(id, _billing.PlanChange("business"))).Value();

        Assert.Equal("confirmation_stale", (await _billing.OrderedWith(id, _billing.PlanChange("smart"), confirmation)).Refusal());
    }

    [Fact]
    public async Task A_confirmation_is_good_once()
    {
        var id = await _billing.Opened();
        var confirmation = await Confirmation(id, _billing.Booking());
        (await _billing.OrderedWith(id, _billing.Booking(), confirmation, key: "first")).Value();

        Assert.Equal("confirmation_stale", (await _billing.OrderedWith(id, _billing.Booking(), confirmation, key: "second")).Refusal());
        Assert.Single((await _billing.State(id)).Bookings);
    }

    [Fact]
    public async Task Twenty_at_once_with_one_confirmation_are_one_order()
    {
        var id = await _billing.Opened();
        var confirmation = await Confirmation(id, _billing.Booking());

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _billing.OrderedWith(id, _billing.Booking(), confirmation)));

        Assert.Single(answers, answer => !answer.IsRefused(out var _, out var _));
        Assert.Single((await _billing.State(id)).Bookings);
    }

    [Fact]
    public async Task Twenty_at_once_with_one_key_are_one_order_answered_alike()
    {
        var id = await _billing.Opened();
        var confirmation = await Confirmation(id, _billing.Booking());

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _billing.OrderedWith(id, _billing.Booking(), confirmation, key: "one")));

        Assert.All(answers, answer => Assert.Equal(new Reply(201, ReplyKind.Booking, "bkg-1"), answer.Value().Reply));
        Assert.Single((await _billing.State(id)).Bookings);
    }

    [Fact]
    public async Task A_key_with_another_request_is_refused()
    {
        var id = await _billing.Opened();
        (await _billing.Ordered(id, _billing.Booking(), key: "one")).Value();
        var confirmation = await Confirmation(id, _billing.Booking());

        var reused = await _billing.Accounts.OrderAsync(
            new(id, A.Owner, _billing.Now, new("one", "another request"), confirmation), (account, today, _) => _billing.Booking()(account, today), Stop);

        Assert.Equal("idempotency_key_reused", reused.Refusal());
    }

    [Fact]
    public async Task A_failure_is_not_remembered_for_its_key()
    {
        var id = await _billing.Opened();
        Assert.Equal("confirmation_required", (await _billing.OrderedWith(id, _billing.Booking(), null, key: "one")).Refusal());

        (await _billing.OrderedWith(id, _billing.Booking(), await Confirmation(id, _billing.Booking()), key: "one")).Value();
    }

    [Fact]
    public async Task The_journal_keeps_what_was_shown_to_the_letter()
    {
        var id = await _billing.Opened("business");
        var shown = (await _billing.Accounts.PreviewAsync(_billing.By(A.Owner, id), (account, today, _) => _billing.Booking()(account, today), Stop)).Value();
        await _billing.Ordered(id, _billing.Booking("storage")); // someone else, meanwhile

        (await _billing.OrderedWith(id, _billing.Booking(), shown.Confirmation)).Value();

        Assert.Equal(((OrderPreview)shown.Preview).NextRenewal, JsonText.Read<OrderPreview>(_billing.Store.JournalOf(id)[^1].Confirmed!).NextRenewal);
    }

    [Fact]
    public async Task An_order_after_midnight_first_closes_and_then_decides()
    {
        var id = await _billing.Opened("smart");
        _billing.Reached("2026-06-06");

        (await _billing.Ordered(id, _billing.PlanChange("pro"))).Value();

        Assert.Equal(["19,90", "19,90", "-19,90 44,90"], _billing.Store.InvoicesOf(id).Select(invoice => invoice.Lines.Amounts()));
    }
}
