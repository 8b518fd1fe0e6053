using Billing.Access;
using Billing.Accounts;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Plans;

namespace Billing.Tests;

public class ChangePlanTests
{
    static readonly DateOnly Today = A.Day("2026-05-20");

    static string Refused(Account account, string? plan) => ChangePlan.Decide(account, A.Terms, plan, Today).Refusal();

    [Fact]
    public void Refusals_come_in_the_order_unknown_ended_active_suspended_cancelled()
    {
        var account = An.Account("pro").State;
        var cancelled = account with { EndsOn = account.Period.LastDay };
        var suspended = cancelled with { Access = new(AccessState.Suspended, AccessReason.Overdue) };
        var ended = suspended with { HasEnded = true };

        Assert.Equal("plan_unknown", Refused(ended, "gold"));
        Assert.Equal("plan_unknown", Refused(ended, null));
        Assert.Equal("subscription_ended", Refused(ended, "pro"));
        Assert.Equal("plan_already_active", Refused(suspended, "pro"));
        Assert.Equal("access_suspended", Refused(suspended, "smart"));
        Assert.Equal("access_suspended", Refused(suspended, "business"));
        Assert.Equal("cancellation_pending", Refused(cancelled, "smart"));
        ChangePlan.Decide(cancelled, A.Terms, "business", Today).Value();
    }

    [Fact]
    public void A_warned_account_can_still_order() =>
        ChangePlan.Decide(An.Account("pro", withMethod: false).State, A.Terms, "smart", Today).Value();

    [Fact]
    public void An_upgrade_after_a_downgrade_in_the_same_cycle_is_charged_again()
    {
        var account = An.Account("business", openedOn: "2026-05-06");

        var downgrade = account.PlanPreview("smart", on: "2026-05-20");
        account.Changed("smart");
        var upgrade = account.Changed("business", on: "2026-05-21");

        Assert.Equal(
            "Für die restlichen Tage bis zum 05.06.2026 wird nichts erstattet. Ein späteres Upgrade von CloudCRM - Smart wird auch in diesem Zeitraum wieder berechnet.",
            downgrade.NotRefunded);
        Assert.Equal("-10,27 41,24", upgrade.Lines.Amounts());
        Assert.Equal("79,90", account.Reached("2026-06-06").Single().Lines.Amounts());
    }

    [Fact]
    public void The_preview_of_a_downgrade_names_the_fee_and_the_one_of_an_upgrade_none()
    {
        var account = An.Account("pro");

        Assert.Equal(
            "Bei einem Downgrade wird eine einmalige technische Bearbeitungspauschale in Höhe von 69,00 € (netto) fällig.",
            account.PlanPreview("smart", on: "2026-05-20").Notice);
        var upgrade = account.PlanPreview("business", on: "2026-05-20");
        Assert.Equal((null, null, null), (upgrade.Notice, upgrade.Fee, upgrade.NotRefunded));
        Assert.Equal((A.Day("2026-06-06"), A.Euro(79.90m), A.Euro(95.08m)), (upgrade.NextRenewal!.On, upgrade.NextRenewal.Net, upgrade.NextRenewal.Gross));
    }

    [Fact]
    public void What_is_carried_out_is_what_was_shown()
    {
        var account = An.Account("smart");

        var preview = account.PlanPreview("business", on: "2026-05-20");
        var invoice = account.Changed("business");

        Assert.Equal(preview.Lines.Amounts(), invoice.Lines.Amounts());
        Assert.Equal(preview.Figure(), invoice.Figure());
        Assert.Equal(OrderBilling.InvoiceNow, preview.Billing);
        Assert.Equal(("plan.upgraded", A.Owner), (account.Journal[^1].Action, account.Journal[^1].By));
        Assert.Contains(account.Told, told => told is { Type: "plan.changed", Plan: "business", PreviousPlan: "smart" });
    }

    // 0,41 € net is 0,49 € gross, 0,42 € net is 0,50 €.
    static Terms PlansApartBy(decimal euro) => A.TermsWith([A.Plan("small", ("2020-01-01", 10)), A.Plan("large", ("2020-01-01", 10 + euro))]);

    [Fact]
    public void An_upgrade_below_50_cents_goes_onto_the_draft_and_is_collected_by_the_close()
    {
        var account = An.Account("small", openedOn: "2026-05-06", terms: PlansApartBy(0.41m));

        Assert.Equal(OrderBilling.CollectiveInvoice, account.PlanPreview("large", on: "2026-05-06").Billing);
        var draft = account.Changed("large");

        Assert.Equal(("-10,00 10,41", InvoiceStatus.Draft, "0,41/0,08/0,49"), (draft.Lines.Amounts(), draft.Status, draft.Figure()));
        var collective = account.Reached("2026-06-06").Single();
        Assert.Equal("10,41 -10,00 10,41", collective.Lines.Amounts());
        Assert.Equal((DocumentKind.Collective, "10,82/2,06/12,88"), (collective.Kind, collective.Figure()));
    }

    [Fact]
    public void An_upgrade_of_50_cents_is_invoiced_at_once()
    {
        var account = An.Account("small", openedOn: "2026-05-06", terms: PlansApartBy(0.42m));

        var invoice = account.Changed("large");

        Assert.Equal((InvoiceStatus.Open, "0,42/0,08/0,50"), (invoice.Status, invoice.Figure()));
        Assert.Null(account.Draft);
    }

