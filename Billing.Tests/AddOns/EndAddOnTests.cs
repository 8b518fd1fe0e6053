using Billing.Accounts;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests;

public class EndAddOnTests
{
    [Fact]
    public void Withdrawn_before_the_close_its_line_leaves_the_draft()
    {
        var account = An.Account();
        var first = account.Booked("users", 1, on: "2026-05-20");
        var second = account.Booked("storage");

        var preview = account.EndPreview(first, on: "2026-05-21");
        Assert.Null(account.Ended(first));

        Assert.Equal(("withdrawal", A.Euro(0)), (preview.Kind, preview.RefundGross));
        Assert.Equal(second.Id, account.Draft!.Lines.Single().Booking);
        Assert.Equal((BookingStatus.Withdrawn, A.Day("2026-05-21")), (account.Booking(first).Status, account.Booking(first).EndsOn));
    }

    [Fact]
    public void The_last_line_withdrawn_voids_the_draft_with_its_last_amount()
    {
        var account = An.Account();
        var first = account.Booked("users", 1, on: "2026-05-20");
        var second = account.Booked("storage", 3);
        var draft = account.Draft!;

        account.Ended(first);
        account.Ended(second, on: "2026-05-22");

        var voided = account.Last;
        Assert.Null(account.Draft);
        Assert.Equal((draft.Id, null, InvoiceStatus.Void, A.Day("2026-05-20")), (voided.Id, voided.Number, voided.Status, voided.Date));
        Assert.Equal("9,71/1,84/11,55", voided.Figure());
        Assert.Equal("19,90", account.Reached("2026-06-06").Single().Lines.Amounts());

        account.Booked("users");
        Assert.NotEqual(draft.Id, account.Draft!.Id);
    }

    [Fact]
    public void The_last_withdrawal_day_is_included_and_the_next_one_cancels()
    {
        var account = An.Account();
        var booking = account.Booked("users", 1, on: "2026-05-06"); // until 20 May

        Assert.Equal("withdrawal", account.EndPreview(booking, on: "2026-05-20").Kind);
        Assert.Equal("cancellation", account.EndPreview(booking, on: "2026-05-21").Kind);
    }

    [Fact]
    public void The_sellers_Land_gives_the_customer_another_day()
    {
        var account = An.Account(openedOn: "2026-05-06", terms: A.TermsWith(land: Values.FederalState.NW));

        Assert.Equal(A.Day("2026-06-05"), account.Booked("users", 1, on: "2026-05-21").WithdrawableThrough); // Corpus Christi
    }

    [Fact]
    public void Withdrawn_after_the_close_an_open_invoice_falls_by_it()
    {
        var account = An.Account("business");
        var booking = account.Booked("users", 1, on: "2026-05-28");
        var invoice = account.Reached("2026-06-06").Single();

        var note = account.Ended(booking, on: "2026-06-09")!;

        Assert.Equal(A.Euro(95.08m), account.Document(invoice).AmountDue);
        Assert.Equal(InvoiceStatus.Open, account.Document(invoice).Status);
        Assert.Equal((A.Euro(9.06m), InvoiceStatus.Paid, PaymentState.None), (note.SetOff, note.Status, note.Payment));
        Assert.Equal(A.Euro(95.08m), account.State.Receivables.Single().AmountDue);
    }

    [Fact]
    public void A_withdrawn_booking_is_not_billed_again()
    {
        var account = An.Account("business");
        var booking = account.Booked("users", 1, on: "2026-05-28");
        account.Reached("2026-06-06");
        account.Ended(booking, on: "2026-06-09");

        Assert.Equal("79,90", account.Reached("2026-07-06").Single().Lines.Amounts());
    }

    [Fact]
    public void What_was_cancelled_inside_the_withdrawal_days_can_only_have_been_withdrawn()
    {
        var account = An.Account();
        var booking = account.Booked("users", 1, on: "2026-05-06");
        account.Ended(booking, on: "2026-05-21");
        Assert.Equal("already_cancelled", CancelAddOn.Decide(account.State, A.Terms, account.Booking(booking), null, account.Today, account.Today).Refusal());

        account.Reached("2026-06-06");
        Assert.Equal("already_ended", CancelAddOn.Decide(account.State, A.Terms, account.Booking(booking), null, account.Today, account.Today).Refusal());
        Assert.Equal("already_ended", KeepAddOn.Decide(account.State, account.Booking(booking), account.Now, A.Owner).Refusal());
    }

