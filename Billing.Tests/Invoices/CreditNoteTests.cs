using Billing.Invoices;
using Billing.Payments;

namespace Billing.Tests;

public class CreditNoteTests
{
    /// <summary>A collective invoice over plan and users, 87,51/16,63/104,14 as in the worked example, still open.</summary>
    static (AccountStory Account, Invoice Invoice, AddOns.AddOnBooking Booking) Open()
    {
        var account = An.Account("business");
        var booking = account.Booked("users", 1, on: "2026-05-28");
        return (account, account.Reached("2026-06-06").Single(), booking);
    }

    [Fact]
    public void Several_credit_notes_never_exceed_the_original()
    {
        var (account, invoice, _) = Open();
        var figures = new List<string>();
        for (var line = 0; line < 3; line++)
        {
            var original = account.Document(invoice);
            var correction = CreditNote.Decide(original, [line])!;
            figures.Add(correction.Taxes.Figure());
            account = Applied(account, correction);
        }

        Assert.Equal(["79,90/15,18/95,08", "5,90/1,13/7,03", "1,71/0,32/2,03"], figures);
        Assert.Equal(A.Euro(104.14m), account.Document(invoice).Credited);
        Assert.Null(CreditNote.DecideFull(account.Document(invoice)));
    }

    static AccountStory Applied(AccountStory account, CreditNote.Correction correction)
    {
        account.Wrote(CreditNote.Apply(account.State, A.Terms, correction, account.Today, account.Now, 1));
        return account;
    }

    [Fact]
    public void A_line_is_credited_once()
    {
        var (account, invoice, _) = Open();
        Applied(account, CreditNote.Decide(invoice, [1])!);

        Assert.Null(CreditNote.Decide(account.Document(invoice), [1]));
        Assert.Equal("1,71", Applied(account, CreditNote.Decide(account.Document(invoice), [1, 2])!).Last.Lines.Amounts());
    }

    [Fact]
    public void An_unpaid_invoice_that_is_fully_credited_is_void_and_nothing_is_owed()
    {
        var (account, invoice, _) = Open();

        var note = account.Voided(invoice);

        Assert.Equal((InvoiceStatus.Void, A.Euro(0)), (account.Document(invoice).Status, account.Document(invoice).AmountDue));
        Assert.Equal((InvoiceStatus.Paid, invoice.Gross, PaymentState.None), (note.Status, note.SetOff, note.Payment));
        Assert.Empty(account.State.Receivables);
    }

    [Fact]
    public void A_paid_invoice_that_is_fully_credited_stays_paid_and_all_of_it_is_owed()
    {
        var (account, invoice, _) = Open();
        account.Paid(invoice);

        var note = account.Voided(invoice);

        Assert.Equal(InvoiceStatus.Paid, account.Document(invoice).Status);
        Assert.Equal((InvoiceStatus.Open, A.Euro(0), PaymentState.RefundPending), (note.Status, note.SetOff, note.Payment));
        Assert.Equal(A.Euro(-104.14m), account.Document(invoice).Balance);
    }

    [Fact]
    public void Of_a_partly_paid_invoice_only_what_was_paid_too_much_is_owed()
    {
        var (account, invoice, booking) = Open();
        account.Paid(invoice, part: 100m);

        var note = account.Ended(booking, on: "2026-06-09")!;

        Assert.Equal((A.Euro(4.14m), A.Euro(9.06m)), (note.SetOff, note.Gross)); // 4,14 were due, 4,92 go back
        Assert.Equal((InvoiceStatus.Paid, A.Euro(-4.92m)), (account.Document(invoice).Status, account.Document(invoice).Balance));
    }

    [Fact]
    public void The_note_has_its_own_number_and_day_and_says_what_it_corrects()
    {
        var (account, invoice, booking) = Open();
        account.Paid(invoice);

        var note = account.Ended(booking, on: "2026-06-09")!;

        Assert.Matches("^RK-[0-9]+$", note.Number);
        Assert.Equal((A.Day("2026-06-09"), null, invoice.Number), (note.Date, note.DueOn, note.CorrectsNumber));
        Assert.NotEqual(invoice.Id, note.Id);
        Assert.Contains(account.Told, told => told is { Type: "credit_note.issued", GrossCents: 906 });
        Assert.Equal(invoice with { CreditedLines = default, Credited = default, Payments = default }, account.Document(invoice) with { CreditedLines = default, Credited = default, Payments = default, Status = invoice.Status });
    }

    [Fact]
    public void What_was_written_off_was_never_paid_and_is_not_owed()
    {
        var (account, invoice, booking) = Open();
        account.WrittenOff(invoice);

        var note = account.Ended(booking, on: "2026-06-09")!;

        Assert.Equal(note.Gross, note.SetOff);
        Assert.NotEqual(PaymentState.RefundPending, note.Payment);
    }

    [Fact]
    public void Voiding_what_was_written_off_after_a_part_was_paid_gives_back_only_that_part()
    {
        var (account, invoice, _) = Open();
        account.Paid(invoice, part: 20m);
        account.WrittenOff(invoice);

        var note = account.Voided(invoice);

        Assert.Equal(A.Euro(20m), note.Gross - note.SetOff);
    }

