using System.Collections.Immutable;
using Billing.Accounts;
using Billing.Documents;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests;

/// <summary>One document of each kind, as the rules make them.</summary>
static class Samples
{
    public static readonly Letterhead Letterhead = new("M6 20A5.5 5.5 0 0 1 6.6 9.1A8.5 8.5 0 0 1 23 8.2A6 6 0 0 1 23.4 20Z");

    public static readonly PaymentMethod Debit = new("pm_2", "sepa_debit", "SEPA-Lastschrift •••• 3000", null, "CCRM-7F3K-2026");

    static readonly Terms Terms = A.Terms with { Seller = A.Seller with { CreditorId = "DE98ZZZ09999999999" } };

    public static Account Account(Company? company = null, PaymentMethod? method = null, Language language = Language.German) => new()
    {
        Id = AccountId.Parse("mueller-soehne"),
        Company = company ?? A.Company(),
        Language = language,
        Plan = "business",
        PlanPrice = A.Euro(79.90m),
        Since = A.Day("2026-05-06"),
        Anchor = A.Day("2026-05-06"),
        PaymentMethod = method,
    };

    /// <summary>The plain renewal: one line, paid by transfer.</summary>
    public static Invoice Renewal => Issue(Account(), DocumentKind.Invoice, Plan("business"));

    /// <summary>Unused days of one plan against those of a better one; by card.</summary>
    public static Invoice Upgrade => Issue(Account(method: A.Card), DocumentKind.Invoice, UpgradeLines);

    public static Invoice DowngradeFee =>
        Issue(Account(method: A.Card), DocumentKind.Invoice, InvoiceLine.ForDowngradeFee(A.Euro(69m), A.Day("2026-06-06"), Language.German));

    /// <summary>Plan, running add-ons and collected days: eight lines, by SEPA debit.</summary>
    public static Invoice Collective => Issue(Account(method: Debit), DocumentKind.Collective, CollectiveLines);

    public static Invoice WithLines(int count) => Issue(
        Account(A.Company(vatId: "DE987654321"), Debit), DocumentKind.Collective,
        [.. Enumerable.Range(0, count).Select(place => place == 0 ? Plan("business") : AddOn(place))]);

    public static Invoice ReverseCharge => Issue(
        Account(new("Alpenblick Handels GesmbH", new("Mariahilfer Straße 88a", null, "1070", "Wien", "AT"), "rechnung@alpenblick.example", "ATU12345678"), A.Card),
        DocumentKind.Invoice, Plan("business"));

    public static Invoice OutsideEu => Issue(
        Account(new("Zürcher Seilbahnen AG", new("Bahnhofstrasse 7", null, "8001", "Zürich", "CH"), "kreditoren@seilbahnen.example", null)), DocumentKind.Invoice, Plan("pro"));

    public static Invoice InEnglish => Issue(
        Account(new("O’Brien & Daughters Ltd", new("12 Harbour Street", "2nd floor", "D02 X285", "Dublin", "IE"), "accounts@obrien.example", "IE1234567WA"), Debit, Language.English),
        DocumentKind.Collective, Plan("business"), Booking("Additional users (+3)", 3, 5.90m, "2026-06-06", "2026-07-05", 30),
        Booking("Additional users (+3)", 3, 5.90m, "2026-05-20", "2026-06-05", 31));

    /// <summary>Two rates on one document, as where a rate changed between the service periods.</summary>
    public static Invoice TwoRates
    {
        get
        {
            var account = Account();
            var lines = ImmutableArray.Create(
                InvoiceLine.Of(LineKind.Plan, "CloudCRM - Business", 1, A.Euro(79.90m), A.Period("2021-01-01", "2021-01-31"), 31),
                InvoiceLine.Of(LineKind.AddOn, "Zusätzliche Benutzer (+2)", 2, A.Euro(5.90m), A.Period("2020-12-10", "2020-12-31"), 31));
            return NewDocument.Issue(account, Terms, DocumentKind.Collective, lines, A.Day("2021-01-01"), 1609455600).Invoice;
        }
    }

    /// <summary>Two lines of a paid collective invoice taken back.</summary>
    public static Invoice Correction => Credit(Paid(Collective), [2, 5]);

    /// <summary>All of an invoice that nobody has paid yet, credit of unused days included.</summary>
    public static Invoice FullCorrection => Credit(Upgrade, [0, 1]);

    public static Invoice Draft => NewDocument.Draft(Account(method: Debit), Terms, InvoiceId.Of(4), A.Day("2026-05-20"), [.. CollectiveLines.Skip(3)]);

    public static Invoice VoidedDraft => Draft with { Status = InvoiceStatus.Void };

