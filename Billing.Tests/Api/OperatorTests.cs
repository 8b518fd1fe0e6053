namespace Billing.Tests.Api;

/// <summary>What the provider's staff see and correct.</summary>
[Collection(OnOneService.Name)]
public class OperatorTests(StandingService standing)
{
    Service Service => standing.Service;

    [Fact]
    public async Task They_see_the_account_as_it_stands()
    {
        var acme = await Service.OpenAsync("smart");
        await acme.BooksAsync("users");
        var seen = (await acme.OperateAsync("")).Ok();
        Assert.Equal((acme.Id, 2368, "inv-2"), (seen.GetProperty("account").Text("id"), seen.Cents("amountDueCents"), seen.Text("draft")));
        Assert.True(seen.GetProperty("dueAt").GetDateTimeOffset() > await Service.NowAsync());
    }

    [Fact]
    public async Task A_transfer_pays_in_parts()
    {
        var acme = await Service.OpenAsync("smart");
        var part = (await acme.OperateAsync("/invoices/inv-1/payments", Transfer(1000))).Ok();
        Assert.Equal(("open", 1368), (part.Text("status"), part.Cents("amountDueCents")));

        var paid = (await acme.OperateAsync("/invoices/inv-1/payments", Transfer(1368))).Ok();

        Assert.Equal(("paid", "Bezahlt", "succeeded", 0), (paid.Text("status"), paid.Text("statusText"), paid.Text("payment"), paid.Cents("amountDueCents")));
        var entry = (await acme.GetAsync("/journal")).Ok().Items("entries")[0];
        Assert.Equal(("operator", "payment.recorded"), (entry.Text("role"), entry.Text("action")));
        Assert.Contains("Überweisung", entry.Text("text"), StringComparison.Ordinal);
        (await acme.OperateAsync("/invoices/inv-1/payments", Transfer(1))).Refused(409, "invoice_not_payable");
    }

    [Theory]
    [InlineData("""{"grossCents":0,"receivedOn":"2026-05-06","reference":"x","reason":"y"}""", "grossCents")]
    [InlineData("""{"grossCents":-100,"receivedOn":"2026-05-06","reference":"x","reason":"y"}""", "grossCents")]
    [InlineData("""{"grossCents":2369,"receivedOn":"2026-05-06","reference":"x","reason":"y"}""", "grossCents")]
    [InlineData("""{"grossCents":"100","receivedOn":"2026-05-06","reference":"x","reason":"y"}""", "grossCents")]
    [InlineData("""{"grossCents":1.5,"receivedOn":"2026-05-06","reference":"x","reason":"y"}""", "grossCents")]
    [InlineData("""{"grossCents":100,"receivedOn":"2099-01-01","reference":"x","reason":"y"}""", "receivedOn")]
    [InlineData("""{"grossCents":100,"receivedOn":"06.05.2026","reference":"x","reason":"y"}""", "receivedOn")]
    [InlineData("""{"grossCents":100,"receivedOn":"2026-05-06","reference":"","reason":"y"}""", "reference")]
    [InlineData("""{"grossCents":100,"receivedOn":"2026-05-06","reference":"x","reason":" "}""", "reason")]
    public async Task A_transfer_that_cannot_be_is_refused(string body, string field)
    {
        var acme = await Service.OpenAsync("smart");
        var before = await acme.StateAsync();
        var problem = (await acme.OperateAsync("/invoices/inv-1/payments", body)).Refused(400, "validation_failed");
        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        Assert.Equal(before, await acme.StateAsync());
    }

    [Fact]
    public async Task An_unpaid_invoice_is_voided_by_a_full_correction()
    {
        var acme = await Service.OpenAsync("business");

        var voided = (await acme.OperateAsync("/invoices/inv-1/void", new { reason = "Irrtum" })).Ok();

        Assert.Equal(("void", "Storniert", 0), (voided.Text("status"), voided.Text("statusText"), voided.Cents("amountDueCents")));
        var note = await acme.LastDocumentAsync();
        Assert.Equal(("credit_note", "79,90/15,18/95,08", "inv-1", "RK-"), (note.Text("kind"), note.Figure(), note.Text("corrects"), note.Text("number")[..3]));
        (await acme.OperateAsync("/invoices/inv-1/void", new { reason = "Irrtum" })).Refused(409, "invoice_not_payable");
        (await acme.OperateAsync("/invoices/inv-1/payments", Transfer(1))).Refused(409, "invoice_not_payable");
        (await acme.OperateAsync("/invoices/inv-1/write-off", new { reason = "Kulanz" })).Refused(409, "invoice_not_payable");
        (await acme.OperateAsync($"/invoices/{note.Text("id")}/void", new { reason = "Irrtum" })).Refused(409, "invoice_not_payable");
    }

