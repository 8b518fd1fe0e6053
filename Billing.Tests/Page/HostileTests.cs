using System.Collections.Concurrent;
using System.Text.Json;
using Billing.Tests.Api;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Billing.Tests.Page;

/// <summary>Double clicks, two tabs, a reload at the wrong moment, lines that break.</summary>
[Collection(InABrowser.Name)]
public sealed class HostileTests(PageWorld world) : IAsyncLifetime
{
    Service _service = null!;

    public async ValueTask InitializeAsync() => _service = await world.StandingAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_double_click_orders_once()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await visitor.OpenAsync(customer);
        var (sent, release) = (new List<string?>(), new TaskCompletionSource());
        await visitor.Page.RouteAsync("**/add-ons", async route =>
        {
            if (route.Request.Method == "POST") sent.Add(await route.Request.HeaderValueAsync("Idempotency-Key"));
            await release.Task;
            await route.ContinueAsync();
        });
        await visitor.ClickAsync("+ Hinzufügen Zusätzliche Benutzer");
        await visitor.PreviewedAsync();
        await visitor.Button("Zahlungspflichtig buchen").DblClickAsync();
        await Expect(visitor.Button("Bitte warten …", visitor.Dialog)).ToHaveAttributeAsync("aria-busy", "true");
        await Expect(visitor.Dialog.GetByRole(AriaRole.Status)).ToHaveTextAsync("Bitte warten …");
        await Expect(visitor.Dialog.Locator(".spinner")).ToHaveCSSAsync("animation-duration", "3s");
        // Browsers let a page refuse the first one only.
        for (var time = 0; time < 3; time++) await visitor.Page.Keyboard.PressAsync("Escape");
        await Expect(visitor.Dialog).ToBeVisibleAsync();
        await visitor.ShootAsync("wird-gebucht");
        release.SetResult();
        await visitor.ToldAsync("wurde gebucht");
        Assert.Single(sent);
        Assert.Single(await customer.BookingsAsync());
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_and_nothing_is_booked_twice()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await visitor.OpenAsync(customer);
        var keys = new List<string?>();
        await visitor.Page.RouteAsync("**/add-ons", async route =>
        {
            keys.Add(await route.Request.HeaderValueAsync("Idempotency-Key"));
            if (keys.Count > 1)
            {
                await route.ContinueAsync();
                return;
            }
            // The service books; its answer never arrives.
            await route.FetchAsync();
            await route.AbortAsync();
        });
        await visitor.ClickAsync("+ Hinzufügen Zusätzliche Benutzer");
        await visitor.PreviewedAsync();
        await visitor.ClickAsync("Zahlungspflichtig buchen", visitor.Dialog);
        await visitor.Dialog.ReadsAsync("Die Verbindung ist abgebrochen, bevor eine Bestätigung ankam.", "Es wird nichts doppelt gebucht.");
        await visitor.ShootAsync("verbindung-weg");
        await visitor.ClickAsync("Erneut versuchen", visitor.Dialog);
        await visitor.ToldAsync("wurde gebucht");
        Assert.Equal(2, keys.Count);
        Assert.Single(keys.Distinct());
        Assert.Single(await customer.BookingsAsync());
    }

    [Fact]
    public async Task An_answer_that_is_cut_off_counts_as_lost()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await visitor.OpenAsync(customer);
        await visitor.Page.RouteAsync("**/plan-changes", async route =>
        {
            await route.FetchAsync();
            await route.FulfillAsync(new() { Status = 200, ContentType = "application/json", Body = "{\"plan\":\"busi" });
        });
        await visitor.ClickAsync("Tarif wählen");
        await visitor.PreviewedAsync();
        await visitor.ClickAsync("Zahlungspflichtig upgraden", visitor.Dialog);
        await visitor.Dialog.ReadsAsync("Es wird nichts doppelt gebucht.");
        await visitor.Page.UnrouteAllAsync();
        await visitor.ClickAsync("Erneut versuchen", visitor.Dialog);
        await visitor.ToldAsync("CloudCRM - Business ist jetzt aktiv.");
        Assert.Equal(2, (await customer.DocumentsAsync()).Count);
    }

    [Theory]
    [InlineData("Tarif wählen", "Zahlungspflichtig upgraden")]
    [InlineData("Downgrade", "Zahlungspflichtig downgraden")]
    [InlineData("+ Hinzufügen Zusätzliche Benutzer", "Zahlungspflichtig buchen")]
    [InlineData("Kündigen", "Jetzt widerrufen")]
    [InlineData("Abonnement kündigen", "Jetzt kündigen")]
    [InlineData("PDF / Details RE-", "Jetzt bezahlen")]
    [InlineData("Nächste Rechnung ansehen", "Schließen")]
    public async Task A_reload_in_the_middle_of_a_dialog_orders_nothing(string opens, string confirms)
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await customer.BooksAsync("storage");
        var before = await customer.StateAsync();
        await visitor.OpenAsync(customer);
        var opener = opens == "Kündigen" ? visitor.Button(opens, visitor.Booking("Speicherplatz")) : visitor.Button(opens);
        await opener.ClickAsync();
        await visitor.PreviewedAsync();
        await visitor.Page.ReloadAsync();
        await Expect(visitor.Section("invoices")).ToBeVisibleAsync();
        await Expect(visitor.Dialog).ToBeHiddenAsync();
        Assert.Equal(before, await customer.StateAsync());

        // And given up, the reader is where they were.
        await opener.ClickAsync();
        await Expect(visitor.Button(confirms, visitor.Dialog).Last).ToBeVisibleAsync();
        await visitor.Page.Keyboard.PressAsync("Escape");
        await Expect(visitor.Dialog).ToBeHiddenAsync();
        await Expect(opener).ToBeFocusedAsync();
        Assert.Equal(before, await customer.StateAsync());
    }

    /// <summary>The request is on its way when the page goes: the page that comes shows what the service has made of it.</summary>
    [Fact]
    public async Task A_reload_in_the_middle_of_an_order_shows_what_came_of_it()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await visitor.OpenAsync(customer);
        var booked = new TaskCompletionSource();
        await visitor.Page.RouteAsync("**/add-ons", async route =>
        {
            await route.FetchAsync();
            booked.SetResult();
        });
        await visitor.ClickAsync("+ Hinzufügen Zusätzliche Benutzer");
        await visitor.PreviewedAsync();
        await visitor.ClickAsync("Zahlungspflichtig buchen", visitor.Dialog);
        await booked.Task;
        await visitor.Page.ReloadAsync();
        await visitor.Booking("Zusätzliche Benutzer (+1)").ReadsAsync("Aktiv");
        await Expect(visitor.Dialog).ToBeHiddenAsync();
        Assert.Single(await customer.BookingsAsync());
    }

    [Fact]
    public async Task Two_tabs_do_not_order_the_same_twice()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await visitor.OpenAsync(customer);
        var other = await visitor.AnotherTabAsync();
        await other.OpenAsync(customer);
        await visitor.ClickAsync("Tarif wählen");
        await other.ClickAsync("Tarif wählen");
        await visitor.ConfirmAsync("Zahlungspflichtig upgraden");
        await other.PreviewedAsync();
        await other.ClickAsync("Zahlungspflichtig upgraden", other.Dialog);
        await other.Dialog.ReadsAsync("Dieser Tarif ist bereits aktiv.");
        await other.ClickAsync("Schließen", other.Dialog.Locator("footer"));

        // The other tab sees what has become of it.
        await Expect(other.Button("Bereits aktiv", other.Plan("CloudCRM - Business"))).ToBeVisibleAsync();
        Assert.Equal(2, (await customer.DocumentsAsync()).Count);
    }

    [Theory]
    [InlineData("Tarif wählen", "Zahlungspflichtig upgraden", "Upgrade durchgeführt", "Dieser Tarif ist bereits aktiv.", "plan.upgraded")]
    [InlineData("Kündigen", "Jetzt widerrufen", "wurde widerrufen", "Das ist bereits beendet.", "add_on.withdrawn")]
    [InlineData("Abonnement kündigen", "Jetzt kündigen", "Ihr Abonnement ist zum", "Das ist bereits gekündigt.", "subscription.cancelled")]
    public async Task Two_tabs_that_confirm_at_once_are_one_order_and_one_refusal(string opens, string confirms, string done, string refused, string journaled)
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await customer.BooksAsync("storage");
        Visitor[] tabs = [visitor, await visitor.AnotherTabAsync()];
        foreach (var tab in tabs)
        {
            await tab.OpenAsync(customer);
            await (opens == "Kündigen" ? tab.Button(opens, tab.Booking("Speicherplatz")) : tab.Button(opens)).ClickAsync();
            await tab.PreviewedAsync();
        }
        await Task.WhenAll(tabs.Select(tab => tab.ClickAsync(confirms, tab.Dialog)));

        var ends = await Task.WhenAll(tabs.Select(async tab =>
        {
            var (success, refusal) = (tab.Message.GetByText(done), tab.Dialog.GetByText(refused));
            await Expect(success.Or(refusal)).ToBeVisibleAsync();
            return await success.IsVisibleAsync();
        }));
        Assert.Single(ends, isDone => isDone);
        Assert.Single((await customer.GetAsync("/journal?limit=100")).Ok().Items("entries"), entry => entry.Text("action") == journaled);
    }

    [Fact]
    public async Task What_was_paid_elsewhere_cannot_be_paid_again()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await visitor.OpenAsync(customer);
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await Expect(visitor.Button("Jetzt bezahlen", visitor.Dialog)).ToBeVisibleAsync();
        await customer.PaysAsync();
        await visitor.ClickAsync("Jetzt bezahlen", visitor.Dialog);
        await visitor.Dialog.ReadsAsync("Auf diesen Beleg ist nichts zu zahlen.", "Bezahlt53,43 €");
        await Expect(visitor.Button("Jetzt bezahlen", visitor.Dialog)).ToHaveCountAsync(0);
        await visitor.Page.Keyboard.PressAsync("Escape");
        await Expect(visitor.Invoices.First).ToContainTextAsync("Bezahlt");
    }

    /// <summary>Documents of two accounts have the same ids: an answer that comes late must not be taken for one of the account shown by then.</summary>
    [Fact]
    public async Task What_is_asked_of_one_account_never_shows_up_at_another()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var (one, another) = (await _service.OpenAsync("pro"), await _service.OpenAsync("business"));
        await visitor.OpenAsync(one);
        var (asked, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await visitor.Page.RouteAsync($"**/{one.Id}/invoices/inv-1", async route =>
        {
            asked.SetResult();
            await release.Task;
            await route.ContinueAsync();
        });
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await asked.Task;
        var token = await _service.TokenAsync("owner", another.Id);
        await visitor.Page.EvaluateAsync("""
            ([account, token]) => {
              const element = document.querySelector("cloudcrm-billing");
              element.token = async () => token;
              element.setAttribute("account", account);
            }
            """, new[] { another.Id, token });
        await Expect(visitor.Button("Bereits aktiv", visitor.Plan("CloudCRM - Business"))).ToBeVisibleAsync();
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await visitor.Dialog.ReadsAsync("CloudCRM - Business", "95,08 €");
        var late = visitor.Page.WaitForResponseAsync($"**/{one.Id}/invoices/inv-1");
        release.SetResult();
        await (await late).FinishedAsync();
        await visitor.Page.WaitForTimeoutAsync(100);
        await visitor.Dialog.ReadsAsync("CloudCRM - Business", "95,08 €");
    }

    [Fact]
    public async Task Without_the_service_the_page_says_so_and_tries_again()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await visitor.Page.RouteAsync("**/overview", route => route.AbortAsync());
        await visitor.Page.GotoAsync($"http://localhost:{_service.Port}/?account={customer.Id}&role=owner");
        var told = visitor.Page.GetByRole(AriaRole.Alert);
        await told.ReadsAsync("Diese Seite konnte nicht geladen werden.", "Keine Verbindung zum Server.");
        await visitor.ShootAsync("keine-verbindung");
        await visitor.Page.UnrouteAllAsync();
        await visitor.ClickAsync("Erneut versuchen");
        await Expect(visitor.Section("plans")).ToBeVisibleAsync();

        // A preview that fails, then an order that does.
        await visitor.Page.RouteAsync("**/plan-changes/preview", route => route.FulfillAsync(Problem(503, "temporarily_unavailable", "Der Dienst ist gerade nicht erreichbar.")));
        await visitor.ClickAsync("Tarif wählen");
        await visitor.Dialog.ReadsAsync("Der Dienst ist gerade nicht erreichbar.");
        await visitor.Page.UnrouteAllAsync();
        await visitor.ClickAsync("Erneut versuchen", visitor.Dialog);
        await visitor.PreviewedAsync();
        await visitor.Page.RouteAsync("**/plan-changes", route => route.FulfillAsync(Problem(409, "busy", "Das Konto wird gerade geändert.")));
        await visitor.ClickAsync("Zahlungspflichtig upgraden", visitor.Dialog);
        await visitor.Dialog.ReadsAsync("Das Konto wird gerade geändert.");
        await visitor.Page.UnrouteAllAsync();

        // What is shown stays when it cannot be brought up to date, and says that it may be old.
        await visitor.Page.RouteAsync("**/overview", route => route.FulfillAsync(new() { Status = 502, Body = "<html>" }));
        await visitor.ClickAsync("Erneut versuchen", visitor.Dialog);
        await visitor.ToldAsync("Upgrade durchgeführt");
        await visitor.Page.GetByRole(AriaRole.Alert).ReadsAsync("Die Anzeige ist möglicherweise nicht mehr aktuell.");
        await visitor.Page.UnrouteAllAsync();
        await visitor.ClickAsync("Erneut versuchen");
        await Expect(visitor.Button("Bereits aktiv", visitor.Plan("CloudCRM - Business"))).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Without_a_connection_nothing_is_lost_and_all_can_be_tried_again()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await visitor.OpenAsync(customer);
        await visitor.Context.SetOfflineAsync(true);
        await visitor.ClickAsync("Tarif wählen");
        await visitor.Dialog.ReadsAsync("Keine Verbindung zum Server. Bitte prüfen Sie Ihre Internetverbindung.");
        await visitor.ShootAsync("ohne-verbindung");
        await visitor.Context.SetOfflineAsync(false);
        await visitor.ClickAsync("Erneut versuchen", visitor.Dialog);
        await visitor.PreviewedAsync();
        await visitor.Context.SetOfflineAsync(true);
        await visitor.ClickAsync("Zahlungspflichtig upgraden", visitor.Dialog);
        await visitor.Dialog.ReadsAsync("Es wird nichts doppelt gebucht.");
        await visitor.Context.SetOfflineAsync(false);
        await visitor.ClickAsync("Erneut versuchen", visitor.Dialog);
        await visitor.ToldAsync("CloudCRM - Business ist jetzt aktiv.");
        Assert.Equal(2, (await customer.DocumentsAsync()).Count);
    }

    /// <summary>Each thing that can be asked for outside of an order fails once: it is told in the service's words, where it was asked for, and works the next time.</summary>
    [Fact]
    public async Task What_the_service_fails_at_is_told_and_can_be_asked_for_again()
    {
        const string Away = "Der Dienst ist gerade nicht erreichbar.";
        await using var visitor = await world.VisitorAsync(_service, showsPdf: true);
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        var failing = new ConcurrentDictionary<string, bool>();
        await visitor.Page.RouteAsync("**/api/**", route => failing.Keys.FirstOrDefault(path => new Uri(route.Request.Url).AbsolutePath.EndsWith(path, StringComparison.Ordinal)) is { } path
            && failing.TryRemove(path, out _) ? route.FulfillAsync(Problem(503, "temporarily_unavailable", Away)) : route.ContinueAsync());

        failing["/invoices/upcoming"] = true;
        await visitor.ClickAsync("Nächste Rechnung ansehen");
        await visitor.Dialog.ReadsAsync(Away);
        await visitor.ClickAsync("Erneut versuchen", visitor.Dialog);
        await visitor.Dialog.ReadsAsync("Gesamtbetrag53,43 €");
        await visitor.Page.Keyboard.PressAsync("Escape");

        failing["/invoices/inv-1"] = true;
        failing["/invoices/inv-1/pdf"] = true;
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await visitor.Dialog.ReadsAsync(Away);
        await visitor.ShootAsync("viewer-fehler");
        await visitor.ClickAsync("Erneut versuchen", visitor.Dialog);
        await visitor.Dialog.ReadsAsync("Gesamtbetrag53,43 €");
        await Expect(visitor.Dialog.Locator("iframe")).ToBeVisibleAsync();
        foreach (var (path, button) in new[] { ("/xml", "E-Rechnung (XML)"), ("/payment-session", "Jetzt bezahlen") })
        {
            failing[path] = true;
            await visitor.ClickAsync(button, visitor.Dialog);
            await visitor.Dialog.GetByRole(AriaRole.Status).First.ReadsAsync(Away);
            await Expect(visitor.Button(button, visitor.Dialog)).ToBeEnabledAsync();
            Assert.Empty(failing);
        }
        await visitor.ClickAsync("Jetzt bezahlen", visitor.Dialog);
        await visitor.Page.WaitForURLAsync("**/c/pay/**");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Abbrechen" }).ClickAsync();
        await visitor.Dialog.ReadsAsync("ist noch offen");
        await visitor.Page.Keyboard.PressAsync("Escape");

        await visitor.ClickAsync("Abonnement kündigen");
        await visitor.ConfirmAsync("Jetzt kündigen");
        failing["/cancellation"] = true;
        await visitor.ClickAsync("Kündigung zurücknehmen");
        await visitor.ToldAsync(Away);
        await visitor.ClickAsync("Kündigung zurücknehmen");
        await visitor.ToldAsync("Ihr Abonnement läuft weiter.");
    }

    [Fact]
    public async Task Stripe_being_away_is_told_and_nothing_is_lost()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await visitor.OpenAsync(customer);
        await _service.Stripe.FailAsync("POST /v1/checkout/sessions", "500");
        await visitor.ClickAsync("Zahlungsmittel hinterlegen", visitor.Section("payment"));
        await visitor.ToldAsync("Der Zahlungsdienst ist gerade nicht erreichbar. Bitte versuchen Sie es später noch einmal.");
        await visitor.LeaveCardAsync();
    }

    [Fact]
    public async Task The_browsers_way_back_from_Stripe_leaves_a_page_that_works()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        await visitor.ClickAsync("Zahlungsmittel hinterlegen", visitor.Section("payment"));
        await visitor.Page.WaitForURLAsync("**/c/setup/**");
        await visitor.Page.GoBackAsync();
        await Expect(visitor.Section("payment")).ToBeVisibleAsync();
        await visitor.LeaveCardAsync();
    }

    [Fact]
    public async Task A_refused_token_is_asked_for_once_more()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        var asked = 0;
        await visitor.Page.RouteAsync("**/overview", async route =>
        {
            if (++asked == 1) await route.FulfillAsync(Problem(401, "unauthenticated", "Bitte melden Sie sich an."));
            else await route.ContinueAsync();
        });
        await visitor.OpenAsync(customer);
        Assert.Equal(2, asked);

        await visitor.Page.UnrouteAllAsync();
        await visitor.Page.RouteAsync("**/overview", route => route.FulfillAsync(Problem(401, "unauthenticated", "Bitte melden Sie sich an.")));
        await visitor.Page.ReloadAsync();
        await visitor.Page.GetByRole(AriaRole.Alert).ReadsAsync("Ihre Anmeldung ist abgelaufen. Bitte melden Sie sich erneut an.");
    }

    [Fact]
    public async Task The_page_is_loaded_by_one_request_and_keeps_the_token_to_itself()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var requests = new List<IRequest>();
        visitor.Page.Request += (_, request) => requests.Add(request);
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        await Expect(visitor.Section("invoices")).ToBeVisibleAsync();

        Assert.Equal(["overview"], requests.Where(request => request.Url.Contains("/api/accounts/", StringComparison.Ordinal)).Select(request => request.Url.Split('/')[^1]));
        Assert.DoesNotContain(requests, request => request.Url.Contains("eyJ", StringComparison.Ordinal));
        var kept = await visitor.Page.EvaluateAsync<string>("() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie");
        Assert.DoesNotContain("eyJ", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", await visitor.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_sees_why_there_is_nothing_to_see()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("pro"), "member");
        await visitor.Page.GetByRole(AriaRole.Alert).ReadsAsync("Kein Zugriff", "Nur der Hauptnutzer oder ein Super-Admin");
        await visitor.ShootAsync("kein-zugriff");
        await visitor.OpenAsync(await _service.OpenAsync("pro"), "super-admin");
        await Expect(visitor.Section("plans")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("0")]
    [InlineData("10001")]
    [InlineData("1.5")]
    [InlineData("-3")]
    [InlineData("")]
    public async Task A_quantity_that_is_none_is_explained_at_its_field(string typed)
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        var field = visitor.Page.GetByLabel("Anzahl Zusätzliche Benutzer");
        await field.FillAsync(typed);
        await field.PressAsync("Enter");
        await visitor.Section("add-ons").ReadsAsync("Bitte geben Sie eine ganze Zahl von 1 bis 10.000 ein.");
        await Expect(field).ToBeFocusedAsync();
        await Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(visitor.Dialog).ToBeHiddenAsync();
    }

    /// <summary>Both are under way at once: what comes of the first leaves the other's dialog as it is.</summary>
    [Fact]
    public async Task Taking_a_cancellation_back_leaves_the_order_that_was_sent_meanwhile()
    {
        const string Away = "Der Dienst ist gerade nicht erreichbar.";
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        (await customer.OrderAsync("/cancellation")).Ok();
        await visitor.OpenAsync(customer);
        var (asked, release, refuse) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        await visitor.Page.RouteAsync("**/cancellation", async route =>
        {
            asked.SetResult();
            await release.Task;
            await route.ContinueAsync();
        });
        await visitor.Page.RouteAsync("**/add-ons", async route =>
        {
            await refuse.Task;
            await route.FulfillAsync(Problem(503, "temporarily_unavailable", Away));
        });
        await visitor.ClickAsync("Kündigung zurücknehmen");
        await asked.Task;
        await visitor.ClickAsync("+ Hinzufügen Zusätzliche Benutzer");
        await visitor.PreviewedAsync();
        await visitor.ClickAsync("Zahlungspflichtig buchen", visitor.Dialog);
        await Expect(visitor.Button("Bitte warten …", visitor.Dialog)).ToBeVisibleAsync();

        release.SetResult();
        await visitor.ToldAsync("Ihr Abonnement läuft weiter.");
        await Expect(visitor.Dialog).ToBeVisibleAsync();
        refuse.SetResult();
        await visitor.Dialog.ReadsAsync(Away);
    }

    /// <summary>Many a host page renders again at every event, and hands over a function that does the same but is another one.</summary>
    [Fact]
    public async Task A_host_page_that_sets_the_token_again_interrupts_nothing()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        await visitor.Page.EvaluateAsync("""
            () => {
              const element = document.querySelector("cloudcrm-billing");
              const token = element.token;
              element.addEventListener("cloudcrm-billing-changed", () => {
                element.token = (fresh) => {
                  window.askedAnew = true;
                  return token(fresh);
                };
              });
            }
            """);
        await visitor.BookAsync("Zusätzliche Benutzer");
        await visitor.Booking("Zusätzliche Benutzer (+1)").ReadsAsync("Aktiv");
        Assert.True(await visitor.Page.EvaluateAsync<bool>("() => window.askedAnew === true"));
    }

    /// <summary>A debit takes days: who removes the bank account meanwhile is not told that the next method will be charged with the same.</summary>
    [Fact]
    public async Task What_is_being_charged_already_is_not_announced_for_the_next_method()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await customer.LeavesAsync("DE89370400440532013000");
        await _service.Stripe.DetachAsync(Assert.Single(await _service.Stripe.IntentsAsync(customer.Id)).Text("customer"));
        await _service.WalkAsync(await _service.NowAsync());
        var overview = (await customer.GetAsync("/overview")).Ok();
        Assert.Equal((5343, 0), (overview.Cents("amountDueCents"), overview.Cents("collectableCents")));
        await visitor.OpenAsync(customer);
        await visitor.Section("payment").ReadsAsync("Bitte hinterlegen Sie noch ein Zahlungsmittel");
        await Expect(visitor.Section("payment")).Not.ToContainTextAsync("damit eingezogen");

        await customer.ChangesAsync("business");
        overview = (await customer.GetAsync("/overview")).Ok();
        Assert.Equal((9508, 4165), (overview.Cents("amountDueCents"), overview.Cents("collectableCents")));
        await visitor.Page.ReloadAsync();
        await visitor.Section("payment").ReadsAsync("wird der offene Betrag von 41,65 € damit eingezogen");
    }

    /// <summary>Whoever leaves or pays with another method is charged with all that is open: the page says so before.</summary>
    [Fact]
    public async Task What_another_method_will_be_charged_with_is_announced()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await customer.LeavesAsync("4000000000000341");
        var upgrade = await customer.ChangesAsync("business");
        await visitor.OpenAsync(customer);
        await visitor.Section("payment").ReadsAsync("Sobald Sie ein anderes Zahlungsmittel hinterlegen, wird der offene Betrag von 95,08 € damit eingezogen.");

        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        Assert.Equal(4165, upgrade.Cents("grossCents"));
        await Expect(visitor.Dialog).ToContainTextAsync("Mit dem verwendeten Zahlungsmittel wird auch eingezogen, was von Ihren anderen Rechnungen offen ist: 53,43 €.");
    }

    [Fact]
    public async Task Who_closes_the_document_in_time_is_not_sent_off_to_pay_it()
    {
        await using var visitor = await world.VisitorAsync(_service);
        await visitor.OpenAsync(await _service.OpenAsync("pro"));
        var (asked, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await visitor.Page.RouteAsync("**/payment-session", async route =>
        {
            asked.SetResult();
            await release.Task;
            await route.ContinueAsync();
        });
        await visitor.ClickAsync("PDF / Details", visitor.Invoices.First);
        await visitor.ClickAsync("Jetzt bezahlen", visitor.Dialog);
        await asked.Task;
        await visitor.Page.Keyboard.PressAsync("Escape");
        await Expect(visitor.Dialog).ToBeHiddenAsync();
        var left = new List<string>();
        visitor.Page.Request += (_, request) =>
        {
            if (request.IsNavigationRequest) left.Add(request.Url);
        };
        var answered = visitor.Page.WaitForResponseAsync("**/payment-session");
        release.SetResult();
        await (await answered).FinishedAsync();
        await visitor.Page.WaitForTimeoutAsync(300);
        Assert.Empty(left);
    }

    [Fact]
    public async Task Who_comes_back_from_Stripe_to_a_page_that_does_not_load_is_told_once_it_does()
    {
        await using var visitor = await world.VisitorAsync(_service);
        var customer = await _service.OpenAsync("pro");
        await customer.LeavesAsync("4242424242424242");
        await visitor.Page.RouteAsync("**/overview", route => route.AbortAsync());
        await visitor.Page.GotoAsync($"http://localhost:{_service.Port}/?account={customer.Id}&role=owner&cloudcrm-billing=method-added");
        await visitor.Page.GetByRole(AriaRole.Alert).ReadsAsync("Diese Seite konnte nicht geladen werden.");
        await visitor.Page.UnrouteAllAsync();
        await visitor.ClickAsync("Erneut versuchen");
        await visitor.ToldAsync("Zahlungsmittel hinterlegt: Visa");
        Assert.DoesNotContain("cloudcrm-billing", visitor.Page.Url, StringComparison.Ordinal);
    }

    static RouteFulfillOptions Problem(int status, string code, string title) => new()
    {
        Status = status,
        ContentType = "application/problem+json",
        Body = JsonSerializer.Serialize(new { type = $"urn:cloudcrm:billing:{code}", title, status, code }),
    };
}
