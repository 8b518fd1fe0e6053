using System.Globalization;
using System.Text.Json;
using Billing.Tests.Api;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Billing.Tests.Page;

/// <summary>A person before the page. What the browser complains of fails the test when the visit ends.</summary>
public sealed class Visitor : IAsyncDisposable
{
    /// <summary>Widths of the screens, in CSS pixels.</summary>
    public const int Desk = 1280, Phone = 360;

    static readonly string Axe = File.ReadAllText(Repository.File("node_modules", "axe-core", "axe.min.js"));

    readonly List<string> _complaints;
    string? _expected;
    readonly Service _service;

    Visitor(IBrowserContext context, IPage page, Service service, List<string> complaints) =>
        (Context, Page, _service, _complaints) = (context, page, service, complaints);

    public IBrowserContext Context { get; }
    public IPage Page { get; private set; }

    public static async Task<Visitor> ComeAsync(IBrowserContext context, Service service)
    {
        var visitor = new Visitor(context, await context.NewPageAsync(), service, []);
        visitor.Listen();
        return visitor;
    }

    /// <summary>Opens the page as that user of the account.</summary>
    public async Task<Visitor> OpenAsync(Customer customer, string role = "owner", string? language = null)
    {
        await Page.GotoAsync($"http://localhost:{_service.Port}/?account={customer.Id}&role={role}{(language is null ? "" : $"&lang={language}")}");
        if (role != "member") await Expect(Page.Locator("[data-section=invoices]")).ToBeVisibleAsync();
        return this;
    }

    /// <summary>Another tab of the same person. What the browser complains of there ends up here.</summary>
    public async Task<Visitor> AnotherTabAsync()
    {
        var tab = new Visitor(Context, await Context.NewPageAsync(), _service, _complaints);
        tab.Listen();
        return tab;
    }

    public ILocator Section(string id) => Page.Locator($"[data-section={id}]");
    public ILocator Plan(string name) => Page.GetByRole(AriaRole.Article, new() { Name = name });
    public ILocator Dialog => Page.GetByRole(AriaRole.Dialog);
    public ILocator Message => Page.Locator(".messages");
    public ILocator Booking(string label) => Page.Locator("[data-booking]", new() { HasText = label }).First;
    public ILocator Invoice(string number) => Page.Locator("[data-invoice]", new() { HasText = number });
    public ILocator Invoices => Page.Locator("[data-invoice]");

    /// <summary>A button by what is read on it, its unseen part included or not.</summary>
    public ILocator Button(string name, ILocator? inside = null) => inside is null
        ? Page.GetByRole(AriaRole.Button, new() { Name = name })
        : inside.GetByRole(AriaRole.Button, new() { Name = name });

    public Task ClickAsync(string button, ILocator? inside = null) => Button(button, inside).ClickAsync();

    /// <summary>Waits until the dialog shows its preview.</summary>
    public Task PreviewedAsync() => Expect(Dialog.Locator(".facts").First).ToBeVisibleAsync();

    /// <summary>Opens a confirmation, reads it, and confirms.</summary>
    public async Task ConfirmAsync(string button)
    {
        await PreviewedAsync();
        await ClickAsync(button, Dialog);
        await Expect(Dialog).ToBeHiddenAsync();
    }

    public Task ToldAsync(string text) => Expect(Message).ToContainTextAsync(text);

    /// <summary>Books so many; the row's label.</summary>
    public async Task BookAsync(string addOn, int quantity = 1)
    {
        await Page.GetByLabel("Anzahl " + addOn).FillAsync(quantity.ToString(CultureInfo.InvariantCulture));
        await ClickAsync("+ Hinzufügen " + addOn);
        await ConfirmAsync("Zahlungspflichtig buchen");
        await ToldAsync("wurde gebucht und steht Ihnen sofort zur Verfügung");
    }

    /// <summary>On Stripe's page: enters a card and goes on.</summary>
    public async Task EnterCardAsync(string number, string button)
    {
        await Page.GetByLabel("Kartennummer").FillAsync(number);
        await Page.GetByLabel("Gültig bis").FillAsync("12/30");
        await Page.GetByLabel("Prüfziffer").FillAsync("123");
        await Page.GetByRole(AriaRole.Button, new() { Name = button }).First.ClickAsync();
    }

