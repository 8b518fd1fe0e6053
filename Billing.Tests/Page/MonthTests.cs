using Billing.Tests.Api;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Billing.Tests.Page;

/// <summary>What the help page says of add-ons, cycles and the lock, lived through.</summary>
[Collection(InABrowser.Name)]
public sealed class MonthTests(PageWorld world) : IAsyncLifetime
{
    Service _service = null!;

    public async ValueTask InitializeAsync() => _service = await world.MovingAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>„Zusatzoptionen buchen und kündigen“, 1 and 2; „Rechnungsverlauf“: a draft becomes the collective invoice.</summary>
    [Fact]
    public async Task Zusatzoptionen_gebucht_gekuendigt_zurueckgenommen_abgerechnet()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await customer.LeavesAsync("4242424242424242");
        await visitor.OpenAsync(customer);
        await visitor.BookAsync("Zusätzliche Benutzer", 2);
        await visitor.ShootAsync("gebucht", whole: true);
        var end = Visitor.Day((await customer.AccountAsync()).GetProperty("period"), "to");
        var next = DateOnly.ParseExact(end, "dd.MM.yyyy", null).AddDays(1);

        // After the withdrawal days it is a cancellation.
        await visitor.WaitDaysAsync(20);
        var row = visitor.Booking("Zusätzliche Benutzer (+2)");
        await row.ReadsAsync("11,80 €", end, "Aktiv");
        await visitor.ClickAsync("Kündigen", row);
        await visitor.PreviewedAsync();
        await visitor.Dialog.ReadsAsync("Zusatzoption kündigen", "11,80 € / Monat zzgl. USt.", $"Die Option bleibt bis zum {end} aktiv und läuft danach automatisch aus.");
        await visitor.ShootAsync("kuendigung");
        await visitor.Page.ReloadAsync();
        await row.ReadsAsync("Aktiv");
        await visitor.ClickAsync("Kündigen", row);
        await visitor.ConfirmAsync("Jetzt kündigen");
        await row.ReadsAsync($"Kündigung zum {end}");

        await visitor.ClickAsync("Kündigung zurücknehmen", row);
        await visitor.ToldAsync("Die Kündigung wurde zurückgenommen.");
        await row.ReadsAsync("Aktiv");
        // The button that had the focus is gone: the reader is where the result stands.
        await Expect(visitor.Message).ToBeFocusedAsync();
        await visitor.ShootAsync("zurueckgenommen", whole: true);
        await visitor.ClickAsync("Kündigen", row);
        await visitor.ConfirmAsync("Jetzt kündigen");
        await row.ReadsAsync($"Kündigung zum {end}");
        await visitor.ShootAsync("gekuendigt", whole: true);

        // The next invoice beforehand, and as it then comes: without the cancelled option's next month.
        await visitor.ClickAsync("Nächste Rechnung ansehen");
        await visitor.Dialog.ReadsAsync($"So würde die Rechnung am {next:dd.MM.yyyy}", "CloudCRM - Pro", "44,90 €", "Zusätzliche Benutzer (+2)", "11,80 €", "Gesamtbetrag67,47 €");
        await visitor.ShootAsync("naechste-rechnung");
        await visitor.Page.Keyboard.PressAsync("Escape");

