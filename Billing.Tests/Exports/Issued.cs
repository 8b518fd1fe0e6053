using System.Collections.Immutable;
using Billing.Accounts;
using Billing.Exports;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests;

/// <summary>Documents to be exported.</summary>
static class Issued
{
    public static readonly DatevSettings Datev = new(
        29098, 55003, "03", 4, new DateOnly(2023, 1, 1), "10000", ImmutableDictionary.CreateRange<int, string>([new(19, "8400"), new(7, "8300")]), "8336", "8338");

    public static Account Account(string id, Company? company = null) => new()
    {
        Id = AccountId.Parse(id), Company = company ?? A.Company(), Plan = "pro", PlanPrice = A.Euro(44.90m), Since = A.Day("2026-05-06"), Anchor = A.Day("2026-05-06"),
    };

    public static Invoice Invoice(Account account, int place, string day, long number, params InvoiceLine[] lines) =>
        NewDocument.Issue(account with { NextInvoice = place }, A.Terms, DocumentKind.Invoice, [.. lines], A.Day(day), number).Invoice;

    public static IssuedDocument Document(Company company, params InvoiceLine[] lines) =>
        new(AccountId.Parse("acme"), Invoice(Account("acme", company), 1, "2026-05-06", 1778018402, lines));

    public static async IAsyncEnumerable<IssuedDocument> Stream(params IssuedDocument[] documents)
    {
        foreach (var document in documents)
        {
            await Task.Yield();
            yield return document;
        }
    }

    /// <summary>Accounts of every tax treatment, an upgrade with a negative line, a collective invoice, corrections in part and in full.</summary>
    public static async Task<BillingInMemory> MonthsOfManyAsync()
    {
        var stop = TestContext.Current.CancellationToken;
        var billing = new BillingInMemory();
        async Task OpenAsync(string id, string plan, Company company)
        {
            billing.Now += TimeSpan.FromSeconds(1);
            var account = AccountId.Parse(id);
            (await billing.Accounts.OpenAsync(
                billing.By(A.Service, account), today => Plans.OpenAccount.Open(account, new(company, Language.German, plan), billing.Terms, today, billing.Now, A.Service), stop))!.Value.Value();
        }
        await OpenAsync("acme", "smart", A.Company());
        await OpenAsync("wien", "business", A.Company("AT", "ATU12345678", "Größe & Söhne; \"Ring\" GmbH"));
        await OpenAsync("zurich", "pro", A.Company("CH", null, "=HYPERLINK(\"http://x\";\"y\") AG"));
        await OpenAsync("lodz", "smart", A.Company("PL", "PL1234567890", "Łódź Őrség 株式会社 😀 “Quote” Sp. z o.o. mit einem Namen, der länger ist als erlaubt"));

        var acme = AccountId.Parse("acme");
        billing.Now = BerlinCalendar.StartOf(A.Day("2026-05-20")).AddHours(12);
        (await billing.Ordered(acme, billing.PlanChange("pro"))).Value();
        var booked = (await billing.Ordered(acme, billing.Booking())).Value().Account.Bookings[0];
        billing.Now = BerlinCalendar.StartOf(A.Day("2026-06-01")).AddHours(12);
        (await billing.Ordered(acme, billing.Booking("storage", 2))).Value();
        foreach (var id in billing.Store.Ids.ToList())
        {
            billing.Now = BerlinCalendar.StartOf(A.Day("2026-06-02")).AddHours(12);
            await billing.PaidEverything(id);
        }
        foreach (var id in new[] { "acme", "wien", "zurich", "lodz" })
        {
            billing.Now = BerlinCalendar.StartOf(A.Day("2026-06-06")).AddSeconds(2);
            await billing.State(AccountId.Parse(id));
        }
        billing.Now = BerlinCalendar.StartOf(A.Day("2026-06-08")).AddHours(9);
        var late = (await billing.State(acme)).Bookings.First(booking => booking.Id != booked.Id);
        (await billing.Ordered(acme, billing.EndOf(late.Id))).Value();
        var wien = AccountId.Parse("wien");
        (await billing.Executed(wien, (account, today) => Payments.OperatorCorrections.Void(
            account, billing.Terms, billing.Store.InvoicesOf(wien)[0], "falsch", today, billing.Now, A.Operator))).Value();
        return billing;
    }
}
