using System.Collections.Concurrent;
using System.Text.Json;

namespace Billing.Tests.Api;

/// <summary>
/// Three months of many accounts while Stripe fails in every way at every call and webhooks are lost, doubled and reordered: in the end every
/// invoice is paid or dunned, every charge belongs to exactly one invoice, and there is nothing left for the operator to do.
/// </summary>
public class StormTests
{
    const int DaysAStep = 9;

    /// <summary>300 take 25 minutes: the environment says how many, to be a multiple of four.</summary>
    static readonly int Many = int.TryParse(Environment.GetEnvironmentVariable("STORM_ACCOUNTS"), out var many) ? many : 8;
    static readonly DateOnly Start = new(2026, 5, 6), End = new(2026, 8, 10);

    static readonly string[] Kinds = ["429", "500", "500_after", "timeout", "timeout_after"];

    static readonly string[] Calls =
    [
        "POST /v1/payment_intents", "GET /v1/payment_intents/*", "GET /v1/payment_intents", "POST /v1/payment_intents/*/cancel", "POST /v1/refunds", "GET /v1/refunds",
        "POST /v1/customers", "POST /v1/customers/*", "GET /v1/customers", "GET /v1/customers/*", "GET /v1/payment_methods", "POST /v1/checkout/sessions",
        "GET /v1/checkout/sessions/*", "POST /v1/checkout/sessions/*/expire", "GET /v1/disputes", "GET /v1/events", "POST /v1/billing_portal/sessions",
    ];

    static readonly string[] Deliveries = ["drop", "duplicate", "reorder", "normal"];

    /// <summary>How customers pay: each number, and what share of them does.</summary>
    static readonly (string Number, int Percent)[] Methods =
        [("4242424242424242", 50), ("DE89370400440532013000", 25), ("4000000000000341", 10), ("DE62370400440532013001", 10), ("4000002760003184", 5)];

    readonly ConcurrentDictionary<string, long> _returned = [];

    [Fact]
    public async Task Every_invoice_is_paid_or_dunned_and_every_charge_belongs_to_one()
    {
        var random = new Random(Seed.Take());
        await using var service = await Service.StartAsync(Place.New($"{Start:yyyy-MM-dd}T08:00:00Z"));
        var accounts = new List<(Customer Customer, Random Random)>();
        var storm = 0;
        for (var today = Start; today < End; today = today.AddDays(DaysAStep))
        {
            for (var day = today.AddDays(1 - DaysAStep); day <= today; day = day.AddDays(1)) await WalkAsync(service, day);
            // Every call meets every kind; those that take the time limit come now and then.
            var kinds = storm % 5 == 2 ? Kinds : Kinds.Where(kind => !kind.StartsWith("timeout", StringComparison.Ordinal));
            await service.Stripe.FailAsync(Calls.SelectMany(call => kinds.Select(kind => (call, kind, 1))).OrderBy(_ => random.Next()));
            await service.Stripe.DeliverAsync(Deliveries[storm++ % Deliveries.Length]);
            if (today < Start.AddDays(30)) accounts.AddRange(Enumerable.Range(0, Many / 4).Select(_ => (new Customer(service, Customer.NewId()), new Random(random.Next()))));
            await Parallel.ForEachAsync(accounts, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (account, _) => await LiveAsync(account.Customer, account.Random, today));
        }

        // The storm is over. Who could not pay leaves a card that works; two days later everything has been looked up.
        await service.Stripe.RecoverAsync();
        await service.Stripe.DeliverAsync("normal");
        for (var day = End.AddDays(-DaysAStep); day <= End.AddDays(2); day = day.AddDays(1)) await WalkAsync(service, day);

        Assert.Equal(Many, accounts.Count);
        var findings = (await service.SendAsync(HttpMethod.Get, "api/operator/findings", token: await service.TokenAsync("operator"))).Ok().Items("findings");
        // Who withdraws while a debit is under way gets back what it takes too much: the operator is told, and has nothing to do.
        foreach (var finding in findings.Where(finding => finding.Text("code") != "surplus_refunded"))
            Assert.Fail($"{finding.Text("text")}\n{await LifeAsync(accounts.Single(account => account.Customer.Id == finding.Text("account")).Customer)}");
        var numbers = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(accounts, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (account, _) => await CheckAsync(account.Customer, End.AddDays(2), numbers));
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        TestContext.Current.TestOutputHelper!.WriteLine($"{numbers.Count} documents");
    }

