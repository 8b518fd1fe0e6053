using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary>What somebody has typed into a form, or a test into <c>complete</c>.</summary>
/// <param name="ExpiryMonth">Of a card; null takes one some years ahead.</param>
sealed record Entered(string? Card, string? Iban, int? ExpiryMonth = null, int? ExpiryYear = null);

/// <summary><c>/v1/payment_methods</c></summary>
sealed class PaymentMethods(StripeAccount account)
{
    public IEnumerable<Route> Routes =>
    [
        new("GET", "/v1/payment_methods", $"{Answers.Paging} customer type allow_redisplay", call =>
            Of(account.Get("customer", call.Parameters.Required("customer"), "customer"), "/v1/payment_methods", call.Parameters)),
        new("POST", "/v1/payment_methods/{id}/attach", "customer", call =>
            Attach(Get(call.Id, null), account.Get("customer", call.Parameters.Required("customer"), "customer"))),
        new("POST", "/v1/payment_methods/{id}/detach", "", call => Detach(Get(call.Id, null))),
        new("GET", "/v1/mandates/{id}", "", call => account.Get("mandate", call.Id)),
    ];

    public static TestNumber NumberOf(JsonObject method) => TestNumber.Find(method.Kept("number")!)!;

    /// <summary>Those of a customer, newest first.</summary>
    public IReadOnlyList<JsonObject> Of(JsonObject customer) =>
        [.. account.All("payment_method").Where(method => method.Text("customer") == customer.Id()).Reverse()];

    public JsonObject Of(JsonObject customer, string url, Parameters parameters) => account.Page(
        "payment_method", url, parameters,
        method => method.Text("customer") == customer.Id() && (parameters.Text("type") ?? method.Text("type")) == method.Text("type"));

    /// <summary>A payment method, or a new one of a ready kind such as <c>pm_card_visa</c>.</summary>
    public JsonObject Get(string id, string? param) =>
        TestNumber.OfAlias(id) is { } number ? Add(number, new Entered(number.Number, null)) : account.Get("payment_method", id, param);

    /// <summary>Makes a payment method of what was entered; it belongs to nobody yet.</summary>
    public JsonObject Enter(Entered entered)
    {
        var typed = string.Concat((entered.Card ?? entered.Iban ?? "").Where(char.IsLetterOrDigit)).ToUpperInvariant();
        if (TestNumber.Find(typed) is { } number && number.IsIban == entered.Iban is not null) return Add(number, entered);
        throw entered.Iban is not null
            ? StripeRefusalException.Invalid("The IBAN you provided is invalid (or none of the documented test IBANs).", "sepa_debit[iban]", "invalid_bank_account_iban")
            : new StripeRefusalException(402, "card_error", "incorrect_number", "Your card number is incorrect (or none of the documented test cards).", "number");
    }

    public JsonObject Attach(JsonObject method, JsonObject customer)
    {
        if (method.Text("customer") == customer.Id()) return method;
        if (method.Text("customer") is not null)
            throw StripeRefusalException.Invalid("The payment method you provided has already been attached to a customer.", null, "payment_method_unexpected_state");
        if (method.Kept("abandoned") is not null)
            throw StripeRefusalException.Invalid(Unusable, null, "payment_method_unexpected_state");
        if (NumberOf(method) is { DeclineCode: { } reason, DeclinesChargesOnly: false }) throw Declined(reason, method);
        return Bind(method, customer);
    }

    /// <summary>Attaches what a payment or setup has just proved.</summary>
    public JsonObject Bind(JsonObject method, JsonObject customer)
    {
        if (method.Text("customer") == customer.Id()) return method;
        method["customer"] = customer.Id();
        account.Tell("payment_method.attached", method);
        return method;
    }

    public JsonObject Detach(JsonObject method)
    {
        if (account.Find(method.Text("customer")) is not { } customer)
            throw StripeRefusalException.Invalid("The payment method you provided is not attached to a customer so detachment is impossible.", null, "payment_method_unexpected_state");
        Abandon(account, method);
        account.Tell("payment_method.detached", method, new JsonObject { ["customer"] = customer.Id() });
        if (customer.Inside("invoice_settings").Text("default_payment_method") == method.Id()) SetDefault(customer, null);
        return method;
    }

    public void SetDefault(JsonObject customer, JsonObject? method) => account.Change(
        customer, "customer.updated", () => customer["invoice_settings"]!["default_payment_method"] = method?.Id());

