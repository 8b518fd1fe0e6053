using System.Text.Json;

namespace Billing.Tests.Api;

/// <summary>Confirmations and idempotency keys: an order is carried out once, as it was shown, by whom it was shown to.</summary>
[Collection(OnOneService.Name)]
public class OrderTests(StandingService standing)
{
    Service Service => standing.Service;

    [Fact]
    public async Task An_order_without_a_confirmation_is_refused()
    {
        var acme = await Service.OpenAsync("smart");
        var booking = await acme.BooksAsync("users");
        var before = await acme.StateAsync();
        (await acme.PostAsync("/plan-changes", new { plan = "pro" })).Refused(409, "confirmation_required");
        (await acme.PostAsync("/plan-changes", new { plan = "pro", confirmation = (string?)null })).Refused(409, "confirmation_required");
        (await acme.PostAsync("/add-ons", new { addOn = "users", quantity = 1 })).Refused(409, "confirmation_required");
        (await acme.PostAsync("/cancellation", new { })).Refused(409, "confirmation_required");
        (await acme.PostAsync($"/add-ons/{booking.Text("id")}/cancellation", new { })).Refused(409, "confirmation_required");
        Assert.Equal(before, await acme.StateAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task An_invented_confirmation_is_answered_with_the_preview(string confirmation)
    {
        var acme = await Service.OpenAsync("smart");
        var shown = await acme.PreviewAsync("/plan-changes", new { plan = "pro" });
        await StaleAsync(acme, "/plan-changes", new { plan = "pro" }, confirmation, preview => Assert.Equal(shown.Figure(), preview.Figure()));
    }

    [Fact]
    public async Task A_used_confirmation_books_no_second_time()
    {
        var acme = await Service.OpenAsync("smart");
        var order = new { addOn = "users", quantity = 2 };
        var confirmation = (await acme.PreviewAsync("/add-ons", order)).Text("confirmation");
        Assert.Equal(201, (await acme.PostAsync("/add-ons", Customer.Confirmed(order, confirmation))).Status);

        await StaleAsync(acme, "/add-ons", order, confirmation, preview => Assert.Equal(2, preview.Cents("quantity")));
        Assert.Single(await acme.BookingsAsync());
    }

    [Fact]
    public async Task A_used_confirmation_is_refused_however_it_is_spelt()
    {
        var acme = await Service.OpenAsync("smart");
        var order = new { addOn = "users", quantity = 1 };
        var confirmation = (await acme.PreviewAsync("/add-ons", order)).Text("confirmation");
        Assert.Equal(201, (await acme.PostAsync("/add-ons", Customer.Confirmed(order, confirmation))).Status);
        foreach (var spelt in new[] { confirmation + "=", confirmation + " ", " " + confirmation, confirmation.Insert(8, "\n") })
            (await acme.PostAsync("/add-ons", Customer.Confirmed(order, spelt))).Refused(409, "confirmation_stale");
        Assert.Single(await acme.BookingsAsync());
    }

    [Fact]
    public async Task A_confirmation_for_other_figures_is_answered_with_the_new_ones()
    {
        var acme = await Service.OpenAsync("smart");
        var confirmation = (await acme.PreviewAsync("/plan-changes", new { plan = "business" })).Text("confirmation");
        var fromPro = await acme.ChangesAsync("pro");
        Assert.NotEmpty(fromPro.Text("number"));

        await StaleAsync(acme, "/plan-changes", new { plan = "business" }, confirmation, preview =>
        {
            Assert.Equal(-4490, preview.Items("lines")[0].Cents("unitNetCents"));
            Assert.Equal(("upgrade", "business"), (preview.Text("kind"), preview.Text("plan")));
        });
    }

    [Fact]
    public async Task A_confirmation_for_another_quantity_or_order_is_stale()
    {
        var acme = await Service.OpenAsync("smart");
        var one = (await acme.PreviewAsync("/add-ons", new { addOn = "users", quantity = 1 })).Text("confirmation");
        await StaleAsync(acme, "/add-ons", new { addOn = "users", quantity = 2 }, one);
        await StaleAsync(acme, "/add-ons", new { addOn = "storage", quantity = 1 }, one);
        await StaleAsync(acme, "/plan-changes", new { plan = "pro" }, one);
        await StaleAsync(acme, "/cancellation", null, one);
        Assert.Equal(201, (await acme.PostAsync("/add-ons", new { addOn = "users", quantity = 1, confirmation = one })).Status);
    }

    [Fact]
    public async Task A_confirmation_of_one_booking_ends_no_other()
    {
        var acme = await Service.OpenAsync("smart");
        var (first, second) = (await acme.BooksAsync("users"), await acme.BooksAsync("users"));
        var confirmation = (await acme.EndPreviewAsync(first)).Text("confirmation");
        await StaleAsync(acme, $"/add-ons/{second.Text("id")}/cancellation", null, confirmation);
    }

    [Fact]
    public async Task Another_user_cannot_use_the_confirmation()
    {
        var acme = await Service.OpenAsync("smart");
        var confirmation = (await acme.By("anna").PreviewAsync("/plan-changes", new { plan = "pro" })).Text("confirmation");
        await StaleAsync(acme.By("bert"), "/plan-changes", new { plan = "pro" }, confirmation);
        Assert.Equal(200, (await acme.By("anna").PostAsync("/plan-changes", new { plan = "pro", confirmation })).Status);
    }

    [Fact]
    public async Task Another_account_cannot_use_the_confirmation()
    {
        var (acme, other) = (await Service.OpenAsync("smart"), await Service.OpenAsync("smart"));
        var confirmation = (await acme.By("anna").PreviewAsync("/plan-changes", new { plan = "pro" })).Text("confirmation");
        await StaleAsync(other.By("anna"), "/plan-changes", new { plan = "pro" }, confirmation);
    }

    [Fact]
    public async Task A_confirmation_is_good_until_midnight_in_Berlin()
    {
        var acme = await Service.OpenAsync("smart");
        var preview = await acme.PreviewAsync("/plan-changes", new { plan = "pro" });
        var midnight = preview.GetProperty("validUntil").GetDateTimeOffset();
        Assert.Equal(TimeSpan.FromHours(22), midnight.TimeOfDay);

        await Service.WalkAsync(midnight.AddSeconds(-1));
        var inTime = (await acme.PreviewAsync("/add-ons", new { addOn = "users", quantity = 1 })).Text("confirmation");
        Assert.Equal(201, (await acme.PostAsync("/add-ons", new { addOn = "users", quantity = 1, confirmation = inTime })).Status);

        await Service.WalkAsync(midnight);
        await StaleAsync(acme, "/plan-changes", new { plan = "pro" }, preview.Text("confirmation"), next =>
        {
            Assert.NotEqual(preview.Text("effectiveOn"), next.Text("effectiveOn"));
            Assert.Equal(midnight.AddDays(1), next.GetProperty("validUntil").GetDateTimeOffset());
        });
    }

    [Fact]
    public async Task The_preview_that_comes_with_a_refusal_can_be_confirmed()
    {
        var acme = await Service.OpenAsync("smart");
        var problem = (await acme.PostAsync("/plan-changes", new { plan = "pro", confirmation = "x" })).Refused(409, "confirmation_stale");
        Assert.Equal(200, (await acme.PostAsync("/plan-changes", new { plan = "pro", confirmation = problem.GetProperty("preview").Text("confirmation") })).Status);
    }

    [Fact]
    public async Task A_repeated_booking_answers_with_the_booking_as_it_now_stands()
    {
        var acme = await Service.OpenAsync("smart");
        var order = Customer.Confirmed(new { addOn = "users", quantity = 1 }, (await acme.PreviewAsync("/add-ons", new { addOn = "users", quantity = 1 })).Text("confirmation"));
        var first = await acme.PostAsync("/add-ons", order, key: "book");

        Same(first, await acme.PostAsync("/add-ons", order, key: "book"));
        (await acme.EndsAsync(first.Json)).Ok();
        var after = await acme.StateAsync();
        var again = await acme.PostAsync("/add-ons", order, key: "book");

        Assert.Equal((201, first.Json.Text("id"), "withdrawn"), (again.Status, again.Json.Text("id"), again.Json.Text("status")));
        Assert.Equal(after, await acme.StateAsync());
    }

    [Fact]
    public async Task A_repeated_plan_change_is_billed_once()
    {
        var acme = await Service.OpenAsync("smart");
        var order = Customer.Confirmed(new { plan = "pro" }, (await acme.PreviewAsync("/plan-changes", new { plan = "pro" })).Text("confirmation"));
        var first = await acme.PostAsync("/plan-changes", order, key: "change");
        Same(first, await acme.PostAsync("/plan-changes", order, key: "change"));
        Assert.Equal(2, (await acme.DocumentsAsync()).Count);
    }

    [Fact]
    public async Task A_repeated_cancellation_changes_nothing_more()
    {
        var acme = await Service.OpenAsync("smart");
        var booking = await acme.BooksAsync("users");
        var path = $"/add-ons/{booking.Text("id")}/cancellation";
        var end = Customer.Confirmed(null, (await acme.EndPreviewAsync(booking)).Text("confirmation"));
        Same(await acme.PostAsync(path, end, key: "end"), await acme.PostAsync(path, end, key: "end"));

        var leave = Customer.Confirmed(null, (await acme.PreviewAsync("/cancellation")).Text("confirmation"));
        var first = await acme.PostAsync("/cancellation", leave, key: "leave");
        var after = await acme.StateAsync();
        Same(first, await acme.PostAsync("/cancellation", leave, key: "leave"));
        Assert.Equal(after, await acme.StateAsync());
    }

    [Fact]
    public async Task A_repeated_correction_of_the_operator_changes_nothing_more()
    {
        var acme = await Service.OpenAsync("smart");
        var today = (await acme.GetAsync("/overview")).Ok().Text("today");
        async Task Repeats(string path, object body)
        {
            var first = await acme.OperateAsync(path, body, key: path);
            var after = await acme.StateAsync();
            Same(first, await acme.OperateAsync(path, body, key: path));
            Assert.Equal(after, await acme.StateAsync());
        }
        await Repeats("/wake", new { reason = "Nachfrage" });
        await Repeats("/invoices/inv-1/payments", Customer.Transfer(100, today));
        await Repeats("/invoices/inv-1/write-off", new { reason = "Kulanz" });
        await Repeats("/invoices/inv-1/void", new { reason = "Irrtum" });
    }

    [Fact]
    public async Task A_repeated_preview_shows_the_same_figures()
    {
        var acme = await Service.OpenAsync("smart");
        var booking = await acme.BooksAsync("users");
        foreach (var (path, body) in new (string, object?)[]
        {
            ("/plan-changes/preview", new { plan = "pro" }), ("/add-ons/preview", new { addOn = "users", quantity = 1 }), ("/cancellation/preview", null),
            ($"/add-ons/{booking.Text("id")}/cancellation/preview", null),
        })
        {
            string Shown(Answer answer) => string.Join(',', answer.Ok().EnumerateObject().Where(member => member.Name != "confirmation"));
            Assert.Equal(Shown(await acme.PostAsync(path, body, key: "look")), Shown(await acme.PostAsync(path, body, key: "look")));
        }
    }

    [Fact]
    public async Task A_used_key_fits_no_other_request()
    {
        var acme = await Service.OpenAsync("smart");
        var order = Customer.Confirmed(new { addOn = "users", quantity = 1 }, (await acme.PreviewAsync("/add-ons", new { addOn = "users", quantity = 1 })).Text("confirmation"));
        var booking = (await acme.PostAsync("/add-ons", order, key: "k")).Ok();
        var before = await acme.StateAsync();

        var other = Customer.Confirmed(new { addOn = "users", quantity = 2 }, (await acme.PreviewAsync("/add-ons", new { addOn = "users", quantity = 2 })).Text("confirmation"));
        (await acme.PostAsync("/add-ons", other, key: "k")).Refused(422, "idempotency_key_reused");
        (await acme.PostAsync("/add-ons", Customer.Confirmed(new { addOn = "users", quantity = 1 }, "x"), key: "k")).Refused(422, "idempotency_key_reused");
        (await acme.By("bert").PostAsync("/add-ons", order, key: "k")).Refused(422, "idempotency_key_reused");

        var change = Customer.Confirmed(new { plan = "pro" }, (await acme.PreviewAsync("/plan-changes", new { plan = "pro" })).Text("confirmation"));
        (await acme.PostAsync("/plan-changes", change, key: "k")).Refused(422, "idempotency_key_reused");
        var end = Customer.Confirmed(null, (await acme.EndPreviewAsync(booking)).Text("confirmation"));
        (await acme.PostAsync($"/add-ons/{booking.Text("id")}/cancellation", end, key: "k")).Refused(422, "idempotency_key_reused");
        (await acme.OperateAsync("/wake", new { reason = "Nachfrage" }, key: "k")).Refused(422, "idempotency_key_reused");
        Assert.Equal(before, await acme.StateAsync());
    }

    [Fact]
    public async Task A_key_used_for_an_order_fits_no_preview()
    {
        var acme = await Service.OpenAsync("smart");
        (await acme.OrderAsync("/add-ons", new { addOn = "users", quantity = 1 }, key: "k")).Ok();
        (await acme.PostAsync("/plan-changes/preview", new { plan = "pro" }, key: "k")).Refused(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task A_failure_is_not_remembered()
    {
        var acme = await Service.OpenAsync("smart");
        (await acme.PostAsync("/plan-changes", new { plan = "gold", confirmation = "x" }, key: "k")).Refused(400, "plan_unknown");
        (await acme.PostAsync("/plan-changes", new { plan = "pro" }, key: "k")).Refused(409, "confirmation_required");
        Assert.Equal(200, (await acme.OrderAsync("/plan-changes", new { plan = "pro" }, key: "k")).Status);
    }

    [Fact]
    public async Task A_key_is_remembered_for_a_day()
    {
        var acme = await Service.OpenAsync("smart");
        var order = Customer.Confirmed(new { addOn = "users", quantity = 1 }, (await acme.PreviewAsync("/add-ons", new { addOn = "users", quantity = 1 })).Text("confirmation"));
        var first = await acme.PostAsync("/add-ons", order, key: "book");
        await Service.WalkAsync((await Service.NowAsync()).AddHours(24).AddSeconds(-1));
        Same(first, await acme.PostAsync("/add-ons", order, key: "book"));
        Assert.Single(await acme.BookingsAsync());
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public async Task A_key_has_up_to_255_characters(int length, bool fits)
    {
        var acme = await Service.OpenAsync("smart");
        var answer = await acme.OrderAsync("/add-ons", new { addOn = "users", quantity = 1 }, key: new string('k', length));
        if (fits) answer.Ok();
        else answer.Refused(400, "validation_failed");
        Assert.Equal(fits ? 1 : 0, (await acme.BookingsAsync()).Count);
    }

    [Fact]
    public async Task The_journal_tells_who_confirmed_which_figures()
    {
        var acme = await Service.OpenAsync("smart");
        var anna = acme.By("anna");
        var preview = await anna.PreviewAsync("/plan-changes", new { plan = "business" });
        (await anna.PostAsync("/plan-changes", new { plan = "business", confirmation = preview.Text("confirmation") })).Ok();

        var entry = (await acme.GetAsync("/journal")).Ok().Items("entries")[0];

        Assert.Equal(("anna", "owner", "plan.upgraded"), (entry.Text("user"), entry.Text("role"), entry.Text("action")));
        Assert.Equal(await Service.NowAsync(), entry.GetProperty("at").GetDateTimeOffset());
        var confirmed = entry.GetProperty("confirmed");
        Assert.Equal(preview.Amounts(), confirmed.Amounts());
        Assert.Equal(preview.Figure(), confirmed.Figure());
        Assert.Equal(preview.GetProperty("nextRenewal").Cents("grossCents"), confirmed.GetProperty("nextRenewal").Cents("grossCents"));
    }

    [Fact]
    public async Task The_journal_keeps_the_exact_words_that_were_confirmed()
    {
        var acme = await Service.OpenAsync("business");
        var preview = await acme.PreviewAsync("/plan-changes", new { plan = "smart" });
        (await acme.PostAsync("/plan-changes", new { plan = "smart", confirmation = preview.Text("confirmation") })).Ok();

        var confirmed = (await acme.GetAsync("/journal")).Ok().Items("entries")[0].GetProperty("confirmed");

        Assert.Equal((preview.Text("notice"), preview.Text("notRefunded")), (confirmed.Text("notice"), confirmed.Text("notRefunded")));
        Assert.DoesNotContain(preview.Text("confirmation"), confirmed.ToString(), StringComparison.Ordinal);
    }

    static void Same(Answer first, Answer again)
    {
        first.Ok();
        Assert.Equal((first.Status, first.Json.ToString()), (again.Status, again.Json.ToString()));
    }

    static async Task StaleAsync(Customer acme, string path, object? order, string confirmation, Action<JsonElement>? preview = null)
    {
        var before = await acme.StateAsync();
        var problem = (await acme.PostAsync(path, Customer.Confirmed(order, confirmation), key: "stale")).Refused(409, "confirmation_stale");
        preview?.Invoke(problem.GetProperty("preview"));
        Assert.NotEqual(confirmation, problem.GetProperty("preview").Text("confirmation"));
        Assert.Equal(before, await acme.StateAsync());
    }
}
