using Billing.Accounts;
using Billing.Invoices;
using Billing.Payments;
using Billing.Values;

namespace Billing.Tests;

public class CollectInvoiceTests
{
    static readonly DateOnly Issued = A.Day("2026-05-06");
    static readonly DateTimeOffset Now = A.Instant("2026-05-06T10:00:00Z");

    /// <summary>An account with a card whose first invoice, 79,90/15,18/95,08, is about to be charged.</summary>
    static (Account Account, Invoice Invoice) Charging()
    {
        var story = Unpaid("business");
        return (CollectInvoice.Plan(story.State with { PaymentMethod = A.Card, Customer = "cus_1" }, Issued, Now), story.Last);
    }

    static AccountStory Unpaid(string plan) => new(plan, Issued, A.Terms, A.Company(), withMethod: true);

    static PaymentAttempt SlotOf(Account account) => account.Receivables.Single().Slot!;

    static IntentSnapshot Intent(Account account, IntentStatus status, string? failure = null, decimal refunded = 0, decimal returned = 0, string? attempt = null, decimal amount = 95.08m) => new(
        "pi_1", attempt ?? SlotOf(account).Id, "acme", "inv-1", "cus_1", status, A.Euro(amount), status == IntentStatus.Succeeded ? A.Euro(amount) : A.Euro(0),
        refunded == 0 ? [] : [new("re_by_hand", null, RefundStatus.Succeeded, A.Euro(refunded))], A.Euro(returned), failure, IsDebit: true, "eur");

    /// <summary>The payment with a refund that an attempt of ours asked for.</summary>
    static IntentSnapshot With(IntentSnapshot intent, RefundAttempt attempt, RefundStatus status) =>
        intent with { Refunds = [new("re_1", attempt.Id, status, attempt.Amount)] };

    static AccountChange Heard(Account account, Invoice invoice, IntentSnapshot intent, string on = "2026-05-06") =>
        CollectInvoice.Observe(account, invoice, intent, [], sessionIsOver: false, A.Day(on), A.Instant(on + "T10:00:00Z"));

    [Fact]
    public void What_is_due_is_charged_once_and_only_with_a_method_on_file()
    {
        var (account, invoice) = Charging();

        Assert.Equal((A.Euro(95.08m), "pm_1", false), (SlotOf(account).Amount, SlotOf(account).Method, SlotOf(account).IsUnderWay));
        Assert.Equal(account, CollectInvoice.Plan(account, Issued, Now)); // one payment under way, whoever asks
        Assert.Equal(InvoiceStatus.Open, invoice.Status);
        var without = Unpaid("business").State;
        Assert.Equal(without, CollectInvoice.Plan(without, Issued, Now));
    }

    /// <summary>A provider tells of one payment several times: what is known changes nothing, so that nothing is written.</summary>
    [Fact]
    public void A_success_pays_the_invoice_however_often_it_is_heard()
    {
        var (account, invoice) = Charging();
        var intent = Intent(account, IntentStatus.Succeeded);

        var first = Heard(account, invoice, intent);
        var paid = Assert.Single(first.Invoices);
        var again = Heard(first.Account, paid, intent);

        Assert.Equal((InvoiceStatus.Paid, PaymentState.Succeeded, A.Euro(0)), (paid.Status, paid.Payment, paid.AmountDue));
        Assert.Empty(first.Account.Receivables);
        Assert.Contains(first.Notifications, told => told.Type == "invoice.paid");
        Assert.Equal(new AccountChange(first.Account), again);
        Assert.NotEqual(again, Heard(first.Account, paid, Intent(account, IntentStatus.Succeeded, refunded: 0.01m)));
        Assert.NotEqual(again, Heard(first.Account, paid, intent with { OpenDispute = "dp_1" }));
    }

    [Fact]
    public void A_declined_card_is_tried_again_on_days_3_5_and_7_and_then_no_more()
    {
        var (account, invoice) = Charging();
        var days = new List<DateOnly?>();
        for (var on = Issued; ; on = days[^1]!.Value)
        {
            account = CollectInvoice.Plan(account, on, Now);
            account = Heard(account, invoice, Intent(account, IntentStatus.Failed, "card_declined"), on.ToString("yyyy-MM-dd")).Account;
            days.Add(account.Receivables.Single().CollectOn);
            if (days[^1] is null) break;
        }

        Assert.Equal([A.Day("2026-05-09"), A.Day("2026-05-11"), A.Day("2026-05-13"), null], days);
    }

