using Billing.Invoices;
using Billing.Plans;

namespace Billing.Tests;

public class TaxTests
{
    [Theory]
    [InlineData("DE", null, TaxTreatment.S)]
    [InlineData("DE", "DE123456789", TaxTreatment.S)]
    [InlineData("AT", "ATU12345678", TaxTreatment.AE)]
    [InlineData("GR", "EL123456789", TaxTreatment.AE)]
    [InlineData("CH", null, TaxTreatment.O)]
    [InlineData("GB", "GB123456789", TaxTreatment.O)]
    [InlineData("NO", null, TaxTreatment.O)]
    [InlineData("US", null, TaxTreatment.O)]
    public void The_treatment_follows_from_country_and_VAT_ID(string country, string? vatId, TaxTreatment treatment) =>
        Assert.Equal(treatment, Tax.TreatmentOf(country, vatId));

    [Theory]
    [InlineData("AT", null)]
    [InlineData("AT", "FR12345678901")]
    [InlineData("AT", "12345678")]
    [InlineData("GR", "GR123456789")] // Greece writes EL
    [InlineData("FR", "EL123456789")]
    public void Elsewhere_in_the_EU_a_fitting_VAT_ID_is_required(string country, string? vatId) => Assert.Null(Tax.TreatmentOf(country, vatId));

    [Fact]
    public void The_EU_has_27_members()
    {
        var countries = from first in Enumerable.Range('A', 26) from second in Enumerable.Range('A', 26) select $"{(char)first}{(char)second}";

        Assert.Equal(26, countries.Count(country => Tax.TreatmentOf(country, null) is null)); // and Germany
    }

    [Fact]
    public void Outside_the_EU_the_document_says_why_there_is_no_VAT()
    {
        var invoice = An.Account("smart", company: A.Company("CH")).Last;

        Assert.Equal("19,90/0,00/19,90", invoice.Figure());
        Assert.Equal("Nicht im Inland steuerbar (§ 3a Abs. 2 UStG)", Tax.Note(invoice.Treatment)!.De);
        Assert.Null(Tax.Note(TaxTreatment.S));
    }

    [Theory]
    [InlineData("2020-05-31", "19,90/3,78/23,68")] // ends on 29 June
    [InlineData("2020-06-15", "19,90/3,18/23,08")] // ends on 14 July: 16 % for all of it
    [InlineData("2020-12-01", "19,90/3,18/23,08")] // ends on 31 December
    [InlineData("2020-12-02", "19,90/3,78/23,68")] // ends on 1 January
    public void The_rate_at_the_end_of_the_service_period_counts(string openedOn, string figure) =>
        Assert.Equal(figure, An.Account("smart", openedOn).Last.Figure());

    [Fact]
    public void Several_rates_on_one_document_each_have_their_VAT()
    {
        var account = An.Account("smart", openedOn: "2020-05-15"); // until 14 June; the next one ends on 14 July
        account.Booked("users", 1, on: "2020-05-15");

        var collective = account.Reached("2020-06-15").Single();

        Assert.Equal("19,90 5,90 5,90", collective.Lines.Amounts());
        Assert.Equal(
            [new(TaxTreatment.S, 19, A.Euro(5.90m), A.Euro(1.12m)), new(TaxTreatment.S, 16, A.Euro(25.80m), A.Euro(4.13m))],
            collective.Taxes);
        Assert.Equal("31,70/5,25/36,95", collective.Figure());
    }

    [Fact]
    public void The_treatment_is_the_one_at_issue_and_corrections_keep_the_originals()
    {
        var account = An.Account("business");
        var booking = account.Booked("users", 1, on: "2026-05-28");
        var german = account.Reached("2026-06-06").Single();
        account.Moved(A.Company("CH"));

        var note = account.Ended(booking, on: "2026-06-09")!;
        var swiss = account.Reached("2026-07-06").Single();

        Assert.Equal((TaxTreatment.S, "7,61/1,45/9,06"), (note.Treatment, note.Figure()));
        Assert.Equal(german.Buyer, note.Buyer);
        Assert.Equal((TaxTreatment.O, "79,90/0,00/79,90"), (swiss.Treatment, swiss.Figure()));
    }

    [Fact]
    public void A_move_within_the_EU_without_a_VAT_ID_is_refused()
    {
        var account = An.Account();

        var moved = OpenAccount.Update(account.State, new(A.Company("AT"), Values.Language.German, null), A.Terms, account.Today, account.Now, A.Service);

        Assert.Equal("vat_id_required", moved.Refusal());
    }
}
