using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Billing.Tests.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Billing.Tests.Page;

/// <summary>For everyone, on every screen, in both languages, inside another page.</summary>
[Collection(InABrowser.Name)]
public sealed class LooksTests(PageWorld world) : IAsyncLifetime
{
    Service _service = null!;

    public async ValueTask InitializeAsync() => _service = await world.StandingAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>An account that has something of everything.</summary>
    async Task<Customer> RichAsync(object? details = null)
    {
        var customer = await _service.OpenAsync("pro", details);
        await customer.LeavesAsync("4242424242424242");
        await customer.EndsAsync(await customer.BooksAsync("users", 12));
        await customer.BooksAsync("storage", 3);
        await customer.BooksAsync("users");
        await customer.ChangesAsync("business");
        return customer;
    }

    [Theory]
    [InlineData(768)]
    [InlineData(Visitor.Desk)]
    public async Task Nothing_keeps_anyone_out_and_nothing_overflows(int width)
    {
        await using var visitor = await world.VisitorAsync(_service, width);
        await visitor.OpenAsync(await RichAsync());
        await visitor.ShootAsync($"seite-{width}", whole: true);

        await visitor.ClickAsync("Downgrade", visitor.Plan("CloudCRM - Smart"));
        await visitor.PreviewedAsync();
        await visitor.ShootAsync($"bestaetigung-{width}");
        await visitor.Page.Keyboard.PressAsync("Escape");

        await visitor.ClickAsync("Kündigen", visitor.Booking("+30 GB"));
        await visitor.PreviewedAsync();
        await visitor.ShootAsync($"widerruf-{width}");
        await visitor.Page.Keyboard.PressAsync("Escape");

        await visitor.Page.GetByLabel("Netto und USt. anzeigen").CheckAsync();
        await visitor.Section("invoices").ScrollIntoViewIfNeededAsync();
        await visitor.ShootAsync($"verlauf-{width}");
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await Expect(visitor.Dialog.Locator(".figures")).ToBeVisibleAsync();
        await visitor.ShootAsync($"viewer-{width}");
    }

    [Fact]
    public async Task The_whole_of_an_order_by_keyboard()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        var keyboard = visitor.Page.Keyboard;
        await visitor.Button("Tarif wählen").FocusAsync();
        await keyboard.PressAsync("Enter");
        await visitor.PreviewedAsync();
        await Expect(visitor.Dialog.GetByRole(AriaRole.Heading, new() { Name = "Upgrade bestätigen" })).ToBeFocusedAsync();
        await Expect(visitor.Dialog.GetByRole(AriaRole.Status)).ToHaveTextAsync("Gesamtbetrag: 41,65 €");

        // The focus stays in the dialog, whichever way it goes round.
        for (var step = 0; step < 8; step++)
        {
            await keyboard.PressAsync(step % 3 == 2 ? "Shift+Tab" : "Tab");
            var outside = await visitor.Page.EvaluateAsync<bool>(
                "() => { const root = document.querySelector('cloudcrm-billing').shadowRoot; return root.activeElement !== null && !root.querySelector('dialog').contains(root.activeElement); }");
            Assert.False(outside);
        }
        await visitor.Button("Zahlungspflichtig upgraden").FocusAsync();
        await visitor.ShootAsync("fokus");
        await keyboard.PressAsync("Enter");
        await visitor.ToldAsync("Upgrade durchgeführt");

