using System.Collections.Immutable;
using System.Globalization;
using Billing.Access;
using Billing.Accounts;
using Billing.Catalogs;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests;

/// <summary>The small things that tests are made of.</summary>
static class A
{
    public static readonly Actor Owner = new("anna", "owner");
    public static readonly Actor Operator = new("otto", "operator");
    public static readonly Actor Service = new("crm", "service");

    public static readonly Seller Seller = new(
        "CloudCRM GmbH", new("Lindenallee 8", null, "50667", "Köln", "DE"), "rechnung@cloudcrm.example", "DE123456789", "214/5678/0123",
        "HRB 12345, Amtsgericht Köln", "Erika Muster", "Musterbank", "DE02120300000000202051", "BYLADEM1001");

    public static readonly Terms Terms = new(Billing.Catalogs.Catalog.BuiltIn(), Seller, new AccessTerms());

    public static readonly PaymentMethod Card = new("pm_1", "card", "Visa •••• 4242", "2030-12");

    public static Company Company(string country = "DE", string? vatId = null, string name = "Müller & Söhne GmbH") =>
        new(name, new("Hauptstraße 1", null, "10115", "Berlin", country), "rechnung@mueller.example", vatId);

    public static DateOnly Day(string day) => DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static DateTimeOffset Instant(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);

    public static BillingPeriod Period(string from, string to) => new(Day(from), Day(to).AddDays(1));

    public static Money Euro(decimal amount) => new((long)(amount * 100));

    /// <summary>Terms under a catalogue of their own: the built-in one, but for what is given.</summary>
    public static Terms TermsWith(
        ImmutableArray<Plan>? plans = null, ImmutableArray<AddOn>? addOns = null, ImmutableArray<VatRate>? vatRates = null, AccessTerms? access = null,
        FederalState land = FederalState.None) => new(
        Terms.Catalog with { Plans = plans ?? Terms.Catalog.Plans, AddOns = addOns ?? Terms.Catalog.AddOns, VatRates = vatRates ?? Terms.Catalog.VatRates },
        Seller, access ?? Terms.Access, land);

    /// <summary>A plan with its prices, each valid from a day.</summary>
    public static Plan Plan(string id, params (string From, decimal Euro)[] prices) =>
        new(id, id, [.. prices.Select(price => new Price(Day(price.From), Euro(price.Euro)))]);

    public static AddOn AddOn(string id, params (string From, decimal Euro)[] prices) => new(
        id, new(id, id), new("Stück", "piece"), new(id + " (+{0})", id + " (+{0})"), 1, Entitlement.Users, [.. prices.Select(price => new Price(Day(price.From), Euro(price.Euro)))]);

    public static InvoiceLine Line(decimal net, string from = "2026-05-06", string to = "2026-06-05", int? booking = null)
    {
        var service = Period(from, to);
        return InvoiceLine.Of(LineKind.AddOn, "Zusatzoption", 1, Euro(net), service, service.Days, booking is { } number ? BookingId.Of(number) : null);
    }
}

/// <summary>Accounts to begin a story with.</summary>
static class An
{
    /// <summary>An account that was opened on a day and has paid its first period; with a method on file unless said otherwise.</summary>
    public static AccountStory Account(
        string plan = "smart", string openedOn = "2026-05-06", Terms? terms = null, Company? company = null, bool withMethod = true)
    {
        var account = new AccountStory(plan, A.Day(openedOn), terms ?? A.Terms, company ?? A.Company(), withMethod);
        account.PaidEverything();
        return account;
    }
}