        await visitor.WaitDaysAsync(12);
        await visitor.Invoices.First.ReadsAsync("RE-", "Sammelrechnung", "67,47 €", "Bezahlt");
        await Expect(visitor.Invoice("ENTWURF")).ToHaveCountAsync(0);
        await row.ReadsAsync($"Beendet zum {end}");
        await Expect(visitor.Button("Kündigen", row)).ToHaveCountAsync(0);
    }

    /// <summary>A withdrawal after the close: credited, refunded, and the correction stands in the history.</summary>
    [Fact]
    public async Task Widerruf_nach_dem_Stichtag_wird_erstattet()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("smart");
        await customer.LeavesAsync("4242424242424242");
        await visitor.OpenAsync(customer);
        await visitor.WaitDaysAsync(25);
        await visitor.BookAsync("Zusätzliche Benutzer");
        await visitor.WaitDaysAsync(8);
        await visitor.Invoices.First.ReadsAsync("Sammelrechnung", "Bezahlt");
        await visitor.ClickAsync("Kündigen", visitor.Booking("Zusätzliche Benutzer"));
        await visitor.PreviewedAsync();
        await visitor.Dialog.ReadsAsync("Zusatzoption widerrufen", "Die Option wird sofort storniert.", "Ihnen erstattet.", "Rechnungskorrektur");
        await visitor.ShootAsync("widerruf-mit-erstattung");
        await visitor.ConfirmAsync("Jetzt widerrufen");
        await visitor.Invoices.First.ReadsAsync("RK-", "Rechnungskorrektur", "−");
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await visitor.Dialog.ReadsAsync("Beleg RK-", "Rechnungskorrektur zu RE-");
        await visitor.ShootAsync("rechnungskorrektur");
    }

    /// <summary>„Ein fehlendes Zahlungsmittel oder das unbefugte Entfernen … kann zur automatischen Sperrung Ihres Zugangs führen.“</summary>
    [Fact]
    public async Task Ohne_Zahlungsmittel_bis_zur_Sperre_und_zurueck()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("smart");
        await customer.LeavesAsync("4242424242424242");
        await visitor.OpenAsync(customer);
        await visitor.ClickAsync("Zahlungsmittel verwalten", visitor.Section("payment"));
        await visitor.ClickAsync("Entfernen");
        await Expect(visitor.Page.GetByText("Es ist kein Zahlungsmittel hinterlegt.")).ToBeVisibleAsync();
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Zurück" }).ClickAsync();
        await visitor.ToldAsync("Es ist kein Zahlungsmittel hinterlegt.");
        var until = Visitor.Day((await customer.EntitlementsAsync()).GetProperty("access"), "suspendsOn");
        await visitor.Page.GetByRole(AriaRole.Region, new() { Name = "Ihr Zugang wird bald gesperrt" }).ReadsAsync($"sonst wird Ihr Zugang am {until} automatisch gesperrt");
        await visitor.ShootAsync("gewarnt", whole: true);

        await visitor.WaitDaysAsync(35);
        var locked = visitor.Page.GetByRole(AriaRole.Region, new() { Name = "Ihr Zugang ist gesperrt" });
        await locked.ReadsAsync("Es ist kein Zahlungsmittel hinterlegt.", "Rechnungen ansehen und bezahlen, widerrufen und kündigen können Sie weiterhin.");
        await visitor.ShootAsync("gesperrt", whole: true);
        await visitor.ClickAsync("Tarif wählen", visitor.Plan("CloudCRM - Pro"));
        await visitor.Dialog.ReadsAsync("Ihr Zugang ist gesperrt.");
        await visitor.ShootAsync("abgelehnt");
        await visitor.ClickAsync("Schließen", visitor.Dialog.Locator("footer"));

        await visitor.ClickAsync("Zahlungsmittel hinterlegen", locked);
        await visitor.EnterCardAsync("4242 4242 4242 4242", "Speichern");
        await visitor.ToldAsync("Zahlungsmittel hinterlegt: Visa •••• 4242.");
        await Expect(locked).ToHaveCountAsync(0);
        await visitor.Invoices.First.ReadsAsync("Bezahlt");
    }

    [Fact]
    public async Task Ueberfaellig_bis_zur_Sperre_und_bezahlt()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("business");
        // A card that can be stored, but every charge is declined.
        await customer.LeavesAsync("4000000000000341");
        await visitor.OpenAsync(customer);
        await visitor.Invoices.First.ReadsAsync("Offen", "Zahlung fehlgeschlagen");
        await visitor.WaitDaysAsync(14 + 15);
        await visitor.Page.GetByRole(AriaRole.Region, new() { Name = "Ihr Zugang wird bald gesperrt" }).ReadsAsync("Mindestens eine Rechnung ist überfällig.", "Offener Betrag: 95,08 €");
        await visitor.Invoices.First.ReadsAsync("Offen", "überfällig seit");
        await visitor.ShootAsync("ueberfaellig", whole: true);
        await visitor.WaitDaysAsync(7);
        await visitor.ClickAsync("Offene Rechnung ansehen", visitor.Page.GetByRole(AriaRole.Region, new() { Name = "Ihr Zugang ist gesperrt" }));
        await visitor.ClickAsync("Jetzt bezahlen", visitor.Dialog);
        await visitor.EnterCardAsync("4242 4242 4242 4242", "Bezahlen");
        await visitor.Dialog.ReadsAsync("ist bezahlt.");
        await visitor.Page.Keyboard.PressAsync("Escape");
        await Expect(visitor.Page.GetByRole(AriaRole.Region, new() { Name = "Ihr Zugang ist gesperrt" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Abonnement_gekuendigt_zurueckgenommen_beendet()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await customer.LeavesAsync("4242424242424242");
        await visitor.OpenAsync(customer);
        var end = Visitor.Day((await customer.AccountAsync()).GetProperty("period"), "to");
        await visitor.ClickAsync("Abonnement kündigen");
        await visitor.PreviewedAsync();
        await visitor.Dialog.ReadsAsync($"Ihr Abonnement endet zum {end}.");
        await visitor.ShootAsync("abonnement-kuendigen");
        await visitor.ConfirmAsync("Jetzt kündigen");
        var banner = visitor.Page.GetByRole(AriaRole.Region, new() { Name = $"Ihr Abonnement ist zum {end} gekündigt" });
        await visitor.ClickAsync("Kündigung zurücknehmen", banner);
        await visitor.ToldAsync("Ihr Abonnement läuft weiter.");
        await visitor.ClickAsync("Abonnement kündigen");
        await visitor.ConfirmAsync("Jetzt kündigen");
        await Expect(banner).ToBeVisibleAsync();
        await visitor.ShootAsync("abonnement-gekuendigt", whole: true);
        await visitor.ClickAsync("Nächste Rechnung ansehen");
        await visitor.Dialog.ReadsAsync("Es folgt keine weitere Abrechnung.");

        await visitor.WaitDaysAsync(32);
        await visitor.Page.GetByRole(AriaRole.Region, new() { Name = "Ihr Abonnement ist beendet" }).ReadsAsync("Ihre Rechnungen bleiben hier verfügbar.");
        foreach (var button in (string[])["Tarif wählen", "Downgrade", "Bereits aktiv"]) await Expect(visitor.Button(button)).ToHaveCountAsync(0);
        await visitor.ShootAsync("beendet", whole: true);
    }

    /// <summary>What was shown yesterday does not bind today: the new figures are shown before anything is ordered.</summary>
    [Fact]
    public async Task Um_Mitternacht_zeigt_die_Bestaetigung_die_neuen_Betraege()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("smart");
        await visitor.OpenAsync(customer);
        await visitor.ClickAsync("Tarif wählen", visitor.Plan("CloudCRM - Business"));
        await visitor.PreviewedAsync();
        var before = await visitor.Dialog.Locator(".total td").InnerTextAsync();
        await _service.WalkAsync((await _service.NowAsync()).AddDays(1));
        await visitor.ClickAsync("Zahlungspflichtig upgraden", visitor.Dialog);
        await visitor.Dialog.ReadsAsync("Die Vorschau war nicht mehr aktuell. Bitte prüfen Sie die neuen Beträge.");
        var after = await visitor.Dialog.Locator(".total td").InnerTextAsync();
        Assert.NotEqual(before, after);
        await Expect(visitor.Dialog.GetByRole(AriaRole.Status)).ToHaveTextAsync($"Die Vorschau war nicht mehr aktuell. Bitte prüfen Sie die neuen Beträge. Gesamtbetrag: {after}");
        Assert.Equal("smart", (await customer.AccountAsync()).Text("plan"));
        await visitor.ShootAsync("neue-betraege");
        await visitor.ConfirmAsync("Zahlungspflichtig upgraden");
        await visitor.ToldAsync("Upgrade durchgeführt");
    }

    /// <summary>A life long enough that its history has a second page.</summary>
    [Fact]
    public async Task Der_Verlauf_ist_lueckenlos()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await LongLifeAsync());
        await Expect(visitor.Invoices).ToHaveCountAsync(20);
        await visitor.ClickAsync("Weitere anzeigen");
        await Expect(visitor.Invoices).ToHaveCountAsync(23);
        await Expect(visitor.Button("PDF / Details", visitor.Invoices.Nth(20))).ToBeFocusedAsync();
        await visitor.ShootAsync("weitere", whole: true);
        await Expect(visitor.Button("Weitere anzeigen")).ToHaveCountAsync(0);
        Assert.Equal(23, (await visitor.Invoices.AllInnerTextsAsync()).Select(row => row.Split('\n')[0]).Distinct().Count());
    }

    /// <summary>What is issued elsewhere between two pages of the history, or while the second is on its way, is shown neither twice nor instead of another.</summary>
    [Fact]
    public async Task Der_Verlauf_bleibt_lueckenlos_wenn_inzwischen_neue_Belege_kommen()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await LongLifeAsync();
        await visitor.OpenAsync(customer);
        await Expect(visitor.Invoices).ToHaveCountAsync(20);
        await customer.ChangesAsync("pro");
        await visitor.Page.RouteAsync("**/invoices?cursor=*", route => route.AbortAsync(), new() { Times = 1 });
        await visitor.ClickAsync("Weitere anzeigen");
        await visitor.ToldAsync("Keine Verbindung zum Server.");
        await visitor.ClickAsync("Weitere anzeigen");
        await Expect(visitor.Invoices).ToHaveCountAsync(23);
        Assert.Equal((await ShownAsync()).Order(), (await IssuedAsync()).Skip(1).Order());

        await visitor.Page.ReloadAsync();
        await Expect(visitor.Invoices).ToHaveCountAsync(20);
        var (asked, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await visitor.Page.RouteAsync("**/invoices?cursor=*", async route =>
        {
            asked.SetResult();
            await release.Task;
            await route.ContinueAsync();
        }, new() { Times = 1 });
        await visitor.ClickAsync("Weitere anzeigen");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await customer.ChangesAsync("smart");
        await visitor.Page.EvaluateAsync("() => document.querySelector('cloudcrm-billing').refresh()");
        release.SetResult();
        await Expect(visitor.Button("Weitere anzeigen")).ToHaveCountAsync(0);
        Assert.Equal(await IssuedAsync(), await ShownAsync());

        async Task<List<string>> IssuedAsync() => [.. (await customer.PagedAsync("/invoices", "invoices", 100)).Select(invoice => invoice.Text("number"))];
        async Task<List<string>> ShownAsync() => [.. (await visitor.Invoices.GetByRole(AriaRole.Rowheader).AllInnerTextsAsync()).Select(text => text.Trim())];
    }

    /// <summary>A month in a minute: the frame around the element.</summary>
    [Fact]
    public async Task Der_Rahmen_oeffnet_ein_Konto_und_laesst_die_Zeit_vergehen()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("smart"));
        await visitor.ClickAsync("Neues Konto …");
        var form = visitor.Page.GetByRole(AriaRole.Dialog, new() { Name = "Neues Konto" });
        await form.GetByLabel("Firma").FillAsync("Käse & Brot KG");
        await form.GetByLabel("Land").SelectOptionAsync("AT");
        await form.GetByLabel("Paket").SelectOptionAsync("business");
        await visitor.ShootAsync("neues-konto");
        await visitor.ClickAsync("Konto öffnen", form);
        await Expect(visitor.Button("Bereits aktiv", visitor.Plan("CloudCRM - Business"))).ToBeVisibleAsync();
        await visitor.Invoices.First.ReadsAsync("79,90 €");
        Assert.Contains("account=kase-brot-kg-", visitor.Page.Url, StringComparison.Ordinal);

        await visitor.ClickAsync("Nächster Stichtag");
        await Expect(visitor.Button("Nächster Stichtag")).ToBeEnabledAsync(new() { Timeout = 120_000 });
        await Expect(visitor.Invoices).ToHaveCountAsync(2);
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await visitor.Dialog.ReadsAsync("USt. 0 %0,00 €", "Steuerschuldnerschaft des Leistungsempfängers", "ATU12345678");
        await visitor.Page.Keyboard.PressAsync("Escape");

        await visitor.Page.GetByLabel("Rolle").SelectOptionAsync("member");
        await visitor.Page.GetByRole(AriaRole.Alert).ReadsAsync("Nur der Hauptnutzer oder ein Super-Admin");
    }

    /// <summary>An account with 23 documents.</summary>
    async Task<Customer> LongLifeAsync()
    {
        var customer = await _service.OpenAsync("smart", Customer.Swiss);
        for (var change = 0; change < 22; change++) await customer.ChangesAsync(change % 2 == 0 ? "pro" : "smart");
        return customer;
    }
}