    /// <summary>A line below zero, of an upgrade onto a cheaper price, was set against what is taken back now.</summary>
    [Fact]
    public void What_is_owed_beyond_what_was_paid_is_for_a_person_to_return()
    {
        var (account, invoice) = Charging();
        var overcredited = invoice with { Payments = [new("pi_1", A.Euro(95.08m))], Credited = A.Euro(96) };

        var change = Refunds.Plan(new(account), overcredited, InvoiceId.Of(2), A.Euro(96), Now);

        Assert.Equal(A.Euro(95.08m), Assert.Single(change.Account.Refunds).Amount);
        Assert.Equal(("refund_by_hand", true), (Assert.Single(change.Findings).Code, change.Findings[0].Text.StartsWith("0,92", StringComparison.Ordinal)));
    }

    /// <summary>By us, and somebody heard of that first; or by hand at the provider.</summary>
    [Fact]
    public void A_charge_that_was_cancelled_has_failed_although_nobody_says_why()
    {
        var (account, invoice) = Charging();

        var change = Heard(account, invoice, Intent(account, IntentStatus.Canceled));

        Assert.Equal(PaymentState.Failed, change.Invoices.Single().Payment);
        Assert.Equal((null, A.Day("2026-05-09")), (change.Account.Receivables.Single().Slot, change.Account.Receivables.Single().CollectOn));
        Assert.Contains(change.Notifications, told => told.Type == "invoice.payment_failed");
    }

    [Fact]
    public void What_needs_the_customers_approval_waits_for_the_customer()
    {
        var (account, invoice) = Charging();

        var change = Heard(account, invoice, Intent(account, IntentStatus.Failed, "authentication_required"));

        Assert.Equal(PaymentState.ActionRequired, change.Invoices.Single().Payment);
        Assert.Equal((null, null), (change.Account.Receivables.Single().Slot, change.Account.Receivables.Single().CollectOn));
        Assert.Contains(change.Notifications, told => told.Type == "invoice.payment_action_required");
    }

    [Fact]
    public void A_debit_that_processes_holds_the_slot_and_dunning_stands_still()
    {
        var (account, invoice) = Charging();
        var waiting = Heard(account, invoice, Intent(account, IntentStatus.Processing), "2026-05-18");

        Assert.Equal(PaymentState.Processing, waiting.Invoices.Single().Payment);
        Assert.False(waiting.Account.Receivables.Single().IsOverdue(A.Day("2026-06-30")));

        var failed = Heard(waiting.Account, waiting.Invoices.Single(), Intent(waiting.Account, IntentStatus.Failed, "insufficient_funds"), "2026-05-26");

        // Due on 20.05.; the six days since then in which it was processing do not count.
        Assert.Equal((A.Day("2026-05-26"), PaymentState.Failed), (failed.Account.Receivables.Single().DueOn, failed.Invoices.Single().Payment));
    }

    [Fact]
    public void A_payment_for_what_was_paid_meanwhile_goes_back_and_the_operator_is_told()
    {
        var (account, invoice) = Charging();
        var byTransfer = OperatorCorrections.RecordTransfer(account, invoice, invoice.Gross, Issued, "ref", "Kontoauszug", Now, A.Operator).Value().Apply(0).Change;

        var change = Heard(byTransfer.Account, byTransfer.Invoices.Single(), Intent(account, IntentStatus.Succeeded));

        var refund = Assert.Single(change.Account.Refunds);
        Assert.Equal(("pi_1", A.Euro(95.08m), null), (refund.Intent, refund.Amount, refund.CreditNote));
        Assert.Equal("surplus_refunded", Assert.Single(change.Findings).Code);
    }

