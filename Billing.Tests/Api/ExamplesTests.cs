using System.Runtime.CompilerServices;
using System.Text.Json;
using Billing.Local.World;

namespace Billing.Tests.Api;

/// <summary>The worked examples, over HTTP with the walking clock.</summary>
public class ExamplesTests(Walk<ExamplesTests> walk) : Stories(walk), IClassFixture<Walk<ExamplesTests>>
{
    [Fact]
    public Task E01_the_number_is_the_second_of_issue() => Story(async () =>
    {
        var acme = await OpenPaid("business", on: "2026-04-15");
        await Until("2026-04-15T17:41:22Z");
        Assert.Equal(("RE-1776274882", "2026-04-15"), NumberAndDate(await acme.ChangesAsync("pro")));
        await Until("2026-04-15T17:50:02Z");
        Assert.Equal(("RE-1776275402", "2026-04-15"), NumberAndDate(await acme.ChangesAsync("business")));
        var late = await Open("business", on: "2026-05-05T22:00:02Z");
        Assert.Equal(("RE-1778018402", "2026-05-06"), NumberAndDate(await late.LastDocumentAsync()));
    });

    [Fact]
    public Task E02_a_smart_renewal() => Renewal("smart", "19,90/3,78/23,68");

    [Fact]
    public Task E02_a_pro_renewal() => Renewal("pro", "44,90/8,53/53,43");

    [Fact]
    public Task E02_a_business_renewal() => Renewal("business", "79,90/15,18/95,08");

    [Fact]
    public Task E03_an_Austrian_business_with_a_VAT_ID_pays_none() => Story(async () =>
    {
        var acme = await Open("business", on: "2026-05-06", Customer.Austrian);

        var invoice = await acme.LastDocumentAsync();

        Assert.Equal("79,90/0,00/79,90", invoice.Figure());
        Assert.Equal(("AE", 0), (invoice.Items("taxes").Single().Text("category"), invoice.Items("taxes").Single().Cents("ratePercent")));
        Assert.Contains("Steuerschuldnerschaft des Leistungsempfängers", invoice.Items("notes").Select(note => note.GetString()));
        Assert.Equal(("DE", "ATU12345678"), (invoice.GetProperty("seller").Text("vatId")[..2], invoice.GetProperty("buyer").Text("vatId")));
    });

    [Fact]
    public Task E04_pro_to_business_on_the_first_day() => Story(async () =>
        Upgraded(await (await Open("pro", on: "2026-04-15")).ChangesAsync("business"), "-44,90 79,90", "35,00/6,65/41,65", "2026-04-15", "2026-05-14", 30, 30));

    [Fact]
    public Task E05_smart_to_pro_on_20_May() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-05-06");
        await Until("2026-05-20");
        var preview = await acme.PreviewAsync("/plan-changes", new { plan = "pro" });
        Upgraded(preview, "-10,91 24,62", "13,71/2,60/16,31", "2026-05-20", "2026-06-05", 17, 31);
        Assert.Equal(("upgrade", "invoice_now", "2026-05-20T22:00:00Z"), (preview.Text("kind"), preview.Text("billing"), preview.Text("validUntil")));
        Assert.Equal(("2026-06-06", 4490, 5343), (preview.GetProperty("nextRenewal").Text("on"), preview.GetProperty("nextRenewal").Cents("netCents"), preview.GetProperty("nextRenewal").Cents("grossCents")));

        var invoice = await acme.ChangesAsync("pro");