    [Fact]
    public void A_last_withdrawn_booking_leaves_a_small_upgrade_on_the_draft()
    {
        var account = An.Account("small", openedOn: "2026-05-06", terms: PlansApartBy(0.41m));
        account.Changed("large");
        var booking = account.Booked("users");

        account.Ended(booking);

        Assert.Equal("-10,00 10,41", account.Draft!.Lines.Amounts());
    }

    [Fact]
    public void A_credit_that_outweighs_the_dearer_plan_after_a_price_cut_is_not_lost()
    {
        var terms = A.TermsWith([A.Plan("small", ("2020-01-01", 50), ("2026-05-20", 1)), A.Plan("large", ("2020-01-01", 100), ("2026-05-20", 2))]);
        var account = An.Account("small", openedOn: "2026-05-06", terms: terms);

        account.Changed("large", on: "2026-05-20");
        account.Reached("2026-06-06");

        // 27,42 € credited, 1,10 € and 2,00 € billed: the customer is owed the rest, whatever form that takes.
        var kept = (account.Draft is { } draft ? draft.Net : default) + account.Documents.Skip(1).Where(document => document.Status != InvoiceStatus.Void).Aggregate(A.Euro(0), (sum, document) => sum + document.Net);
        Assert.Equal(A.Euro(-24.32m), kept);
    }

    [Fact]
    public void An_upgrade_credits_nothing_of_a_plan_whose_invoice_was_voided()
    {
        var account = An.Account("smart", openedOn: "2026-05-06");
        account.Voided(account.Last);

        Assert.Equal("24,62", account.Changed("pro", on: "2026-05-20").Lines.Amounts());
    }

    [Fact]
    public void An_upgrade_after_a_voided_upgrade_credits_what_is_still_billed()
    {
        var account = An.Account("smart", openedOn: "2026-05-06");
        account.Voided(account.Changed("pro", on: "2026-05-20"));

        // 19,90 € are billed for the period, 9 of 31 days are left.
        Assert.Equal("-5,78 23,20", account.Changed("business", on: "2026-05-28").Lines.Amounts());
    }

    [Fact]
    public void After_a_downgrade_and_a_voided_plan_invoice_an_upgrade_credits_nothing()
    {
        var account = An.Account("business", openedOn: "2026-05-06");
        var renewal = account.Last;
        account.Changed("pro", on: "2026-05-20");
        account.Voided(renewal);

        Assert.Equal("23,20", account.Changed("business", on: "2026-05-28").Lines.Amounts());
    }

    [Fact]
    public void After_a_voided_plan_invoice_a_downgrade_brings_nothing_back_to_credit()
    {
        var account = An.Account("business", openedOn: "2026-05-06");
        account.Voided(account.Last);
        account.Changed("pro", on: "2026-05-20");

        Assert.Equal("23,20", account.Changed("business", on: "2026-05-28").Lines.Amounts());
    }

    [Fact]
    public void What_is_voided_of_an_earlier_period_changes_nothing_of_this_one()
    {
        var account = An.Account("smart", openedOn: "2026-05-06");
        var first = account.Last;
        account.Reached("2026-06-06");
        account.Voided(first);

        Assert.Equal("-5,31 11,97", account.Changed("pro", on: "2026-06-28").Lines.Amounts());
    }

    [Fact]
    public void A_downgrade_and_a_voided_upgrade_leave_to_credit_what_the_first_invoice_bills()
    {
        var account = An.Account("smart", openedOn: "2026-05-06");
        var upgrade = account.Changed("pro", on: "2026-05-10");
        account.Changed("smart", on: "2026-05-20");
        account.Voided(upgrade);

        Assert.Equal("-5,78 23,20", account.Changed("business", on: "2026-05-28").Lines.Amounts());
    }

    [Fact]
    public void The_journal_says_which_way_and_for_how_much()
    {
        var account = An.Account("smart", openedOn: "2026-05-06");
        account.Changed("pro");
        Assert.Equal(("plan.upgraded", "Upgrade von CloudCRM - Smart auf CloudCRM - Pro, 29,75 € brutto."), (account.Journal[^1].Action, account.Journal[^1].Text));

        account.Changed("smart");
        Assert.Equal(("plan.downgraded", "Downgrade von CloudCRM - Pro auf CloudCRM - Smart, 82,11 € brutto."), (account.Journal[^1].Action, account.Journal[^1].Text));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_preview_says_whether_it_will_be_collected(bool hasMethod)
    {
        var account = An.Account("smart").State with { PaymentMethod = hasMethod ? A.Card : null };
        var today = A.Day("2026-05-20");

        var upgrade = (OrderPreview)ChangePlan.Order(account, A.Terms, ChangePlan.Decide(account, A.Terms, "pro", today).Value(), today).Preview;
        var booking = (OrderPreview)BookAddOn.Order(account, A.Terms, BookAddOn.Decide(account, A.Terms, "users", 1, today).Value(), today).Preview;

        Assert.Equal((hasMethod, hasMethod), (upgrade.PaidAutomatically, booking.PaidAutomatically));
    }
}
