using System.Text.Json;

namespace Billing.Tests.Api;

/// <summary>What becomes of accounts as time goes on.</summary>
public class LifeTests(Walk<LifeTests> walk) : Stories(walk), IClassFixture<Walk<LifeTests>>
{
    [Fact]
    public Task A_cancelled_subscription_ends_and_is_opened_again() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "pro", "2026-05-06");
        await Until("2026-05-10");
        await acme.BooksAsync("users");
        await Until("2026-05-20");
        Assert.Equal("2026-06-05", (await acme.PreviewAsync("/cancellation")).Text("endsOn"));
        Assert.Equal("2026-06-05", (await acme.OrderAsync("/cancellation")).Ok().Text("endsOn"));
        (await acme.OrderAsync("/cancellation")).Refused(409, "already_cancelled");
        (await acme.OrderAsync("/plan-changes", new { plan = "smart" })).Refused(409, "cancellation_pending");
        await Until("2026-06-01");
        await acme.BooksAsync("storage", 2);

        await Until("2026-06-06");
        var ended = await acme.AccountAsync();
        Assert.Equal(("ended", "2026-06-05"), (ended.Text("status"), ended.Text("endsOn")));
        var last = await acme.LastDocumentAsync();
        // 27 and 5 of 31 days; nothing is billed in advance any more.
        Assert.Equal(["5,14 (10.05.–05.06.)", "1,90 (01.06.–05.06.)"], last.AmountsWithDays());
        Assert.Equal("collective", last.Text("kind"));
        var entitled = await acme.EntitlementsAsync();
        Assert.Equal((0, 0, "suspended", "subscription_ended"),
            (entitled.Cents("extraUsers"), entitled.Cents("extraStorageGb"), entitled.GetProperty("access").Text("state"), entitled.GetProperty("access").Text("reason")));
        Assert.All(await acme.BookingsAsync(), booking => Assert.Equal(("ended", "2026-06-05"), (booking.Text("status"), booking.Text("endsOn"))));
        (await acme.OrderAsync("/plan-changes", new { plan = "business" })).Refused(409, "subscription_ended");
        (await acme.OrderAsync("/add-ons", new { addOn = "users", quantity = 1 })).Refused(409, "subscription_ended");
        (await acme.OrderAsync("/cancellation")).Refused(409, "subscription_ended");
        (await acme.DeleteAsync("/cancellation")).Refused(409, "already_ended");
        (await acme.GetAsync("/invoices/upcoming")).Refused(404, "invoice_not_found");

        await Until("2026-06-10");
        var reopened = await acme.PutAsync("smart");
        Assert.Equal((200, "active", "smart", "2026-06-10–2026-07-09"), (reopened.Status, reopened.Json.Text("status"), reopened.Json.Text("plan"), reopened.Json.Period()));
        Assert.Equal(("19,90/3,78/23,68", "2026-06-10"), ((await acme.LastDocumentAsync()).Figure(), (await acme.LastDocumentAsync()).Text("date")));
        Assert.Equal("active", (await acme.EntitlementsAsync()).GetProperty("access").Text("state"));
        await Until("2026-07-10");
        Assert.Equal(["19,90 (10.07.–09.08.)"], (await acme.LastDocumentAsync()).AmountsWithDays());
    });

    [Fact]
    public Task Overdue_invoices_come_before_another_opening() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-05-06");
        (await acme.OrderAsync("/cancellation")).Ok();
        await Until("2026-06-10");
        var before = await acme.StateAsync();
        (await acme.PutAsync("pro")).Refused(409, "access_suspended");
        Assert.Equal(before, await acme.StateAsync());
        await acme.PaysAsync();
        Assert.Equal("active", (await acme.PutAsync("pro")).Ok().Text("status"));
    });

    [Fact]
    public Task A_cancelled_subscription_goes_on_when_that_is_taken_back_in_time() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-05-06");
        (await acme.DeleteAsync("/cancellation")).Refused(409, "not_cancelled");
        (await acme.OrderAsync("/cancellation")).Ok();
        await Until("2026-06-05T21:59:59Z");
        Assert.Equal(JsonValueKind.Null, (await acme.DeleteAsync("/cancellation")).Ok().GetProperty("endsOn").ValueKind);
        await Until("2026-06-06");
        Assert.Equal(("active", "19,90/3,78/23,68"), ((await acme.AccountAsync()).Text("status"), (await acme.LastDocumentAsync()).Figure()));
    });

    [Fact]
    public Task A_cancelled_add_on_goes_on_when_that_is_taken_back_in_time() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-05-06");
        var (kept, left) = (await acme.BooksAsync("users"), await acme.BooksAsync("storage"));
        (await acme.DeleteAsync(Cancellation(kept))).Refused(409, "not_cancelled");
        await Until("2026-05-25");
        (await acme.EndsAsync(kept)).Ok();
        (await acme.EndsAsync(kept)).Refused(409, "already_cancelled");
        (await acme.EndsAsync(left)).Ok();
        await Until("2026-06-05");
        var active = (await acme.DeleteAsync(Cancellation(kept))).Ok();
        Assert.Equal(("active", "Aktiv"), (active.Text("status"), active.Text("statusText")));

        await Until("2026-06-06");

        Assert.Equal(["19,90 (06.06.–05.07.)", "5,90 (06.06.–05.07.)", "5,90 (06.05.–05.06.)", "5,90 (06.05.–05.06.)"], (await acme.LastDocumentAsync()).AmountsWithDays());
        (await acme.DeleteAsync(Cancellation(left))).Refused(409, "already_ended");
        (await acme.EndsAsync(left)).Refused(409, "already_ended");
        Assert.Equal("Beendet zum 05.06.2026", (await acme.BookingsAsync()).Single(booking => booking.Text("addOn") == "storage").Text("statusText"));
    });

    [Fact]
    public Task A_booking_is_withdrawn_after_the_end_of_the_subscription() => Story(async () =>
    {
        var acme = await OpenPaid("smart", on: "2026-05-06");
        await Until("2026-06-01");
        var booking = await acme.BooksAsync("storage", 2);
        (await acme.OrderAsync("/cancellation")).Ok();
        await Until("2026-06-10");
        await acme.PaysAsync();
        Assert.Equal(("withdrawal", 226), ((await acme.EndPreviewAsync(booking)).Text("kind"), (await acme.EndPreviewAsync(booking)).Cents("refundGrossCents")));
        Assert.Equal("withdrawn", (await acme.EndsAsync(booking)).Ok().Text("status"));
        Assert.Equal(("1,90/0,36/2,26", "refund_pending"), ((await acme.LastDocumentAsync()).Figure(), (await acme.LastDocumentAsync()).Text("payment")));
        (await acme.EndsAsync(booking)).Refused(409, "already_ended");
    });

    [Fact]
    public Task A_last_collective_invoice_that_is_too_small_is_voided() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-05-06");
        (await acme.OrderAsync("/cancellation")).Ok();
        await Until("2026-06-05");
        var booking = await acme.BooksAsync("users");
        await Until("2026-06-06");
        var draft = await acme.LastDocumentAsync();
        Assert.Equal(("void", "Storniert", "0,19/0,04/0,23", JsonValueKind.Null), (draft.Text("status"), draft.Text("statusText"), draft.Figure(), draft.GetProperty("number").ValueKind));
        Assert.Equal(0, (await acme.EndPreviewAsync(booking)).Cents("refundGrossCents"));
        Assert.Equal("withdrawn", (await acme.EndsAsync(booking)).Ok().Text("status"));
        Assert.Equal(2, (await acme.DocumentsAsync()).Count);
    });

    [Fact]
    public Task A_draft_whose_last_line_is_withdrawn_stays_in_the_history_as_void() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-05-06");
        await Until("2026-05-20");
        var (one, two) = (await acme.BooksAsync("users"), await acme.BooksAsync("storage", 3));
        (await acme.EndsAsync(one)).Ok();
        var draft = await acme.LastDocumentAsync();
        Assert.Equal(("draft", "9,71/1,84/11,55"), (draft.Text("status"), draft.Figure()));
        (await acme.EndsAsync(two)).Ok();

        var voided = await acme.LastDocumentAsync();
        Assert.Equal((draft.Text("id"), "void", "9,71/1,84/11,55", 0), (voided.Text("id"), voided.Text("status"), voided.Figure(), voided.Cents("amountDueCents")));

        await acme.BooksAsync("users");
        Assert.Equal(("draft", "3,24/0,62/3,86"), ((await acme.LastDocumentAsync()).Text("status"), (await acme.LastDocumentAsync()).Figure()));
        await Until("2026-06-06");
        Assert.Equal("19,90 5,90 3,24", (await acme.LastDocumentAsync()).Amounts());
        Assert.Equal(voided.ToString(), (await acme.InvoiceAsync(voided.Text("id"))).ToString());
    });

    [Fact]
    public Task Entitlements_follow_bookings_at_once() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-05-06");
        async Task<(string, long, long)> Entitled()
        {
            var now = await acme.EntitlementsAsync();
            return (now.Text("plan"), now.Cents("extraUsers"), now.Cents("extraStorageGb"));
        }
        Assert.Equal(("smart", 0, 0), await Entitled());
        await acme.BooksAsync("users", 2);
        var storage = await acme.BooksAsync("storage", 3);
        Assert.Equal("Erweiterter Speicherplatz (+30 GB)", storage.Text("label"));
        Assert.Equal(("smart", 2, 30), await Entitled());
        (await acme.EndsAsync(storage)).Ok();
        await acme.ChangesAsync("pro");
        Assert.Equal(("pro", 2, 0), await Entitled());
    });

    [Fact]
    public Task Who_does_not_pay_is_warned_suspended_and_let_in_again_at_once() => Story(async () =>
    {
        var acme = await OpenWith(Declined, "smart", "2026-05-06");
        async Task<(string, string?, string?)> Access()
        {
            var access = (await acme.EntitlementsAsync()).GetProperty("access");
            return (access.Text("state"), access.GetProperty("reason").GetString(), access.GetProperty("suspendsOn").GetString());
        }
        await Until("2026-06-02T21:59:59Z");
        Assert.Equal(("active", null, null), await Access());
        await Until("2026-06-02T22:00:00Z");
        Assert.Equal(("warned", "overdue", "2026-06-10"), await Access());
        var booking = await acme.BooksAsync("users");
        await Until("2026-06-09T21:59:59Z");
        Assert.Equal(("warned", "overdue", "2026-06-10"), await Access());
        await Until("2026-06-09T22:00:00Z");
        Assert.Equal(("suspended", "overdue", null), await Access());

        (await acme.OrderAsync("/plan-changes", new { plan = "pro" })).Refused(409, "access_suspended");
        (await acme.OrderAsync("/add-ons", new { addOn = "users", quantity = 1 })).Refused(409, "access_suspended");
        Assert.Equal("withdrawn", (await acme.EndsAsync(booking)).Ok().Text("status"));
        foreach (var seen in new[] { "", "/overview", "/add-ons", "/invoices", "/invoices/upcoming", "/invoices/inv-1", "/invoices/inv-1/pdf?download=1", "/invoices/inv-1/xml", "/journal" })
            Assert.Equal((seen, 200), (seen, (await acme.GetAsync(seen)).Status));
        Assert.Equal("manage", (await acme.PostAsync("/payment-method/session", new { returnUrl = acme.Back })).Ok().Text("kind"));
        await acme.PayPageAsync("inv-1");
        (await acme.OrderAsync("/cancellation")).Ok();
        (await acme.DeleteAsync("/cancellation")).Ok();
        await acme.PaysAsync();
        Assert.Equal(("active", null, null), await Access());
        Assert.Equal("pro", (await acme.OrderAsync("/plan-changes", new { plan = "pro" })).Ok().Text("plan"));
    });

    [Fact]
    public Task A_long_suspension_is_told_to_the_operator_who_resolves_it() => Story(async () =>
    {
        var acme = await OpenWith(Declined, "smart", "2026-05-06");
        await Until("2026-07-09");
        Assert.Empty(await Findings(acme));
        await Until("2026-07-10");
        var finding = Assert.Single(await Findings(acme));
        Assert.Equal("suspension_lasts", finding.Text("code"));
        var path = $"api/operator/findings/{finding.Text("id")}/resolve";
        (await Service.SendAsync(HttpMethod.Post, path, new { }, await Service.TokenAsync("operator"))).Refused(400, "validation_failed");

        var resolved = (await Service.SendAsync(HttpMethod.Post, path, new { reason = "Angerufen" }, await Service.TokenAsync("operator"))).Ok();

        Assert.Equal(("operator", "Angerufen"), (resolved.Text("resolvedBy"), resolved.Text("reason")));
        Assert.Empty(await Findings(acme));
        Assert.Single(await Findings(acme, "?resolved=true"));
        (await Service.SendAsync(HttpMethod.Post, path, new { reason = "Noch einmal" }, await Service.TokenAsync("operator"))).Refused(404, "finding_not_found");
        await Until("2026-07-20");
        Assert.Empty(await Findings(acme));
        // The contract goes on.
        Assert.Equal(3, (await acme.DocumentsAsync()).Count);
    });

    [Fact]
    public Task A_finding_resolved_twice_with_one_key_answers_twice_the_same() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-05-06");
        await Until("2026-07-10");
        var path = $"api/operator/findings/{Assert.Single(await Findings(acme)).Text("id")}/resolve";
        async Task<Answer> Resolve(string reason) => await Service.SendAsync(HttpMethod.Post, path, new { reason }, await Service.TokenAsync("operator"), key: "once");
        var first = await Resolve("Angerufen");
        var again = await Resolve("Angerufen");
        Assert.Equal((200, first.Json.ToString()), (again.Status, again.Json.ToString()));
        (await Resolve("Noch einmal")).Refused(422, "idempotency_key_reused");
    });

    [Fact]
    public Task The_history_is_paged_without_gap_or_repetition() => Story(async () =>
    {
        var acme = await OpenWith(Visa, "smart", "2026-05-06");
        await acme.BooksAsync("users");
        await acme.ChangesAsync("pro");
        await acme.ChangesAsync("business");
        await Until("2026-06-06");
        await acme.BooksAsync("storage");
        await acme.ChangesAsync("pro");

        var history = (await acme.GetAsync("/invoices?limit=100")).Ok();
        Assert.Equal(["invoice paid", "collective draft", "collective paid", "invoice paid", "invoice paid", "invoice paid"],
            history.Items("invoices").Select(invoice => $"{invoice.Text("kind")} {invoice.Text("status")}"));
        Assert.Equal(JsonValueKind.Null, history.GetProperty("nextCursor").ValueKind);
        Assert.Equal(Ids(history.Items("invoices")), Ids((await acme.GetAsync("/overview")).Ok().Items("invoices")));
        foreach (var limit in Enumerable.Range(1, 6)) Assert.Equal(Ids(history.Items("invoices")), Ids(await acme.PagedAsync("/invoices", "invoices", limit)));

        var journal = (await acme.GetAsync("/journal?limit=100")).Ok().Items("entries");
        Assert.Equal(journal.OrderByDescending(entry => entry.GetProperty("at").GetDateTimeOffset()).Select(entry => entry.ToString()), journal.Select(entry => entry.ToString()));
        foreach (var limit in new[] { 1, 2, 4, journal.Count })
            Assert.Equal(journal.Select(entry => entry.ToString()), (await acme.PagedAsync("/journal", "entries", limit)).Select(entry => entry.ToString()));
    });

    [Fact]
    public Task A_customer_who_moves_is_taxed_as_they_are_at_issue() => Story(async () =>
    {
        var acme = await OpenPaid("business", on: "2026-05-06");
        await acme.BooksAsync("users");
        await Until("2026-05-20");
        (await acme.PutAsync(null, Customer.Austrian)).Ok();
        Assert.Equal("AE", (await acme.LastDocumentAsync()).Items("taxes").Single().Text("category"));
        await Until("2026-06-06");
        var renewal = await acme.LastDocumentAsync();
        Assert.Equal(("91,70/0,00/91,70", "AT"), (renewal.Figure(), renewal.GetProperty("buyer").GetProperty("address").Text("country")));
        Assert.Equal("79,90/15,18/95,08", (await acme.DocumentsAsync())[^1].Figure());
        (await acme.OperateAsync("/invoices/inv-1/void", new { reason = "Irrtum" })).Ok();
        var note = await acme.LastDocumentAsync();
        Assert.Equal(("79,90/15,18/95,08", "S", "DE"),
            (note.Figure(), note.Items("taxes").Single().Text("category"), note.GetProperty("buyer").GetProperty("address").Text("country")));
    });

    static IEnumerable<string> Ids(IEnumerable<JsonElement> documents) => documents.Select(document => document.Text("id"));

    static string Cancellation(JsonElement booking) => $"/add-ons/{booking.Text("id")}/cancellation";
}