    [Fact]
    public void A_refund_and_then_a_returned_debit_over_the_whole_leave_the_whole_due_again()
    {
        var story = An.Account("business");
        var booking = story.Booked("users", 1, on: "2026-05-28");
        var invoice = story.Reached("2026-06-06").Single(); // 104,14
        var account = CollectInvoice.Plan(story.State with { PaymentMethod = A.Card, Receivables = [.. story.State.Receivables.Where(open => open.Invoice == invoice.Id)] }, A.Day("2026-06-06"), Now);
        IntentSnapshot Of(decimal returned) =>
            Intent(account, IntentStatus.Succeeded, returned: returned, attempt: "acme-payment-1", amount: 104.14m) with { Invoice = invoice.Id.ToString() };
        var paid = Heard(account, invoice, Of(0) with { Attempt = SlotOf(account).Id }, "2026-06-06");
        var withdrawn = CancelAddOnOn(paid.Account, paid.Invoices.Single(), booking);
        var credited = withdrawn.Invoices.First(document => document.Id == invoice.Id);
        var attempt = Assert.Single(withdrawn.Account.Refunds);
        Assert.Equal(A.Euro(9.06m), attempt.Amount);

        var refunded = Heard(withdrawn.Account, credited, With(Of(0), attempt, RefundStatus.Succeeded), "2026-06-09");
        var returned = Heard(refunded.Account, refunded.Invoices.Single(), With(Of(104.14m), attempt, RefundStatus.Succeeded), "2026-07-26");

        var reopened = returned.Invoices.Single();
        Assert.Equal((A.Euro(104.14m), InvoiceStatus.Open, PaymentState.Returned), (reopened.AmountDue, reopened.Status, reopened.Payment));
        var open = returned.Account.Receivables.Single();
        Assert.Equal((A.Day("2026-08-09"), 0, null), (open.DueOn, open.DunningLevel, open.CollectOn));
        Assert.Empty(returned.Account.Refunds);
    }

    static AccountChange CancelAddOnOn(Account account, Invoice invoice, AddOns.AddOnBooking booking)
    {
        var today = A.Day("2026-06-09");
        return AddOns.CancelAddOn.Decide(account, A.Terms, account.FindBooking(booking.Id)!, invoice, today, today).Value().Apply(Now, A.Owner, 1).Change;
    }

    /// <summary>An invoice that was paid and then corrected as a whole, so that its payment goes back.</summary>
    /// <returns>The account as it was charged, the correction, and what it consists of.</returns>
    static (Account Charged, AccountChange Credited, Invoice Original, Invoice Note, RefundAttempt Attempt) PaidAndCredited()
    {
        var (account, invoice) = Charging();
        var paid = Heard(account, invoice, Intent(account, IntentStatus.Succeeded));
        var credited = CreditNote.Apply(paid.Account, A.Terms, CreditNote.DecideFull(paid.Invoices.Single())!, Issued, Now, 1);
        var (original, note, attempt) = (credited.Invoices[0], credited.Invoices[1], credited.Account.Refunds.Single());
        return (account, credited, original, note, attempt);
    }

    [Fact]
    public void A_refund_that_fails_is_owed_still_and_a_person_is_told()
    {
        var (account, credited, original, note, attempt) = PaidAndCredited();

        AccountChange Told(Account now, Invoice paidBefore, RefundStatus status) => CollectInvoice.Observe(
            now, paidBefore, With(Intent(account, IntentStatus.Succeeded), attempt, status), [note], sessionIsOver: false, Issued, Now);
        var pending = Told(credited.Account, original, RefundStatus.Pending);
        var failed = Told(pending.Account, pending.Invoices.Single(), RefundStatus.Failed);
        var again = Told(failed.Account, failed.Invoices[0], RefundStatus.Failed);

        Assert.Equal(A.Euro(95.08m), pending.Invoices.Single().Refunded);
        Assert.Equal(A.Euro(0), failed.Invoices[0].Refunded);
        Assert.Equal((InvoiceStatus.Paid, PaymentState.RefundPending), (pending.Invoices[0].Status, original.Payment));
        Assert.Equal((InvoiceStatus.Open, PaymentState.RefundFailed), (failed.Invoices[1].Status, failed.Invoices[1].Payment));
        Assert.Equal((InvoiceStatus.Paid, PaymentState.RefundFailed), (failed.Invoices[0].Status, failed.Invoices[0].Payment));
        Assert.Equal("refund_failed", Assert.Single(failed.Findings).Code);
        Assert.Empty(failed.Account.Refunds);
        Assert.Empty(again.Account.Refunds); // a person sees to it, nothing is tried again by itself
        Assert.Empty(again.Findings);
    }

