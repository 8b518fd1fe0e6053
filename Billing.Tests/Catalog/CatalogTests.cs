using System.Text;
using Billing.Accounts;
using Billing.Catalogs;
using Billing.Plans;

namespace Billing.Tests;

public class CatalogTests
{
    static readonly Terms DearerFromJune = A.TermsWith(
        [A.Plan("smart", ("2020-01-01", 19.90m), ("2026-06-01", 21.90m)), A.Plan("pro", ("2020-01-01", 44.90m), ("2026-06-01", 49.90m)), A.Plan("business", ("2020-01-01", 79.90m), ("2026-06-01", 89.90m))],
        [A.AddOn("users", ("2020-01-01", 5.90m), ("2026-06-01", 6.90m))]);

    [Fact]
    public void What_is_sold()
    {
        var day = A.Day("2026-05-06");
        Assert.Equal([("smart", A.Euro(19.90m)), ("pro", A.Euro(44.90m)), ("business", A.Euro(79.90m))], A.Terms.Catalog.Plans.Where(plan => plan.IsSold(day)).Select(plan => (plan.Id, plan.MonthlyNet(day))));
        Assert.Equal([("users", A.Euro(5.90m)), ("storage", A.Euro(5.90m))], A.Terms.Catalog.AddOns.Select(addOn => (addOn.Id, addOn.MonthlyNet(day))));
        Assert.Equal(A.Euro(69), A.Terms.Catalog.DowngradeFeeNet(day));
        Assert.Equal("Erweiterter Speicherplatz (+30 GB)", A.Terms.Catalog.AddOn("storage").Label(3, Values.Language.German));
    }

    [Theory]
    [InlineData("2020-06-30", 19)]
    [InlineData("2020-07-01", 16)]
    [InlineData("2020-12-31", 16)]
    [InlineData("2021-01-01", 19)]
    public void The_rate_of_VAT_by_day(string day, int percent) => Assert.Equal(percent, A.Terms.Catalog.VatPercent(A.Day(day)));

    [Fact]
    public void A_new_price_counts_from_the_renewal_on_and_the_running_period_keeps_its_own()
    {
        var account = An.Account("smart", openedOn: "2026-05-06", terms: DearerFromJune);
        account.Booked("users", 1, on: "2026-05-06");
        Assert.Equal(A.Euro(19.90m), account.State.PlanPrice);

        account.Reached("2026-06-05");
        Assert.Equal(A.Euro(19.90m), account.State.PlanPrice);
        Assert.Equal(A.Euro(5.90m), account.State.Bookings[0].MonthlyNet);

        Assert.Equal("21,90 6,90 5,90", account.Reached("2026-06-06").Single().Lines.Amounts());
        Assert.Equal((A.Euro(21.90m), A.Euro(6.90m)), (account.State.PlanPrice, account.State.Bookings[0].MonthlyNet));
    }

    [Fact]
    public void An_upgrade_after_a_price_change_credits_what_was_billed_and_bills_what_holds_now()
    {
        var account = An.Account("smart", openedOn: "2026-05-06", terms: DearerFromJune);

        var invoice = account.Changed("pro", on: "2026-06-05");

        Assert.Equal([A.Euro(-19.90m), A.Euro(49.90m)], invoice.Lines.Select(line => line.UnitNet));
        Assert.Equal("-0,64 1,61", invoice.Lines.Amounts());
    }

    [Fact]
    public void A_renewal_that_is_caught_up_late_has_the_price_of_its_own_first_day()
    {
        var account = An.Account("smart", openedOn: "2026-04-15", terms: DearerFromJune);

        var caughtUp = account.WasLeftAloneUntil("2026-06-20");

        Assert.Equal(["19,90", "21,90"], caughtUp.Select(invoice => invoice.Lines.Amounts()));
    }

    [Fact]
    public void A_plan_that_is_sold_only_later_is_not_known_before()
    {
        var terms = A.TermsWith([A.Plan("smart", ("2020-01-01", 19.90m)), A.Plan("pro", ("2026-07-01", 44.90m))]);
        var account = An.Account("smart", terms: terms);

        Assert.Equal("plan_unknown", ChangePlan.Decide(account.State, terms, "pro", A.Day("2026-05-20")).Refusal());
    }

    [Theory]
    [InlineData(99, 4490, "2026-05-06")]
    [InlineData(4490, 4490, "2026-05-06")]
    [InlineData(4490, 1990, "2026-05-06")]
    public void A_plan_below_one_euro_or_a_higher_one_that_is_not_dearer_is_no_catalogue(long smart, long pro, string from)
    {
        var json = $$"""
            {"plans":[{"id":"smart","name":"s","prices":[{"from":"{{from}}","monthlyNetCents":{{smart}}}]},
                      {"id":"pro","name":"p","prices":[{"from":"{{from}}","monthlyNetCents":{{pro}}}]}],
             "addOns":[],"downgradeFee":[],"vatRates":[]}
            """;
        Assert.Throws<InvalidDataException>(() => Catalog.Read(new MemoryStream(Encoding.UTF8.GetBytes(json))));
    }
}
