using Billing.Access;
using Billing.Accounts;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Plans;
using Billing.Values;

namespace Billing.Tests;

public class SubscriptionTests
{
    [Fact]
    public void A_new_accounts_first_period_is_invoiced_at_once()
    {
        var account = An.Account("smart", openedOn: "2026-05-06");

        var invoice = account.Documents.Single();

        Assert.Equal(["19,90 (06.05.–05.06.)"], invoice.Lines.AmountsWithDays());
        Assert.Equal((A.Day("2026-05-06"), A.Day("2026-05-20")), (invoice.Date, invoice.DueOn));
        Assert.Equal(A.Company(), invoice.Buyer);
        Assert.Equal(A.Seller, invoice.Seller);
    }

    [Theory]
    [InlineData(null, "DE", null, "validation_failed")]
    [InlineData("gold", "AT", null, "plan_unknown")]
    [InlineData("smart", "AT", null, "vat_id_required")]
    [InlineData("smart", "AT", "DE123456789", "vat_id_required")]
    public void Opening_is_refused(string? plan, string country, string? vatId, string code)
    {
        var details = new OpenAccount.Details(A.Company(country, vatId), Language.German, plan);

        Assert.Equal(code, OpenAccount.Open(AccountId.Parse("acme"), details, A.Terms, A.Day("2026-05-06"), A.Instant("2026-05-06T08:00:00Z"), A.Service).Refusal());
    }

    [Fact]
    public void The_owner_can_cancel_to_the_end_of_the_period_and_take_it_back_until_then()
    {
        var account = An.Account("smart", openedOn: "2026-05-06");

        account.CancelledSubscription(on: "2026-05-20");
        Assert.Equal(A.Day("2026-06-05"), account.State.EndsOn);
        Assert.Equal("already_cancelled", CancelSubscription.Decide(account.State, account.Today).Refusal());

        account.TookBackCancellation(on: "2026-06-05");
        Assert.Equal("19,90", account.Reached("2026-06-06").Single().Lines.Amounts());
        Assert.Equal("not_cancelled", CancelSubscription.TakeBack(account.State, account.Now, A.Owner).Refusal());
    }

    [Fact]
    public void At_its_end_only_what_was_collected_is_billed_and_everything_ends()
    {
        var account = An.Account("smart", openedOn: "2026-05-06");
        var early = account.Booked("users", 1, on: "2026-05-06");
        account.CancelledSubscription(on: "2026-05-25");
        var late = account.Booked("storage", 2, on: "2026-06-01"); // booking until the end is possible

        var last = account.Reached("2026-06-06").Single();

        Assert.Equal(["5,90 (06.05.–05.06.)", "1,90 (01.06.–05.06.)"], last.Lines.AmountsWithDays());
        Assert.Equal((DocumentKind.Collective, "7,80/1,48/9,28"), (last.Kind, last.Figure()));
        Assert.All([early, late], booking => Assert.Equal((BookingStatus.Ended, A.Day("2026-06-05")), (account.Booking(booking).Status, account.Booking(booking).EndsOn)));
        Assert.Equal((AccessState.Suspended, AccessReason.SubscriptionEnded), (account.Access.State, account.Access.Reason));
        Assert.Contains(account.Told, told => told.Type == "subscription.ended");
        Assert.Equal(2, account.Told.Count(told => told.Type == "add_on.ended"));

        Assert.Empty(account.Reached("2027-06-06"));
        Assert.Equal(InvoiceStatus.Open, account.Document(last).Status);
        Assert.Equal(InvoiceStatus.Paid, account.Paid(last).Status);
    }

    [Fact]
    public void Without_a_draft_nothing_is_billed_at_the_end()
    {
        var account = An.Account();
        account.CancelledSubscription(on: "2026-05-20");

        Assert.Null(CloseCycle.NextRenewal(account.State, A.Terms));
        Assert.Empty(account.Reached("2026-06-06"));
        Assert.True(account.State.HasEnded);
    }

    [Fact]
    public void A_last_collective_invoice_below_50_cents_is_voided()
    {
        var account = An.Account();
        account.CancelledSubscription(on: "2026-05-20");
        var booking = account.Booked("users", 2, on: "2026-06-05"); // 0,38 net, 0,45 gross
        var draft = account.Draft!;

        var voided = account.Reached("2026-06-06").Single();

        Assert.Equal((draft.Id, null, InvoiceStatus.Void, "0,38/0,07/0,45"), (voided.Id, voided.Number, voided.Status, voided.Figure()));
        Assert.Empty(account.State.Receivables);

        Assert.Null(account.Ended(booking, on: "2026-06-09")); // withdrawn: nothing was billed, so nothing is credited
        Assert.Equal(BookingStatus.Withdrawn, account.Booking(booking).Status);
    }

    [Fact]
    public void A_last_collective_invoice_of_50_cents_is_collected()
    {
        var terms = A.TermsWith(addOns: [A.AddOn("users", ("2020-01-01", 13.02m))]); // 0,42 a day
        var account = An.Account(terms: terms);
        account.CancelledSubscription(on: "2026-05-20");
        account.Booked("users", 1, on: "2026-06-05");

        var last = account.Reached("2026-06-06").Single();

        Assert.Equal((InvoiceStatus.Open, "0,42/0,08/0,50"), (last.Status, last.Figure()));
    }