    [Fact]
    public void A_refund_counts_once_whether_it_is_heard_of_by_itself_or_with_its_payment()
    {
        var (account, credited, original, note, attempt) = PaidAndCredited();

        var heard = With(Intent(account, IntentStatus.Succeeded), attempt, RefundStatus.Succeeded);
        var once = CollectInvoice.Observe(credited.Account, original, heard, [note], sessionIsOver: false, Issued, Now);
        var twice = CollectInvoice.Observe(once.Account, once.Invoices[0], heard, [], sessionIsOver: false, Issued, Now);

        Assert.Equal((A.Euro(95.08m), A.Euro(0)), (once.Invoices[0].Refunded, once.Invoices[0].AmountDue));
        Assert.Equal(new AccountChange(once.Account), twice);
        Assert.Equal((InvoiceStatus.Paid, PaymentState.Refunded), (once.Invoices[1].Status, once.Invoices[1].Payment));
        Assert.Equal(["refund.succeeded"], once.Notifications.Select(told => told.Type));
        Assert.Empty(once.Findings);
    }

    /// <summary>The money has left already when a refund is pending: that it arrives changes nothing about the payment, and is told all the same.</summary>
    [Fact]
    public void A_refund_that_was_pending_is_told_when_it_arrives()
    {
        var (account, credited, original, note, attempt) = PaidAndCredited();
        var pending = CollectInvoice.Observe(
            credited.Account, original, With(Intent(account, IntentStatus.Succeeded), attempt, RefundStatus.Pending), [note], sessionIsOver: false, Issued, Now);

        var arrived = CollectInvoice.Observe(
            pending.Account, pending.Invoices.Single(), With(Intent(account, IntentStatus.Succeeded), attempt, RefundStatus.Succeeded), [note], sessionIsOver: false, Issued, Now);

        Assert.Equal("refund.succeeded", Assert.Single(arrived.Notifications).Type);
        Assert.Equal(PaymentState.Refunded, arrived.Invoices.Single(document => document.Id == note.Id).Payment);
        Assert.Empty(arrived.Account.Refunds);
    }

    [Fact]
    public void A_debit_given_on_Stripes_page_fails_for_good_once_the_page_is_over()
    {
        var invoice = Unpaid("business").Last;
        var unpaid = Unpaid("business").State with { Customer = "cus_1" };
        var account = CollectInvoice.Take(unpaid, invoice.Id, CollectInvoice.DecideSession(unpaid, invoice, Now).Value());
        var processing = Heard(account, invoice, Intent(account, IntentStatus.Processing));
        var declined = Intent(processing.Account, IntentStatus.Failed, "insufficient_funds");

        // As long as the page is open, the customer may try another card on it.
        Assert.NotNull(SlotOf(Heard(processing.Account, processing.Invoices.Single(), declined).Account));
        var failed = CollectInvoice.Observe(processing.Account, processing.Invoices.Single(), declined, [], sessionIsOver: true, Issued, Now);

        Assert.Equal((null, null), (failed.Account.Receivables.Single().Slot, failed.Account.Receivables.Single().CollectOn));
        Assert.Equal((InvoiceStatus.Open, PaymentState.Failed), (failed.Invoices.Single().Status, failed.Invoices.Single().Payment));
        Assert.Equal("invoice.payment_failed", Assert.Single(failed.Notifications).Type);
    }

    [Theory]
    [InlineData(IntentStatus.Processing)]
    [InlineData(null)]
    public void A_method_left_while_the_former_is_tried_is_charged_when_that_fails(IntentStatus? before)
    {
        var (account, invoice) = Charging();
        if (before is { } status)
        {
            var waits = Heard(account, invoice, Intent(account, status));
            (account, invoice) = (waits.Account, waits.Invoices.Single());
        }
        var changed = PaymentMethods.Change(account, A.Card with { Id = "pm_2" }, Issued, Now).Account;

        var failed = Heard(changed, invoice, Intent(changed, IntentStatus.Failed, "card_declined"));
        var again = CollectInvoice.Plan(failed.Account, Issued, Now);

        Assert.Equal(("pm_2", false), (SlotOf(again).Method, SlotOf(again).IsUnderWay));
        Assert.Equal(0, again.Receivables.Single().Failures);
    }

