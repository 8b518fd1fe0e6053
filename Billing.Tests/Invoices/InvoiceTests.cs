using Billing.Invoices;
using Billing.Payments;
using Billing.Values;

namespace Billing.Tests;

public class InvoiceTests
{
    /// <summary>Over 23,68 €, and nothing has come in for it.</summary>
    readonly Invoice _invoice = new AccountStory("smart", A.Day("2026-05-06"), A.Terms, A.Company(), withMethod: true).Last;

    [Theory]
    [InlineData(23.17, 0.51, 0)]
    [InlineData(23.18, 0.50, 0)]
    [InlineData(23.19, 0, 0.49)]
    [InlineData(23.67, 0, 0.01)]
    [InlineData(23.68, 0, 0)]
    public void What_is_left_is_collected_from_50_cents_on_and_written_off_below(decimal paid, decimal due, decimal writtenOff)
    {
        var settled = Settled(A.Euro(paid));

        Assert.Equal((A.Euro(due), A.Euro(writtenOff)), (settled.AmountDue, settled.WrittenOff));
        Assert.Equal(due > 0 ? InvoiceStatus.Open : InvoiceStatus.Paid, settled.Status);
    }

    [Fact]
    public void A_whole_invoice_below_50_cents_is_owed()
    {
        var small = (_invoice with { Taxes = [_invoice.Taxes[0] with { Net = A.Euro(0.40m), Vat = A.Euro(0.08m) }] }).Settled();

        Assert.Equal((A.Euro(0.48m), Money.Zero, InvoiceStatus.Open), (small.AmountDue, small.WrittenOff, small.Status));
    }

    [Fact]
    public void What_came_of_the_money_can_be_told_from_the_figures()
    {
        Assert.Equal(PaymentState.Succeeded, Settled(_invoice.Gross).Payment);
        Assert.Equal(PaymentState.PartiallyRefunded, Settled(_invoice.Gross, credited: A.Euro(5), refunded: A.Euro(5)).Payment);
        Assert.Equal(PaymentState.Refunded, Settled(_invoice.Gross, credited: _invoice.Gross, refunded: _invoice.Gross).Payment);
        Assert.Equal(PaymentState.RefundPending, Settled(_invoice.Gross, credited: A.Euro(5)).Payment);
        Assert.Equal((InvoiceStatus.Paid, PaymentState.None), (_invoice with { WrittenOff = _invoice.Gross }).Settled() is var forgiven ? (forgiven.Status, forgiven.Payment) : default);
        Assert.Equal((InvoiceStatus.Void, PaymentState.None), (_invoice with { Credited = _invoice.Gross }).Settled() is var gone ? (gone.Status, gone.Payment) : default);
    }

    [Fact]
    public void Money_that_was_taken_back_does_not_count_as_paid()
    {
        var gross = _invoice.Gross;
        Invoice Of(Money credited, Money writtenOff, params Payment[] payments) => (_invoice with { Credited = credited, WrittenOff = writtenOff, Payments = [.. payments] }).Settled();
        var debit = new Payment("pi_1", gross, Returned: gross);

        Assert.Equal((InvoiceStatus.Open, gross), Of(Money.Zero, Money.Zero, debit) is var open ? (open.Status, open.AmountDue) : default);
        Assert.Equal((InvoiceStatus.Void, PaymentState.None), Of(gross, Money.Zero, debit) is var gone ? (gone.Status, gone.Payment) : default);
        Assert.Equal((InvoiceStatus.Paid, PaymentState.None), Of(Money.Zero, gross, debit) is var forgiven ? (forgiven.Status, forgiven.Payment) : default);
        Assert.Equal((InvoiceStatus.Paid, PaymentState.Succeeded), Of(Money.Zero, Money.Zero, debit, new("pi_2", gross)) is var paid ? (paid.Status, paid.Payment) : default);
        Assert.Equal((InvoiceStatus.Paid, PaymentState.Refunded), Of(gross, Money.Zero, debit, new("pi_2", gross, Refunded: gross)) is var back ? (back.Status, back.Payment) : default);
    }

    [Fact]
    public void What_was_written_off_and_is_paid_after_all_is_kept_and_only_the_rest_is_too_much()
    {
        var forgiven = (_invoice with { Credited = A.Euro(5), WrittenOff = _invoice.Gross - A.Euro(5) }).Settled();

        var paid = (forgiven with { Payments = [new("pi_1", _invoice.Gross)] }).Settled();

        Assert.Equal((Money.Zero, A.Euro(-5)), (paid.WrittenOff, paid.Balance));
    }

    [Fact]
    public void The_history_shows_the_day_to_which_payment_was_put_off()
    {
        Assert.Equal(A.Day("2026-05-20"), InvoiceSummary.Of(_invoice).DueOn);
        Assert.Equal(A.Day("2026-07-02"), InvoiceSummary.Of(_invoice with { ReopenedUntil = A.Day("2026-07-02") }).DueOn);
    }

    Invoice Settled(Money paid, Money credited = default, Money refunded = default) =>
        (_invoice with { Credited = credited, Payments = [new(Intent: null, paid, refunded)] }).Settled();
}
