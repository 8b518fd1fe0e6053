using System.Globalization;
using System.Text.Json.Nodes;
using Billing.Local.World;

namespace Billing.Local.Demo;

/// <summary>
/// Plays two months of one account in a world of its own, over HTTP only, and prints every document that comes of it:
/// <c>dotnet run --project Billing.Functions -- demo</c>.
/// </summary>
sealed class DemoPlay(LocalClient client)
{
    static readonly NumberFormatInfo German = new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "." };

    readonly Dictionary<string, string> _printed = [];
    string _today = "its start";

    /// <summary>The settings of a world that meets no other: free ports, in memory, the clock standing still.</summary>
    public static Dictionary<string, string?> PrivateWorld()
    {
        var port = Ports.Free(5);
        return new()
        {
            ["Local:StoragePort"] = Text(port),
            ["Local:Port"] = Text(port + 3),
            ["Local:StripePort"] = Text(port + 4),
            ["Local:Clock"] = "2026-05-06T08:00:00Z",
            ["Local:Persist"] = "false",
            ["Local:Demo"] = "false",
        };
    }

    /// <summary>False when something did not go as the contract says; the sentence about it is on stderr.</summary>
    public async Task<bool> PlayAsync()
    {
        try
        {
            await client.PutAsync(DemoAccount.Path, DemoAccount.Details("smart"), "service");
            await TellAsync("2026-05-06", "Konto eröffnet mit CloudCRM - Smart");
            await LeaveCardAsync("4242424242424242");
            await TellAsync("Kreditkarte auf Stripes Seite hinterlegt: die offene Rechnung wird abgebucht");

            await MoveAsync("2026-05-20");
            await OrderAsync("add-ons", new() { ["addOn"] = "users", ["quantity"] = 1 });
            await TellAsync("1 zusätzlicher Benutzer gebucht");
            await OrderAsync("plan-changes", new() { ["plan"] = "pro" });
            await TellAsync("Upgrade von Smart auf Pro");

            await MoveAsync("2026-05-28");
            var booking = await OrderAsync("add-ons", new() { ["addOn"] = "users", ["quantity"] = 1 });
            await TellAsync("1 weiterer Benutzer gebucht");

            await MoveAsync("2026-05-29");
            await OrderAsync($"add-ons/{booking["id"]}/cancellation", []);
            await TellAsync("Die Buchung von gestern widerrufen");

            await MoveAsync("2026-06-01");
            await OrderAsync("add-ons", new() { ["addOn"] = "storage", ["quantity"] = 2 });
            await TellAsync("2 × 10 GB zusätzlicher Speicher gebucht");

            await MoveAsync("2026-06-06");
            await TellAsync("Abrechnungszyklus abgeschlossen");

            await MoveAsync("2026-06-07");
            await OrderAsync("plan-changes", new() { ["plan"] = "smart" });
            await TellAsync("Downgrade von Pro auf Smart");

            await MoveAsync("2026-07-06");
            await TellAsync("Verlängert zum neuen Preis");
            return await LedgersAgreeAsync();
        }
        catch (Exception failure) when (failure is HttpRequestException or UnexpectedAnswerException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync($"The demo stopped after {_today}: {failure.Message}");
            return false;
        }
    }

    /// <summary>Ten o'clock in Berlin of a summer's day.</summary>
    async Task MoveAsync(string day)
    {
        await client.PutAsync("local/clock", new { now = $"{day}T08:00:00Z" }, "owner");
        _today = day;
    }

    async Task LeaveCardAsync(string card)
    {
        var session = await client.PostAsync($"{DemoAccount.Path}/payment-method/session", new { returnUrl = client.Address });
        await client.SimulatorAsync(HttpMethod.Post, $"sessions/{((string)session["url"]!).Split('/')[^1]}/complete", new { card });
        // Moved to where it stands, the clock answers when all is quiet.
        await MoveAsync(_today);
    }

    /// <summary>What was paid on each invoice is what Stripe took for it and did not give back, and nothing else was taken.</summary>
    async Task<bool> LedgersAgreeAsync()
    {
        var documents = (await client.GetAsync($"{DemoAccount.Path}/invoices?limit=50"))["invoices"]!.AsArray();
        var credited = documents.Where(document => document!["corrects"] is not null).ToLookup(document => (string)document!["corrects"]!, document => (long)document!["grossCents"]!);
        var owed = documents.Where(document => document!["corrects"] is null && (string)document["status"]! is "open" or "paid")
            .ToDictionary(document => (string)document!["id"]!, document => (long)document!["grossCents"]! - (long)document["amountDueCents"]! - credited[(string)document["id"]!].Sum());
        var taken = (await SimulatedAsync("payment_intents")).Where(intent => (string)intent!["status"]! == "succeeded").ToList();
        var returned = (await SimulatedAsync("refunds")).ToLookup(refund => (string)refund!["payment_intent"]!, refund => (long)refund!["amount"]!);
        var got = taken.ToLookup(intent => (string)intent!["metadata"]!["invoice"]!, intent => (long)intent!["amount_received"]! - returned[(string)intent["id"]!].Sum());

        var agree = got.All(invoice => owed.ContainsKey(invoice.Key)) && owed.All(invoice => got[invoice.Key].Sum() == invoice.Value);
        Console.WriteLine($"\n{owed.Count} Rechnungen über {Money(owed.Values.Sum()).Trim()}, bei Stripe {taken.Count} Zahlungen über {Money(got.Sum(invoice => invoice.Sum())).Trim()}: "
            + (agree ? "stimmt überein." : "stimmt nicht überein!"));
        return agree;
    }

    async Task<JsonArray> SimulatedAsync(string what) => (await client.SimulatorAsync(HttpMethod.Get, $"{what}?account={DemoAccount.Id}"))["data"]!.AsArray();

    /// <summary>A binding order: first the preview, then the order with the confirmation the preview returned.</summary>
    async Task<JsonNode> OrderAsync(string path, JsonObject order)
    {
        var preview = await client.PostAsync($"{DemoAccount.Path}/{path}/preview", order);
        order["confirmation"] = preview["confirmation"]?.DeepClone();
        return await client.PostAsync($"{DemoAccount.Path}/{path}", order);
    }

    Task TellAsync(string day, string what)
    {
        _today = day;
        return TellAsync(what);
    }

    /// <summary>Prints what happened, and each document that is new or no longer what it was.</summary>
    async Task TellAsync(string what)
    {
        Console.WriteLine($"\n{Day(_today)}  {what}");
        var invoices = await client.GetAsync($"{DemoAccount.Path}/invoices?limit=50");
        foreach (var summary in invoices["invoices"]!.AsArray().Reverse())
        {
            var id = (string)summary!["id"]!;
            var shows = $"{summary["status"]} {summary["grossCents"]}";
            if (_printed.TryGetValue(id, out var before) && before == shows) continue;
            _printed[id] = shows;
            Print(await client.GetAsync($"{DemoAccount.Path}/invoices/{id}"));
        }
    }

    static void Print(JsonNode invoice)
    {
        Console.WriteLine($"            {(string?)invoice["number"] ?? "ENTWURF"}, {(string?)invoice["statusText"]}, vom {Day((string?)invoice["date"])}");
        foreach (var line in invoice["lines"]!.AsArray())
            Console.WriteLine($"              {(string?)line!["description"],-46} {Day((string?)line["from"])}–{Day((string?)line["to"])} {Money(line["netCents"])}");
        Console.WriteLine($"              {"netto",-46} {"",21} {Money(invoice["netCents"])}");
        Console.WriteLine($"              {"USt.",-46} {"",21} {Money(invoice["vatCents"])}");
        Console.WriteLine($"              {"brutto",-46} {"",21} {Money(invoice["grossCents"])}");
    }

    static string Money(JsonNode? cents) => $"{(((long?)cents ?? 0) / 100m).ToString("N2", German),10} €";

    static string Day(string? day) =>
        DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date.ToString("dd'.'MM'.'yyyy", CultureInfo.InvariantCulture) : new string(' ', 10);

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