    [Fact]
    public void A_refund_that_comes_back_days_later_is_told_once_and_owed_again()
    {
        var (account, credited, original, note, attempt) = PaidAndCredited();
        AccountChange Told(AccountChange now, Invoice noted, RefundStatus status) => CollectInvoice.Observe(
            now.Account, now.Invoices[0], Intent(account, IntentStatus.Succeeded) with { Refunds = [new("re_1", attempt.Id, status, attempt.Amount, noted.Id)] }, [noted],
            sessionIsOver: false, Issued, Now);

        var succeeded = Told(new AccountChange(credited.Account).With(original), note, RefundStatus.Succeeded);
        var back = Told(succeeded, succeeded.Invoices[1], RefundStatus.Failed);
        var again = Told(back, back.Invoices[1], RefundStatus.Failed);

        Assert.Equal(("refund_failed", PaymentState.RefundFailed, InvoiceStatus.Open), (Assert.Single(back.Findings).Code, back.Invoices[1].Payment, back.Invoices[1].Status));
        Assert.Empty(again.Findings);
        Assert.Empty(back.Account.Refunds.Concat(again.Account.Refunds));
    }

    /// <summary>A paid invoice over two bookings, one of which was withdrawn.</summary>
    static (AccountChange First, Invoice Invoice, Invoice Credited, Invoice Note, RefundAttempt Attempt, IntentSnapshot Intent, AddOns.AddOnBooking Two) OneOfTwoWithdrawn()
    {
        var story = An.Account("business");
        var (one, two) = (story.Booked("users", 1, on: "2026-05-28"), story.Booked("users", 1, on: "2026-05-28"));
        var invoice = story.Reached("2026-06-06").Single();
        var account = CollectInvoice.Plan(story.State with { PaymentMethod = A.Card, Receivables = [.. story.State.Receivables.Where(open => open.Invoice == invoice.Id)] }, A.Day("2026-06-06"), Now);
        var intent = Intent(account, IntentStatus.Succeeded, amount: invoice.Gross.Cents / 100m) with { Invoice = invoice.Id.ToString() };
        var paid = Heard(account, invoice, intent, "2026-06-06");
        var first = CancelAddOnOn(paid.Account, paid.Invoices.Single(), one);
        var (credited, note, attempt) = (first.Invoices.First(document => document.Id == invoice.Id), first.Invoices.First(document => document.Id != invoice.Id), first.Account.Refunds.Single());
        return (first, invoice, credited, note, attempt, intent, two);
    }

    [Fact]
    public void A_credit_note_refunds_its_own_amount_and_not_what_an_earlier_one_is_still_owed()
    {
        var (first, invoice, credited, note, attempt, intent, two) = OneOfTwoWithdrawn();
        var failed = CollectInvoice.Observe(first.Account, credited, With(intent, attempt, RefundStatus.Failed), [note], sessionIsOver: false, Issued, Now);

        var second = CancelAddOnOn(failed.Account, failed.Invoices.First(document => document.Id == invoice.Id), two);

        Assert.Equal(second.Invoices.First(document => document.Kind == DocumentKind.CreditNote).Gross, Assert.Single(second.Account.Refunds).Amount);
    }

    [Fact]
    public void A_refund_that_comes_back_is_told_also_where_another_one_goes_out_at_the_same_time()
    {
        var (first, invoice, credited, note, attempt, intent, two) = OneOfTwoWithdrawn();
        var refunded = CollectInvoice.Observe(first.Account, credited, intent with { Refunds = [new("re_1", attempt.Id, RefundStatus.Succeeded, attempt.Amount, note.Id)] }, [note], sessionIsOver: false, Issued, Now);
        var second = CancelAddOnOn(refunded.Account, refunded.Invoices.First(document => document.Id == invoice.Id), two);
        var (twice, other, next) = (second.Invoices.First(document => document.Id == invoice.Id), second.Invoices.First(document => document.Id != invoice.Id), second.Account.Refunds.Single());

        var heard = CollectInvoice.Observe(
            second.Account, twice,
            intent with { Refunds = [new("re_1", attempt.Id, RefundStatus.Failed, attempt.Amount, note.Id), new("re_2", next.Id, RefundStatus.Succeeded, next.Amount, other.Id)] },
            [refunded.Invoices.First(document => document.Id == note.Id), other], sessionIsOver: false, Issued, Now);

        Assert.Equal("refund_failed", Assert.Single(heard.Findings).Code);
        Assert.Equal([(note.Id, InvoiceStatus.Open), (other.Id, InvoiceStatus.Paid)], heard.Invoices.Where(document => document.Kind == DocumentKind.CreditNote).Select(document => (document.Id, document.Status)));
    }

