using Billing.Access;
using Billing.Accounts;
using Billing.Values;

namespace Billing.Tests;

public class AccessRulesTests
{
    static readonly AccessStatus WarnedOfJuly = new(AccessState.Warned, AccessReason.Overdue, SuspendsOn: A.Day("2026-07-11"));

    /// <summary>The renewal of 6 June stays unpaid: due on 20 June.</summary>
    static AccountStory Unpaid(string until)
    {
        var account = An.Account(openedOn: "2026-05-06");
        account.Reached(until);
        return account;
    }

    [Theory]
    [InlineData("2026-06-20", AccessState.Active)]
    [InlineData("2026-07-03", AccessState.Active)]
    [InlineData("2026-07-04", AccessState.Warned)] // day 14 after due
    [InlineData("2026-07-10", AccessState.Warned)]
    [InlineData("2026-07-11", AccessState.Suspended)] // day 21
    public void Overdue_is_warned_on_day_14_and_suspended_on_day_21(string day, AccessState state) => Assert.Equal(state, Unpaid(day).Access.State);

    [Fact]
    public void The_warning_says_when_access_ends_and_the_CRM_is_told()
    {
        var account = Unpaid("2026-07-04");

        Assert.Equal(WarnedOfJuly, account.Access);
        Assert.Contains(account.Told, told => told is { Type: "access.changed", State: "warned", Reason: "overdue" } && told.SuspendsOn == A.Day("2026-07-11"));
        Assert.Contains(account.Journal, entry => entry.Action == "access.warned");
    }

    [Fact]
    public void Paying_lifts_a_suspension_at_once()
    {
        var account = Unpaid("2026-07-11");
        account.Paid(account.Documents[1]);

        Assert.Equal(AccessStatus.Active, account.Access); // the renewal of 6 July is not due yet
        Assert.Contains(account.Told, told => told is { Type: "access.changed", State: "active" });
    }

    [Fact]
    public void A_suspension_stays_while_another_invoice_is_overdue_although_it_alone_would_not_suspend()
    {
        var account = Unpaid("2026-07-21"); // the renewal of 6 July was due on the 20th
        account.Paid(account.Documents[1]);

        Assert.Equal((AccessState.Suspended, AccessReason.Overdue, A.Day("2026-07-11")), (account.Access.State, account.Access.Reason, account.Access.SuspendedOn));
        account.Paid(account.Documents[2]);
        Assert.Equal(AccessStatus.Active, account.Access);
    }

    [Fact]
    public void A_debit_that_is_still_processing_lifts_no_suspension()
    {
        var account = Unpaid("2026-07-11");
        var open = account.State.FindReceivable(account.Documents[1].Id)!;
        account.Wrote(new(account.State.WithReceivable(open with
        {
            Slot = new("acme-payment-9", open.AmountDue, account.Now, account.Now.AddHours(1), Method: null, "pi_1", null, account.Today) { Customer = "cus_1" },
        })));

        Assert.Equal((AccessState.Suspended, AccessReason.Overdue, A.Day("2026-07-11")), (account.Access.State, account.Access.Reason, account.Access.SuspendedOn));
        account.Wrote(new(account.State.WithReceivable(open with { AmountDue = Money.Zero })));
        Assert.Equal(AccessStatus.Active, account.Access);
    }

    [Fact]
    public void A_suspension_stays_while_there_is_no_method_on_file()
    {
        var account = Unpaid("2026-07-11");
        account.LostItsMethod(on: "2026-07-12");

        account.PaidEverything();
        Assert.Equal((AccessState.Suspended, AccessReason.PaymentMethodMissing), (account.Access.State, account.Access.Reason));

        account.GotAMethod(on: "2026-07-13");
        Assert.Equal(AccessStatus.Active, account.Access);
    }

    [Theory]
    [InlineData("2026-05-10", "2026-06-06")] // the end of the period is later than 14 days
    [InlineData("2026-05-23", "2026-06-06")]
    [InlineData("2026-05-24", "2026-06-07")] // 14 days are later
    [InlineData("2026-06-05", "2026-06-19")]
    public void Without_a_method_the_later_of_14_days_and_the_end_of_the_period_suspends(string lost, string suspended)
    {
        var account = An.Account(openedOn: "2026-05-06");

        account.LostItsMethod(on: lost);
        Assert.Equal(new AccessStatus(AccessState.Warned, AccessReason.PaymentMethodMissing, SuspendsOn: A.Day(suspended)), account.Access);

        account.Reached(A.Day(suspended).AddDays(-1));
        Assert.Equal(AccessState.Warned, account.Access.State);
        account.Reached(suspended);
        Assert.Equal((AccessState.Suspended, AccessReason.PaymentMethodMissing), (account.Access.State, account.Access.Reason));
    }