    /// <summary>As long as the CRM lets names be, and a word that fits no line.</summary>
    public static Invoice LongNames => Issue(
        new Account
        {
            Id = AccountId.Parse("internationale-beteiligungs-und-verwaltungsgesellschaft-muenchen"[..63]),
            Company = new(
                string.Join(' ', Enumerable.Repeat("Vermögensverwaltungsgesellschaft für landwirtschaftliche Nutzfahrzeuge und Anhänger", 3))[..200],
                new(new string('W', 100), "Gebäude 12, Aufgang C, 3. Obergeschoss, zu Händen der Abteilung für Kreditorenbuchhaltung und Reisekosten"[..100],
                    "01067", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsstadt am Unterrhein"[..100], "AT"), "buchhaltung@beteiligung.example", "ATU98765432"),
            Plan = "business",
            PlanPrice = A.Euro(79.90m),
            Since = A.Day("2026-05-06"),
            Anchor = A.Day("2026-05-06"),
        },
        DocumentKind.Collective,
        Plan("business"),
        InvoiceLine.Of(LineKind.AddOn, "Erweiterter Speicherplatz (+100000 GB) in einer Beschreibung, die so lang ist, dass sie über mehrere Zeilen geht", 10_000,
            A.Euro(999.99m), A.Period("2026-06-06", "2026-07-05"), 30),
        InvoiceLine.Of(LineKind.AddOn, new string('M', 80), 1, A.Euro(5.90m), A.Period("2026-05-20", "2026-06-05"), 31));

    public static InvoiceLine[] UpgradeLines =>
    [
        InvoiceLine.Of(LineKind.PlanCredit, "Restguthaben CloudCRM - Smart", 1, -A.Euro(19.90m), A.Period("2026-05-20", "2026-06-05"), 31),
        InvoiceLine.Of(LineKind.Plan, "CloudCRM - Pro", 1, A.Euro(44.90m), A.Period("2026-05-20", "2026-06-05"), 31),
    ];

    static InvoiceLine[] CollectiveLines =>
    [
        Plan("business"),
        Booking("Zusätzliche Benutzer (+1)", 1, 5.90m, "2026-06-06", "2026-07-05", 30),
        Booking("Zusätzliche Benutzer (+12)", 12, 5.90m, "2026-06-06", "2026-07-05", 30),
        Booking("Erweiterter Speicherplatz (+20 GB)", 2, 5.90m, "2026-06-06", "2026-07-05", 30),
        Booking("Zusätzliche Benutzer (+1)", 1, 5.90m, "2026-05-20", "2026-06-05", 31),
        Booking("Zusätzliche Benutzer (+12)", 12, 5.90m, "2026-05-28", "2026-06-05", 31),
        Booking("Erweiterter Speicherplatz (+20 GB)", 2, 5.90m, "2026-06-01", "2026-06-05", 31),
        Booking("Zusätzliche Benutzer (+1)", 1, 5.90m, "2026-06-05", "2026-06-05", 31),
    ];

    public static InvoiceLine Booking(string label, int quantity, decimal price, string from, string to, int periodDays) =>
        InvoiceLine.Of(LineKind.AddOn, label, quantity, A.Euro(price), A.Period(from, to), periodDays, BookingId.Of(quantity));

    static InvoiceLine Plan(string id)
    {
        var plan = A.Terms.Catalog.Plan(id);
        return InvoiceLine.ForPlan(plan, plan.MonthlyNet(A.Day("2026-06-06")), A.Period("2026-06-06", "2026-07-05"), 30);
    }

    static InvoiceLine AddOn(int place) => place % 3 == 0
        ? Booking($"Erweiterter Speicherplatz (+{place * 10} GB)", place, 5.90m, "2026-06-06", "2026-07-05", 30)
        : Booking($"Zusätzliche Benutzer (+{place})", place, 5.90m, A.Day("2026-05-06").AddDays(place % 31).ToString("O"), "2026-06-05", 31);

    public static Invoice Issue(Account account, DocumentKind kind, params InvoiceLine[] lines) =>
        NewDocument.Issue(account, Terms, kind, [.. lines], A.Day("2026-06-06"), 1780696802).Invoice;

    static Invoice Paid(Invoice invoice) => (invoice with { Payments = [new("pi_1", invoice.Gross, Money.Zero, Money.Zero)] }).Settled();

    public static Invoice Credit(Invoice original, IEnumerable<int> lines)
    {
        var account = Account().WithReceivable(original);
        var change = CreditNote.Apply(account, Terms, CreditNote.Decide(original, lines)!, A.Day("2026-06-09"), A.Instant("2026-06-09T10:00:00Z"), 1780999200);
        return change.Invoices.Single(document => document.Kind == DocumentKind.CreditNote);
    }
}
