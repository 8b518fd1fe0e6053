using Billing.Accounts;
using Billing.Invoices;

namespace Billing.Tests;

public class PlanExamplesTests
{
    [Fact]
    public void E04_pro_to_business_on_the_first_day_of_the_cycle()
    {
        var account = An.Account("pro", openedOn: "2026-04-15");

        var invoice = account.Changed("business", on: "2026-04-15");

        Assert.Equal(["-44,90 (15.04.–14.05.)", "79,90 (15.04.–14.05.)"], invoice.Lines.AmountsWithDays());
        Assert.All(invoice.Lines, line => Assert.Equal((30, 30), (line.Days, line.PeriodDays)));
        Assert.Equal("35,00/6,65/41,65", invoice.Figure());
    }

    [Fact]
    public void E05_smart_to_pro_on_20_May()
    {
        var account = An.Account("smart", openedOn: "2026-05-06");

        var invoice = account.Changed("pro", on: "2026-05-20");

        Assert.Equal(["-10,91 (20.05.–05.06.)", "24,62 (20.05.–05.06.)"], invoice.Lines.AmountsWithDays());
        Assert.Equal([LineKind.PlanCredit, LineKind.Plan], invoice.Lines.Select(line => line.Kind));
        Assert.All(invoice.Lines, line => Assert.Equal((17, 31), (line.Days, line.PeriodDays)));
        Assert.Equal("13,71/2,60/16,31", invoice.Figure());
        Assert.Equal((DocumentKind.Invoice, InvoiceStatus.Open), (invoice.Kind, invoice.Status));
        Assert.Equal((A.Day("2026-05-20"), A.Day("2026-06-03")), (invoice.Date, invoice.DueOn));
        Assert.Equal("pro", account.State.Plan);
        Assert.Equal(A.Period("2026-05-06", "2026-06-05"), account.State.Period);
    }

    [Fact]
    public void E06_pro_to_business_on_21_May()
    {
        var invoice = An.Account("pro", openedOn: "2026-05-06").Changed("business", on: "2026-05-21");

        Assert.Equal("-23,17 41,24", invoice.Lines.Amounts());
        Assert.Equal("18,07/3,43/21,50", invoice.Figure());
    }

    [Fact]
    public void E07_smart_to_business_on_the_last_day()
    {
        var invoice = An.Account("smart", openedOn: "2026-05-06").Changed("business", on: "2026-06-05");

        Assert.Equal(["-0,64 (05.06.–05.06.)", "2,58 (05.06.–05.06.)"], invoice.Lines.AmountsWithDays());
        Assert.Equal("1,94/0,37/2,31", invoice.Figure());
    }

    [Fact]
    public void E08_two_upgrades_in_one_cycle()
    {
        var account = An.Account("smart", openedOn: "2026-05-06");
        Assert.Equal("13,71/2,60/16,31", account.Changed("pro", on: "2026-05-20").Figure());

        var second = account.Changed("business", on: "2026-05-28");

        Assert.Equal("-13,04 23,20", second.Lines.Amounts());
        Assert.Equal("10,16/1,93/12,09", second.Figure());
    }

    [Fact]
    public void E09_smart_to_business_in_February()
    {
        var invoice = An.Account("smart", openedOn: "2026-02-01").Changed("business", on: "2026-02-08");

        Assert.All(invoice.Lines, line => Assert.Equal((21, 28), (line.Days, line.PeriodDays)));
        Assert.Equal("-14,93 59,93", invoice.Lines.Amounts());
        Assert.Equal("45,00/8,55/53,55", invoice.Figure());
    }

    [Theory]
    [InlineData("business", "pro", "44,90/8,53/53,43")]
    [InlineData("business", "smart", "19,90/3,78/23,68")]
    [InlineData("pro", "smart", "19,90/3,78/23,68")]
    public void E10_any_downgrade_costs_the_fee_and_the_next_renewal_has_the_new_price(string from, string to, string renewal)
    {
        var account = An.Account(from, openedOn: "2026-05-06");

        var preview = account.PlanPreview(to, on: "2026-05-20");
        var invoice = account.Changed(to);

        Assert.Equal((OrderKind.Downgrade, A.Euro(69)), (preview.Kind, preview.Fee));
        Assert.Equal(A.Day("2026-06-06"), preview.NextRenewal!.On);
        Assert.Equal("69,00", invoice.Lines.Amounts());
        Assert.Equal(LineKind.DowngradeFee, invoice.Lines[0].Kind);
        Assert.Equal("69,00/13,11/82,11", invoice.Figure());
        Assert.Equal(renewal, Assert.Single(account.Reached("2026-06-06")).Figure());
    }

    [Theory]
    [InlineData("CH", "69,00/0,00/69,00", "35,00/0,00/35,00")]
    [InlineData("DE", "69,00/13,11/82,11", "35,00/6,65/41,65")]
    public void E11_a_downgrade_and_the_upgrade_nine_minutes_later(string country, string downgrade, string upgrade)
    {
        var account = An.Account("business", openedOn: "2026-04-15", company: A.Company(country));

        Assert.Equal(downgrade, account.Changed("pro").Figure());
        Assert.Equal(upgrade, account.Changed("business").Figure());
    }

    [Fact]
    public void E11_a_fee_and_a_plan_on_one_document()
    {
        InvoiceLine[] lines = [A.Line(69.00m), A.Line(19.90m)];

        Assert.Equal("88,90/16,89/105,79", Tax.Totals(Tax.Rate(lines, TaxTreatment.S, A.Terms.Catalog), TaxTreatment.S).Figure());
    }
}