    [Fact]
    public void A_withdrawal_asked_for_on_its_last_day_stays_one_although_the_cycle_was_closed_under_it()
    {
        var account = An.Account();
        var booking = account.Booked("users", 1, on: "2026-05-22");
        Assert.Equal(A.Day("2026-06-05"), booking.WithdrawableThrough);
        account.Reached("2026-06-06");

        var order = CancelAddOn.Decide(account.State, A.Terms, account.Booking(booking), account.Billed(booking), account.Today, A.Day("2026-06-05")).Value();

        Assert.Equal("withdrawal", ((EndPreview)order.Preview).Kind);
    }

    [Fact]
    public async Task A_withdrawal_confirmed_on_its_last_day_is_carried_out_although_the_cycle_was_closed_under_it()
    {
        var billing = new BillingInMemory();
        var id = await billing.Opened();
        billing.Reached("2026-05-22");
        var booking = BookingId.Parse((await billing.Ordered(id, billing.Booking(quantity: 10))).Value().Reply.Id);
        billing.Now = A.Instant("2026-06-05T21:58:00Z");
        var decide = billing.EndOf(booking);
        var confirmation = (await billing.Accounts.PreviewAsync(billing.By(A.Owner, id), (account, today, _) => decide(account, today), TestContext.Current.CancellationToken)).Value().Confirmation;

        billing.Now = A.Instant("2026-06-05T21:59:59Z");
        var received = billing.By(A.Owner, id, confirmation: confirmation);
        billing.Reached("2026-06-06");
        await billing.State(id);
        var decideLate = billing.EndOf(booking, receivedOn: A.Day("2026-06-05"));
        (await billing.Accounts.OrderAsync(received, (account, today, _) => decideLate(account, today), TestContext.Current.CancellationToken)).Value();

        Assert.Equal((DocumentKind.CreditNote, A.Euro(104.19m)), (billing.Store.InvoicesOf(id)[^1].Kind, billing.Store.InvoicesOf(id)[^1].Gross));
    }

    [Fact]
    public void A_withdrawn_booking_that_has_left_the_state_is_written_where_it_stands()
    {
        var account = An.Account();
        account.CancelledSubscription(on: "2026-05-22");
        var booking = account.Booked("users", 1, on: "2026-05-22");
        account.Reached("2026-06-06");
        var ended = account.Booking(booking);
        var without = account.State with { Bookings = [] };

        var change = CancelAddOn.Decide(without, A.Terms, ended, account.Billed(booking), account.Today, A.Day("2026-06-05")).Value().Apply(account.Now, A.Owner, 1).Change;

        Assert.Equal((booking.Id, BookingStatus.Withdrawn), (change.Archived.Single().Id, change.Archived.Single().Status));
    }

    [Fact]
    public void A_withdrawn_booking_can_be_ended_or_kept_no_more()
    {
        var account = An.Account();
        var booking = account.Booked("users");
        account.Ended(booking);

        Assert.Equal("already_ended", CancelAddOn.Decide(account.State, A.Terms, account.Booking(booking), null, account.Today, account.Today).Refusal());
        Assert.Equal("already_ended", KeepAddOn.Decide(account.State, account.Booking(booking), account.Now, A.Owner).Refusal());
    }

    [Fact]
    public void A_cancellation_can_be_taken_back_until_its_last_day()
    {
        var account = An.Account("business");
        var booking = account.Booked("users", 1, on: "2026-05-06");
        Assert.Equal("not_cancelled", KeepAddOn.Decide(account.State, booking, account.Now, A.Owner).Refusal());
        account.Ended(booking, on: "2026-05-25");

        account.Kept(booking, on: "2026-06-05");

        Assert.Equal((BookingStatus.Active, null), (account.Booking(booking).Status, account.Booking(booking).EndsOn));
        Assert.Equal("79,90 5,90 5,90", account.Reached("2026-06-06").Single().Lines.Amounts());
    }

