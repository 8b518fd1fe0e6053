using System.Text.RegularExpressions;
using Billing.Tests.Api;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Billing.Tests.Page;

/// <summary>The help page's first chapter and third, sentence by sentence, on the first day of an account.</summary>
[Collection(InABrowser.Name)]
public sealed class HelpPageTests(PageWorld world) : IAsyncLifetime
{
    Service _service = null!;

    public async ValueTask InitializeAsync() => _service = await world.StandingAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    const string Blue = "rgb(26, 95, 208)", Red = "rgb(194, 47, 47)", Green = "rgb(20, 122, 67)";

    [Fact]
    public async Task Paket_1_Aktuelles_Paket_einsehen()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("business"));

        foreach (var tab in new[] { "Mein Profil", "Benachrichtigungen", "Unternehmen", "Paket & Rechnungen" })
            await Expect(visitor.Page.GetByRole(AriaRole.Navigation)).ToContainTextAsync(tab);
        await visitor.Section("billing").ReadsAsync("So funktioniert unsere Abrechnung", "06.05.2026 – 05.06.2026");
        await visitor.Section("plans").ReadsAsync("Aktuelles Paket");
        await visitor.Plan("CloudCRM - Smart").ReadsAsync("19,90 € / Monat", "zzgl. USt.", "Downgrade");
        await visitor.Plan("CloudCRM - Pro").ReadsAsync("44,90 € / Monat", "zzgl. USt.", "Downgrade");
        await visitor.Plan("CloudCRM - Business").ReadsAsync("79,90 € / Monat", "zzgl. USt.");
        await Expect(visitor.Button("Bereits aktiv", visitor.Plan("CloudCRM - Business"))).ToHaveCSSAsync("background-color", Green);
        await Expect(visitor.Button("Bereits aktiv")).ToHaveCountAsync(1);
        await visitor.ShootAsync("paket", whole: true);
    }

    [Fact]
    public async Task Paket_2_Ein_Upgrade_ohne_Zahlungsmittel()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        await Expect(visitor.Button("Tarif wählen")).ToHaveCSSAsync("background-color", Blue);
        await visitor.ClickAsync("Tarif wählen");
        await visitor.PreviewedAsync();
        await visitor.Dialog.ReadsAsync(
            "Von CloudCRM - Pro zu CloudCRM - Business", "Restguthaben CloudCRM - Pro", "−44,90 €", "79,90 €", "06.05.2026 – 05.06.2026", "31 von 31 Tagen",
            "Summe netto35,00 €", "USt.6,65 €", "Gesamtbetrag41,65 €", "Sie erhalten eine Rechnung über 41,65 €", "Am 06.06.2026: 95,08 € (79,90 € zzgl. USt.)");
        await visitor.ShootAsync("upgrade");
        await visitor.ConfirmAsync("Zahlungspflichtig upgraden");

        await visitor.ToldAsync("Upgrade durchgeführt: CloudCRM - Business ist jetzt aktiv.");
        await Expect(visitor.Button("Bereits aktiv", visitor.Plan("CloudCRM - Business"))).ToBeVisibleAsync();
        await visitor.Invoices.First.ReadsAsync("RE-", "06.05.2026", "41,65 €", "Offen", "fällig am 20.05.2026");
    }

    [Fact]
    public async Task Paket_2_Ein_Upgrade_wird_bei_hinterlegtem_Zahlungsmittel_direkt_beglichen()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("smart");
        await customer.LeavesAsync("4242424242424242");
        await visitor.OpenAsync(customer);
        await visitor.ClickAsync("Tarif wählen", visitor.Plan("CloudCRM - Pro"));
        await visitor.PreviewedAsync();
        await visitor.Dialog.ReadsAsync("29,75 € werden sofort mit Visa •••• 4242 eingezogen.");
        await visitor.ShootAsync("upgrade-mit-zahlungsmittel");
        await visitor.ConfirmAsync("Zahlungspflichtig upgraden");
        await visitor.Invoices.First.ReadsAsync("29,75 €", "Bezahlt");
    }

    [Fact]
    public async Task Paket_3_Ein_Downgrade()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("business"));
        await Expect(visitor.Button("Downgrade", visitor.Plan("CloudCRM - Smart"))).ToHaveCSSAsync("background-color", Red);
        await visitor.ClickAsync("Downgrade", visitor.Plan("CloudCRM - Smart"));
        await visitor.PreviewedAsync();
        await visitor.Dialog.ReadsAsync(
            "eine einmalige technische Bearbeitungspauschale in Höhe von 69,00 € (netto) fällig", "Bearbeitungspauschale Downgrade", "Gesamtbetrag82,11 €",
            "Am 06.06.2026: 23,68 € (19,90 € zzgl. USt.)", "wird nichts erstattet");
        await visitor.ShootAsync("downgrade");
        await visitor.ConfirmAsync("Zahlungspflichtig downgraden");

        await visitor.ToldAsync("CloudCRM - Smart ist jetzt aktiv.");
        await Expect(visitor.Button("Bereits aktiv", visitor.Plan("CloudCRM - Smart"))).ToBeVisibleAsync();
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await visitor.Dialog.ReadsAsync("Bearbeitungspauschale Downgrade", "69,00 €", "82,11 €");
    }

    [Fact]
    public async Task Paket_4_Zahlungsmittel_hinterlegen_und_verwalten()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        var payment = visitor.Section("payment");
        await payment.ReadsAsync(
            "Zahlungsmittel & Abrechnung", "Automatische Abrechnung (Stripe)",
            "Hinterlegen Sie sicher eine Kreditkarte oder IBAN (SEPA-Lastschrift), um Ihre monatliche CloudCRM-Rechnung bequem automatisch begleichen zu lassen.",
            "Bitte hinterlegen Sie noch ein Zahlungsmittel, damit Ihre monatliche Abrechnung reibungslos erfolgen kann.",
            "Ein fehlendes Zahlungsmittel oder das unbefugte Entfernen bei einem aktiven Abonnement kann zur automatischen Sperrung Ihres Zugangs führen.",
            "wird der offene Betrag von 53,43 € damit eingezogen");
        await Expect(visitor.Button("Zahlungsmittel hinterlegen", payment)).ToHaveCSSAsync("background-color", Blue);

        // There and back without having entered anything.
        await visitor.ClickAsync("Zahlungsmittel hinterlegen", payment);
        await visitor.Page.WaitForURLAsync("**/c/setup/**");
        await visitor.ShootAsync("stripe-hinterlegen", whole: true);
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Abbrechen" }).ClickAsync();
        await visitor.ToldAsync("Es ist kein Zahlungsmittel hinterlegt.");

        await visitor.LeaveCardAsync();
        await payment.ReadsAsync("Visa •••• 4242", "gültig bis 12/2030");
        await Expect(visitor.Invoices.First).ToContainTextAsync("Bezahlt");
        Assert.DoesNotContain("cloudcrm-billing", visitor.Page.Url, StringComparison.Ordinal);
        await visitor.ShootAsync("zahlungsmittel", whole: true);

        await visitor.ClickAsync("Zahlungsmittel verwalten", payment);
        await visitor.EnterIbanAsync("DE89 3704 0044 0532 0130 00", "Hinzufügen");
        await Expect(visitor.Page.GetByText("SEPA-Lastschrift DE •••• 3000")).ToBeVisibleAsync();
        await visitor.ShootAsync("stripe-verwalten", whole: true);
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Zurück" }).ClickAsync();
        await visitor.ToldAsync("Ihr Zahlungsmittel: ");
        await Expect(payment).ToContainTextAsync("•••• 3000");
        await Expect(payment).ToContainTextAsync("SEPA-Lastschrift");
    }

    [Fact]
    public async Task Paket_5_Zusatzoptionen_buchen_und_widerrufen()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        var addOns = visitor.Section("add-ons");
        await addOns.ReadsAsync(
            "Zusatzoptionen (Add-ons)", "Erweitern Sie Ihr CRM flexibel nach Ihren Bedürfnissen. Zusatzoptionen sind monatlich kündbar.",
            "Zusätzliche Benutzer", "Ihr Team wächst? Buchen Sie weitere Lizenzen.", "5,90 € / Nutzer / Monat",
            "Erweiterter Speicherplatz (+10 GB)", "Mehr Platz für Dokumente und E-Mails.", "5,90 € / 10 GB / Monat", "Ihre Zusatzoptionen",
            "Hinweis zum Widerruf: Kündigen Sie eine neu gebuchte Zusatzoption innerhalb von 14 Tagen, greift das gesetzliche Widerrufsrecht.");

        await visitor.Page.GetByLabel("Anzahl Erweiterter Speicherplatz").FillAsync("3");
        await visitor.ClickAsync("+ Hinzufügen Erweiterter Speicherplatz");
        await visitor.PreviewedAsync();
        await visitor.Dialog.ReadsAsync("3 × 5,90 €", "Summe netto17,70 €", "Gesamtbetrag21,06 €", "Jetzt wird nichts abgebucht.", "Sie können diese Zusatzoption bis zum 20.05.2026 widerrufen.");
        await visitor.ShootAsync("buchen");
        await visitor.ConfirmAsync("Zahlungspflichtig buchen");
        await visitor.ToldAsync("Erweiterter Speicherplatz (+30 GB) wurde gebucht und steht Ihnen sofort zur Verfügung.");
        await visitor.Booking("+30 GB").ReadsAsync("17,70 €", "3 × 5,90 €", "05.06.2026", "Aktiv");
        await visitor.Invoice("ENTWURF").ReadsAsync("21,06 €", "In Vorbereitung", "Sammelrechnung");

        await Expect(visitor.Button("Kündigen", visitor.Booking("+30 GB"))).ToHaveCSSAsync("color", Red);
        await visitor.ClickAsync("Kündigen", visitor.Booking("+30 GB"));
        await visitor.PreviewedAsync();
        await visitor.Dialog.ReadsAsync("Zusatzoption widerrufen", "Erweiterter Speicherplatz (+30 GB): 17,70 € / Monat zzgl. USt.", "Die Option wird sofort storniert und von Ihrer ausstehenden Rechnung gelöscht.", "17,70 € zzgl. USt.");
        await visitor.ShootAsync("widerruf");
        await visitor.ConfirmAsync("Jetzt widerrufen");
        await visitor.Booking("+30 GB").ReadsAsync("Widerrufen");
        await visitor.Invoice("ENTWURF").ReadsAsync("21,06 €", "Storniert");
        await visitor.ShootAsync("storniert", whole: true);
    }

    [Fact]
    public async Task Paket_6_Rechnungsverlauf_und_Viewer()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("business"));
        foreach (var head in new[] { "Beleg-Nr.", "Datum", "Betrag", "Status", "Aktion" })
            await Expect(visitor.Section("invoices").GetByRole(AriaRole.Columnheader, new() { Name = head })).ToBeVisibleAsync();
        await visitor.Page.GetByLabel("Netto und USt. anzeigen").CheckAsync();
        await visitor.Invoices.First.ReadsAsync("79,90 €", "15,18 €", "95,08 €");

        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await visitor.Dialog.ReadsAsync("Beleg RE-", "CloudCRM Dokumenten-Viewer", "CloudCRM - Business", "06.05.2026 – 05.06.2026", "USt. 19 %15,18 €", "Gesamtbetrag95,08 €", "Noch zu zahlen95,08 €", "Müller & Söhne");
        await Expect(visitor.Button("Drucken", visitor.Dialog)).ToBeVisibleAsync();
        await Expect(visitor.Button("Downloaden", visitor.Dialog)).ToBeVisibleAsync();
        await Expect(visitor.Button("Jetzt bezahlen", visitor.Dialog)).ToHaveCSSAsync("background-color", Green);
    }

    [Fact]
    public async Task Rechnungen_1_Das_Portal_nimmt_ein_neues_Zahlungsmittel_und_fuehrt_zurueck()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("smart");
        await customer.LeavesAsync("DE89370400440532013000");
        await visitor.OpenAsync(customer);
        await Expect(visitor.Invoices.First).ToContainTextAsync("Zahlung in Bearbeitung");
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await visitor.Dialog.ReadsAsync("Ihre Zahlung ist unterwegs.");
        await Expect(visitor.Button("Jetzt bezahlen", visitor.Dialog)).ToHaveCountAsync(0);
        await visitor.Page.Keyboard.PressAsync("Escape");

        await Expect(visitor.Button("Zahlungsmittel verwalten")).ToHaveCSSAsync("background-color", Blue);
        await visitor.ClickAsync("Zahlungsmittel verwalten", visitor.Section("payment"));
        await visitor.EnterCardAsync("4242 4242 4242 4242", "Hinzufügen");
        await Expect(visitor.Page.GetByText("Visa •••• 4242")).ToBeVisibleAsync();
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Zurück" }).ClickAsync();
        await visitor.Section("payment").ReadsAsync("Visa •••• 4242");
    }

    [Fact]
    public async Task Rechnungen_2_Die_Beispiele_der_Hilfe_ohne_Umsatzsteuer()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("business", Customer.Swiss);
        await customer.LeavesAsync("4242424242424242");
        await visitor.OpenAsync(customer);
        await visitor.ClickAsync("Downgrade", visitor.Plan("CloudCRM - Pro"));
        await visitor.ConfirmAsync("Zahlungspflichtig downgraden");
        await visitor.ToldAsync("Downgrade durchgeführt");
        await visitor.ClickAsync("Tarif wählen", visitor.Plan("CloudCRM - Business"));
        await visitor.ConfirmAsync("Zahlungspflichtig upgraden");
        await visitor.ToldAsync("Upgrade durchgeführt");

        await visitor.Invoices.Nth(0).ReadsAsync("RE-", "35,00 €", "Bezahlt", "PDF / Details");
        await visitor.Invoices.Nth(1).ReadsAsync("RE-", "69,00 €", "Bezahlt", "PDF / Details");
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await visitor.Dialog.ReadsAsync("USt. 0 %0,00 €", "Nicht im Inland steuerbar");
    }

    [Theory]
    [InlineData("4242 4242 4242 4242", false)]
    [InlineData("4000 0027 6000 3184", true)]
    public async Task Rechnungen_3_Jetzt_bezahlen_mit_Karte(string card, bool bankAsks)
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await visitor.ClickAsync("Jetzt bezahlen", visitor.Dialog);
        await visitor.Page.WaitForURLAsync("**/c/pay/**");
        await Expect(visitor.Page.GetByText("53,43 €").First).ToBeVisibleAsync();
        await visitor.ShootAsync("stripe-bezahlen", whole: true);
        await visitor.EnterCardAsync(card, "Bezahlen");
        if (bankAsks)
        {
            await visitor.Page.WaitForURLAsync("**/3ds/**");
            await visitor.ShootAsync("stripe-bestaetigen", whole: true);
            await visitor.ClickAsync("Bestätigen");
        }

        // Back in the viewer of the same document, with the result.
        await visitor.Dialog.ReadsAsync("ist bezahlt.", "Bezahlt53,43 €");
        await Expect(visitor.Button("Jetzt bezahlen", visitor.Dialog)).ToHaveCountAsync(0);
        await visitor.ShootAsync("bezahlt");
        await visitor.Page.Keyboard.PressAsync("Escape");
        await Expect(visitor.Invoices.First).ToContainTextAsync("Bezahlt");
        await visitor.Section("payment").ReadsAsync($"Visa •••• {card[^4..]}");
    }

    [Fact]
    public async Task Rechnungen_3_Ein_abgelehntes_Bezahlen_laesst_die_Rechnung_offen()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await visitor.ClickAsync("Jetzt bezahlen", visitor.Dialog);
        await visitor.EnterCardAsync("4000 0000 0000 9995", "Bezahlen");
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Die Karte ist nicht gedeckt.");
        await visitor.ShootAsync("stripe-abgelehnt", whole: true);
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Abbrechen" }).ClickAsync();
        await visitor.Dialog.ReadsAsync("ist noch offen: Die Zahlung wurde nicht abgeschlossen.", "Noch zu zahlen53,43 €");
        await Expect(visitor.Button("Jetzt bezahlen", visitor.Dialog)).ToBeVisibleAsync();
        await visitor.ShootAsync("nicht-bezahlt");
    }

    [Fact]
    public async Task Rechnungen_3_Jetzt_bezahlen_per_Lastschrift_bleibt_offen_bis_das_Geld_da_ist()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await visitor.ClickAsync("Jetzt bezahlen", visitor.Dialog);
        await visitor.EnterIbanAsync("DE89 3704 0044 0532 0130 00", "Bezahlen");
        await visitor.Dialog.ReadsAsync("ist in Bearbeitung.", "Zahlung in Bearbeitung");
        await Expect(visitor.Button("Jetzt bezahlen", visitor.Dialog)).ToHaveCountAsync(0);
        await visitor.ShootAsync("in-bearbeitung");
    }

    /// <summary>What the browser does with the file; the file itself is looked at where documents are tested.</summary>
    [Fact]
    public async Task Rechnungen_3_Ansehen_drucken_downloaden()
    {
        await using var visitor = await world.VisitorAsync(_service, showsPdf: true);
        await visitor.Context.AddInitScriptAsync("window.print = () => { window.top.printed = true; }");
        var acme = await _service.OpenAsync("pro");
        await visitor.OpenAsync(acme);
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await Expect(visitor.Dialog.Locator("iframe")).ToHaveAttributeAsync("src", new Regex("^blob:"));
        var number = (await visitor.Dialog.GetByRole(AriaRole.Heading).First.InnerTextAsync()).Split(' ')[1];

        var file = await visitor.Page.RunAndWaitForDownloadAsync(() => visitor.ClickAsync("Downloaden", visitor.Dialog));
        Assert.Equal($"CloudCRM-{number}.pdf", file.SuggestedFilename);
        Assert.Equal((await acme.GetAsync("/invoices/inv-1/pdf")).Bytes, await File.ReadAllBytesAsync(await file.PathAsync(), TestContext.Current.CancellationToken));
        var xml = await visitor.Page.RunAndWaitForDownloadAsync(() => visitor.ClickAsync("E-Rechnung (XML)", visitor.Dialog));
        Assert.Equal($"CloudCRM-{number}.xml", xml.SuggestedFilename);
        Assert.Equal((await acme.GetAsync("/invoices/inv-1/xml")).Bytes, await File.ReadAllBytesAsync(await xml.PathAsync(), TestContext.Current.CancellationToken));
        await visitor.ClickAsync("Drucken", visitor.Dialog);
        Assert.True(await visitor.Page.EvaluateAsync<bool>("() => window.printed === true"));
        await visitor.Page.WaitForTimeoutAsync(500);
        await visitor.ShootAsync("viewer-pdf");

        // Closed and opened again, and once without the file: the details are there all the same.
        await visitor.ClickAsync("Schließen", visitor.Dialog);
        await Expect(visitor.Dialog).ToBeHiddenAsync();
        await visitor.Page.UnrouteAllAsync();
        await visitor.Page.RouteAsync("**/pdf", route => route.AbortAsync());
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await visitor.Dialog.ReadsAsync("Das PDF kann gerade nicht geladen werden. Alle Angaben des Belegs sehen Sie hier.", "Gesamtbetrag53,43 €");
        await Expect(visitor.Button("Drucken", visitor.Dialog)).ToBeDisabledAsync();
        await visitor.ShootAsync("viewer-ohne-pdf");
    }
}