        Upgraded(invoice, "-10,91 24,62", "13,71/2,60/16,31", "2026-05-20", "2026-06-05", 17, 31);
        Assert.Equal(("invoice", "open", "Offen"), (invoice.Text("kind"), invoice.Text("status"), invoice.Text("statusText")));
        Assert.Equal(("2026-05-20", "2026-06-03"), (invoice.Text("date"), invoice.Text("dueOn")));
        Assert.Equal("2026-05-06–2026-06-05", (await acme.AccountAsync()).Period());
    });

    [Fact]
    public Task E06_pro_to_business_on_21_May() => Story(async () =>
    {
        var acme = await Open("pro", on: "2026-05-06");
        await Until("2026-05-21");
        Upgraded(await acme.ChangesAsync("business"), "-23,17 41,24", "18,07/3,43/21,50", "2026-05-21", "2026-06-05", 16, 31);
    });

    [Fact]
    public Task E07_smart_to_business_on_the_last_day() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-05-06");
        await Until("2026-06-05");
        Upgraded(await acme.ChangesAsync("business"), "-0,64 2,58", "1,94/0,37/2,31", "2026-06-05", "2026-06-05", 1, 31);
        await Until("2026-06-06");
        Assert.Equal("79,90/15,18/95,08", (await acme.LastDocumentAsync()).Figure());
    });

    [Fact]
    public Task E08_a_second_upgrade_in_the_same_cycle() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-05-06");
        await Until("2026-05-20");
        await acme.ChangesAsync("pro");
        await Until("2026-05-28");
        Upgraded(await acme.ChangesAsync("business"), "-13,04 23,20", "10,16/1,93/12,09", "2026-05-28", "2026-06-05", 9, 31);
        Assert.Equal(3, (await acme.DocumentsAsync()).Count);
    });

    [Fact]
    public Task E09_smart_to_business_in_February() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-02-01");
        await Until("2026-02-08");
        Upgraded(await acme.ChangesAsync("business"), "-14,93 59,93", "45,00/8,55/53,55", "2026-02-08", "2026-02-28", 21, 28);
    });

    [Fact]
    public Task E10_business_to_pro() => Downgrade("business", "pro", "44,90/8,53/53,43");

    [Fact]
    public Task E10_business_to_smart() => Downgrade("business", "smart", "19,90/3,78/23,68");

    [Fact]
    public Task E10_pro_to_smart() => Downgrade("pro", "smart", "19,90/3,78/23,68");

    [Fact]
    public Task E11_the_history_of_the_help_page_without_VAT() => HelpPage(Customer.Swiss, "69,00/0,00/69,00", "35,00/0,00/35,00", "O");

    [Fact]
    public Task E11_the_history_of_the_help_page_with_VAT() => HelpPage(null, "69,00/13,11/82,11", "35,00/6,65/41,65", "S");

    [Fact]
    public Task E12_a_user_for_the_last_three_days() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-03-18");
        await Until("2026-04-15");

        var booking = await acme.BooksAsync("users");

        Assert.Equal(("2026-04-17", "active", "Zusätzliche Benutzer (+1)"), (booking.Text("billedThrough"), booking.Text("status"), booking.Text("label")));
        var draft = await acme.LastDocumentAsync();
        Assert.Equal(["0,57 (15.04.–17.04.)"], draft.AmountsWithDays());
        Assert.Equal((3, 31), (draft.Items("lines")[0].Cents("days"), draft.Items("lines")[0].Cents("periodDays")));
        Assert.Equal(("draft", "In Vorbereitung", "collective"), (draft.Text("status"), draft.Text("statusText"), draft.Text("kind")));
        Assert.Null(draft.GetProperty("number").GetString());
    });

    [Fact]
    public Task E13_three_pieces_are_rounded_once() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-05-06");
        await Until("2026-05-20");
        var booking = await acme.BooksAsync("storage", 3);
        Assert.Equal(["9,71 (20.05.–05.06.)"], (await acme.LastDocumentAsync()).AmountsWithDays());
        Assert.Equal("2026-06-05", booking.Text("billedThrough"));
    });

    [Fact]
    public Task E13_a_user_in_February() => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-02-01");
        await Until("2026-02-08");
        await acme.BooksAsync("users");
        Assert.Equal(["4,43 (08.02.–28.02.)"], (await acme.LastDocumentAsync()).AmountsWithDays());
    });

    [Fact]
    public Task E14_three_bookings_withdrawn_one_by_one_give_back_the_VAT_they_bore() => Story(async () =>
    {
        // The subscription ends, so that the last collective invoice holds the three lines alone.
        var acme = await OpenPaid("smart", on: "2026-03-18");
        await Until("2026-04-15");
        JsonElement[] bookings = [await acme.BooksAsync("users"), await acme.BooksAsync("users"), await acme.BooksAsync("users")];
        (await acme.OrderAsync("/cancellation")).Ok();
        Assert.Equal("1,71/0,32/2,03", (await acme.LastDocumentAsync()).Figure());

        await Until("2026-04-18");
        var invoice = await acme.LastDocumentAsync();
        Assert.Equal(("0,57 0,57 0,57", "1,71/0,32/2,03", "collective", "open"), (invoice.Amounts(), invoice.Figure(), invoice.Text("kind"), invoice.Text("status")));

        var notes = new List<JsonElement>();
        foreach (var booking in bookings)
        {
            (await acme.EndsAsync(booking)).Ok();
            notes.Add(await acme.LastDocumentAsync());
        }
        Assert.Equal(["0,57/0,10/0,67", "0,57/0,11/0,68", "0,57/0,11/0,68"], notes.Select(note => note.Figure()));
        Assert.All(notes, note => Assert.Equal(("credit_note", "RK-", invoice.Text("id")), (note.Text("kind"), note.Text("number")[..3], note.Text("corrects"))));
        Assert.Equal(("void", 0), ((await acme.InvoiceAsync(invoice.Text("id"))).Text("status"), (await acme.InvoiceAsync(invoice.Text("id"))).Cents("amountDueCents")));
    });

    [Fact]
    public Task E15_the_close_of_6_June() => Story(async () =>
    {
        var acme = await Open("business", on: "2026-05-06");
        await Until("2026-05-20");
        await acme.BooksAsync("users");
        await Until("2026-06-01");
        await acme.BooksAsync("storage", 2);
        var draft = await acme.LastDocumentAsync();
        string[] lines = ["79,90 (06.06.–05.07.)", "5,90 (06.06.–05.07.)", "11,80 (06.06.–05.07.)", "3,24 (20.05.–05.06.)", "1,90 (01.06.–05.06.)"];
        var upcoming = (await acme.GetAsync("/invoices/upcoming")).Ok();
        Assert.Equal(lines, upcoming.AmountsWithDays());
        Assert.Equal("102,74/19,52/122,26", upcoming.Figure());

        await Until("2026-06-06");

        var collective = await acme.LastDocumentAsync();
        Assert.Equal(lines, collective.AmountsWithDays());
        Assert.Equal("102,74/19,52/122,26", collective.Figure());
        Assert.Equal(("collective", "open", draft.Text("id")), (collective.Text("kind"), collective.Text("status"), collective.Text("id")));
        Assert.Equal(("2026-06-06", "2026-06-20", "RE-"), (collective.Text("date"), collective.Text("dueOn"), collective.Text("number")[..3]));
        Assert.All(await acme.BookingsAsync(), booking => Assert.Equal("2026-07-05", booking.Text("billedThrough")));
    });

    [Fact]
    public Task E16_an_anchor_on_the_31st_never_drifts() => Story(async () =>
    {
        var acme = await OpenPaid("smart", on: "2026-01-31");
        foreach (var (start, last) in new[] { ("2026-02-28", "2026-03-30"), ("2026-03-31", "2026-04-29"), ("2026-04-30", "2026-05-30"), ("2026-05-31", "2026-06-29"), ("2026-06-30", "2026-07-30") })
        {
            await Until(start);
            var renewal = await acme.LastDocumentAsync();
            Assert.Equal((start, start, last), (renewal.Text("date"), renewal.Items("lines").Single().Text("from"), renewal.Items("lines").Single().Text("to")));
            Assert.Equal($"{start}–{last}", (await acme.AccountAsync()).Period());
            await acme.PaysAsync();
        }
        Assert.Equal(6, (await acme.DocumentsAsync()).Count);
        Assert.Equal([31, 30, 31, 30, 31, 28], (await acme.DocumentsAsync()).Select(invoice => invoice.Items("lines").Single().Cents("days")));
    });

    [Fact]
    public Task E17_before_midnight_on_the_day_of_the_clock_change() => ClockChange("2026-03-29T21:30:00Z", "-10,91 24,62", "13,71/2,60/16,31", "2026-03-29", 17);

    [Fact]
    public Task E17_after_midnight_on_the_day_of_the_clock_change() => ClockChange("2026-03-29T22:30:00Z", "-10,27 23,17", "12,90/2,45/15,35", "2026-03-30", 16);

    [Fact]
    public Task E18_booked_on_a_Wednesday() => WithdrawableThrough("2026-04-15", "2026-04-29", midnight: "2026-04-29T22:00:00Z");

    [Fact]
    public Task E18_the_last_day_is_a_holiday_before_a_weekend() => WithdrawableThrough("2026-04-17", "2026-05-04", midnight: "2026-05-04T22:00:00Z");

    [Fact]
    public Task E18_the_last_day_is_a_Saturday() => WithdrawableThrough("2026-04-18", "2026-05-04", midnight: "2026-05-04T22:00:00Z");

    [Fact]
    public Task E18_the_last_day_is_Good_Friday() => WithdrawableThrough("2026-03-20", "2026-04-07", midnight: "2026-04-07T22:00:00Z");

    [Fact]
    public Task E18_the_last_day_is_Christmas() => WithdrawableThrough("2026-12-11", "2026-12-28", midnight: "2026-12-28T23:00:00Z");

    [Fact]
    public Task E19_withdrawn_after_the_close_and_paid() => Story(async () =>
    {
        var (acme, booking, invoice) = await BilledOnSixthOfJune();
        await acme.PaysAsync();
        await Until("2026-06-09");
        Assert.Equal(("withdrawal", 906), ((await acme.EndPreviewAsync(booking)).Text("kind"), (await acme.EndPreviewAsync(booking)).Cents("refundGrossCents")));

        Assert.Equal("withdrawn", (await acme.EndsAsync(booking)).Ok().Text("status"));

        var note = await acme.LastDocumentAsync();
        Assert.Equal(("7,61/1,45/9,06", "5,90 1,71", "credit_note", "open", "refund_pending"),
            (note.Figure(), note.Amounts(), note.Text("kind"), note.Text("status"), note.Text("payment")));
        Assert.Equal((invoice.Text("id"), "2026-06-09"), (note.Text("corrects"), note.Text("date")));
        Assert.Contains($"Rechnungskorrektur zu {invoice.Text("number")}", note.Items("notes").Select(text => text.GetString()));
        var corrected = await acme.InvoiceAsync(invoice.Text("id"));
        Assert.Equal(("87,51/16,63/104,14", "paid", 0), (corrected.Figure(), corrected.Text("status"), corrected.Cents("amountDueCents")));
    });

    [Fact]
    public Task E19_withdrawn_after_the_close_and_not_yet_paid() => Story(async () =>
    {
        var (acme, booking, invoice) = await BilledOnSixthOfJune();
        await Until("2026-06-09");
        (await acme.EndsAsync(booking)).Ok();

        var note = await acme.LastDocumentAsync();
        Assert.Equal(("7,61/1,45/9,06", "paid", "none"), (note.Figure(), note.Text("status"), note.Text("payment")));
        var corrected = await acme.InvoiceAsync(invoice.Text("id"));
        Assert.Equal(("open", 9508), (corrected.Text("status"), corrected.Cents("amountDueCents")));
        await Until("2026-07-06");
        Assert.Equal("79,90", (await acme.LastDocumentAsync()).Amounts());
    });

    [Fact]
    public Task E20_a_cancelled_user_is_not_billed_again() => Story(async () =>
    {
        var acme = await Open("business", on: "2026-05-06");
        var booking = await acme.BooksAsync("users");
        await Until("2026-05-25");
        var preview = await acme.EndPreviewAsync(booking);
        Assert.Equal(("cancellation", "2026-06-05", 0), (preview.Text("kind"), preview.Text("endsOn"), preview.Cents("refundGrossCents")));

        var cancelled = (await acme.EndsAsync(booking)).Ok();

        Assert.Equal(("cancelled", "Kündigung zum 05.06.2026", "2026-06-05"), (cancelled.Text("status"), cancelled.Text("statusText"), cancelled.Text("endsOn")));
        Assert.Equal(1, (await acme.EntitlementsAsync()).Cents("extraUsers"));
        await Until("2026-06-06");
        var invoice = await acme.LastDocumentAsync();
        Assert.Equal(["79,90 (06.06.–05.07.)", "5,90 (06.05.–05.06.)"], invoice.AmountsWithDays());
        Assert.Equal("85,80/16,30/102,10", invoice.Figure());
        Assert.Equal("ended", (await acme.BookingsAsync()).Single().Text("status"));
        Assert.Equal(0, (await acme.EntitlementsAsync()).Cents("extraUsers"));
    });

    Task Renewal(string plan, string figure, [CallerMemberName] string name = "") => Story(async () =>
    {
        var acme = await Open(plan, on: "2026-05-06");
        var first = await acme.LastDocumentAsync();
        Assert.Equal((figure, "2026-05-06"), (first.Figure(), first.Text("date")));
        Assert.Equal(("2026-05-06", "2026-06-05"), (first.Items("lines").Single().Text("from"), first.Items("lines").Single().Text("to")));

        await Until("2026-06-06");

        var renewal = await acme.LastDocumentAsync();
        Assert.Equal((figure, "invoice", "open", "2026-06-06", "2026-06-20"),
            (renewal.Figure(), renewal.Text("kind"), renewal.Text("status"), renewal.Text("date"), renewal.Text("dueOn")));
        Assert.Equal(("2026-06-06", "2026-07-05"), (renewal.Items("lines").Single().Text("from"), renewal.Items("lines").Single().Text("to")));
    }, name);

    Task Downgrade(string from, string to, string nextRenewal, [CallerMemberName] string name = "") => Story(async () =>
    {
        var acme = await Open(from, on: "2026-05-06");
        await Until("2026-05-21");
        var preview = await acme.PreviewAsync("/plan-changes", new { plan = to });
        Assert.Equal(("downgrade", 6900, "69,00/13,11/82,11"), (preview.Text("kind"), preview.Cents("feeNetCents"), preview.Figure()));
        Assert.Contains("69,00 € (netto)", preview.Text("notice"), StringComparison.Ordinal);
        Assert.NotEmpty(preview.Text("notRefunded"));

        var fee = await acme.ChangesAsync(to);

        Assert.Equal(("69,00", "69,00/13,11/82,11", "downgrade_fee"), (fee.Amounts(), fee.Figure(), fee.Items("lines").Single().Text("kind")));
        Assert.Equal(to, (await acme.EntitlementsAsync()).Text("plan"));
        await Until("2026-06-06");
        Assert.Equal(nextRenewal, (await acme.LastDocumentAsync()).Figure());
    }, name);

    Task HelpPage(object? details, string fee, string upgrade, string category, [CallerMemberName] string name = "") => Story(async () =>
    {
        var acme = await Open("business", on: "2026-04-15", details);
        await Until("2026-04-15T18:41:22Z");
        await acme.ChangesAsync("pro");
        await Until("2026-04-15T18:50:02Z");
        Upgraded(await acme.ChangesAsync("business"), "-44,90 79,90", upgrade, "2026-04-15", "2026-05-14", 30, 30);

        var history = await acme.DocumentsAsync();
        Assert.Equal([upgrade, fee], history.Take(2).Select(document => document.Figure()));
        Assert.All(history, document => Assert.Equal(category, document.Items("taxes").Single().Text("category")));
    }, name);

    Task ClockChange(string at, string lines, string figure, string day, int rest, [CallerMemberName] string name = "") => Story(async () =>
    {
        var acme = await Open("smart", on: "2026-03-15");
        await Until(at);
        var invoice = await acme.ChangesAsync("pro");
        Upgraded(invoice, lines, figure, day, "2026-04-14", rest, 31);
        Assert.Equal(day, invoice.Text("date"));
    }, name);

    Task WithdrawableThrough(string booked, string last, string midnight, [CallerMemberName] string name = "") => Story(async () =>
    {
        var acme = await Open("smart", on: booked);
        var booking = await acme.BooksAsync("users");
        Assert.Equal((booked, last), (booking.Text("bookedOn"), booking.Text("withdrawableThrough")));
        await Until(LocalClock.Text(Moment.Of(midnight).AddSeconds(-1)));
        Assert.Equal("withdrawal", (await acme.EndPreviewAsync(booking)).Text("kind"));
        await Until(midnight);
        Assert.Equal("cancellation", (await acme.EndPreviewAsync(booking)).Text("kind"));
    }, name);

    async Task<(Customer, JsonElement Booking, JsonElement Invoice)> BilledOnSixthOfJune()
    {
        var acme = await OpenPaid("business", on: "2026-05-06");
        await Until("2026-05-28");
        var booking = await acme.BooksAsync("users");
        Assert.Equal("2026-06-11", booking.Text("withdrawableThrough"));
        await Until("2026-06-06");
        var invoice = await acme.LastDocumentAsync();
        Assert.Equal(("79,90 5,90 1,71", "87,51/16,63/104,14"), (invoice.Amounts(), invoice.Figure()));
        return (acme, booking, invoice);
    }

    /// <summary>Two lines over the rest of the period: the old plan's credit, the new plan.</summary>
    static void Upgraded(JsonElement document, string lines, string figure, string from, string to, int rest, int days)
    {
        Assert.Equal((lines, figure), (document.Amounts(), document.Figure()));
        Assert.Equal(["plan_credit", "plan"], document.Items("lines").Select(line => line.Text("kind")));
        Assert.All(document.Items("lines"), line =>
            Assert.Equal((from, to, rest, days), (line.Text("from"), line.Text("to"), line.Cents("days"), line.Cents("periodDays"))));
    }

    static (string, string) NumberAndDate(JsonElement document) => (document.Text("number"), document.Text("date"));
}