    [Fact]
    public void What_somebody_gave_back_at_Stripe_is_owed_again_in_14_days_and_told()
    {
        var (account, invoice) = Charging();
        var paid = Heard(account, invoice, Intent(account, IntentStatus.Succeeded));

        var given = Heard(paid.Account, paid.Invoices.Single(), Intent(account, IntentStatus.Succeeded, refunded: 10), "2026-08-01");

        Assert.Equal((A.Euro(10), A.Day("2026-08-15")), (given.Invoices.Single().AmountDue, given.Account.Receivables.Single().DueOn));
        Assert.Equal("refund_unknown", Assert.Single(given.Findings).Code);
    }

    [Fact]
    public void What_was_given_back_at_Stripe_in_a_failed_refunds_place_is_recorded_on_the_note_only()
    {
        var (account, credited, original, note, attempt) = PaidAndCredited();
        Decision<Pending> Recorded(AccountChange now, decimal gross) =>
            OperatorCorrections.RecordPayout(now.Account, now.Invoices[1], now.Invoices[0], A.Euro(gross), Issued, "Auszug 7", "Erstattung", Now, A.Operator);
        Assert.Equal("payment_in_progress", Recorded(credited, 95.08m).Refusal());

        var failed = CollectInvoice.Observe(
            credited.Account, original, With(Intent(account, IntentStatus.Succeeded), attempt, RefundStatus.Failed), [note], sessionIsOver: false, Issued, Now);
        var byHand = Heard(failed.Account, failed.Invoices[0], Intent(account, IntentStatus.Succeeded, refunded: 95.08m));
        var recorded = Recorded(new AccountChange(byHand.Account).With(byHand.Invoices[0]).With(failed.Invoices[1]), 95.08m).Value().Apply(0).Change;

        Assert.Equal((InvoiceStatus.Paid, PaymentState.Refunded, A.Euro(0)), (recorded.Invoices[0].Status, recorded.Invoices[0].Payment, recorded.Invoices[0].Balance));
        Assert.Equal((InvoiceStatus.Paid, PaymentState.Refunded), (recorded.Invoices[1].Status, recorded.Invoices[1].Payment));
        Assert.Equal("validation_failed", Recorded(failed, 95.09m).Refusal());
        Assert.Equal("invoice_not_payable", Recorded(recorded, 0.01m).Refusal());
    }

    [Fact]
    public void Nothing_is_written_off_while_a_payment_is_under_way()
    {
        var (account, invoice) = Charging();
        Assert.Equal("payment_in_progress", OperatorCorrections.WriteOff(account, invoice, "Kulanz", Now, A.Owner).Refusal());
    }

    [Fact]
    public void A_debit_that_processes_is_written_once_and_again_when_it_was_looked_at()
    {
        var (account, invoice) = Charging();
        var intent = Intent(account, IntentStatus.Processing);
        var first = Heard(account, invoice, intent);

        Assert.Equal(new AccountChange(first.Account), Heard(first.Account, first.Invoices.Single(), intent));
        Assert.NotEqual(new AccountChange(first.Account), Heard(first.Account, first.Invoices.Single(), intent, "2026-05-07"));
    }