    static async Task WalkAsync(Service service, DateOnly day)
    {
        if (Moment.Of($"{day:yyyy-MM-dd}") is var at && at > await service.NowAsync()) await service.WalkAsync(at);
    }

    /// <summary>A day on which the customer does this or that. What is refused or does not work is tried again another day.</summary>
    async Task LiveAsync(Customer acme, Random random, DateOnly today)
    {
        if ((await acme.GetAsync()).Status == 404)
        {
            await acme.PutAsync(Pick(random, "smart", "pro", "business"));
            await LeaveAsync(acme, Method(random));
            return;
        }

        // Nobody stays away so long that the operator has to call.
        if ((await acme.EntitlementsAsync()).GetProperty("access").Text("state") == "suspended" || today > End.AddDays(-2 * DaysAStep)) await LeaveAsync(acme, Methods[0].Number);

        var dice = random.Next(200);
        if (dice < 15) await acme.OrderAsync("/add-ons", new { addOn = Pick(random, "users", "storage"), quantity = random.Next(1, 4) });
        else if (dice < 25) await acme.OrderAsync("/plan-changes", new { plan = Pick(random, "smart", "pro", "business") });
        else if (dice < 35 && (await acme.BookingsAsync()) is { Count: > 0 } bookings) await acme.EndsAsync(bookings[random.Next(bookings.Count)]);
        else if (dice < 45) await LeaveAsync(acme, Method(random));
        else if (dice < 60 && (await OpenAsync(acme)) is { } open) await PayAsync(acme, open, random);
        else if (dice < 65) await ReturnAsync(acme, random);
    }

    static async Task LeaveAsync(Customer acme, string number)
    {
        if (await PageAsync(() => acme.PostAsync("/payment-method/session", new { returnUrl = acme.Back })) is { } url) await acme.Service.Stripe.CompleteAsync(url, number);
    }

    /// <summary>Whoever wants to pay tries again, though not for ever.</summary>
    static async Task<string?> PageAsync(Func<Task<Answer>> ask)
    {
        for (var tries = 0; tries < 20; tries++)
        {
            if (await ask() is { Status: not 503 } answer) return answer.Status == 200 ? answer.Json.Text("url") : null;
        }
        return null;
    }

    static async Task PayAsync(Customer acme, string invoice, Random random)
    {
        // Some open the page and leave it at that.
        if (await PageAsync(() => acme.PayNowAsync(invoice)) is { } url && random.Next(3) > 0) await acme.Service.Stripe.CompleteAsync(url, Method(random));
    }

    static async Task<string?> OpenAsync(Customer acme) =>
        (await acme.GetAsync("/invoices?limit=100")).Ok().Items("invoices").FirstOrDefault(invoice => invoice.Text("status") == "open" && invoice.Text("kind") != "credit_note") is
            { ValueKind: JsonValueKind.Object } open ? open.Text("id") : null;

    async Task ReturnAsync(Customer acme, Random random)
    {
        var succeeded = (await acme.Service.Stripe.IntentsAsync(acme.Id)).Where(intent => intent.Text("status") == "succeeded" && !_returned.ContainsKey(intent.Text("id"))).ToList();
        if (succeeded.Count == 0) return;
        var intent = succeeded[random.Next(succeeded.Count)];
        var before = await RefundedAsync(acme, intent.Text("id"));
        if (before >= intent.Cents("amount")) return;
        _returned[intent.Text("id")] = intent.Cents("amount") - before;
        await acme.Service.Stripe.ReturnAsync(intent.Text("id"));
    }