    /// <summary>The bank has sent a new card in the old one's place.</summary>
    public JsonObject UpdateAutomatically(JsonObject method, int month, int year)
    {
        account.Change(method, "payment_method.automatically_updated", () => (method["card"]!["exp_month"], method["card"]!["exp_year"]) = (month, year));
        return method;
    }

    /// <summary>Takes a method from its customer for good.</summary>
    public static void Abandon(StripeAccount account, JsonObject method)
    {
        method["customer"] = null;
        method.Keep("abandoned", "yes");
        if (account.Find(method.Kept("mandate")) is { } mandate) mandate["status"] = "inactive";
        account.Changed = true;
    }

    /// <summary>The customer's consent to debits, given on Stripe's page or sent along.</summary>
    public JsonObject Mandate(JsonObject method)
    {
        if (account.Find(method.Kept("mandate")) is { } given) return given;
        var mandate = account.Add("mandate", "mandate", new()
        {
            ["customer_acceptance"] = new JsonObject
            {
                ["accepted_at"] = account.Now,
                ["online"] = new JsonObject { ["ip_address"] = "127.0.0.1", ["user_agent"] = "Simulation" },
                ["type"] = "online",
            },
            ["multi_use"] = new JsonObject(),
            ["payment_method"] = method.Id(),
            ["payment_method_details"] = new JsonObject { ["sepa_debit"] = new JsonObject { ["reference"] = method.Id()[^16..].ToUpperInvariant(), ["url"] = $"{account.Url}/" }, ["type"] = "sepa_debit" },
            ["status"] = "active",
            ["type"] = "multi_use",
        });
        method.Keep("mandate", mandate.Id());
        return mandate;
    }

    /// <summary>Why a charge of this method now fails; null when it does not.</summary>
    public string? DeclineOf(JsonObject method)
    {
        if (NumberOf(method).DeclineCode is { } reason) return reason;
        if (method["card"] is not JsonObject card) return null;
        var end = new DateTimeOffset((int)card.Whole("exp_year"), (int)card.Whole("exp_month"), 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);
        return account.Instant >= end ? "expired_card" : null;
    }

    public static StripeRefusalException Declined(string reason, JsonObject method) =>
        new(402, "card_error", TestNumber.CodeOf(reason), TestNumber.MessageOf(reason)) { DeclineCode = reason, PaymentMethod = method };

    public const string Unusable = "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account "
        + "without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.";

    JsonObject Add(TestNumber number, Entered entered)
    {
        var type = number.IsIban ? "sepa_debit" : "card";
        var fingerprint = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(number.Number)))[..16];
        var method = account.Add("pm", "payment_method", new()
        {
            ["allow_redisplay"] = "unspecified",
            ["billing_details"] = new JsonObject { ["address"] = null, ["email"] = null, ["name"] = null, ["phone"] = null },
            ["customer"] = null,
            ["metadata"] = new JsonObject(),
            ["type"] = type,
            [type] = number.IsIban
                ? new JsonObject
                {
                    ["bank_code"] = number.Number[4..12],
                    ["branch_code"] = "",
                    ["country"] = number.Number[..2],
                    ["fingerprint"] = fingerprint,
                    ["generated_from"] = new JsonObject { ["charge"] = null, ["setup_attempt"] = null },
                    ["last4"] = number.Last4,
                }
                : new JsonObject
                {
                    ["brand"] = number.Brand,
                    ["checks"] = new JsonObject { ["address_line1_check"] = null, ["address_postal_code_check"] = null, ["cvc_check"] = "pass" },
                    ["country"] = "DE",
                    ["display_brand"] = number.Brand,
                    ["exp_month"] = entered.ExpiryMonth ?? 12,
                    ["exp_year"] = entered.ExpiryYear ?? account.Instant.Year + 4,
                    ["fingerprint"] = fingerprint,
                    ["funding"] = "credit",
                    ["generated_from"] = null,
                    ["last4"] = number.Last4,
                    ["networks"] = new JsonObject { ["available"] = new JsonArray(number.Brand), ["preferred"] = null },
                    ["three_d_secure_usage"] = new JsonObject { ["supported"] = true },
                    ["wallet"] = null,
                },
        });
        method.Keep("number", number.Number);
        return method;
    }
}
