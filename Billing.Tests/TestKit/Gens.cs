using Billing.Access;
using Billing.Accounts;
using Billing.AddOns;
using Billing.Catalogs;
using Billing.Payments;
using Billing.Plans;
using Billing.Values;
using CsCheck;

namespace Billing.Tests;

enum What { ChangePlan, Book, EndBooking, KeepBooking, CancelSubscription, TakeBack, Reopen, Pay, Void, Wait, Leave, Detach, PayOnPage, Return, WriteOff }

/// <summary>Something that happens to an account some days after the step before.</summary>
/// <param name="Pick">Which plan, booking or document.</param>
sealed record Step(What What, int Pick, int Days);

/// <summary>What random accounts live under and what happens to them.</summary>
static class Gens
{
    static readonly DateOnly First = new(2020, 1, 1), Last = new(2040, 12, 31);

    public static readonly Gen<DateOnly> Days = Gen.DateOnly[First, Last];

    public static readonly Gen<Money> Prices = Gen.Int[100, 99_999].Select(cents => new Money(cents));

    /// <summary>Three plans with rising prices and two add-ons; from some day on all of them are dearer.</summary>
    public static readonly Gen<Terms> Terms =
        from cents in Gen.Int[100, 99_999].ArrayUnique[3]
        from addOns in Gen.Int[100, 99_999].Array[2]
        from raise in Gen.Int[0, 500]
        from raised in Days
        let prices = cents.Order().ToArray()
        select A.Terms with
        {
            Catalog = A.Terms.Catalog with
            {
                Plans = [.. prices.Select((price, place) => new Plan($"plan-{place}", $"Plan {place}", [.. PricesOf(price, raise, raised)]))],
                AddOns = [.. A.Terms.Catalog.AddOns.Select((addOn, place) => addOn with { Prices = [.. PricesOf(addOns[place], raise, raised)] })],
            },
        };

    public static readonly Gen<Step[]> Steps = Gen.Select(
        Gen.Frequency((3, What.ChangePlan), (5, What.Book), (4, What.EndBooking), (1, What.KeepBooking), (1, What.CancelSubscription), (1, What.TakeBack), (1, What.Reopen), (4, What.Pay), (1, What.Void), (2, What.Wait)),
        Gen.Int[0, 100],
        Gen.Frequency((3, Gen.Const(0)), (3, Gen.Int[1, 10]), (1, Gen.Int[11, 70])),
        (what, pick, days) => new Step(what, pick, days)).Array[1, 25];

    /// <summary>The anchor's month ends matter most, so they come often.</summary>
    public static readonly Gen<DateOnly> Anchors = Gen.Frequency(
        (2, Days),
        (1, Gen.Select(Gen.Int[2020, 2040], Gen.Int[1, 12], (year, month) => new DateOnly(year, month, DateTime.DaysInMonth(year, month)))));

    static IEnumerable<Price> PricesOf(int cents, int raise, DateOnly from)
    {
        yield return new(First, new Money(cents));
        if (raise > 0 && from > First) yield return new(from, new Money(cents + raise));
    }
}

/// <summary>Carries steps out on a story; what the rules refuse is left out.</summary>
static class Steps
{
    public static void Take(this AccountStory account, Step step)
    {
        account.Reached(account.Today.AddDays(step.Days));
        var (state, terms, today) = (account.State, account.Terms, account.Today);
        var booking = account.Bookings.Count == 0 ? null : account.Bookings[step.Pick % account.Bookings.Count];
        switch (step.What)
        {
            case What.ChangePlan:
                var plan = terms.Catalog.Plans[step.Pick % terms.Catalog.Plans.Length].Id;
                if (!ChangePlan.Decide(state, terms, plan, today).IsRefused(out _, out _)) account.Changed(plan);
                break;
            case What.Book:
                var addOn = terms.Catalog.AddOns[step.Pick % terms.Catalog.AddOns.Length].Id;
                var quantity = 1 + step.Pick % 7;
                if (!BookAddOn.Decide(state, terms, addOn, quantity, today).IsRefused(out _, out _)) account.Booked(addOn, quantity);
                break;
            case What.EndBooking when booking is not null:
                if (!CancelAddOn.Decide(state, terms, booking, account.Billed(booking), today, today).IsRefused(out _, out _)) account.Ended(booking);
                break;
            case What.KeepBooking when booking is not null:
                if (!KeepAddOn.Decide(state, booking, account.Now, A.Owner).IsRefused(out _, out _)) account.Kept(booking);
                break;
            case What.CancelSubscription:
                if (!CancelSubscription.Decide(state, today).IsRefused(out _, out _)) account.CancelledSubscription();
                break;
            case What.TakeBack:
                if (!CancelSubscription.TakeBack(state, account.Now, A.Owner).IsRefused(out _, out _)) account.TookBackCancellation();
                break;
            case What.Reopen:
                if (state.HasEnded && !AccessRules.IsPastDue(state, today)) account.Reopened(terms.Catalog.Plans[step.Pick % terms.Catalog.Plans.Length].Id);
                break;
            case What.Pay:
                account.PaidEverything();
                break;
            case What.Void when account.Documents.Count > 0:
                var document = account.Documents[step.Pick % account.Documents.Count];
                if (!OperatorCorrections.Void(state, terms, document, "", today, account.Now, A.Operator).IsRefused(out _, out _)) account.Voided(document);
                break;
        }
    }

    public static bool IsUpgrade(this AccountStory account, Step step) =>
        step.What != What.ChangePlan || string.CompareOrdinal(account.Terms.Catalog.Plans[step.Pick % 3].Id, account.State.Plan) > 0;
}
