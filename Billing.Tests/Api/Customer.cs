using System.Globalization;
using System.Text.Json;

namespace Billing.Tests.Api;

/// <summary>A company and its main user: what they, the CRM and the provider's staff do with the account.</summary>
/// <param name="user">The user who orders; null for the one the account's tokens name by themselves.</param>
public sealed class Customer(Service service, string id, string? user = null)
{
    static int _count;

    public static object Berlin { get; } = new { line1 = "Weg 1", postalCode = "10115", city = "Berlin", country = "DE" };
    public static object Swiss { get; } = new { address = new { line1 = "Gasse 1", postalCode = "8001", city = "Zürich", country = "CH" } };
    public static object Austrian { get; } = new { address = new { line1 = "Ring 1", postalCode = "1010", city = "Wien", country = "AT" }, vatId = "ATU12345678" };

    public string Id => id;
    public Service Service => service;
    public string Path => $"api/accounts/{id}";

    public static string NewId() => $"c-{Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The same account, seen through another host or by another user.</summary>
    public Customer On(Service other) => new(other, id, user);
    public Customer By(string other) => new(service, id, other);

    public async Task<Answer> PutAsync(string? plan, object? details = null) =>
        await service.SendAsync(HttpMethod.Put, Path, Details(plan, details), await service.TokenAsync("service"));

    public async Task<Answer> GetAsync(string path = "", string? ifNoneMatch = null) =>
        await service.SendAsync(HttpMethod.Get, Path + path, token: await OwnerAsync(), ifNoneMatch: ifNoneMatch);
    public async Task<Answer> DeleteAsync(string path) => await service.SendAsync(HttpMethod.Delete, Path + path, token: await OwnerAsync());
    public async Task<Answer> PostAsync(string path, object? body = null, string? key = null, string? language = null) =>
        await service.SendAsync(HttpMethod.Post, Path + path, body, await OwnerAsync(), key, language);

    public async Task<Answer> OperateAsync(string path, object? body = null, string? key = null) =>
        await service.SendAsync(
            body is null ? HttpMethod.Get : HttpMethod.Post, $"api/operator/accounts/{id}{path}", body, await service.TokenAsync("operator"), key);

    public async Task<JsonElement> AccountAsync() => (await GetAsync()).Ok();
    public async Task<JsonElement> EntitlementsAsync() => (await GetAsync("/entitlements")).Ok();
    public async Task<IReadOnlyList<JsonElement>> BookingsAsync() => (await GetAsync("/add-ons")).Ok().Items("addOns");
    public async Task<JsonElement> InvoiceAsync(string invoice) => (await GetAsync($"/invoices/{invoice}")).Ok();

    /// <summary>All documents, newest first, each with its lines.</summary>
    public async Task<IReadOnlyList<JsonElement>> DocumentsAsync()
    {
        var documents = new List<JsonElement>();
        foreach (var summary in (await GetAsync("/invoices?limit=100")).Ok().Items("invoices")) documents.Add(await InvoiceAsync(summary.Text("id")));
        return documents;
    }

    /// <summary>All of a list that comes in pages.</summary>
    public async Task<List<JsonElement>> PagedAsync(string path, string field, int limit)
    {
        var (all, cursor) = (new List<JsonElement>(), "");
        do
        {
            var page = (await GetAsync($"{path}?limit={limit}{cursor}")).Ok();
            Assert.InRange(page.Items(field).Count, 1, limit);
            all.AddRange(page.Items(field));
            cursor = page.GetProperty("nextCursor").GetString() is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null);
        return all;
    }

    public async Task<JsonElement> LastDocumentAsync() => (await DocumentsAsync())[0];

    /// <summary>Everything that a refused request must leave as it was.</summary>
    public async Task<string> StateAsync() => $"{(await GetAsync("/overview")).Ok()}{(await GetAsync("/journal?limit=100")).Ok()}";

    public async Task<JsonElement> PreviewAsync(string path, object? body = null) => (await PostAsync($"{path}/preview", body)).Ok();

    /// <summary>Asks for the preview and confirms it.</summary>
    public async Task<Answer> OrderAsync(string path, object? body = null, string? key = null)
    {
        var preview = await PostAsync($"{path}/preview", body);
        return preview.Status == 200 ? await PostAsync(path, Confirmed(body, preview.Json.Text("confirmation")), key) : preview;
    }

    /// <summary>The document that bills the change.</summary>
    public async Task<JsonElement> ChangesAsync(string plan) =>
        await InvoiceAsync((await OrderAsync("/plan-changes", new { plan })).Ok().GetProperty("invoice").Text("id"));

    public async Task<JsonElement> BooksAsync(string addOn, int quantity = 1) => (await OrderAsync("/add-ons", new { addOn, quantity })).Ok();
    public Task<Answer> EndsAsync(JsonElement booking) => OrderAsync($"/add-ons/{booking.Text("id")}/cancellation");
    public Task<JsonElement> EndPreviewAsync(JsonElement booking) => PreviewAsync($"/add-ons/{booking.Text("id")}/cancellation");

    /// <summary>Leaves a card or an IBAN on Stripe's page; all is quiet when it answers.</summary>
    public async Task LeavesAsync(string number)
    {
        var session = (await PostAsync("/payment-method/session", new { returnUrl = Back })).Ok();
        (await service.Stripe.CompleteAsync(session.Text("url"), number)).Ok();
        await service.WalkAsync(await service.NowAsync());
    }

    /// <summary>„Jetzt bezahlen“: the address of the page.</summary>
    public async Task<string> PayPageAsync(string invoice) => (await PayNowAsync(invoice)).Ok().Text("url");
    public Task<Answer> PayNowAsync(string invoice, string? returnUrl = null) => PostAsync($"/invoices/{invoice}/payment-session", new { returnUrl = returnUrl ?? Back });

    /// <summary>Where Stripe's pages lead back to.</summary>
    public string Back => $"http://localhost:{service.Port}/zurueck";

    /// <summary>A bank transfer of all that is open, recorded today.</summary>
    public async Task PaysAsync()
    {
        foreach (var open in (await GetAsync("/invoices?limit=100")).Ok().Items("invoices").Where(invoice => invoice.Cents("amountDueCents") > 0))
            (await OperateAsync($"/invoices/{open.Text("id")}/payments", Transfer(open.Cents("amountDueCents"), (await GetAsync("/overview")).Ok().Text("today")))).Ok();
    }

    public static object Transfer(long grossCents, string receivedOn) => new { grossCents, receivedOn, reference = "Kontoauszug 17", reason = "Überweisung" };

    public static Dictionary<string, object?> Confirmed(object? body, string? confirmation) => new(Fields(body)) { ["confirmation"] = confirmation };

    public static Dictionary<string, object?> Details(string? plan, object? more = null)
    {
        var details = new Dictionary<string, object?> { ["companyName"] = "Müller & Söhne", ["address"] = Berlin, ["email"] = "rechnung@mueller.example" };
        if (plan is not null) details["plan"] = plan;
        foreach (var (name, value) in Fields(more)) details[name] = value;
        return details;
    }

    Task<string> OwnerAsync() => service.TokenAsync("owner", id, user);

    static Dictionary<string, object?> Fields(object? body) =>
        body as Dictionary<string, object?> ?? body?.GetType().GetProperties().ToDictionary(property => property.Name, property => property.GetValue(body)) ?? [];
}
