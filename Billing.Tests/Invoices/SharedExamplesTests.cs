using System.Globalization;
using System.Text.Json;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests;

/// <summary>The worked examples as data, where they lie beside the repository. All of them stand in the tests of their own as well.</summary>
public class SharedExamplesTests
{
    static readonly string Source = Repository.File("..", "shared", "examples.json");

    [Fact]
    public void All_of_them_hold()
    {
        Assert.SkipUnless(File.Exists(Source), "There is no ../shared/examples.json here.");
        using var json = JsonDocument.Parse(File.ReadAllText(Source));
        Assert.NotEmpty(json.RootElement.EnumerateArray());
        Assert.All(json.RootElement.EnumerateArray(), Holds);
    }

    static void Holds(JsonElement example)
    {
        switch (Text(example, "kind"))
        {
            case "number":
                foreach (var row in example.GetProperty("rows").EnumerateArray())
                    Assert.Equal(Text(row, "no"), DocumentNumber.Format(DocumentKind.Invoice, DocumentNumber.Next(A.Instant(Text(row, "local")), 0)));
                break;
            case "renewal":
                var plan = PlanAt(Euro(example, "net"));
                Assert.Equal(Totals(example), An.Account(plan, Text(example, "date")).Last.Figure());
                break;
            case "renewal-reverse-charge":
                var abroad = An.Account("business", company: A.Company("AT", "ATU12345678")).Last;
                Assert.Equal(Totals(example), abroad.Figure());
                Assert.Equal(Text(example, "text"), Tax.Note(abroad.Treatment)!.De);
                break;
            case "upgrade":
                Upgrade(example);
                break;
            case "downgrade-fee":
                Assert.Equal(Totals(example), An.Account("pro").Changed("smart").Figure());
                break;
            case "seed-sequence":
                var account = An.Account("business", openedOn: "2026-04-15");
                Assert.Equal(
                    example.GetProperty("rows").EnumerateArray().Select(row => Euro(row[1])), [account.Changed("pro").Gross, account.Changed("business").Gross]);
                Sum(example.GetProperty("legacyDraft"));
                break;
            case "addon":
                var booked = An.Account(openedOn: Text(example, "anchor"));
                var booking = booked.Booked(example.GetProperty("qty").GetInt32() == 3 ? "storage" : "users", example.GetProperty("qty").GetInt32(), Text(example, "date"));
                Assert.Equal(Euro(example, "line"), booked.Draft!.Lines.Single().Net);
                Assert.Equal(A.Day(Text(example, "abgerechnetBis")), booking.BilledThrough);
                break;
            case "vat-on-total" or "collective":
                Sum(example);
                break;
            case "anchor31":
                var starts = example.GetProperty("starts").EnumerateArray().Select(start => A.Day(start.GetString()!)).ToList();
                Assert.Equal(starts, starts.Select((_, index) => BillingPeriod.Of(starts[0], index).Start));
                Assert.Equal(example.GetProperty("N").EnumerateArray().Select(days => days.GetInt32()), Enumerable.Range(0, 5).Select(index => BillingPeriod.Of(starts[0], index).Days));
                break;
            case "withdrawal-deadline":
                foreach (var row in example.GetProperty("rows").EnumerateArray())
                    Assert.Equal(A.Day(row[1].GetString()!), BerlinCalendar.LastWithdrawalDay(A.Day(row[0].GetString()!)));
                break;
            case "withdrawal-after-close":
                var withdrawing = An.Account("business");
                var withdrawn = withdrawing.Booked("users", 1, Text(example, "booked"));
                Assert.Equal(A.Day(Text(example, "deadline")), withdrawn.WithdrawableThrough);
                withdrawing.Reached("2026-06-06");
                Assert.Equal(Row(example, "invoice"), withdrawing.Last.Figure());
                withdrawing.PaidEverything();
                var note = withdrawing.Ended(withdrawn, Text(example, "withdrawn"))!;
                Assert.Equal(Row(example, "correction"), note.Figure());
                Assert.Equal(Euro(example, "refund"), note.Gross - note.SetOff);
                break;
            case "regular-cancel":
                var cancelling = An.Account("business");
                var cancelled = cancelling.Booked("users", 1, Text(example, "booked"));
                cancelling.Ended(cancelled, Text(example, "cancelled"));
                Assert.Equal(Text(example, "status"), $"Kündigung zum {cancelling.Booking(cancelled).EndsOn:dd.MM.yyyy}");
                Assert.Equal(Row(example, "invoice0606"), cancelling.Reached("2026-06-06").Single().Figure());
                break;
            case var kind:
                Assert.Fail($"an example of a new kind: {kind}");
                break;
        }
    }

    static void Upgrade(JsonElement example)
    {
        var account = An.Account(PlanAt(Euro(example, "oldNet")), openedOn: Text(example, "anchor"));

        var invoice = account.Changed(PlanAt(Euro(example, "newNet")), on: Text(example, "date"));

        Assert.Equal(example.GetProperty("lines").EnumerateArray().Select(Euro), invoice.Lines.Select(line => line.Net));
        Assert.All(invoice.Lines, line => Assert.Equal(
            (example.GetProperty("r").GetInt32(), example.GetProperty("N").GetInt32()), (line.Days, line.PeriodDays)));
        Assert.Equal(Totals(example), invoice.Figure());
        var period = example.GetProperty("period");
        Assert.Equal(A.Period(period[0].GetString()!, period[1].GetString()!), account.State.Period);
        if (example.TryGetProperty("at", out var at) && at.ValueKind == JsonValueKind.String)
            Assert.Equal(A.Day(Text(example, "date")), BerlinCalendar.DayOf(A.Instant(at.GetString()!)));
    }

    static string PlanAt(Money price) => A.Terms.Catalog.Plans.Single(plan => plan.IsSold(A.Day("2026-05-06")) && plan.MonthlyNet(A.Day("2026-05-06")) == price).Id;

    static void Sum(JsonElement example) => Assert.Equal(
        Totals(example),
        Tax.Totals(
            Tax.Rate(example.GetProperty("lines").EnumerateArray().Select(net => A.Line(Euro(net).Cents / 100m)), TaxTreatment.S, A.Terms.Catalog), TaxTreatment.S).Figure());

    static string Text(JsonElement example, string name) => example.GetProperty(name).GetString()!;
    static Money Euro(JsonElement example, string name) => Euro(example.GetProperty(name));
    static Money Euro(JsonElement amount) => A.Euro(decimal.Parse(amount.GetString()!, CultureInfo.InvariantCulture));
    static string Totals(JsonElement example) => $"{Euro(example, "net").Text()}/{Euro(example, "vat").Text()}/{Euro(example, "gross").Text()}";
    static string Row(JsonElement example, string name) => string.Join("/", example.GetProperty(name).EnumerateArray().Select(amount => Euro(amount).Text()));
}