    [Fact]
    public async Task A_paid_invoice_that_is_voided_is_owed_back()
    {
        var acme = await Service.OpenAsync("smart");
        await acme.PaysAsync();
        var voided = (await acme.OperateAsync("/invoices/inv-1/void", new { reason = "Irrtum" })).Ok();
        Assert.Equal("refund_pending", voided.Text("payment"));
        var note = await acme.LastDocumentAsync();
        Assert.Equal(("open", "refund_pending", 2368), (note.Text("status"), note.Text("payment"), note.Cents("grossCents")));

        var payout = $"/invoices/{note.Text("id")}/payments";
        (await acme.OperateAsync(payout, Transfer(2369))).Refused(400, "validation_failed");
        Assert.Equal("refund_pending", (await acme.OperateAsync(payout, Transfer(2000))).Ok().Text("payment"));
        Assert.Equal("refunded", (await acme.OperateAsync(payout, Transfer(368))).Ok().Text("payment"));
        var invoice = await acme.InvoiceAsync("inv-1");
        Assert.Equal(("paid", "refunded", 0), (invoice.Text("status"), invoice.Text("payment"), invoice.Cents("paidCents")));
        Assert.Equal("refund.recorded", (await acme.GetAsync("/journal")).Ok().Items("entries")[0].Text("action"));
    }

    [Fact]
    public async Task A_remainder_is_written_off()
    {
        var acme = await Service.OpenAsync("smart");
        (await acme.OperateAsync("/invoices/inv-1/payments", Transfer(2300))).Ok();
        var closed = (await acme.OperateAsync("/invoices/inv-1/write-off", new { reason = "Kleinbetrag" })).Ok();
        Assert.Equal(("paid", 0), (closed.Text("status"), closed.Cents("amountDueCents")));
        Assert.Contains("Kleinbetrag", (await acme.GetAsync("/journal")).Ok().Items("entries")[0].Text("text"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/wake")]
    [InlineData("/invoices/inv-1/void")]
    [InlineData("/invoices/inv-1/write-off")]
    public async Task Nothing_is_done_without_a_reason(string path)
    {
        var acme = await Service.OpenAsync("smart");
        var before = await acme.StateAsync();
        foreach (var body in new object[] { new { }, new { reason = "" }, new { reason = "  " }, new { reason = new string('x', 501) }, new { reason = "x", by = "me" } })
            (await acme.OperateAsync(path, body)).Refused(400, "validation_failed");
        Assert.Equal(before, await acme.StateAsync());
    }

    [Fact]
    public async Task A_draft_cannot_be_corrected()
    {
        var acme = await Service.OpenAsync("smart");
        await acme.BooksAsync("users", 5);
        (await acme.OperateAsync("/invoices/inv-2/void", new { reason = "x" })).Refused(409, "invoice_not_payable");
        (await acme.OperateAsync("/invoices/inv-2/payments", Transfer(1))).Refused(409, "invoice_not_payable");
        (await acme.OperateAsync("/invoices/inv-2/write-off", new { reason = "x" })).Refused(409, "invoice_not_payable");
        (await acme.OperateAsync("/invoices/inv-3/void", new { reason = "x" })).Refused(404, "invoice_not_found");
    }

    [Fact]
    public async Task Waking_an_account_is_accepted_and_journaled()
    {
        var acme = await Service.OpenAsync("smart");
        Assert.Equal(202, (await acme.OperateAsync("/wake", new { reason = "Nachfrage" })).Status);
        Assert.Equal("account.woken", (await acme.GetAsync("/journal")).Ok().Items("entries")[0].Text("action"));
    }

    [Fact]
    public async Task A_finding_that_is_not_there_cannot_be_resolved() =>
        (await Service.SendAsync(HttpMethod.Post, "api/operator/findings/none/resolve", new { reason = "x" }, await Service.TokenAsync("operator")))
            .Refused(404, "finding_not_found");

    static object Transfer(long grossCents) => Customer.Transfer(grossCents, "2026-05-06");
}