    [Fact]
    public void A_method_ends_the_warning_at_once()
    {
        var account = An.Account(withMethod: false);
        Assert.Equal(AccessState.Warned, account.Access.State);

        account.GotAMethod(on: "2026-05-20");

        Assert.Equal(AccessStatus.Active, account.Access);
    }

    [Fact]
    public void Suspending_for_a_missing_method_can_be_switched_off()
    {
        var account = An.Account(withMethod: false, terms: A.TermsWith(access: new(WithoutMethodAfter: null)));
        Assert.Equal(AccessStatus.Active, account.Access);
    }

    [Fact]
    public void The_days_are_settings()
    {
        var account = An.Account(terms: A.TermsWith(access: new(WarningAfter: 2, SuspensionAfter: 5)));

        account.Reached("2026-06-22");
        Assert.Equal(new AccessStatus(AccessState.Warned, AccessReason.Overdue, SuspendsOn: A.Day("2026-06-25")), account.Access);
        account.Reached("2026-06-25");
        Assert.Equal(AccessState.Suspended, account.Access.State);
    }

    [Fact]
    public void The_nearer_of_two_suspensions_is_announced()
    {
        var account = Unpaid("2026-07-04");
        account.LostItsMethod(on: "2026-07-05"); // until 6 August
        Assert.Equal(WarnedOfJuly, account.Access);

        account.PaidEverything();
        Assert.Equal(new AccessStatus(AccessState.Warned, AccessReason.PaymentMethodMissing, SuspendsOn: A.Day("2026-07-19")), account.Access);
    }

    [Fact]
    public void After_30_days_of_suspension_the_operator_gets_one_finding()
    {
        var account = Unpaid("2026-08-09");
        Assert.Empty(account.Findings);

        account.Reached("2026-08-10");
        Assert.Equal("suspension_lasts", Assert.Single(account.Findings).Code);

        account.Reached("2026-10-01");
        Assert.Single(account.Findings);
    }

    [Fact]
    public void A_later_suspension_is_found_again()
    {
        var account = Unpaid("2026-08-10");
        account.PaidEverything();
        account.Reached("2026-12-31");

        Assert.Equal(2, account.Findings.Count);
    }

    [Fact]
    public void An_ended_subscription_is_suspended_without_a_finding()
    {
        var account = An.Account();
        account.CancelledSubscription();

        account.Reached("2026-12-31");

        Assert.Equal((AccessState.Suspended, AccessReason.SubscriptionEnded, A.Day("2026-06-06")), (account.Access.State, account.Access.Reason, account.Access.SuspendedOn));
        Assert.Empty(account.Findings);
    }

    /// <summary>Whatever day the account is looked at again: had something changed by the calendar alone, the due moment had come.</summary>
    [Fact]
    public void The_due_moment_never_comes_after_a_change_that_time_brings()
    {
        var account = An.Account(openedOn: "2026-05-06");
        account.Reached("2026-07-11"); // suspended
        account.LostItsMethod(on: "2026-07-12");
        account.Paid(account.Documents[1]); // what is open now becomes overdue on 21 July

        AssertNothingIsMissed(account.State, account.Today, account.Terms);
    }

    [Fact]
    public void The_due_moment_of_a_suspension_that_lasts_already_is_now()
    {
        var account = Unpaid("2026-07-11").State;
        // The first of two closes of a long outage has just been committed, and the process died.
        var today = A.Day("2026-08-20");
        var afterOutage = account with { PeriodIndex = 3 };

        AssertNothingIsMissed(afterOutage, today, A.Terms);
    }

    static void AssertNothingIsMissed(Account account, DateOnly today, Terms terms)
    {
        var due = AdvanceAccount.DueAt(account, terms, today)!.Value;
        for (var day = today; Values.BerlinCalendar.StartOf(day) < due; day = day.AddDays(1))
            Assert.Null(AdvanceAccount.Next(account, terms, Values.BerlinCalendar.StartOf(day)));
    }
}
