using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Billing.Local.StripeSimulator;

namespace Billing.Tests.Api;

/// <summary>
/// Collecting through Stripe. What changes the whole world has days of its own: faults in March, lost and repeated webhooks in April; the
/// rest happens from May on.
/// </summary>
public class PaymentTests(Walk<PaymentTests> walk) : Stories(walk), IClassFixture<Walk<PaymentTests>>
{
    const string AsksAlways = "4000002760003184";
    const string Debit = "DE89370400440532013000", FailingDebit = "DE62370400440532013001";

    // --- leaving a method, and what it collects

    [Fact]
    public Task A_method_left_on_Stripes_page_charges_what_is_open() => Story(async () =>
    {
        var acme = await Open("business", "2026-05-06");
        var page = (await acme.PostAsync("/payment-method/session", new { returnUrl = acme.Back })).Ok();
        Assert.Equal("setup", page.Text("kind"));
        Assert.Equal("open none", await State(acme));

        (await Service.Stripe.CompleteAsync(page.Text("url"), Visa)).Ok();
        await Settle();

        Assert.Equal("paid succeeded", await State(acme));
        Assert.Equal(9508, Assert.Single(await Succeeded(acme)).Cents("amount"));
        var method = (await acme.GetAsync("/overview")).Ok().GetProperty("paymentMethod");
        Assert.Equal(("card", "Visa •••• 4242"), (method.Text("kind"), method.Text("label")));
        Assert.Equal("manage", (await acme.PostAsync("/payment-method/session", new { returnUrl = acme.Back })).Ok().Text("kind"));
        var features = Assert.Single((await Service.Stripe.ByHandAsync(HttpMethod.Get, "billing_portal/configurations")).Items("data")).GetProperty("features");
        Assert.Equal(["payment_method_update"], features.EnumerateObject().Where(feature => feature.Value.GetProperty("enabled").GetBoolean()).Select(feature => feature.Name));
    });