        // What was clicked is no button to click any more: the reader is where the result stands.
        await Expect(visitor.Message).ToBeFocusedAsync();
        await Expect(visitor.Message).ToHaveAttributeAsync("role", "status");
    }

    [Fact]
    public async Task In_English_as_the_account_or_as_the_host_page_has_it()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await RichAsync(new { language = "en" }));
        await visitor.Section("billing").ReadsAsync("How our billing works", "6 May 2026 – 5 Jun 2026");
        await visitor.Plan("CloudCRM - Business").ReadsAsync("€79.90 / month", "plus VAT", "Already active");
        await visitor.Section("add-ons").ReadsAsync("Additional users (+1)", "Withdrawn", "Withdrawal until 20 May 2026");
        await visitor.Section("invoices").ReadsAsync("In preparation", "Paid");
        await visitor.ClickAsync("Downgrade", visitor.Plan("CloudCRM - Smart"));
        await visitor.PreviewedAsync();
        await visitor.Dialog.ReadsAsync("Confirm downgrade", "€69.00", "€82.11", "Order downgrade with obligation to pay", "one-off technical processing fee", "until 5 Jun 2026 nothing is refunded");
        await visitor.ShootAsync("englisch-downgrade");
        await visitor.Page.Keyboard.PressAsync("Escape");
        await visitor.ShootAsync("englisch", whole: true);

        await visitor.OpenAsync(await _service.OpenAsync("pro"), language: "en");
        await visitor.Section("billing").ReadsAsync("How our billing works");
        // What the service names in the account's language is read out in it.
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Zusätzliche Benutzer" })).ToHaveAttributeAsync("lang", "de");
    }

    /// <summary>The CRM is of another origin: it may embed the element if it is on the list, and fits it to its own looks.</summary>
    [Fact]
    public async Task In_a_page_of_another_origin()
    {
        var (allowed, stranger) = (Place.FreePorts(1), Place.FreePorts(1));
        var own = await world.StartAsync(("Page__Origins", $"http://localhost:{allowed}"));
        var customer = await own.OpenAsync("pro");
        var token = await own.TokenAsync("owner", customer.Id);
        await using var host = await HostPageAsync(allowed, own.Port, customer.Id, token);
        await using var other = await HostPageAsync(stranger, own.Port, customer.Id, token);
        await using var visitor = await world.VisitorAsync(own, showsPdf: true);

        await visitor.Page.GotoAsync($"http://localhost:{allowed}/");
        await visitor.BookAsync("Zusätzliche Benutzer");
        Assert.Equal("changed", await visitor.Page.TitleAsync());
        await Expect(visitor.Button("Tarif wählen")).ToHaveCSSAsync("background-color", "rgb(128, 0, 128)");
        await visitor.ShootAsync("im-crm", whole: true);
        await visitor.LeaveCardAsync();
        Assert.Equal($"http://localhost:{allowed}/", visitor.Page.Url);
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.Last);
        await Expect(visitor.Dialog.Locator("iframe")).ToBeVisibleAsync();
        await visitor.ShootAsync("im-crm-viewer");

        await using var elsewhere = await world.VisitorAsync(own);
        elsewhere.ExpectComplaint("CORS policy");
        await elsewhere.Page.GotoAsync($"http://localhost:{stranger}/");
        await elsewhere.Page.GetByRole(AriaRole.Alert).ReadsAsync("Diese Seite konnte nicht geladen werden.");
    }

    [Fact]
    public async Task The_policy_is_strict_and_the_page_keeps_to_it()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new($"http://localhost:{_service.Port}/") };
        using var page = await http.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; ", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);

        // That it holds is seen in every other test: a complaint of the browser fails it. Here, that a breach would be seen.
        await using var visitor = await world.VisitorAsync(_service);
        visitor.ExpectComplaint("Content Security Policy");
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        await visitor.Page.EvaluateAsync("() => document.body.setAttribute('style', 'color: red')");
        await visitor.Page.EvaluateAsync("() => { const s = document.createElement('style'); s.textContent = 'body { color: red }'; document.head.append(s); }");
    }

    [Fact]
    public async Task Modules_are_kept_for_good_and_the_way_to_them_never()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new($"http://localhost:{_service.Port}/api/") };
        using var loader = await http.GetAsync(new Uri("element.js", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.True(loader.Headers.CacheControl!.NoCache);
        var version = (await loader.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('/')[2];

        foreach (var (file, status) in new[] { ("billing-element.js", 200), ("words.de.js", 200), ("lit-html.js", 200), ("tsconfig.json", 404), ("none.js", 404), ("..%2Fopenapi.json", 404) })
        {
            using var module = await http.GetAsync(new Uri($"element/{version}/{file}", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.True((HttpStatusCode)status == module.StatusCode, file);
            if (status != 200) continue;
            Assert.Equal("text/javascript", module.Content.Headers.ContentType!.MediaType);
            Assert.Equal("nosniff", module.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal(TimeSpan.FromDays(365), module.Headers.CacheControl!.MaxAge);
        }
        using var old = await http.GetAsync(new Uri("element/0123456789abcdef/billing-element.js", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, old.StatusCode);
    }

    /// <summary>A page as the CRM might serve it, with the element in it.</summary>
    static async Task<WebApplication> HostPageAsync(int port, int servicePort, string account, string token)
    {
        var api = $"http://localhost:{servicePort.ToString(CultureInfo.InvariantCulture)}/api";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://localhost:{port}");
        var app = builder.Build();
        app.MapGet("/", (HttpResponse response) =>
        {
            response.Headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'self' {api}/; style-src 'self'; connect-src {api}/; img-src data:; frame-src blob:; base-uri 'none'; "
                + "require-trusted-types-for 'script'; trusted-types lit-html";
            return Results.Content($"""
                <!doctype html><html lang="de"><meta charset="utf-8"><title>CRM</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">
                <script type="module" src="/host.js"></script>
                <main><h1>Paket &amp; Rechnungen</h1><cloudcrm-billing account="{account}" api="{api}"></cloudcrm-billing></main></html>
                """, "text/html; charset=utf-8");
        });
        app.MapGet("/style.css", () => Results.Content("body { --cloudcrm-billing-accent: rgb(128, 0, 128); --cloudcrm-billing-radius: 2px; --cloudcrm-billing-font: 400 1rem/1.5 serif }", "text/css"));
        app.MapGet("/host.js", () => Results.Content($$"""
            const element = document.querySelector("cloudcrm-billing");
            element.token = async () => "{{token}}";
            addEventListener("cloudcrm-billing-changed", () => { document.title = "changed"; });
            await import("{{api}}/element.js");
            """, "text/javascript"));
        await app.StartAsync();
        return app;
    }
}

/// <summary>The element's sources hold what their JSDoc promises: the same check that an editor makes.</summary>
public sealed class TypesTests
{
    [Theory]
    [InlineData("Billing.Functions", "wwwroot")]
    [InlineData("Billing.Local", "Frame")]
    public async Task Types_are_checked(params string[] folder)
    {
        var compiled = await Programs.RunAsync("node", [Repository.File("node_modules", "typescript", "bin", "tsc"), "-p", Repository.File(folder)]);
        Assert.Equal("", compiled.Said);
        Assert.Equal(0, compiled.Exit);
    }

    /// <summary>Templates only: no text of a customer's ever becomes markup.</summary>
    [Fact]
    public void No_markup_is_made_by_hand() => Assert.All(
        Directory.EnumerateFiles(Repository.File("Billing.Functions", "wwwroot"), "*.js"),
        file => Assert.DoesNotMatch(@"innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|document\.write|eval\(|new Function|style=", File.ReadAllText(file)));

    /// <summary>What the page reads of the service's answers is in the contract.</summary>
    [Fact]
    public void The_types_of_answers_are_those_of_the_contract()
    {
        var renamed = new Dictionary<string, string> { ["Account"] = "Account", ["OrderPreview"] = "Preview", ["Party"] = "Buyer" };
        var types = Regex.Matches(File.ReadAllText(Repository.File("Billing.Functions", "wwwroot", "contract.d.ts")), @"export type (\w+) = (?:\w+ & )?\{(.*?)\};", RegexOptions.Singleline);
        Assert.True(types.Count > 15);
        foreach (var type in types.Cast<Match>())
        {
            var properties = OpenApi.Document.Schema(renamed.GetValueOrDefault(type.Groups[1].Value, type.Groups[1].Value)).GetProperty("properties");
            var inner = Regex.Replace(type.Groups[2].Value, @"\{[^}]*\}", "");
            foreach (var member in Regex.Matches(inner, @"(?:^|;)\s*(\w+)\??:").Cast<Match>())
                Assert.True(properties.TryGetProperty(member.Groups[1].Value, out _), $"{type.Groups[1].Value}.{member.Groups[1].Value}");
        }
    }
}
