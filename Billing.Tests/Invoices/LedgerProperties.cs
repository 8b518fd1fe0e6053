using Billing.Invoices;
using Billing.Values;
using CsCheck;

namespace Billing.Tests;

/// <summary>Whatever a customer, an operator and the calendar do: what the documents of an account have in common.</summary>
public class LedgerProperties
{
    static readonly Gen<(Accounts.Terms Terms, DateOnly OpenedOn, Step[] Steps)> Lives = Gen.Select(Gens.Terms, Gens.Anchors, Gens.Steps);

    /// <summary>An account after its steps, and the days on which it had a subscription.</summary>
    static (AccountStory Account, HashSet<DateOnly> Subscribed) Lived(Accounts.Terms terms, DateOnly openedOn, Step[] steps)
    {
        var account = new AccountStory("plan-0", openedOn, terms, A.Company(), withMethod: true);
        var subscribed = new HashSet<DateOnly>();
        foreach (var step in steps)
        {
            account.Reached(account.Today.AddDays(step.Days));
            Note();
            account.Take(step with { Days = 0 });
            Note();
        }
        return (account, subscribed);

        void Note()
        {
            for (var day = account.State.Anchor; day < account.State.Period.Next; day = day.AddDays(1)) subscribed.Add(day);
        }
    }

    static IEnumerable<InvoiceLine> BilledLines(AccountStory account) =>
        account.Documents.Where(document => document.Kind != DocumentKind.CreditNote).SelectMany(document => document.Lines).Concat(account.State.Draft?.Lines ?? []);

    [Fact]
    public void Every_day_of_a_subscription_is_billed_once_for_its_plan_and_no_other_day_is() =>
        Lives.Sample((terms, openedOn, steps) =>
        {
            var (account, subscribed) = Lived(terms, openedOn, steps);

            // That none is billed twice is an invariant of any account.
            Assert.Equal(subscribed.Order(), BilledLines(account).Where(line => line.Kind is LineKind.Plan or LineKind.PlanCredit).SelectMany(Days).Distinct().Order());
        }, iter: 300);

    static IEnumerable<DateOnly> Days(InvoiceLine line) => Enumerable.Range(0, line.To.DayNumber - line.From.DayNumber + 1).Select(line.From.AddDays);

    [Fact]
    public void What_is_true_of_any_account_is_true_of_these() =>
        Lives.Sample((terms, openedOn, steps) => Assert.Empty(Invariants.Broken(Lived(terms, openedOn, steps).Account.Picture)), iter: 300);

    [Fact]
    public void With_upgrades_only_every_day_is_billed_for_the_plan_it_ended_with() =>
        Lives.Sample((terms, openedOn, steps) =>
        {
            var account = new AccountStory("plan-0", openedOn, terms, A.Company(), withMethod: true);
            var plans = new Dictionary<DateOnly, string>();
            foreach (var step in steps.Where(step => step.What is What.ChangePlan or What.Book or What.Pay or What.Wait))
            {
                for (var day = 0; day < step.Days; day++)
                {
                    account.Reached(account.Today.AddDays(1));
                    plans[account.Today] = account.State.Plan;
                }
                if (account.IsUpgrade(step)) account.Take(step with { Days = 0 });
                plans[account.Today] = account.State.Plan;
            }

            foreach (var (day, plan) in plans)
            {
                var billed = BilledLines(account).Where(line => line.Booking is null && line.From <= day && day <= line.To)
                    .GroupBy(line => terms.Catalog.Plans.Single(known => line.Description.EndsWith(known.Name, StringComparison.Ordinal)).Id)
                    .ToDictionary(lines => lines.Key, lines => lines.Sum(line => line.Kind == LineKind.PlanCredit ? -1 : 1));
                Assert.Equal([plan], billed.Where(count => count.Value != 0).Select(count => count.Key));
                Assert.Equal(1, billed[plan]);
            }
        }, iter: 200);

    [Fact]
    public void Credit_notes_of_all_lines_come_to_the_original_exactly() =>
        Gen.Select(Gen.Long[1, 100_000].Array[1, 12], Gen.Int[0, 12].Array[12], Gens.Days).Sample((nets, order, day) =>
        {
            var account = An.Account("smart", openedOn: "2026-05-06");
            // Half of the lines are of another month, so that two rates can meet on one document.
            var lines = nets.Select((cents, place) => InvoiceLine.Of(LineKind.AddOn, "", 1, new Money(cents), new(day.AddDays(place % 2 * 31), day.AddDays(place % 2 * 31 + 1)), 1));
            var (billed, original) = NewDocument.Issue(account.State, A.Terms, DocumentKind.Collective, [.. lines], account.Today, 1);
            account.Wrote(new Accounts.AccountChange(billed).Issued(original));

            var places = Enumerable.Range(0, nets.Length).OrderBy(place => order[place]).ThenBy(place => place).ToList();
            var notes = new List<Invoice>();
            foreach (var part in places.Chunk(1 + order[0] % 3))
            {
                if (CreditNote.Decide(account.Document(original), part) is not { } correction) continue;
                account.Wrote(CreditNote.Apply(account.State, A.Terms, correction, account.Today, account.Now, 2));
                notes.Add(account.Last);
                Assert.True(account.Document(original).Credited <= original.Gross);
            }

            Assert.Equal((original.Net, original.Vat, original.Gross), (notes.Sum(note => note.Net), notes.Sum(note => note.Vat), notes.Sum(note => note.Gross)));
            foreach (var rate in original.Taxes)
                Assert.Equal(rate.Vat, notes.SelectMany(note => note.Taxes).Where(tax => tax.RatePercent == rate.RatePercent).Sum(tax => tax.Vat));
            Assert.Equal(InvoiceStatus.Void, account.Document(original).Status);
        }, iter: 300);

    [Fact]
    public void An_order_costs_what_its_preview_said_and_the_next_close_bills_what_was_announced() =>
        Lives.Sample((terms, openedOn, steps) =>
        {
            var (account, _) = Lived(terms, openedOn, steps);
            var announced = CloseCycle.Upcoming(account.State, account.Terms);
            var issued = account.State.HasEnded ? [] : account.Reached(account.State.Period.Next).Where(document => document.Number is not null).ToList();

            Assert.Equal(announced is null ? [] : [announced.Figure()], issued.Select(document => document.Figure()));
        }, iter: 200);
}