    /// <summary>On Stripe's page: enters an IBAN and goes on.</summary>
    public async Task EnterIbanAsync(string iban, string button)
    {
        await Page.GetByLabel("IBAN").FillAsync(iban);
        await Page.GetByRole(AriaRole.Button, new() { Name = button }).Last.ClickAsync();
    }

    /// <summary>„Zahlungsmittel hinterlegen“, start to end.</summary>
    public async Task LeaveCardAsync(string number = "4242 4242 4242 4242")
    {
        await ClickAsync("Zahlungsmittel hinterlegen", Section("payment"));
        await EnterCardAsync(number, "Speichern");
        await ToldAsync("Zahlungsmittel hinterlegt: Visa");
    }

    /// <summary>Time passes, and the visitor looks again.</summary>
    public async Task WaitDaysAsync(int days)
    {
        await _service.WalkAsync((await _service.NowAsync()).AddDays(days));
        await Page.ReloadAsync();
        await Expect(Page.Locator("[data-section=invoices]")).ToBeVisibleAsync();
    }

    /// <summary>Pictures for people to look at, from a desk and on a phone. On neither does anything keep anyone out or stick out.</summary>
    public async Task ShootAsync(string name, bool whole = false)
    {
        await Page.WaitForLoadStateAsync();
        await PictureAsync(name, whole);
        if (Page.ViewportSize is not { Width: Desk, Height: var height }) return;
        await Page.SetViewportSizeAsync(Phone, height);
        await PictureAsync($"{name}-{Phone}", whole);
        await Page.SetViewportSizeAsync(Desk, height);
    }

    async Task PictureAsync(string name, bool whole)
    {
        var folder = Directory.CreateDirectory(Repository.File("artifacts", "page"));
        await Page.ScreenshotAsync(new() { Path = Path.Combine(folder.FullName, name + ".png"), FullPage = whole, Animations = ScreenshotAnimations.Disabled });
        Assert.Equal("", await Page.EvaluateAsync<string>("""
            () => {
              const root = document.querySelector("cloudcrm-billing")?.shadowRoot ?? document;
              const limit = document.documentElement.clientWidth;
              const wide = [...root.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > limit + 1 && !element.closest("thead") && !element.matches(".unseen"));
              return document.documentElement.scrollWidth > limit ? `the page is ${document.documentElement.scrollWidth} wide` : wide.map((element) => element.outerHTML.slice(0, 120)).join("\n");
            }
            """));
        Assert.Empty(await BarriersAsync());
    }

    /// <summary>What axe-core finds that keeps people out.</summary>
    async Task<IReadOnlyList<string>> BarriersAsync()
    {
        if (await Page.EvaluateAsync<bool>("() => !window.axe")) await Page.EvaluateAsync(Axe);
        var found = await Page.EvaluateAsync<JsonElement>("""
            async () => (await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"], preload: false })).violations
                .flatMap((violation) => violation.nodes.map((node) => ({ impact: violation.impact, text: `${violation.id}: ${node.target.flat(9).join(" ")} – ${node.failureSummary}` })))
            """);
        return [.. found.EnumerateArray().Where(one => one.Text("impact") is "serious" or "critical" or "moderate").Select(one => one.Text("text"))];
    }

    public static string Day(JsonElement json, string field) =>
        DateOnly.Parse(json.Text(field), CultureInfo.InvariantCulture).ToString("dd.MM.yyyy", CultureInfo.InvariantCulture);

    /// <summary>On this visit the browser is to complain of this.</summary>
    public void ExpectComplaint(string of) => _expected = of;

    public async ValueTask DisposeAsync()
    {
        await Context.CloseAsync();
        if (_expected is null) Assert.Empty(_complaints);
        else Assert.Contains(_complaints, complaint => complaint.Contains(_expected, StringComparison.Ordinal));
    }

    void Listen()
    {
        Page.PageError += (_, error) => _complaints.Add($"error: {error}");
        // A refusal of the service is logged by the browser itself; all else is ours.
        Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) _complaints.Add($"{message.Type}: {message.Text}");
        };
    }
}

static class Locators
{
    /// <summary>All of this can be read there.</summary>
    public static async Task ReadsAsync(this ILocator where, params string[] texts)
    {
        foreach (var text in texts) await Expect(where).ToContainTextAsync(text);
    }
}
