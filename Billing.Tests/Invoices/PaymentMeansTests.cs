using System.Text.Json.Nodes;
using Billing.Accounts;
using Billing.Invoices;

namespace Billing.Tests;

public class PaymentMeansTests
{
    static readonly DateOnly Day = A.Day("2026-06-06"); // a Saturday

    [Fact]
    public void Without_a_method_by_transfer() => Assert.Equal(new PaymentMeans(PaymentMeansKind.Transfer), PaymentMeans.Of(null, A.Euro(10m), Day));

    [Fact]
    public void A_card_by_its_label()
    {
        var means = PaymentMeans.Of(A.Card, A.Euro(10m), Day);
        Assert.Equal(new PaymentMeans(PaymentMeansKind.Card, "Visa •••• 4242"), means);
        Assert.Equal("4242", means.LastFour);
    }

    [Theory]
    [InlineData("2026-06-03", "2026-06-05")]
    [InlineData("2026-06-05", "2026-06-08")] // Sunday
    [InlineData("2026-12-23", "2026-12-28")] // Christmas on a Friday
    public void A_debit_is_announced_for_a_working_day_two_days_later(string issued, string debited)
    {
        var means = PaymentMeans.Of(Samples.Debit, A.Euro(10m), A.Day(issued));
        Assert.Equal(new PaymentMeans(PaymentMeansKind.SepaDebit, "•••• 3000", A.Day(debited), "CCRM-7F3K-2026"), means);
        Assert.Equal("3000", means.LastFour);
    }

    [Theory]
    [InlineData(0.49, PaymentMeansKind.Transfer)]
    [InlineData(0.50, PaymentMeansKind.Card)]
    public void What_is_too_small_is_not_collected(double gross, PaymentMeansKind kind) => Assert.Equal(kind, PaymentMeans.Of(A.Card, A.Euro((decimal)gross), Day).Kind);

    [Fact]
    public void It_is_decided_at_issue_and_stays()
    {
        var account = An.Account("business");
        account.Wrote(new(account.State with { PaymentMethod = Samples.Debit, WithoutMethodSince = null }));
        var renewal = Assert.Single(account.Reached("2026-06-06"));
        account.LostItsMethod("2026-06-07");

        Assert.Equal((PaymentMeansKind.SepaDebit, "acme"), (account.Document(renewal).Means!.Kind, account.Document(renewal).Account!.Value.Value));
    }

    [Fact]
    public void Drafts_and_corrections_have_none()
    {
        var account = An.Account("business");
        account.Booked("users", 1, on: "2026-05-20");
        Assert.Null(account.Draft!.Means);

        var note = account.Voided(account.Documents[0]);
        Assert.Null(note.Means);
        Assert.Equal((true, account.Documents[0].Date), (note.IsFullCorrection, note.CorrectsDate));
    }

    [Fact]
    public void A_correction_of_some_lines_is_none_of_all()
    {
        Assert.False(Samples.Correction.IsFullCorrection);
        Assert.Equal(["Rechnungskorrektur zu RE-1780696802"], InvoiceNotes.Of(Samples.Correction));
        Assert.Equal(["Stornorechnung zu RE-1780696802"], InvoiceNotes.Of(Samples.FullCorrection));
    }

    /// <summary>Documents and accounts that were kept before any of this was.</summary>
    [Fact]
    public void Rows_without_it_can_still_be_read()
    {
        var json = JsonNode.Parse(JsonText.Of(Samples.Collective))!.AsObject();
        Assert.Equal(Samples.Collective.Means, JsonText.Read<Invoice>(json.ToJsonString()).Means);
        foreach (var name in (string[])["means", "account", "correctsDate", "isFullCorrection"]) json.Remove(name);
        json["seller"]!.AsObject().Remove("creditorId");

        var old = JsonText.Read<Invoice>(json.ToJsonString());

        Assert.Equal((null, null, null), (old.Means, old.Account, old.Seller.CreditorId));
        using var document = new ReadDocument(Billing.Documents.InvoiceDocument.Render(old, Samples.Letterhead));
        Assert.Contains("Bitte zahlen Sie bis 20.06.2026.", document.Text);

        var account = JsonNode.Parse(JsonText.Of(Samples.Account(method: Samples.Debit)))!.AsObject();
        account["paymentMethod"]!.AsObject().Remove("mandate");
        Assert.Equal(Samples.Debit with { Mandate = null }, JsonText.Read<Account>(account.ToJsonString()).PaymentMethod);
    }
}
