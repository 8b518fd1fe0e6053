using System.Text.Json;
using System.Text.Json.Serialization;
using Billing.Accounts;
using Billing.Values;
using Microsoft.AspNetCore.Http;

namespace Billing.Functions.Http;

/// <summary>RFC 9457. Its extension members are part of the contract.</summary>
public sealed record Problem(string Type, string Title, int Status, string Code)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Detail { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public IReadOnlyDictionary<string, string[]>? Errors { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public JsonElement? Preview { get; init; }
}

/// <summary>The one place that turns a refusal into an answer: status and title of every code, German and English.</summary>
public static class Problems
{
    static readonly Dictionary<string, (int Status, string De, string En)> Known = new()
    {
        ["validation_failed"] = (400, "Die Angaben sind unvollständig oder ungültig.", "The request is incomplete or invalid."),
        ["plan_unknown"] = (400, "Diesen Tarif gibt es nicht.", "There is no such plan."),
        ["add_on_unknown"] = (400, "Diese Zusatzoption gibt es nicht.", "There is no such add-on."),
        ["vat_id_required"] = (400, "Für Unternehmen aus anderen EU-Ländern wird eine passende USt-IdNr. benötigt.", "A matching VAT ID is needed for companies from other EU countries."),
        ["return_url_not_allowed"] = (400, "Diese Rücksprungadresse ist nicht zugelassen.", "This return address is not allowed."),
        ["unauthenticated"] = (401, "Bitte melden Sie sich an.", "Please sign in."),
        ["forbidden"] = (403, "Dazu fehlt Ihnen die Berechtigung.", "You are not allowed to do this."),
        ["not_found"] = (404, "Das gibt es hier nicht.", "There is nothing here."),
        ["account_not_found"] = (404, "Dieses Konto gibt es nicht.", "There is no such account."),
        ["invoice_not_found"] = (404, "Diesen Beleg gibt es nicht.", "There is no such document."),
        ["add_on_not_found"] = (404, "Diese Buchung gibt es nicht.", "There is no such booking."),
        ["finding_not_found"] = (404, "Diesen Befund gibt es nicht, oder er ist schon erledigt.", "There is no such open finding."),
        ["plan_already_active"] = (409, "Dieser Tarif ist bereits aktiv.", "This plan is already active."),
        ["confirmation_required"] = (409, "Bitte bestätigen Sie zuerst die Vorschau.", "Please confirm the preview first."),
        ["confirmation_stale"] = (409, "Die Vorschau ist nicht mehr aktuell. Bitte prüfen Sie die neuen Beträge.", "The preview is out of date. Please check the new amounts."),
        ["already_cancelled"] = (409, "Das ist bereits gekündigt.", "This is already cancelled."),
        ["not_cancelled"] = (409, "Das ist nicht gekündigt.", "This is not cancelled."),
        ["already_ended"] = (409, "Das ist bereits beendet.", "This has already ended."),
        ["subscription_ended"] = (409, "Ihr Abonnement ist beendet.", "Your subscription has ended."),
        ["cancellation_pending"] = (409, "Ihr Abonnement ist gekündigt; ein Downgrade ist nicht mehr möglich.", "Your subscription is cancelled; a downgrade is no longer possible."),
        ["too_many_bookings"] = (409, $"Mehr als {Terms.MostBookings} laufende Zusatzoptionen sind nicht möglich.", $"No more than {Terms.MostBookings} running add-ons are possible."),
        ["access_suspended"] = (409, "Ihr Zugang ist gesperrt. Kostenpflichtige Bestellungen sind erst wieder möglich, wenn die Sperre aufgehoben ist.", "Your access is suspended. Orders are possible again once it is restored."),
        ["invoice_not_payable"] = (409, "Auf diesen Beleg ist nichts zu zahlen.", "Nothing is to be paid on this document."),
        ["document_not_issued"] = (409, "Dieser Beleg ist noch ein Entwurf; eine E-Rechnung gibt es erst, wenn er ausgestellt ist.", "This document is a draft; there is an e-invoice once it is issued."),
        ["payment_in_progress"] = (409, "Zu dieser Rechnung läuft bereits eine Zahlung.", "A payment of this invoice is already under way."),
        ["busy"] = (409, "Das Konto wird gerade geändert. Bitte versuchen Sie es gleich noch einmal.", "The account is being changed. Please try again in a moment."),
        ["request_timeout"] = (408, "Die Anfrage kam zu langsam an.", "The request arrived too slowly."),
        ["body_too_large"] = (413, "Die Anfrage ist zu groß.", "The request is too large."),
        ["idempotency_key_reused"] = (422, "Dieser Idempotency-Key gehört zu einer anderen Anfrage.", "This idempotency key belongs to another request."),
        ["too_many_requests"] = (429, "Zu viele Anfragen. Bitte versuchen Sie es gleich noch einmal.", "Too many requests. Please try again in a moment."),
        ["internal_error"] = (500, "Unerwarteter Fehler. Es wurde nichts gebucht, was Sie nicht sehen können.", "Unexpected error."),
        ["document_damaged"] = (500, "Die archivierte Datei stimmt nicht mit dem ausgestellten Beleg überein. Der Betreiber ist benachrichtigt.", "The archived file is not what was issued. The operator has been told."),
        ["payment_provider_unavailable"] = (503, "Der Zahlungsdienst ist gerade nicht erreichbar. Bitte versuchen Sie es später noch einmal.", "The payment provider is unavailable. Please try again later."),
        ["temporarily_unavailable"] = (503, "Der Dienst ist gerade nicht erreichbar. Bitte versuchen Sie es später noch einmal.", "The service is unavailable. Please try again later."),
    };

    /// <summary>Every code with its status, as the contract lists them.</summary>
    public static IEnumerable<(string Code, int Status)> All => Known.Select(known => (known.Key, known.Value.Status));

    public static IResult Of(string code, HttpRequest request) => Of(new Refusal(code), request);

    public static IResult Of(Refusal refusal, HttpRequest request)
    {
        var (status, de, en) = Known[refusal.Code];
        var problem = new Problem($"urn:cloudcrm:billing:{refusal.Code}", Language(request) == Values.Language.English ? en : de, status, refusal.Code)
        {
            Detail = refusal.Detail,
            Errors = refusal.Errors,
            Preview = refusal.Preview is Confirmable preview ? JsonSerializer.SerializeToElement(Contract.Preview(preview), Contract.Json) : null,
        };
        return new ProblemAnswer(problem);
    }

    /// <summary>German, unless English is preferred to it.</summary>
    static Language Language(HttpRequest request)
    {
        var preferred = request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.ToString())
            .FirstOrDefault(language => language.StartsWith("de", StringComparison.OrdinalIgnoreCase) || language.StartsWith("en", StringComparison.OrdinalIgnoreCase));
        return preferred?.StartsWith("en", StringComparison.OrdinalIgnoreCase) == true ? Values.Language.English : Values.Language.German;
    }

    sealed class ProblemAnswer(Problem problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = problem.Status;
            if (problem.Status == 401) response.Headers.WWWAuthenticate = "Bearer";
            if (problem.Code is "busy" or "temporarily_unavailable" or "payment_provider_unavailable") response.Headers.RetryAfter = "1";
            return response.WriteAsJsonAsync(problem, Contract.Json, "application/problem+json", httpContext.RequestAborted);
        }
    }
}