    static async Task<long> RefundedAsync(Customer acme, string intent) => (await acme.Service.Stripe.RefundsAsync(acme.Id))
        .Where(refund => refund.Text("payment_intent") == intent && refund.Text("status") != "failed").Sum(refund => refund.Cents("amount"));

    async Task CheckAsync(Customer acme, DateOnly today, ConcurrentBag<string> numbers)
    {
        var documents = (await acme.GetAsync("/invoices?limit=100")).Ok().Items("invoices");
        var journal = (await acme.PagedAsync("/journal", "entries", 100)).Where(entry => entry.Text("action") == "invoice.overdue").Select(entry => entry.Text("text")).ToList();
        var taken = (await acme.Service.Stripe.IntentsAsync(acme.Id)).Where(intent => intent.Text("status") == "succeeded").ToList();
        var credited = documents.Where(document => document.Text("kind") == "credit_note").ToLookup(note => note.GetProperty("corrects").GetString()!, note => note.Cents("grossCents"));
        foreach (var intent in taken)
        {
            Assert.Equal(acme.Id, intent.GetProperty("metadata").Text("account"));
            Assert.Single(documents, document => document.Text("id") == intent.GetProperty("metadata").Text("invoice"));
        }
        foreach (var document in documents.Where(document => document.GetProperty("number").ValueKind == JsonValueKind.String))
        {
            var (id, number, status) = (document.Text("id"), document.Text("number"), document.Text("status"));
            numbers.Add(number);
            if (document.Text("kind") == "credit_note")
            {
                Assert.True(status == "paid", $"{acme.Id} {document}");
                continue;
            }

            var mine = taken.Where(intent => intent.GetProperty("metadata").Text("invoice") == id).ToList();
            long got = 0;
            foreach (var intent in mine) got += intent.Cents("amount") - await RefundedAsync(acme, intent.Text("id")) - _returned.GetValueOrDefault(intent.Text("id"));
            Assert.True(document.Cents("grossCents") - credited[id].Sum() - document.Cents("amountDueCents") == got, $"{acme.Id}: Stripe has {got} for {document}");
            var overdue = status == "open" && DateOnly.Parse(document.Text("dueOn"), null).AddDays(3) <= today;
            Assert.True(status is "paid" or "void" || !overdue || document.Text("payment") is "processing" or "returned" or "disputed" || journal.Any(text => text.Contains(number, StringComparison.Ordinal)),
                $"{acme.Id}: neither paid nor dunned: {document}");
        }
        var seen = (await acme.OperateAsync("")).Ok();
        Assert.Empty(seen.Items("outbox"));
    }

    /// <summary>All that is known of an account, to see what went wrong.</summary>
    static async Task<string> LifeAsync(Customer acme) => string.Join('\n',
        (await acme.PagedAsync("/journal", "entries", 100)).Select(entry => $"{entry.Text("at")} {entry.Text("action")} {entry.Text("text")}")
            .Concat((await acme.GetAsync("/invoices?limit=100")).Ok().Items("invoices").Select(invoice => invoice.ToString()))
            .Concat((await acme.Service.Stripe.IntentsAsync(acme.Id)).Select(intent =>
                $"{intent.Text("id")} {intent.Cents("created")} {intent.Text("status")} {intent.Cents("amount")} {intent.GetProperty("metadata")}"))
            .Concat((await acme.Service.Stripe.RefundsAsync(acme.Id)).Select(refund => $"{refund.Text("id")} {refund.Cents("created")} {refund.Text("status")} {refund.Cents("amount")} {refund.Text("payment_intent")}")));

    static string Method(Random random)
    {
        var dice = random.Next(100);
        return Methods.First(method => (dice -= method.Percent) < 0).Number;
    }

    static string Pick(Random random, params string[] among) => among[random.Next(among.Length)];
}