    [Fact]
    public void A_debit_that_fails_when_nothing_is_due_any_more_is_nobodys_concern()
    {
        var (account, invoice) = Charging();
        var waiting = Heard(account, invoice, Intent(account, IntentStatus.Processing));
        var gone = CreditNote.Apply(waiting.Account, A.Terms, CreditNote.DecideFull(waiting.Invoices.Single())!, Issued, Now, 7);

        var failed = Heard(gone.Account, gone.Invoices.First(document => document.Id == invoice.Id), Intent(account, IntentStatus.Failed, "insufficient_funds"));

        Assert.Equal((0, 0, 0), (failed.Account.Receivables.Length, failed.Notifications.Length, failed.Journal.Length));
        Assert.Equal((InvoiceStatus.Void, PaymentState.None), (failed.Invoices.Single().Status, failed.Invoices.Single().Payment));
    }

    /// <summary>A debit that fails is not repeated by itself, but what is left after a correction was never asked for.</summary>
    [Fact]
    public void What_a_correction_left_is_collected_when_the_debit_of_the_whole_fails()
    {
        var (account, invoice) = Charging();
        invoice = invoice with { Lines = [invoice.Lines[0], A.Line(10m)], Taxes = Tax.Totals([invoice.Lines[0], A.Line(10m)], invoice.Treatment) };
        account = account.WithReceivable(invoice);
        account = account.WithReceivable(account.Receivables.Single() with { Slot = SlotOf(account) with { Amount = invoice.Gross } });
        var waiting = Heard(account, invoice, Intent(account, IntentStatus.Processing, amount: 106.98m));
        var less = CreditNote.Apply(waiting.Account, A.Terms, CreditNote.Decide(waiting.Invoices.Single(), [1])!, Issued, Now, 7);

        var failed = Heard(less.Account, less.Invoices.First(document => document.Id == invoice.Id), Intent(account, IntentStatus.Failed, "insufficient_funds", amount: 106.98m), "2026-05-12");

        Assert.Equal((A.Euro(95.08m), A.Day("2026-05-12")), (failed.Account.Receivables.Single().AmountDue, failed.Account.Receivables.Single().CollectOn));
        var again = CollectInvoice.Plan(failed.Account, A.Day("2026-05-12"), Now);
        var processing = Heard(again, failed.Invoices.Single(), Intent(again, IntentStatus.Processing), "2026-05-12");
        Assert.Null(Heard(processing.Account, processing.Invoices.Single(), Intent(again, IntentStatus.Failed, "insufficient_funds"), "2026-05-18").Account.Receivables.Single().CollectOn);
    }

    /// <summary>Each step has a line in the journal, and a commit has room for a hundred rows.</summary>
    [Fact]
    public void However_many_invoices_are_overdue_each_is_told_once_and_no_commit_is_too_big()
    {
        var account = Unpaid("smart").State;
        var open = account.Receivables.Single();
        account = account with { Receivables = [.. Enumerable.Range(1, 130).Select(place => open with { Invoice = InvoiceId.Of(place) })] };
        var (told, today) = (new List<string?>(), A.Day("2026-05-24"));

        for (var commits = 0; Dunning.IsDue(account, A.Terms.Access, today); commits++)
        {
            Assert.True(commits < 10);
            var change = Dunning.Apply(account, A.Terms.Access, today, Now);
            Assert.InRange(change.Journal.Length, 1, 90);
            told.AddRange(change.Notifications.Select(notification => notification.InvoiceId));
            account = change.Account;
        }

        Assert.Equal(130, told.Distinct().Count());
        Assert.Equal(130, told.Count);
    }

    [Fact]
    public void Each_step_of_dunning_is_told_once()
    {
        var account = Unpaid("smart"); // due on 20.05.
        var (number, steps) = (account.Last.Number, new Dictionary<string, string?>());
        for (var day = A.Day("2026-05-20"); day <= A.Day("2026-06-15"); day = day.AddDays(1))
        {
            var before = account.Told.Count;
            account.Reached(day.ToString("yyyy-MM-dd"));
            foreach (var told in account.Told.Skip(before).Where(told => told is { Type: "invoice.overdue", InvoiceId: "inv-1" }))
            {
                steps[day.ToString("dd.MM.")] = told.State;
                Assert.Equal(number, told.Number);
            }
        }

        Assert.Equal([("23.05.", "reminder"), ("27.05.", "notice"), ("03.06.", "warning"), ("10.06.", "suspension")], steps.Select(step => (step.Key, step.Value!)));
    }
}
