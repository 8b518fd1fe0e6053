using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Billing.Local.StripeSimulator;

/// <summary>The pages Stripe would show: checkout, portal and 3-D Secure, in German and without scripts.</summary>
sealed class HostedPages(StripeAccount account, HostedSessions hosted, PaymentMethods methods)
{
    static readonly NumberFormatInfo German = new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "." };

    public void Map(WebApplication app)
    {
        foreach (var address in new[] { "/c/pay/{id}", "/c/setup/{id}" })
        {
            app.MapGet(address, (string id) => Show(() => Checkout(hosted.Get(id), null)));
            app.MapPost(address, async (string id, HttpRequest request) =>
            {
                var form = await request.ReadFormAsync();
                return Show(() => Enter(hosted.Get(id), form, Checkout));
            });
        }

        app.MapGet("/p/session/{id}", (string id) => Show(() => Portal(hosted.Get(id), null)));
        app.MapPost("/p/session/{id}", async (string id, HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            return Show(() => Change(hosted.Get(id), form));
        });
        app.MapGet("/3ds/{id}", (string id) => Show(() => Authentication(Intent(id))));
        app.MapPost("/3ds/{id}", async (string id, HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            return Show(() => Authenticate(Intent(id), form["answer"] == "confirm"));
        });
    }

    IResult Show(Func<IResult> show)
    {
        lock (account.Gate)
        {
            account.WorkDue();
            account.Request = default;
            account.Changed = true;
            try
            {
                return show();
            }
            catch (StripeRefusalException missing)
            {
                return Page("Nicht gefunden", "<p>Diese Seite gibt es nicht.</p>", missing.Status);
            }
        }
    }

    IResult Checkout(JsonObject session, string? problem)
    {
        if (!session.Is("open"))
            return Page("Nichts mehr zu tun", session.Is("complete") ? "<p>Dieser Vorgang ist abgeschlossen.</p>" : "<p>Dieser Vorgang ist abgelaufen.</p>");
        var pays = session.Text("mode") == "payment";
        var what = pays
            ? string.Concat(CheckoutSessions.LineItems(session).Select(line => $"<tr><td>{Html(line.Text("description"))}</td><td>{Euros(line.Whole("amount_total"))}</td></tr>"))
                + $"<tr><th>Gesamt</th><th>{Euros(session.Whole("amount_total"))}</th></tr>"
            : "";
        var types = session["payment_method_types"]!.AsArray().Select(type => type!.GetValue<string>()).ToList();
        return Page(pays ? "Bezahlen" : "Zahlungsmittel hinterlegen", $"""
            {(pays ? $"<table>{what}</table>" : "<p>Auf dieser Seite wird nichts abgebucht.</p>")}
            {Problem(problem)}
            {Forms(types, pays ? "Bezahlen" : "Speichern")}
            {Back(session.Text("cancel_url"), "Abbrechen")}
            """);
    }

    IResult Enter(JsonObject session, IFormCollection form, Func<JsonObject, string?, IResult> again)
    {
        if (!HostedSessions.IsOpen(session)) return again(session, null);
        try
        {
            var entered = form.ContainsKey("iban") ? new Entered(null, form["iban"]) : new Entered(form["card"], null, Part(form["expiry"], 0), Part(form["expiry"], 1));
            return Next(hosted.Submit(session, entered, authenticated: false));
        }
        catch (StripeRefusalException refusal)
        {
            return again(session, InGerman(refusal));
        }
    }

    IResult Next(JsonObject intent)
    {
        if (intent.Is("requires_action")) return Results.Redirect($"/3ds/{intent.Id()}");
        var session = account.Find(intent.Kept("session"));
        if (session is null) return Results.Redirect(intent.Kept("return_url") ?? "/");
        return Results.Redirect(session.Text("object") == "checkout.session"
            ? session.Text("success_url")!.Replace("{CHECKOUT_SESSION_ID}", session.Id(), StringComparison.Ordinal)
            : session.Text("url")!);
    }

    IResult Portal(JsonObject session, string? problem)
    {
        var customer = account.Get("customer", session.Text("customer")!);
        var standard = customer.Inside("invoice_settings").Text("default_payment_method");
        var may = account.Find(session.Text("configuration"))!["features"]!["payment_method_update"]!.AsObject().Flag("enabled");
        var rows = string.Concat(methods.Of(customer).Select(method => $"""
            <tr><td>{Html(Name(method))}{(method.Id() == standard ? " <b>Standard</b>" : "")}</td><td>{(may ? Buttons(method, method.Id() == standard) : "")}</td></tr>
            """));
        return Page("Zahlungsmittel verwalten", $"""
            <table>{(rows.Length > 0 ? rows : "<tr><td>Es ist kein Zahlungsmittel hinterlegt.</td></tr>")}</table>
            {Problem(problem)}
            {(may ? "<h2>Zahlungsmittel hinzufügen</h2>" + Forms(["card", "sepa_debit"], "Hinzufügen") : "")}
            {Back(session.Text("return_url"), "Zurück")}
            """);
    }

    static string Buttons(JsonObject method, bool standard) => $"""
        <form method="post"><input type="hidden" name="method" value="{method.Id()}">
        {(standard ? "" : """<button name="do" value="default" class="small">Als Standard festlegen</button>""")}
        <button name="do" value="remove" class="small">Entfernen</button></form>
        """;

    IResult Change(JsonObject session, IFormCollection form)
    {
        if (form["do"].Count == 0) return Enter(session, form, Portal);
        var customer = account.Get("customer", session.Text("customer")!);
        if (methods.Of(customer).FirstOrDefault(method => method.Id() == form["method"]) is { } found)
        {
            if (form["do"] == "remove") methods.Detach(found);
            else methods.SetDefault(customer, found);
        }

        return Results.Redirect(session.Text("url")!);
    }

    static IResult Authentication(JsonObject intent) => !intent.Is("requires_action") ? Page("Nichts mehr zu tun", "<p>Hier ist nichts zu bestätigen.</p>")
        : Page("3-D Secure", $"""
            <p>Ihre Bank möchte wissen, ob Sie das sind{(intent.ContainsKey("amount") ? $": <b>{Euros(intent.Whole("amount"))}</b>" : "")}.</p>
            <form method="post"><button name="answer" value="confirm">Bestätigen</button> <button name="answer" value="decline" class="plain">Ablehnen</button></form>
            """);

    IResult Authenticate(JsonObject intent, bool confirmed)
    {
        if (!intent.Is("requires_action")) return Authentication(intent);
        var session = account.Find(intent.Kept("session"));
        try
        {
            return Next(hosted.Answer(intent, confirmed));
        }
        catch (StripeRefusalException refusal)
        {
            return session is null ? Results.Redirect(intent.Kept("return_url") ?? "/")
                : session.Text("object") == "checkout.session" ? Checkout(session, InGerman(refusal)) : Portal(session, InGerman(refusal));
        }
    }

    JsonObject Intent(string id) => account.Get(id.StartsWith("seti_", StringComparison.Ordinal) ? "setup_intent" : "payment_intent", id);

    static string Forms(IReadOnlyList<string> types, string button)
    {
        var card = $"""
            <form method="post"><h2>Karte</h2>
            <label>Kartennummer <input name="card" inputmode="numeric" autocomplete="off" required placeholder="4242 4242 4242 4242"></label>
            <div class="two"><label>Gültig bis <input name="expiry" placeholder="MM/JJ" pattern="(0[1-9]|1[0-2])\s*/\s*(20)?[0-9][0-9]" required></label>
            <label>Prüfziffer <input name="cvc" inputmode="numeric" autocomplete="off" pattern="[0-9]{"{3,4}"}" placeholder="123" required></label></div>
            <button>{button}</button></form>
            """;
        var iban = $"""
            <form method="post"><h2>SEPA-Lastschrift</h2>
            <label>IBAN <input name="iban" autocomplete="off" required placeholder="DE89 3704 0044 0532 0130 00"></label>
            <p class="note">Mit „{button}“ ermächtigen Sie CloudCRM, Zahlungen von diesem Konto per Lastschrift einzuziehen. Sie können binnen acht Wochen die Erstattung verlangen.</p>
            <button>{button}</button></form>
            """;
        return (types.Contains("card") ? card : "") + (types.Contains("sepa_debit") ? iban : "");
    }

    static IResult Page(string title, string content, int status = StatusCodes.Status200OK) => Results.Content($$"""
        <!doctype html>
        <html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{Html(title)}} – Simulation</title>
        <style>
        * { box-sizing: border-box }
        body { font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; margin: 0; color: #17202b; background: #f1f3f7 }
        .mark { background: #a44a06; color: #fff; text-align: center; padding: .5rem 1rem; font-size: .95rem }
        main { max-width: 32rem; margin: 2.5rem auto; background: #fff; border: 1px solid #dde2e9; border-radius: 14px; padding: 2rem; box-shadow: 0 10px 40px rgb(16 32 56 / .08) }
        .seller { margin: 0 0 .25rem; color: #566170; font-size: .9rem } h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -.02em; margin: 0 0 1rem }
        h2 { font-size: 1.1rem; margin: 1.75rem 0 0 } form h2 { font-size: 1rem; margin: 0 0 .75rem }
        form { margin: 1.5rem 0; padding-top: 1.5rem; border-top: 1px solid #e4e8ee } td form { display: flex; flex-wrap: wrap; gap: .4rem; justify-content: flex-end; margin: 0; padding: 0; border: 0 }
        label { display: block; margin-bottom: .9rem; font-size: .9rem; color: #48525f } .two { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem }
        input { display: block; width: 100%; margin-top: .25rem; font: inherit; font-size: 1rem; color: #17202b; padding: .65rem .75rem; border: 1px solid #8592a3; border-radius: 8px }
        button { width: 100%; min-height: 2.75rem; font: inherit; font-weight: 600; padding: .5rem 1.25rem; border: 1px solid #5147c8; border-radius: 8px; background: #5147c8; color: #fff; cursor: pointer }
        button.plain, button.small { background: #fff; color: #5147c8 } button.small { width: auto; white-space: nowrap; min-height: 2rem; font-size: .85rem; padding: .2rem .7rem } button.plain { margin-top: .75rem }
        :focus-visible { outline: 3px solid #5147c8; outline-offset: 2px }
        table { width: 100%; border-collapse: collapse } td, th { text-align: left; padding: .6rem 0; border-bottom: 1px solid #e4e8ee } td:last-child, th:last-child { text-align: right }
        tr:last-child > * { border-bottom: 0 } th { font-size: 1.1rem } td b { margin-left: .4rem; padding: .1rem .55rem; border-radius: 99px; background: #e8e7fb; color: #3a3199; font-size: .8rem }
        a { color: #4338b8 } .note { font-size: .85rem; color: #566170 } .problem { background: #fdecea; color: #992020; padding: .75rem 1rem; border-radius: 8px } .back { text-align: center; margin-bottom: 0 }
        @media (max-width: 32rem) { main { margin: 0; border: 0; border-radius: 0; padding: 1.5rem 1.25rem } }
        </style></head>
        <body><header class="mark"><b>Simulation</b> – keine echte Zahlung. Bitte nur Testdaten eingeben.</header><main><p class="seller">CloudCRM</p><h1>{{Html(title)}}</h1>
        {{content}}
        </main></body></html>
        """, "text/html; charset=utf-8", statusCode: status);

    static string Problem(string? problem) => problem is null ? "" : $"""<p class="problem" role="alert">{Html(problem)}</p>""";

    static string Back(string? url, string text) => url is null ? "" : $"""<p class="back"><a href="{Html(url)}">{text}</a></p>""";

    static string Name(JsonObject method) => method["card"] is JsonObject card
        ? string.Create(CultureInfo.InvariantCulture, $"{Brand(card.Text("brand"))} •••• {card.Text("last4")}, gültig bis {card.Whole("exp_month"):00}/{card.Whole("exp_year")}")
        : $"SEPA-Lastschrift {method["sepa_debit"]!["country"]} •••• {method["sepa_debit"]!["last4"]}";

    static string Brand(string? brand) => brand switch { "amex" => "American Express", "mastercard" => "Mastercard", _ => "Visa" };

    static string InGerman(StripeRefusalException refusal) => (refusal.DeclineCode ?? refusal.Code) switch
    {
        "insufficient_funds" => "Die Karte ist nicht gedeckt.",
        "expired_card" => "Die Karte ist abgelaufen.",
        "incorrect_cvc" => "Die Prüfziffer ist falsch.",
        "incorrect_number" => "Das ist keine der dokumentierten Testkarten.",
        "invalid_bank_account_iban" => "Das ist keine der dokumentierten Test-IBANs.",
        "payment_intent_authentication_failure" or "setup_intent_authentication_failure" => "Die Bestätigung wurde abgelehnt. Bitte versuchen Sie es mit einem anderen Zahlungsmittel.",
        _ => "Die Karte wurde abgelehnt.",
    };

    // MM/JJ or MM/JJJJ; what is no date is left to the default.
    static int? Part(string? expiry, int part) =>
        expiry?.Split('/') is { Length: 2 } parts && int.TryParse(parts[part], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
            ? part == 0 ? Math.Clamp(number, 1, 12) : number < 100 ? 2000 + number : Math.Min(number, 2100) : null;

    static string Euros(long cents) => (cents / 100m).ToString("N2", German) + " €";

    static string Html(string? text) => WebUtility.HtmlEncode(text ?? "");
}
