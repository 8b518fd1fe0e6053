using Billing.AddOns;
using Billing.Invoices;

namespace Billing.Tests;

public class AddOnExamplesTests
{
    [Fact]
    public void E12_one_user_for_the_last_three_days()
    {
        var account = An.Account("smart", openedOn: "2026-03-18");

        var booking = account.Booked("users", 1, on: "2026-04-15");

        var line = Assert.Single(account.Draft!.Lines);
        Assert.Equal((3, 31, A.Euro(0.57m)), (line.Days, line.PeriodDays, line.Net));
        Assert.Equal((A.Day("2026-04-15"), A.Day("2026-04-17")), (line.From, line.To));
        Assert.Equal(A.Day("2026-04-17"), booking.BilledThrough);
        Assert.Equal((InvoiceStatus.Draft, null), (account.Draft.Status, account.Draft.Number));
    }

    [Theory]
    [InlineData("2026-05-06", "storage", 3, "2026-05-20", "9,71")] // rounded once, not per piece: 9,72
    [InlineData("2026-02-01", "users", 1, "2026-02-08", "4,43")]
    public void E13_the_line_is_rounded_once(string openedOn, string addOn, int quantity, string on, string net)
    {
        var account = An.Account(openedOn: openedOn);

        account.Booked(addOn, quantity, on);

        Assert.Equal(net, account.Draft!.Lines.Amounts());
    }

    [Fact]
    public void E14_three_bookings_have_one_VAT_and_withdrawn_one_by_one_it_is_credited_exactly_once()
    {
        var account = An.Account(openedOn: "2026-03-18");
        var bookings = new[] { account.Booked("users", 1, "2026-04-15"), account.Booked("users"), account.Booked("users") };
        Assert.Equal("1,71/0,32/2,03", account.Draft!.Figure());

        account.CancelledSubscription();
        var collective = Assert.Single(account.Reached("2026-04-18"));
        account.Paid(collective);
        var notes = bookings.Select(booking => account.Ended(booking)!).ToList();

        Assert.Equal("1,71/0,32/2,03", collective.Figure());
        Assert.Equal(["0,57/0,10/0,67", "0,57/0,11/0,68", "0,57/0,11/0,68"], notes.Select(note => note.Figure()));
    }

    [Fact]
    public void E19_a_booking_withdrawn_after_the_close_gets_all_its_lines_back()
    {
        var account = An.Account("business", openedOn: "2026-05-06");
        var booking = account.Booked("users", 1, on: "2026-05-28");
        Assert.Equal("1,71", account.Draft!.Lines.Amounts());
        Assert.Equal(A.Day("2026-06-11"), booking.WithdrawableThrough);

        var invoice = Assert.Single(account.Reached("2026-06-06"));
        Assert.Equal("79,90 5,90 1,71", invoice.Lines.Amounts());
        Assert.Equal("87,51/16,63/104,14", invoice.Figure());
        account.Paid(invoice);

        var preview = account.EndPreview(booking, on: "2026-06-09");
        var note = account.Ended(booking)!;

        Assert.Equal(("withdrawal", A.Euro(9.06m)), (preview.Kind, preview.RefundGross));
        Assert.Equal("5,90 1,71", note.Lines.Amounts());
        Assert.Equal("7,61/1,45/9,06", note.Figure());
        Assert.Equal((DocumentKind.CreditNote, invoice.Id, invoice.Number), (note.Kind, note.Corrects, note.CorrectsNumber));
        Assert.StartsWith("RK-", note.Number, StringComparison.Ordinal);
        Assert.Equal((PaymentState.RefundPending, A.Euro(0)), (note.Payment, note.SetOff));
        Assert.Equal(A.Euro(-9.06m), account.Document(invoice).Balance);
        Assert.Equal(BookingStatus.Withdrawn, account.Booking(booking).Status);
    }

    [Fact]
    public void E20_a_booking_cancelled_after_its_withdrawal_days_runs_out_and_is_not_billed_again()
    {
        var account = An.Account("business", openedOn: "2026-05-06");
        var booking = account.Booked("users", 1, on: "2026-05-06");

        var preview = account.EndPreview(booking, on: "2026-05-25");
        account.Ended(booking);

        Assert.Equal(("cancellation", A.Day("2026-06-05"), A.Euro(0)), (preview.Kind, preview.EndsOn, preview.RefundGross));
        var cancelled = account.Booking(booking);
        Assert.Equal((BookingStatus.Cancelled, A.Day("2026-06-05"), true), (cancelled.Status, cancelled.EndsOn, cancelled.IsRunning));

        var invoice = Assert.Single(account.Reached("2026-06-06"));
        Assert.Equal(["79,90 (06.06.–05.07.)", "5,90 (06.05.–05.06.)"], invoice.Lines.AmountsWithDays());
        Assert.Equal("85,80/16,30/102,10", invoice.Figure());
        Assert.Equal(BookingStatus.Ended, account.Booking(booking).Status);
    }
}