    [Fact]
    public Task The_close_charges_the_collective_invoice_by_itself() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "business", "2026-05-06");
        await Until("2026-05-20");
        await acme.BooksAsync("users");
        await Until("2026-06-06");

        var documents = await acme.DocumentsAsync();
        Assert.Equal(["paid succeeded", "paid succeeded"], documents.Select(State));
        Assert.Equal("collective", documents[0].Text("kind"));
        Assert.Equal(documents.Select(document => document.Cents("grossCents")), (await Intents(acme)).Select(intent => intent.Cents("amount")));
        Assert.Equal(2, (await Succeeded(acme)).Count);
    });

    [Fact]
    public Task A_withdrawal_after_the_close_is_refunded() => Story(async () =>
    {
        var (acme, _) = await WithdrawnAfterTheClose();

        var documents = await acme.DocumentsAsync();
        Assert.Equal(("credit_note", "7,61/1,45/9,06", "paid refunded"), (documents[0].Text("kind"), documents[0].Figure(), State(documents[0])));
        Assert.Equal(("87,51/16,63/104,14", "paid partially_refunded"), (documents[1].Figure(), State(documents[1])));
        Assert.Equal(0, documents[1].Cents("amountDueCents"));
        var refund = Assert.Single(await Service.Stripe.RefundsAsync(acme.Id));
        Assert.Equal((906, "succeeded"), (refund.Cents("amount"), refund.Text("status")));
    });

    /// <summary>On Stripe's page for methods it makes what is added there the default; paying with another card chooses that one.</summary>
    [Fact]
    public Task The_card_that_an_invoice_was_paid_with_is_charged_from_then_on() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "pro", "2026-05-06");
        await acme.LeavesAsync(Declined);
        await Until("2026-06-06");
        Assert.Equal("open failed", await State(acme));

        (await Service.Stripe.CompleteAsync(await acme.PayPageAsync((await acme.LastDocumentAsync()).Text("id")), "5555555555554444")).Ok();
        await Settle();
        Assert.Equal(("paid succeeded", "Mastercard •••• 4444"), (await State(acme), Label(await acme.GetAsync("/overview"))));
        await Until("2026-07-06");
        Assert.Equal("paid succeeded", await State(acme));
    });

    [Fact]
    public Task An_address_that_Stripe_refuses_keeps_nobody_from_paying() => Story(async () =>
    {
        var acme = await Open("pro", "2026-05-06", new { email = "büro@mueller.example" });
        await acme.LeavesAsync(Visa);
        Assert.Equal("paid succeeded", await State(acme));

        var known = await OpenWith(Visa, "pro", "2026-05-06");
        (await known.PutAsync(null, new { email = "büro@mueller.example" })).Ok();
        Assert.Equal("manage", (await known.PostAsync("/payment-method/session", new { returnUrl = known.Back })).Ok().Text("kind"));
        Assert.Equal("paid succeeded", State(await known.ChangesAsync("business")));
    });

    // --- cards that fail

    [Fact]
    public Task A_declined_card_is_tried_again_on_days_3_5_and_7_and_then_no_more() => Story(async () =>
    {
        var acme = await OpenWith(Declined, "pro", "2026-05-06");
        Assert.Equal("open failed", await State(acme));
        foreach (var (day, tries) in new[] { ("07", 1), ("08", 1), ("09", 2), ("10", 2), ("11", 3), ("12", 3), ("13", 4), ("14", 4), ("18", 4) })
        {
            await Until($"2026-05-{day}");
            Assert.Equal((day, tries), (day, (await Intents(acme)).Count));
        }
        Assert.Equal("open failed", await State(acme));
    });

    [Fact]
    public Task A_new_card_after_a_declined_one_is_charged_at_once() => Story(async () =>
    {
        var acme = await OpenWith(Declined, "pro", "2026-05-06");
        await Until("2026-05-18");
        await acme.LeavesAsync(Visa);

        Assert.Equal("paid succeeded", await State(acme));
        Assert.Single(await Succeeded(acme));
        Assert.DoesNotContain(await Intents(acme), intent => intent.Text("status") is not ("succeeded" or "canceled"));
    });

    [Fact]
    public Task A_card_that_asks_its_holder_waits_for_the_customer() => Story(async () =>
    {
        var acme = await OpenPaid("pro", "2026-05-06");
        await acme.LeavesAsync(AsksAlways);
        await Until("2026-06-06");
        Assert.Equal("open action_required", await State(acme));
        await Until("2026-06-15");
        Assert.Single(await Intents(acme));
        Assert.Equal("open action_required", await State(acme));

        (await Service.Stripe.CompleteAsync(await acme.PayPageAsync((await acme.LastDocumentAsync()).Text("id")), AsksAlways)).Ok();
        await Settle();
        Assert.Equal("paid succeeded", await State(acme));
        await Until("2026-06-16");
        Assert.Equal(5343, Assert.Single(await Succeeded(acme)).Cents("amount"));
    });

    [Fact]
    public Task A_card_that_has_expired_is_charged_once_the_bank_renewed_it() => Story(async () =>
    {
        var acme = await Open("pro", "2026-05-06");
        var page = (await acme.PostAsync("/payment-method/session", new { returnUrl = acme.Back })).Ok().Text("url");
        (await Service.Stripe.CompleteAsync(page, Visa, 5, 2026)).Ok();
        await Settle();
        Assert.Equal(("paid succeeded", "2026-05"), (await State(acme), await Expiry(acme)));
        await Until("2026-06-06");
        Assert.Equal("open failed", await State(acme));

        await Service.Stripe.RenewCardAsync((await Intents(acme))[^1].Text("payment_method"), 12, 2030);
        await Settle();
        Assert.Equal("2030-12", await Expiry(acme));
        await Until("2026-06-09");
        Assert.Equal("paid succeeded", await State(acme));
        Assert.Equal(2, (await Succeeded(acme)).Count);
    });

    [Fact]
    public Task A_customer_deleted_at_Stripe_can_leave_a_method_again() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "pro", "2026-05-06");
        var former = (await Intents(acme))[0].Text("customer");
        await Service.Stripe.ByHandAsync(HttpMethod.Delete, $"customers/{former}");
        await Settle();
        Assert.Null(Label(await acme.GetAsync("/overview")));

        await acme.LeavesAsync(Visa);
        await Until("2026-06-06");
        Assert.Equal(["paid succeeded", "paid succeeded"], (await acme.DocumentsAsync()).Select(State));
        Assert.NotEqual(former, (await Intents(acme))[0].Text("customer"));

        // What the former customer paid is refunded to them.
        (await acme.OperateAsync("/invoices/inv-1/void", new { reason = "Doppelt" })).Ok();
        await Settle();
        Assert.Equal("succeeded", Assert.Single(await Service.Stripe.RefundsAsync(acme.Id)).Text("status"));
        Assert.Empty(await Findings(acme));
    });

    [Fact]
    public Task Stripe_hears_of_new_details_before_the_next_charge() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "pro", "2026-05-06");
        (await acme.PutAsync(null, new { companyName = "Meier & Töchter", email = "konto@meier.example" })).Ok();
        await Until("2026-06-06");
        Assert.Equal("paid succeeded", await State(acme));
        var customer = await Service.Stripe.ByHandAsync(HttpMethod.Get, $"customers/{(await Intents(acme))[0].Text("customer")}");
        Assert.Equal(("Meier & Töchter", "konto@meier.example", acme.Id), (customer.Text("name"), customer.Text("email"), customer.GetProperty("metadata").Text("account")));
    });

    [Fact]
    public Task Money_that_came_for_no_invoice_is_told_to_the_operator_once() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "pro", "2026-05-06");
        var mine = (await Intents(acme))[0];
        await Service.Stripe.ByHandAsync(HttpMethod.Post, "payment_intents",
            ("amount", "1234"), ("currency", "eur"), ("customer", mine.Text("customer")), ("payment_method", mine.Text("payment_method")), ("confirm", "true"),
            ("off_session", "true"));
        await Settle();
        await Until("2026-05-08");
        var finding = Assert.Single(await Findings(acme));
        Assert.Equal("payment_unknown", finding.Text("code"));
        Assert.Contains("12,34 €", finding.Text("text"), StringComparison.Ordinal);
        Assert.Equal("paid succeeded", await State(acme));
    });

    // --- debits

    [Fact]
    public Task A_debit_is_paid_after_five_business_days_and_not_paid_twice_meanwhile() => Story(async () =>
    {
        var acme = await OpenWith(Debit, "pro", "2026-05-06");
        Assert.Equal("open processing", await State(acme));
        var invoice = (await acme.LastDocumentAsync()).Text("id");
        (await acme.PayNowAsync(invoice)).Refused(409, "payment_in_progress");
        await Until("2026-05-12");
        Assert.Equal("open processing", await State(acme));
        (await acme.PayNowAsync(invoice)).Refused(409, "payment_in_progress");

        await Until("2026-05-13T12:00:00Z");
        Assert.Equal("paid succeeded", await State(acme));
        Assert.Single(await Intents(acme));
    });

    [Fact]
    public Task Nobody_is_dunned_while_a_debit_is_under_way() => Story(async () =>
    {
        var acme = await Open("pro", "2026-05-06");
        await Until("2026-05-20");
        await acme.LeavesAsync(Debit);
        await Until("2026-05-26");
        Assert.Equal("open processing", await State(acme));
        Assert.Equal(0, await Journaled(acme, "invoice.overdue"));
        Assert.Equal("active", (await acme.EntitlementsAsync()).GetProperty("access").Text("state"));

        await Until("2026-05-27T12:00:00Z");
        Assert.Equal("paid succeeded", await State(acme));
        Assert.Equal(0, await Journaled(acme, "invoice.overdue"));
    });

    [Fact]
    public Task A_debit_that_fails_shifts_the_dunning_by_the_days_it_took() => Story(async () =>
    {
        var acme = await Open("pro", "2026-05-06");
        await Until("2026-05-20");
        await acme.LeavesAsync(FailingDebit);
        await Until("2026-05-27T12:00:00Z");
        Assert.Equal("open failed", await State(acme));
        await Until("2026-05-29");
        Assert.Equal(0, await Journaled(acme, "invoice.overdue"));
        await Until("2026-05-30");
        Assert.Equal(1, await Journaled(acme, "invoice.overdue"));
        Assert.Single(await Intents(acme));
    });

    [Fact]
    public Task A_debit_that_was_given_on_the_pay_page_and_fails_can_be_paid_otherwise() => Story(async () =>
    {
        var acme = await Open("pro", "2026-05-06");
        var invoice = (await acme.LastDocumentAsync()).Text("id");
        (await Service.Stripe.CompleteAsync(await acme.PayPageAsync(invoice), FailingDebit)).Ok();
        await Settle();
        Assert.Equal("open processing", await State(acme));
        await Until("2026-05-13T12:00:00Z");
        Assert.Equal("open failed", await State(acme));
        (await Service.Stripe.CompleteAsync(await acme.PayPageAsync(invoice), Visa)).Ok();
        await Settle();
        Assert.Equal("paid succeeded", await State(acme));
        Assert.Single(await Succeeded(acme));
    });

    /// <summary>„Other card failures are retried“: a debit has run for days and costs a return's fee.</summary>
    [Fact]
    public Task A_debit_that_fails_is_not_tried_again_by_itself() => Story(async () =>
    {
        var acme = await OpenWith(FailingDebit, "pro", "2026-05-06");
        await Until("2026-05-13T12:00:00Z");
        Assert.Equal("open failed", await State(acme));
        await Until("2026-05-20");
        Assert.Single(await Intents(acme));
    });

    [Fact]
    public Task A_method_that_is_removed_at_Stripe_is_no_longer_on_file() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "pro", "2026-06-17");
        await Service.Stripe.DetachAsync((await Intents(acme))[0].Text("customer"));
        await Settle();
        Assert.Null(Label(await acme.GetAsync("/overview")));
    });

    [Fact]
    public Task A_returned_debit_is_due_again_14_days_later() => Story(async () =>
    {
        var acme = await OpenWith(Debit, "pro", "2026-05-06");
        await Until("2026-05-18");
        Assert.Equal("paid succeeded", await State(acme));
        await Service.Stripe.ReturnAsync(Assert.Single(await Intents(acme)).Text("id"));
        await Settle();

        var invoice = await acme.LastDocumentAsync();
        Assert.Equal("open returned", State(invoice));
        Assert.Equal(5343, invoice.Cents("amountDueCents"));
        Assert.Contains((await acme.GetAsync("/journal")).Ok().Items("entries"), entry => entry.Text("text").Contains("zahlbar bis 01.06.2026", StringComparison.Ordinal));
        // The reminder comes three days after it is due.
        await Until("2026-06-03");
        Assert.Equal(0, await Journaled(acme, "invoice.overdue"));
        await Until("2026-06-04");
        Assert.Equal(1, await Journaled(acme, "invoice.overdue"));
        Assert.Single(await Intents(acme));
    });

    [Fact]
    public Task A_debit_returned_on_day_50_is_dunned_from_zero() => Story(async () =>
    {
        var acme = await OpenWith(Debit, "pro", "2026-05-06");
        var first = (await acme.LastDocumentAsync()).Text("id");
        await Until("2026-06-25");
        Assert.Equal(["paid succeeded", "paid succeeded"], (await acme.DocumentsAsync()).Select(State));
        await Service.Stripe.ReturnAsync((await Intents(acme))[^1].Text("id"));
        await Settle();
        Assert.Equal(("open returned", 5343), (State(await acme.InvoiceAsync(first)), (await acme.InvoiceAsync(first)).Cents("amountDueCents")));
        Assert.Equal("active", await Access(acme));

        // Due on 09.07.: reminder, notice, warning and suspension count from there.
        await Until("2026-07-11");
        Assert.Equal(0, await Journaled(acme, "invoice.overdue"));
        await Until("2026-07-12");
        Assert.Equal(1, await Journaled(acme, "invoice.overdue"));
        await Until("2026-07-22");
        Assert.Equal((2, "active"), (await Journaled(acme, "invoice.overdue"), await Access(acme)));
        await Until("2026-07-23");
        Assert.Equal("warned overdue 2026-07-30", await Access(acme));
        await Until("2026-07-30");
        Assert.Equal("suspended overdue", await Access(acme));
        Assert.Equal(3, (await Intents(acme)).Count);

        (await Service.Stripe.CompleteAsync(await acme.PayPageAsync(first), Visa)).Ok();
        await Settle();
        Assert.Equal("active", await Access(acme));
    });

    // --- access without a method

    [Fact]
    public Task Who_leaves_no_method_is_warned_at_once_and_suspended_at_the_end_of_the_period() => Story(async () =>
    {
        var acme = await OpenPaid("pro", "2026-05-06");
        Assert.Equal("warned payment_method_missing 2026-06-06", await Access(acme));
        await Until("2026-06-05T21:59:59Z");
        Assert.Equal("warned payment_method_missing 2026-06-06", await Access(acme));
        await Until("2026-06-06");
        Assert.Equal("suspended payment_method_missing", await Access(acme));

        await acme.LeavesAsync(Visa);
        Assert.Equal(("active", "paid succeeded"), (await Access(acme), await State(acme)));

        // The later of 14 days and the end of the period.
        await Until("2026-06-25");
        await Service.Stripe.DetachAsync((await Intents(acme))[0].Text("customer"));
        await Settle();
        Assert.Equal("warned payment_method_missing 2026-07-09", await Access(acme));
        await Until("2026-07-09");
        Assert.Equal("suspended payment_method_missing", await Access(acme));
    });

    // --- disputes

    /// <summary>104,14 − 9,06 credited − (104,14 − 9,06 refunded − 95,08 disputed).</summary>
    [Fact]
    public Task A_dispute_over_what_a_credit_note_left_makes_the_rest_due() => Story(async () =>
    {
        var (acme, collective) = await WithdrawnAfterTheClose();
        await Service.Stripe.ReturnAsync((await Succeeded(acme)).Single(intent => intent.Cents("amount") == 10414).Text("id"));
        await Settle();

        var invoice = await acme.InvoiceAsync(collective);
        Assert.Equal(("open disputed", 9508), (State(invoice), invoice.Cents("amountDueCents")));
    });

    /// <summary>Nothing was credited: 104,14 − (104,14 − 9,06 refunded − 95,08 disputed).</summary>
    [Fact]
    public Task A_dispute_after_a_refund_by_hand_makes_everything_due() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "business", "2026-05-06");
        await Until("2026-05-28");
        await acme.BooksAsync("users");
        await Until("2026-06-09");
        var payment = (await Succeeded(acme)).Single(intent => intent.Cents("amount") == 10414).Text("id");
        await Service.Stripe.ByHandAsync(HttpMethod.Post, "refunds", ("payment_intent", payment), ("amount", "906"));
        await Settle();
        Assert.Equal(906, (await acme.LastDocumentAsync()).Cents("amountDueCents"));
        await Service.Stripe.ReturnAsync(payment);
        await Settle();

        var invoice = await acme.LastDocumentAsync();
        Assert.Equal(("open disputed", 10414), (State(invoice), invoice.Cents("amountDueCents")));
    });

    [Fact]
    public Task A_dispute_that_waits_for_an_answer_is_told_and_takes_nothing_back_yet() => Story(async () =>
    {
        var acme = await OpenWith("4000000000000259", "pro", "2026-05-06");
        Assert.Equal("paid succeeded", await State(acme));
        Assert.Equal("dispute_opened", Assert.Single(await Findings(acme)).Text("code"));
        await Service.Stripe.ReturnAsync((await Intents(acme))[0].Text("id"));
        await Settle();
        Assert.Equal("open disputed", await State(acme));
        Assert.Single(await Findings(acme));
    });

    [Fact]
    public Task A_refund_that_takes_a_day_is_pending_until_it_has_succeeded() => Story(async () =>
    {
        var acme = await OpenWith("4000000000007726", "pro", "2026-05-06");
        (await acme.OperateAsync("/invoices/inv-1/void", new { reason = "Doppelt" })).Ok();
        await Settle();
        Assert.Equal("pending", Assert.Single(await Service.Stripe.RefundsAsync(acme.Id)).Text("status"));
        Assert.Equal("open refund_pending", await State(acme));
        await Until("2026-05-08");
        Assert.Equal("succeeded", Assert.Single(await Service.Stripe.RefundsAsync(acme.Id)).Text("status"));
        Assert.Equal(["paid refunded", "paid refunded"], (await acme.DocumentsAsync()).Select(State));
        Assert.Equal(1, await Journaled(acme, "refund.succeeded"));
        Assert.Empty(await Findings(acme));
    });

    /// <summary>The card takes the refund at first; it comes back a day later.</summary>
    [Fact]
    public Task A_refund_that_came_back_is_paid_out_by_transfer() => Story(async () =>
    {
        var acme = await OpenWith("4000000000005126", "pro", "2026-05-06");
        (await acme.OperateAsync("/invoices/inv-1/void", new { reason = "Doppelt" })).Ok();
        await Settle();
        Assert.Equal(["paid refunded", "paid refunded"], (await acme.DocumentsAsync()).Select(State));
        await Until("2026-05-08");
        Assert.Equal(["open refund_failed", "paid refund_failed"], (await acme.DocumentsAsync()).Select(State));
        Assert.Equal("refund_failed", Assert.Single(await Findings(acme)).Text("code"));

        var note = (await acme.LastDocumentAsync()).Text("id");
        var paidOut = (await acme.OperateAsync($"/invoices/{note}/payments", Customer.Transfer(5343, "2026-05-08"))).Ok();
        Assert.Equal(("paid refunded", 5343), (State(paidOut), paidOut.Cents("paidCents")));
        Assert.Equal(["paid refunded", "paid refunded"], (await acme.DocumentsAsync()).Select(State));
        Assert.Equal(0, (await acme.InvoiceAsync("inv-1")).Cents("paidCents"));
        (await acme.OperateAsync($"/invoices/{note}/payments", Customer.Transfer(1, "2026-05-08"))).Refused(409, "invoice_not_payable");
    });

    // --- „Jetzt bezahlen“

    [Fact]
    public Task Of_two_pages_to_pay_only_the_second_is_open() => Story(async () =>
    {
        var acme = await Open("pro", "2026-05-06");
        var invoice = (await acme.LastDocumentAsync()).Text("id");
        var first = await acme.PayPageAsync(invoice);
        var second = await acme.PayPageAsync(invoice);
        Assert.NotEqual(first, second);
        Assert.Equal(409, (await Service.Stripe.CompleteAsync(first, Visa)).Status);
        var page = await Service.Stripe.ByHandAsync(HttpMethod.Get, $"checkout/sessions/{second.Split('/')[^1]}");
        Assert.False(page.GetProperty("adaptive_pricing").GetProperty("enabled").GetBoolean());
        Assert.InRange(page.GetProperty("expires_at").GetInt64() - page.GetProperty("created").GetInt64(), 1800, 1900);
        (await Service.Stripe.CompleteAsync(second, Visa)).Ok();
        await Settle();

        Assert.Equal("paid succeeded", await State(acme));
        Assert.Single(await Succeeded(acme));
        Assert.Equal("Visa •••• 4242", (await acme.GetAsync("/overview")).Ok().GetProperty("paymentMethod").Text("label"));
        (await acme.PayNowAsync(invoice)).Refused(409, "invoice_not_payable");
    });

    [Fact]
    public Task Of_pages_to_pay_that_open_at_once_at_most_one_can_be_paid() => Story(async () =>
    {
        var acme = await Open("pro", "2026-05-06");
        var invoice = (await acme.LastDocumentAsync()).Text("id");
        var pages = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => acme.PayNowAsync(invoice)));
        var opened = pages.Where(page => page.Status == 200).Select(page => page.Json.Text("url")).ToList();
        Assert.All(pages.Where(page => page.Status != 200), page => Assert.Equal(409, page.Status));
        var paid = 0;
        foreach (var url in opened) paid += (await Service.Stripe.CompleteAsync(url, Visa)).Status == 200 ? 1 : 0;
        Assert.InRange(paid, 0, 1);
        await Settle();
        if (paid == 0) (await Service.Stripe.CompleteAsync(await acme.PayPageAsync(invoice), Visa)).Ok();
        await Settle();
        Assert.Equal("paid succeeded", await State(acme));
        Assert.Single(await Succeeded(acme));
        Assert.Empty(await Service.Stripe.RefundsAsync(acme.Id));
    });

    /// <summary>Customer and clock reach for the invoice at the same moment: whoever comes first has it, and the other finds it taken.</summary>
    [Fact]
    public Task A_customer_who_pays_while_the_card_is_tried_again_pays_once() => Story(async () =>
    {
        var acme = await OpenWith(Declined, "pro", "2026-05-06");
        await Until("2026-05-08T21:59:59Z");
        var paying = Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            var pages = new List<string>();
            for (var tries = 0; tries < 5; tries++)
            {
                var page = await acme.PayNowAsync("inv-1");
                if (page.Status == 200) pages.Add(page.Json.Text("url"));
                else Assert.Equal(409, page.Status);
            }
            return pages;
        }));
        await Until("2026-05-08T22:00:00Z");
        var paid = 0;
        foreach (var url in (await paying).SelectMany(pages => pages)) paid += (await Service.Stripe.CompleteAsync(url, Visa)).Status == 200 ? 1 : 0;
        Assert.InRange(paid, 0, 1);
        await Settle();
        if (paid == 0) (await Service.Stripe.CompleteAsync(await acme.PayPageAsync("inv-1"), Visa)).Ok();
        await Until("2026-05-10");
        Assert.Equal("paid succeeded", await State(acme));
        Assert.Single(await Succeeded(acme));
        Assert.Empty(await Service.Stripe.RefundsAsync(acme.Id));
        Assert.Empty(await Findings(acme));
    });

    /// <summary>The retry's day comes while a page is open; the page ends unused half an hour later.</summary>
    [Fact]
    public Task A_retry_waits_for_the_page_that_is_open() => Story(async () =>
    {
        var acme = await OpenWith(Declined, "pro", "2026-05-06");
        await Until("2026-05-08T21:50:00Z");
        await acme.PayPageAsync("inv-1");
        await Until("2026-05-08T22:10:00Z");
        Assert.Single(await Intents(acme));
        await Until("2026-05-08T23:30:00Z");
        Assert.Equal(2, (await Intents(acme)).Count);
        Assert.Equal("open failed", await State(acme));
    });

    [Fact]
    public Task A_key_opens_a_new_page_each_time_and_nothing_else() => Story(async () =>
    {
        var acme = await Open("pro", "2026-05-06");
        var path = $"/invoices/{(await acme.LastDocumentAsync()).Text("id")}/payment-session";
        var body = new { returnUrl = acme.Back };
        var first = (await acme.PostAsync(path, body, key: "pay")).Ok().Text("url");
        var second = (await acme.PostAsync(path, body, key: "pay")).Ok().Text("url");
        Assert.NotEqual(first, second);
        (await acme.PostAsync(path, new { returnUrl = acme.Back + "?x" }, key: "pay")).Refused(422, "idempotency_key_reused");
        (await acme.PostAsync("/payment-method/session", body, key: "pay")).Refused(422, "idempotency_key_reused");
        (await acme.OrderAsync("/add-ons", new { addOn = "users", quantity = 1 }, key: "book")).Ok();
        (await acme.PostAsync("/payment-method/session", body, key: "book")).Refused(422, "idempotency_key_reused");
        Assert.DoesNotContain("cs_test", (await acme.GetAsync("/journal")).Ok().GetRawText(), StringComparison.Ordinal);
    });

    [Fact]
    public Task A_part_that_comes_by_transfer_meanwhile_leaves_the_debit_in_progress() => Story(async () =>
    {
        var acme = await Open("pro", "2026-05-06");
        (await Service.Stripe.CompleteAsync(await acme.PayPageAsync("inv-1"), Debit)).Ok();
        await Settle();
        var part = (await acme.OperateAsync("/invoices/inv-1/payments", Customer.Transfer(1000, "2026-05-06"))).Ok();
        Assert.Equal(("open processing", 4343), (State(part), part.Cents("amountDueCents")));
        (await acme.PayNowAsync("inv-1")).Refused(409, "payment_in_progress");
        await Until("2026-05-14");
        Assert.Equal("paid partially_refunded", await State(acme));
        Assert.Equal(1000, Assert.Single(await Service.Stripe.RefundsAsync(acme.Id)).Cents("amount"));
        Assert.Equal("surplus_refunded", Assert.Single(await Findings(acme)).Text("code"));
    });

    [Fact]
    public Task A_void_invoice_cannot_be_paid() => Story(async () =>
    {
        var acme = await Open("pro", "2026-05-06");
        var invoice = (await acme.LastDocumentAsync()).Text("id");
        (await acme.OperateAsync($"/invoices/{invoice}/void", new { reason = "Doppelt" })).Ok();
        (await acme.PayNowAsync(invoice)).Refused(409, "invoice_not_payable");
    });

    [Fact]
    public Task Customers_are_sent_back_to_allowed_origins_only() => Story(async () =>
    {
        var acme = await Open("pro", "2026-05-06");
        var invoice = (await acme.LastDocumentAsync()).Text("id");
        string[] strange =
        [
            "https://evil.example/x", "https://localhost:7071@evil", $"{Origin}@evil", $"{Origin}.evil.example", "//evil", "/x", "",
            $"{Origin}\\@evil", "http:\\\\evil", $"{Origin}/x\\y", "javascript:alert(1)", $"https://localhost:{Service.Port}/x", $"http://localhost:{Service.Port + 1}/x",
        ];
        foreach (var address in strange)
        {
            foreach (var path in new[] { "/payment-method/session", $"/invoices/{invoice}/payment-session" })
            {
                var answer = await acme.PostAsync(path, new { returnUrl = address });
                Assert.Equal((address, path, 400, "return_url_not_allowed"), (address, path, answer.Status, answer.Code));
            }
        }
    });

    // --- Stripe fails

    [Fact] public Task A_charge_refused_with_429_is_made_once() => Story(() => ChargedOnce("429", "2026-03-02", "2026-03-03"));
    [Fact] public Task A_charge_that_failed_is_made_once() => Story(() => ChargedOnce("500", "2026-03-04", "2026-03-05"));
    [Fact] public Task A_charge_that_failed_after_it_was_made_is_made_once() => Story(() => ChargedOnce("500_after", "2026-03-06", "2026-03-07"));
    [Fact] public Task A_charge_without_an_answer_that_was_made_is_made_once() => Story(() => ChargedOnce("timeout_after", "2026-03-08", "2026-03-09"));
    [Fact] public Task A_refund_refused_with_429_is_made_once() => Story(() => RefundedOnce("429", "2026-03-10", "2026-03-11"));
    [Fact] public Task A_refund_that_failed_is_made_once() => Story(() => RefundedOnce("500", "2026-03-12", "2026-03-13"));
    [Fact] public Task A_refund_that_failed_after_it_was_made_is_made_once() => Story(() => RefundedOnce("500_after", "2026-03-14", "2026-03-15"));
    [Fact] public Task A_refund_without_an_answer_that_was_made_is_made_once() => Story(() => RefundedOnce("timeout_after", "2026-03-16", "2026-03-17"));

    /// <summary>The simulator forgets keys after 24 h, as Stripe does.</summary>
    [Fact]
    public Task A_close_while_Stripe_is_away_for_30_hours_is_charged_once() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "pro", "2026-01-10");
        await Until("2026-02-09T20:00:00Z");
        await Service.Stripe.FailAsync("*", "429", times: 100_000);
        await Until("2026-02-10T12:00:00Z");
        var renewal = await acme.LastDocumentAsync();
        Assert.Equal(("2026-02-10", "open processing", "active"), (renewal.Text("date"), State(renewal), await Access(acme)));
        (await acme.PayNowAsync(renewal.Text("id"))).Refused(503, "payment_provider_unavailable");
        (await acme.PostAsync("/payment-method/session", new { returnUrl = acme.Back })).Refused(503, "payment_provider_unavailable");
        await Until("2026-02-11T02:00:00Z");
        Assert.Equal("open processing", await State(acme));

        await Service.Stripe.RecoverAsync();
        await Until("2026-02-11T03:30:00Z");
        Assert.Equal("paid succeeded", await State(acme));
        Assert.Equal([5343, 5343], (await Intents(acme)).Select(intent => intent.Cents("amount")));
        Assert.Empty(await Findings(acme));
    });

    [Fact]
    public Task What_was_voided_before_Stripe_could_be_reached_is_not_charged() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "pro", "2026-02-13");
        await Service.Stripe.FailAsync("POST /v1/payment_intents", "429", times: 100_000);
        var upgrade = (await acme.ChangesAsync("business")).Text("id");
        (await acme.OperateAsync($"/invoices/{upgrade}/void", new { reason = "Kulanz" })).Ok();
        await Until("2026-02-14");
        await Service.Stripe.RecoverAsync();
        await Until("2026-02-15");
        Assert.Single(await Intents(acme));
        Assert.Empty(await Service.Stripe.RefundsAsync(acme.Id));
        Assert.Equal("void none", State(await acme.InvoiceAsync(upgrade)));
    });

    /// <summary>The correction goes on with what is under way, and finds a charge that nobody has sent yet.</summary>
    [Fact]
    public Task What_was_voided_at_once_after_Stripe_could_not_be_reached_is_not_charged_by_its_own_correction() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "pro", "2026-02-16");
        await Service.Stripe.FailAsync("POST /v1/payment_intents", "429");
        var upgrade = (await acme.ChangesAsync("business")).Text("id");
        (await acme.OperateAsync($"/invoices/{upgrade}/void", new { reason = "Kulanz" })).Ok();
        await Until("2026-02-18");
        Assert.Single(await Intents(acme));
        Assert.Empty(await Service.Stripe.RefundsAsync(acme.Id));
        Assert.Equal("void none", State(await acme.InvoiceAsync(upgrade)));
    });

    /// <summary>The method was removed at Stripe and nobody told us: the charge is refused, not declined.</summary>
    [Fact]
    public Task A_charge_that_Stripe_refuses_counts_as_failed() => Story(async () =>
    {
        var acme = await OpenDropped("smart");
        await acme.LeavesAsync(Visa);
        await Until("2026-04-01T13:00:00Z");
        await Until("2026-04-02");
        await Service.Stripe.DetachAsync((await Intents(acme))[0].Text("customer"));
        var upgrade = (await acme.ChangesAsync("pro")).Text("id");
        Assert.Equal("open failed", State(await acme.InvoiceAsync(upgrade)));
        Assert.Equal("Visa •••• 4242", Label(await acme.GetAsync("/overview")));
        await Until("2026-04-02T12:00:00Z");
        Assert.Null(Label(await acme.GetAsync("/overview")));

        await acme.LeavesAsync(Visa);
        await Until("2026-04-02T14:00:00Z");
        Assert.Equal("paid succeeded", State(await acme.InvoiceAsync(upgrade)));
        Assert.Equal(2, (await Succeeded(acme)).Count);
    });

    /// <summary>The charge was made and nobody could be asked for longer than a key is good: whoever works on the account meanwhile makes no other.</summary>
    [Fact]
    public Task A_charge_that_cannot_be_looked_up_for_a_day_is_made_once() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "business", "2026-02-20");
        await Service.Stripe.FailAsync([("POST /v1/payment_intents", "500_after", 1), ("GET /v1/payment_intents", "429", 100_000), ("GET /v1/payment_intents/*", "429", 100_000)]);
        var fee = (await acme.ChangesAsync("smart")).Text("id");
        Assert.Equal("open processing", State(await acme.InvoiceAsync(fee)));
        await Until("2026-02-21T12:00:00Z");
        Assert.Contains("evt_", (await acme.OperateAsync("")).Ok().GetProperty("inbox").GetRawText(), StringComparison.Ordinal);
        await acme.BooksAsync("users");
        await acme.ChangesAsync("pro");

        await Service.Stripe.RecoverAsync();
        await Until("2026-02-22T12:00:00Z");
        Assert.Equal("paid succeeded", State(await acme.InvoiceAsync(fee)));
        Assert.Single(await Succeeded(acme), intent => intent.Cents("amount") == 8211);
        Assert.Empty(await Service.Stripe.RefundsAsync(acme.Id));
        Assert.Empty(await Findings(acme));
        Assert.Empty((await acme.OperateAsync("")).Ok().Items("inbox"));
    });

    /// <summary>It is looked for where it was made, not where the account pays by now.</summary>
    [Fact]
    public Task A_charge_without_an_answer_is_found_although_its_customer_was_deleted() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "business", "2026-02-24");
        var former = (await Intents(acme))[0].Text("customer");
        await Service.Stripe.DeliverAsync("drop");
        await Service.Stripe.FailAsync([("POST /v1/payment_intents", "500_after", 1), ("GET /v1/payment_intents", "429", 100_000), ("GET /v1/events", "429", 100_000)]);
        var fee = (await acme.ChangesAsync("smart")).Text("id");
        await Service.Stripe.ByHandAsync(HttpMethod.Delete, $"customers/{former}");
        (await acme.PostAsync("/payment-method/session", new { returnUrl = acme.Back })).Ok();
        await Until("2026-02-25T12:00:00Z");
        await Service.Stripe.FailAsync("GET /v1/events", "429", 100_000);
        await Until("2026-02-26T12:00:00Z");
        await Service.Stripe.RecoverAsync();
        await Service.Stripe.DeliverAsync("normal");

        Assert.Equal("paid succeeded", State(await acme.InvoiceAsync(fee)));
        Assert.Single(await Intents(acme), intent => intent.Cents("amount") == 8211);
    });

    /// <summary>What failed is cancelled: where the answer to that is lost, or somebody did it by hand, the next one to hear of it finds it cancelled, not failed.</summary>
    [Fact]
    public Task A_debit_given_on_Stripes_page_has_failed_whoever_hears_of_its_cancellation() => Story(async () =>
    {
        var acme = await Open("pro", "2026-03-19");
        (await Service.Stripe.CompleteAsync(await acme.PayPageAsync((await acme.LastDocumentAsync()).Text("id")), FailingDebit)).Ok();
        await Until("2026-03-20");
        Assert.Equal("open processing", await State(acme));
        await Service.Stripe.FailAsync([("GET /v1/payment_intents/*", "429", 100_000), ("GET /v1/checkout/sessions/*", "429", 100_000)]);
        await Until("2026-03-28");
        await Service.Stripe.RecoverAsync();
        await Service.Stripe.ByHandAsync(HttpMethod.Post, $"payment_intents/{Assert.Single(await Intents(acme)).Text("id")}/cancel");
        await Until("2026-03-29");

        Assert.Equal("open failed", await State(acme));
    });

    // --- webhooks

    [Fact]
    public Task A_method_is_found_without_webhooks() => Story(async () =>
    {
        var acme = await OpenDropped("pro");
        await acme.LeavesAsync(Visa);
        Assert.Null(Label(await acme.GetAsync("/overview")));
        await Until("2026-04-01T13:00:00Z");
        Assert.Equal("Visa •••• 4242", Label(await acme.GetAsync("/overview")));
        Assert.Equal("paid succeeded", await State(acme));
    });

    [Fact]
    public Task A_payment_on_Stripes_page_is_found_without_webhooks() => Story(async () =>
    {
        var acme = await OpenDropped("pro");
        (await Service.Stripe.CompleteAsync(await acme.PayPageAsync((await acme.LastDocumentAsync()).Text("id")), Visa)).Ok();
        await Until("2026-04-01T13:00:00Z");
        Assert.Equal("paid succeeded", await State(acme));
        Assert.Equal("Visa •••• 4242", Label(await acme.GetAsync("/overview")));
    });

    [Fact]
    public Task A_debit_ends_and_is_returned_without_webhooks() => Story(async () =>
    {
        var acme = await OpenDropped("pro");
        (await Service.Stripe.CompleteAsync(await acme.PayPageAsync((await acme.LastDocumentAsync()).Text("id")), Debit)).Ok();
        await Until("2026-04-01T13:00:00Z");
        Assert.Equal("open processing", await State(acme));
        await Until("2026-04-08T13:00:00Z");
        Assert.Equal("paid succeeded", await State(acme));
        await Service.Stripe.ReturnAsync(Assert.Single(await Intents(acme)).Text("id"));
        await Until("2026-04-08T16:00:00Z");
        Assert.Equal("open returned", await State(acme));
    });

    [Fact]
    public Task Webhooks_that_come_twice_do_nothing_twice() => Story(() => LivesThrough("duplicate", "2026-04-13", "2026-04-20T12:00:00Z"));

    [Fact]
    public Task Webhooks_that_overtake_each_other_do_nothing_twice() => Story(() => LivesThrough("reorder", "2026-04-21", "2026-04-28T12:00:00Z"));

    [Fact]
    public Task A_webhook_is_believed_by_its_signature_only() => Story(async () =>
    {
        await Until("2026-05-06");
        var now = await Service.NowAsync();
        const string Event = """{"id":"evt_unknown_1","object":"event","type":"weather.changed","created":1,"data":{"object":{"id":"we_1","object":"weather"}}}""";
        Assert.Equal(HttpStatusCode.OK, await Told(Event, Signed(Event, now)));
        Assert.Equal(HttpStatusCode.OK, await Told(Event, Signed(Event, now)));
        Assert.Equal(HttpStatusCode.OK, await Told(Event, Signed(Event, now.AddSeconds(-290))));
        Assert.Equal(HttpStatusCode.BadRequest, await Told(Event, Signed(Event, now.AddSeconds(-310))));
        Assert.Equal(HttpStatusCode.BadRequest, await Told(Event, null));
        Assert.Equal(HttpStatusCode.BadRequest, await Told(Event, ""));
        Assert.Equal(HttpStatusCode.BadRequest, await Told(Event, "t=1,v1=zz"));
        Assert.Equal(HttpStatusCode.BadRequest, await Told(Event, Signed(Event, now, "whsec_of_somebody_else")));
        Assert.Equal(HttpStatusCode.BadRequest, await Told(Event.Replace("we_1", "we_2", StringComparison.Ordinal), Signed(Event, now)));
        var large = new string(' ', 600 * 1024) + Event;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Told(large, Signed(large, now)));
    });

    // --- what the stories share

    async Task ChargedOnce(string fault, string on, string later)
    {
        var acme = await OpenWith(Visa, "business", on);
        await Service.Stripe.FailAsync("POST /v1/payment_intents", fault);
        var took = Stopwatch.StartNew();
        var document = await acme.ChangesAsync("smart");
        // Where Stripe has acted, its webhook may come before we give up waiting for the answer.
        if (fault.EndsWith("_after", StringComparison.Ordinal)) Assert.Contains((State(document), document.Cents("amountDueCents")), new (string, long)[] { ("open processing", 8211), ("paid succeeded", 0) });
        else Assert.Equal(("open processing", 8211), (State(document), document.Cents("amountDueCents")));
        Assert.InRange(took.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.True(await Service.Stripe.HasFailedAsync());

        await Until(later);
        Assert.Equal("paid succeeded", State(await acme.InvoiceAsync(document.Text("id"))));
        Assert.Equal(8211, Assert.Single(await Succeeded(acme), intent => intent.GetProperty("metadata").Text("invoice") == document.Text("id")).Cents("amount"));
        Assert.Equal(2, (await Succeeded(acme)).Count);
    }

    async Task RefundedOnce(string fault, string on, string later)
    {
        var acme = await OpenWith(Visa, "pro", on);
        var invoice = (await acme.LastDocumentAsync()).Text("id");
        await Service.Stripe.FailAsync("POST /v1/refunds", fault);
        var took = Stopwatch.StartNew();
        (await acme.OperateAsync($"/invoices/{invoice}/void", new { reason = "Doppelt" })).Ok();
        Assert.InRange(took.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));

        await Until(later);
        Assert.True(await Service.Stripe.HasFailedAsync());
        var refund = Assert.Single(await Service.Stripe.RefundsAsync(acme.Id));
        Assert.Equal((5343, "succeeded"), (refund.Cents("amount"), refund.Text("status")));
        Assert.Equal(["paid refunded", "paid refunded"], (await acme.DocumentsAsync()).Select(State));
        Assert.Empty(await Findings(acme));
    }

    async Task LivesThrough(string webhooks, string on, string later)
    {
        await Until(on);
        await Service.Stripe.DeliverAsync(webhooks);
        try
        {
            var acme = await Service.OpenAsync("business");
            await acme.LeavesAsync(Visa);
            var fee = (await acme.ChangesAsync("smart")).Text("id");
            await Settle();
            (await acme.OperateAsync($"/invoices/{fee}/void", new { reason = "Kulanz" })).Ok();
            await Settle();
            var debited = await Service.OpenAsync("pro");
            await debited.LeavesAsync(Debit);
            await Until(later);

            Assert.Equal(["8211 succeeded", "9508 succeeded"], (await Intents(acme)).Select(intent => $"{intent.Cents("amount")} {intent.Text("status")}"));
            Assert.Equal(8211, Assert.Single(await Service.Stripe.RefundsAsync(acme.Id)).Cents("amount"));
            Assert.Equal((2, 1), (await Journaled(acme, "payment.succeeded"), await Journaled(acme, "refund.succeeded")));
            Assert.Equal("paid refunded", await State(acme));
            Assert.Equal("paid succeeded", await State(debited));
            Assert.Single(await Intents(debited));
            Assert.Equal(1, await Journaled(debited, "payment.succeeded"));
        }
        finally
        {
            await Service.Stripe.DeliverAsync("normal");
        }
    }

    /// <summary>E19 with a card: the customer and the collective invoice.</summary>
    async Task<(Customer Acme, string Collective)> WithdrawnAfterTheClose()
    {
        var acme = await OpenWith(Visa, "business", "2026-05-06");
        await Until("2026-05-28");
        var booking = await acme.BooksAsync("users");
        await Until("2026-06-09");
        var collective = (await acme.LastDocumentAsync()).Text("id");
        (await acme.EndsAsync(booking)).Ok();
        await Settle();
        return (acme, collective);
    }

    /// <summary>An account on the day from which no webhook arrives.</summary>
    async Task<Customer> OpenDropped(string plan)
    {
        await Until("2026-04-01");
        await Service.Stripe.DeliverAsync("drop");
        return await Service.OpenAsync(plan);
    }

    async Task Settle() => await Service.WalkAsync(await Service.NowAsync());

    Task<IReadOnlyList<JsonElement>> Intents(Customer acme) => Service.Stripe.IntentsAsync(acme.Id);
    async Task<IReadOnlyList<JsonElement>> Succeeded(Customer acme) => [.. (await Intents(acme)).Where(intent => intent.Text("status") == "succeeded")];

    /// <summary>Status and payment of the newest document.</summary>
    static async Task<string> State(Customer acme) => State(await acme.LastDocumentAsync());
    static string State(JsonElement document) => $"{document.Text("status")} {document.Text("payment")}";

    static string? Label(Answer overview) =>
        overview.Ok().GetProperty("paymentMethod") is { ValueKind: JsonValueKind.Object } method ? method.Text("label") : null;

    static async Task<string> Expiry(Customer acme) => (await acme.GetAsync("/overview")).Ok().GetProperty("paymentMethod").Text("expires");

    /// <summary>State, reason and date of suspension, as far as there are any.</summary>
    static async Task<string> Access(Customer acme)
    {
        var access = (await acme.EntitlementsAsync()).GetProperty("access");
        return $"{access.Text("state")} {access.GetProperty("reason").GetString()} {access.GetProperty("suspendsOn").GetString()}".TrimEnd();
    }

    static async Task<int> Journaled(Customer acme, string action) =>
        (await acme.GetAsync("/journal?limit=100")).Ok().Items("entries").Count(entry => entry.Text("action") == action);

    string Origin => $"http://localhost:{Service.Port}";

    async Task<HttpStatusCode> Told(string body, string? signature)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Origin}/api/stripe/webhook") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (signature is not null) request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }

    static string Signed(string body, DateTimeOffset at, string secret = StripeControl.Secret) => Deliveries.Sign(secret, body, at);
}