    [Fact]
    public void After_its_end_orders_are_refused_and_a_booking_can_still_be_withdrawn()
    {
        var account = An.Account();
        var booking = account.Booked("users", 1, on: "2026-06-01");
        account.CancelledSubscription();
        var last = account.Reached("2026-06-06").Single();

        Assert.Equal("subscription_ended", ChangePlan.Decide(account.State, A.Terms, "pro", account.Today).Refusal());
        Assert.Equal("subscription_ended", BookAddOn.Decide(account.State, A.Terms, "users", 1, account.Today).Refusal());
        Assert.Equal("subscription_ended", CancelSubscription.Decide(account.State, account.Today).Refusal());
        Assert.Equal("already_ended", CancelSubscription.TakeBack(account.State, account.Now, A.Owner).Refusal());

        var note = account.Ended(booking, on: "2026-06-15");
        Assert.Equal(last.Figure(), note!.Figure());
        Assert.Equal(InvoiceStatus.Void, account.Document(last).Status);
    }

    [Fact]
    public void An_ended_account_opens_again_with_a_new_anchor()
    {
        var account = An.Account("smart", openedOn: "2026-05-06");
        account.CancelledSubscription(on: "2026-05-20");

        var invoice = account.Reopened("pro", on: "2026-07-15");

        Assert.Equal(["44,90 (15.07.–14.08.)"], invoice.Lines.AmountsWithDays());
        Assert.Equal((A.Day("2026-07-15"), A.Day("2026-05-06"), "pro"), (account.State.Anchor, account.State.Since, account.State.Plan));
        Assert.Equal((false, null), (account.State.HasEnded, account.State.EndsOn));
        Assert.Equal(AccessState.Warned, account.Access.State); // a new contract without a payment method, and no longer suspended
        Assert.Equal("44,90", account.Reached("2026-08-15").Single().Lines.Amounts());
    }

    [Fact]
    public void Opening_again_without_a_method_warns_as_a_new_account_does()
    {
        var account = An.Account();
        account.CancelledSubscription(on: "2026-05-20");
        account.Reached("2026-07-15");
        account.LostItsMethod(on: "2026-07-15");

        account.Reopened("smart", on: "2026-07-15");

        Assert.Equal(new AccessStatus(AccessState.Warned, AccessReason.PaymentMethodMissing, A.Day("2026-08-15")), account.Access);
    }

    [Fact]
    public void Overdue_invoices_are_paid_before_an_account_opens_again()
    {
        var account = An.Account();
        account.Booked("users", 1, on: "2026-05-20");
        account.CancelledSubscription();
        var last = account.Reached("2026-06-06").Single(); // due on 20 June

        account.Reopening("smart", on: "2026-06-20").Value();
        Assert.Equal("access_suspended", account.Reopening("smart", on: "2026-06-21").Refusal());

        account.Paid(last);
        account.Reopened("smart", on: "2026-06-21");
        Assert.False(account.State.HasEnded);
    }

    [Fact]
    public void A_plan_sent_for_a_running_account_changes_nothing()
    {
        var account = An.Account("smart");
        var before = account.State;

        var pending = account.Reopening("business", on: "2026-05-20").Value();

        Assert.False(pending.NeedsNumber);
        Assert.Equal(new AccountChange(before), pending.Apply(0).Change);
    }

    [Fact]
    public void An_issued_document_keeps_the_address_it_was_issued_to()
    {
        var account = An.Account("smart");
        account.Moved(A.Company(name: "Neu GmbH"));

        Assert.Equal("Müller & Söhne GmbH", account.Documents[0].Buyer.CompanyName);
        Assert.Equal("Neu GmbH", account.Reached("2026-06-06").Single().Buyer.CompanyName);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "2026-07-15")]
    public void Reopened_without_a_method_it_is_without_one_from_that_day_on(bool hasMethod, string? since)
    {
        var account = An.Account("smart");
        account.CancelledSubscription(on: "2026-05-20");
        account.Reached("2026-07-15");
        var ended = account.State with { PaymentMethod = hasMethod ? A.Card : null };

        var reopened = OpenAccount.Update(ended, new(ended.Company, ended.Language, "pro"), A.Terms, account.Today, account.Now, A.Service).Value().Apply(7).Change.Account;

        Assert.Equal(since is null ? null : A.Day(since), reopened.WithoutMethodSince);
    }

    [Fact]
    public void The_end_is_told_when_it_comes_and_no_other_close_tells_one()
    {
        var account = An.Account("smart");
        account.CancelledSubscription(on: "2026-06-20");
        Assert.DoesNotContain(account.Told, told => told.Type == "subscription.ended");

        account.Reached("2026-07-06");

        Assert.Equal(A.Day("2026-07-05"), Assert.Single(account.Told, told => told.Type == "subscription.ended").EndsOn);
    }

    [Fact]
    public void Details_are_journaled_where_they_differ()
    {
        var account = An.Account("smart");
        account.Moved(account.State.Company);
        Assert.DoesNotContain(account.Journal, entry => entry.Action == "account.updated");

        account.Moved(A.Company(name: "Neu GmbH"));
        Assert.Single(account.Journal, entry => entry.Action == "account.updated");
        var english = OpenAccount.Update(account.State, new(account.State.Company, Language.English, null), A.Terms, account.Today, account.Now, A.Service).Value().Apply(0).Change;
        Assert.Equal("account.updated", Assert.Single(english.Journal).Action);
    }
}
