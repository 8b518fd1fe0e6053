using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests;

public class InvoiceExamplesTests
{
    [Theory]
    [InlineData("RE-1776274882", "2026-04-15T19:41:22+02:00", "2026-04-15")]
    [InlineData("RE-1776275402", "2026-04-15T19:50:02+02:00", "2026-04-15")]
    [InlineData("RE-1778018402", "2026-05-06T00:00:02+02:00", "2026-05-06")]
    public void E01_the_number_is_the_second_of_issue_and_the_date_the_Berlin_day(string number, string issued, string day)
    {
        var at = A.Instant(issued);

        Assert.Equal(number, DocumentNumber.Format(DocumentKind.Invoice, DocumentNumber.Next(at, 0)));
        Assert.Equal(A.Day(day), BerlinCalendar.DayOf(at));
        Assert.Equal(A.Day(day), BerlinCalendar.DayOf(at.ToUniversalTime()));
    }

    [Theory]
    [InlineData("smart", "19,90/3,78/23,68")]
    [InlineData("pro", "44,90/8,53/53,43")]
    [InlineData("business", "79,90/15,18/95,08")]
    public void E02_a_plain_renewal(string plan, string figure)
    {
        var account = An.Account(plan, openedOn: "2026-05-06");
        Assert.Equal(figure, account.Documents.Single().Figure());

        var renewal = Assert.Single(account.Reached("2026-06-06"));

        Assert.Equal(figure, renewal.Figure());
        Assert.Equal((DocumentKind.Invoice, InvoiceStatus.Open), (renewal.Kind, renewal.Status));
        Assert.Equal((A.Day("2026-06-06"), A.Day("2026-06-20")), (renewal.Date, renewal.DueOn));
        Assert.Equal((A.Day("2026-06-06"), A.Day("2026-07-05")), (renewal.Lines[0].From, renewal.Lines[0].To));
    }

    [Fact]
    public void E03_an_Austrian_business_with_a_VAT_ID_pays_none()
    {
        var invoice = An.Account("business", company: A.Company("AT", "ATU12345678")).Documents.Single();

        Assert.Equal("79,90/0,00/79,90", invoice.Figure());
        Assert.Equal((TaxTreatment.AE, 0), (invoice.Taxes.Single().Category, invoice.Taxes.Single().RatePercent));
        Assert.Equal("Steuerschuldnerschaft des Leistungsempfängers", Tax.Note(invoice.Treatment)!.De);
        Assert.Equal(("DE123456789", "ATU12345678"), (invoice.Seller.VatId, invoice.Buyer.VatId));
    }

    [Fact]
    public void E14_VAT_is_worked_out_once_on_the_net_total()
    {
        InvoiceLine[] lines = [A.Line(0.57m), A.Line(0.57m), A.Line(0.57m)];

        Assert.Equal("1,71/0,32/2,03", Tax.Totals(Tax.Rate(lines, TaxTreatment.S, A.Terms.Catalog), TaxTreatment.S).Figure());
    }

    [Fact]
    public void E15_the_close_of_6_June()
    {
        var account = An.Account("business", openedOn: "2026-05-06");
        account.Booked("users", 1, on: "2026-05-20");
        account.Booked("storage", 2, on: "2026-06-01");
        var draft = account.Draft!;

        var collective = Assert.Single(account.Reached("2026-06-06"));

        Assert.Equal(
            ["79,90 (06.06.–05.07.)", "5,90 (06.06.–05.07.)", "11,80 (06.06.–05.07.)", "3,24 (20.05.–05.06.)", "1,90 (01.06.–05.06.)"],
            collective.Lines.AmountsWithDays());
        Assert.Equal("102,74/19,52/122,26", collective.Figure());
        Assert.Equal((DocumentKind.Collective, InvoiceStatus.Open, draft.Id), (collective.Kind, collective.Status, collective.Id));
        Assert.Equal((A.Day("2026-06-06"), A.Day("2026-06-20")), (collective.Date, collective.DueOn));
        Assert.Null(account.Draft);
        Assert.All(account.State.Bookings, booking => Assert.Equal(A.Day("2026-07-05"), booking.BilledThrough));
    }
}