    [Fact]
    public void Cancelling_and_withdrawing_are_possible_while_suspended()
    {
        var account = An.Account();
        var old = account.Booked("users", 1, on: "2026-06-10");
        var young = account.Booked("users", 1, on: "2026-07-10");
        account.Reached("2026-07-11"); // the renewal of 6 June was due on the 20th
        Assert.Equal(Billing.Access.AccessState.Suspended, account.Access.State);

        Assert.Equal("cancellation", account.EndPreview(old, on: "2026-07-11").Kind);
        account.Ended(old);
        account.Ended(young);
        Assert.Equal((BookingStatus.Cancelled, BookingStatus.Withdrawn), (account.Booking(old).Status, account.Booking(young).Status));
    }

    [Fact]
    public void Ended_bookings_stay_in_the_table()
    {
        var account = An.Account();
        var withdrawn = account.Booked("users");
        account.Ended(withdrawn);
        var cancelled = account.Booked("storage", 2);
        account.Ended(cancelled, on: "2026-05-25");

        account.Reached("2026-08-06");

        Assert.Equal([BookingStatus.Withdrawn, BookingStatus.Ended], account.Bookings.Select(booking => booking.Status));
        Assert.Empty(account.State.Bookings);
    }

    [Fact]
    public void Nothing_is_credited_twice_where_the_invoice_was_voided_before()
    {
        var account = An.Account("business");
        var booking = account.Booked("users", 1, on: "2026-05-28");
        var invoice = account.Reached("2026-06-06").Single();
        account.Voided(invoice);

        Assert.Null(account.Ended(booking, on: "2026-06-09"));
        Assert.Equal(account.Document(invoice).Gross, account.Document(invoice).Credited);
    }

    [Fact]
    public void A_draft_that_was_voided_because_it_was_too_small_is_no_invoice_to_be_credited()
    {
        var account = An.Account();
        account.CancelledSubscription(on: "2026-05-20");
        var booking = account.Booked("users", 1, on: "2026-06-05");
        var voided = account.Reached("2026-06-06").Single();

        // The document that the booking names: whoever looks it up must not come to owe the customer what was never asked for.
        var order = CancelAddOn.Decide(account.State, A.Terms, account.Booking(booking), voided, account.Today, account.Today).Value();

        Assert.Equal(A.Euro(0), ((EndPreview)order.Preview).RefundGross);
        Assert.False(order.NeedsNumber);
    }

    [Fact]
    public async Task Storage_is_not_asked_for_bookings_that_have_left_the_state_while_none_has()
    {
        var account = An.Account();
        account.Booked("users", 1, on: "2026-05-20");
        account.Booked("storage");

        Assert.Equal(["storage", "users"], (await BookingHistory.ListAsync(store: null!, account.State, 10, TestContext.Current.CancellationToken)).Select(booking => booking.AddOn));
    }

    [Fact]
    public void The_notice_of_a_withdrawal_says_what_becomes_of_the_money()
    {
        var account = An.Account();
        var booking = account.Booked("users", 1, on: "2026-06-01");
        Assert.Equal("Widerruf: Die Option wird sofort storniert und von Ihrer ausstehenden Rechnung gelöscht.", account.EndPreview(booking, on: "2026-06-02").Notice);

        var invoice = account.Reached("2026-06-06").Single();
        Assert.Matches(@"sofort storniert\. \d+,\d\d € werden von Ihrer offenen Rechnung abgezogen\.$", account.EndPreview(booking, on: "2026-06-07").Notice);

        account.Paid(invoice, part: 30m);
        var part = account.EndPreview(booking, on: "2026-06-07");
        var due = account.Document(invoice).AmountDue;
        Assert.Equal($"Widerruf: Die Option wird sofort storniert. {due} werden von Ihrer offenen Rechnung abgezogen, {part.RefundGross - due} werden Ihnen erstattet.", part.Notice);

        account.Paid(invoice);
        Assert.Matches(@"sofort storniert\. \d+,\d\d € werden Ihnen erstattet\.$", account.EndPreview(booking, on: "2026-06-07").Notice);
    }

    [Fact]
    public void The_notice_of_a_withdrawal_promises_no_refund_of_what_was_written_off()
    {
        var account = An.Account();
        var booking = account.Booked("users", 1, on: "2026-06-01");
        account.WrittenOff(account.Reached("2026-06-06").Single());

        Assert.Matches(@"sofort storniert\. \d+,\d\d € werden mit dem ausgebuchten Betrag verrechnet\.$", account.EndPreview(booking, on: "2026-06-07").Notice);
    }
}