    [Fact]
    public void A_correction_is_at_the_originals_rate_also_when_the_catalogue_learnt_of_another_one_later()
    {
        // Issued on 15 June 2020, before the law of 29 June lowered the rate from 1 July on.
        var before = A.TermsWith(vatRates: [new(A.Day("2007-01-01"), 19)]);
        var account = An.Account("smart", openedOn: "2020-06-15", terms: before);
        var invoice = account.Last;
        Assert.Equal("19,90/3,78/23,68", invoice.Figure());

        var correction = CreditNote.DecideFull(invoice)!;

        Assert.Equal("19,90/3,78/23,68", correction.Taxes.Figure());
    }

    [Fact]
    public void A_credit_at_several_rates_is_taken_from_each()
    {
        var account = An.Account("smart", openedOn: "2020-05-15");
        var booking = account.Booked("users", 1, on: "2020-06-10");
        var invoice = account.Reached("2020-06-15").Single();

        var note = account.Ended(booking, on: "2020-06-16")!;

        Assert.Equal("5,90 0,95", note.Lines.Amounts());
        Assert.Equal([19, 16], note.Taxes.Select(tax => tax.RatePercent));
        Assert.Equal("6,85/1,13/7,98", note.Figure()); // 0,18 at 19 %, and 25,80 → 19,90 at 16 %: 4,13 − 3,18
        Assert.Equal(invoice.Gross - note.Gross, account.Document(invoice).AmountDue);
    }

    [Fact]
    public void A_remainder_below_50_cents_is_written_off()
    {
        var account = An.Account();
        account.CancelledSubscription(on: "2026-05-20");
        var withdrawn = account.Booked("users", 3, on: "2026-06-05");
        account.Booked("users");
        var last = account.Reached("2026-06-06").Single(); // 0,57 + 0,19

        account.Ended(withdrawn);

        Assert.Equal((InvoiceStatus.Paid, A.Euro(0)), (account.Document(last).Status, account.Document(last).AmountDue));
        Assert.Empty(account.State.Receivables);
    }
}

public class OperatorCorrectionsTests
{
    [Fact]
    public void A_bank_transfer_pays_an_invoice_in_parts()
    {
        var account = An.Account();
        var invoice = account.Reached("2026-06-06").Single();

        Assert.Equal((InvoiceStatus.Open, A.Euro(13.68m)), (account.Paid(invoice, part: 10m).Status, account.Document(invoice).AmountDue));
        Assert.Equal((InvoiceStatus.Paid, A.Euro(0)), (account.Paid(invoice).Status, account.Document(invoice).AmountDue));
        Assert.Contains(account.Told, told => told.Type == "invoice.paid" && told.Number == invoice.Number);
        Assert.Equal("payment.recorded", account.Journal[^1].Action);
        Assert.Contains("Grund: Überweisung", account.Journal[^1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(23.69)]
    public void No_transfer_of_nothing_or_of_more_than_is_due(double euro)
    {
        var account = An.Account();
        var invoice = account.Reached("2026-06-06").Single();

        Assert.Equal("validation_failed", OperatorCorrections.RecordTransfer(
            account.State, invoice, A.Euro((decimal)euro), account.Today, "", "", account.Now, A.Operator).Refusal());
    }

    [Fact]
    public void A_transfer_that_leaves_less_than_50_cents_settles_the_invoice()
    {
        var account = An.Account();
        var invoice = account.Reached("2026-06-06").Single();

        account.Paid(invoice, part: 23.19m);

        Assert.Equal((InvoiceStatus.Paid, A.Euro(0.49m)), (account.Document(invoice).Status, account.Document(invoice).WrittenOff));
    }

    [Fact]
    public void Writing_off_closes_what_is_due()
    {
        var account = An.Account();
        var invoice = account.Reached("2026-06-06").Single();
        account.Paid(invoice, part: 3.68m);

        var closed = account.WrittenOff(invoice);

        Assert.Equal((InvoiceStatus.Paid, A.Euro(20m), A.Euro(0)), (closed.Status, closed.WrittenOff, closed.AmountDue));
        Assert.Empty(account.State.Receivables);
        Assert.Equal(("invoice.written_off", A.Operator), (account.Journal[^1].Action, account.Journal[^1].By));
    }

    [Fact]
    public void Only_an_issued_invoice_with_something_left_can_be_corrected()
    {
        var account = An.Account("business");
        account.Booked("users");
        var draft = account.Draft!;
        var open = account.Reached("2026-06-06").Single();
        var note = account.Voided(open);
        var voided = account.Document(open);

        Assert.All([draft, note, voided], document =>
        {
            Assert.Equal("invoice_not_payable", OperatorCorrections.Void(account.State, A.Terms, document, "", account.Today, account.Now, A.Operator).Refusal());
            Assert.Equal("invoice_not_payable", OperatorCorrections.WriteOff(account.State, document, "", account.Now, A.Operator).Refusal());
            Assert.Equal("invoice_not_payable", OperatorCorrections.RecordTransfer(account.State, document, A.Euro(1), account.Today, "", "", account.Now, A.Operator).Refusal());
        });
    }

    [Fact]
    public void Voiding_is_journaled_with_its_reason()
    {
        var account = An.Account();
        account.Voided(account.Reached("2026-06-06").Single());

        Assert.Equal(("invoice.voided", A.Operator), (account.Journal[^1].Action, account.Journal[^1].By));
        Assert.EndsWith("Grund: falsch", account.Journal[^1].Text, StringComparison.Ordinal);
    }
}
