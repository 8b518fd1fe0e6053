using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary><c>/v1/checkout/sessions</c> in the modes <c>setup</c> and <c>payment</c>.</summary>
sealed class CheckoutSessions
{
    const string Creatable = "mode customer success_url cancel_url currency locale client_reference_id expires_at metadata[*] allowed_payment_method_types[] ui_mode "
        + "line_items[][quantity] line_items[][price_data][currency] line_items[][price_data][unit_amount] line_items[][price_data][tax_behavior] "
        + "line_items[][price_data][product_data][name] line_items[][price_data][product_data][description] line_items[][price_data][product_data][metadata][*] "
        + "payment_intent_data[description] payment_intent_data[metadata][*] payment_intent_data[setup_future_usage] payment_intent_data[capture_method] "
        + "payment_intent_data[receipt_email] setup_intent_data[description] setup_intent_data[metadata][*] adaptive_pricing[enabled] "
        + "billing_address_collection submit_type allow_promotion_codes automatic_tax[enabled] tax_id_collection[enabled] phone_number_collection[enabled] "
        + "customer_update[name] customer_update[address] invoice_creation[enabled] saved_payment_method_options[payment_method_save] custom_text[submit][message] "
        + "consent_collection[terms_of_service] consent_collection[payment_method_reuse_agreement][position]";

    static readonly string[] Filters = ["customer", "payment_intent", "status"];

    static readonly TimeSpan Shortest = TimeSpan.FromMinutes(30);
    static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    readonly StripeAccount _account;
    readonly PaymentIntents _payments;
    readonly SetupIntents _setups;

    public CheckoutSessions(StripeAccount account, PaymentIntents payments, SetupIntents setups)
    {
        (_account, _payments, _setups) = (account, payments, setups);
        payments.OnSettled = Settled;
        account.OnDue("expiry", session =>
        {
            if (session.Is("open")) Expire(session);
        });
    }

    public IEnumerable<Route> Routes =>
    [
        new("POST", "/v1/checkout/sessions", Creatable, Create),
        new("GET", "/v1/checkout/sessions", $"{Answers.Paging} customer payment_intent status", call => _account.Page(
            "checkout.session", "/v1/checkout/sessions", call.Parameters, session => Filters
                .All(filter => (call.Parameters.Text(filter) ?? session.Text(filter)) == session.Text(filter)))),
        new("GET", "/v1/checkout/sessions/{id}", "", call => _account.Get("checkout.session", call.Id)),
        new("POST", "/v1/checkout/sessions/{id}/expire", "", call =>
        {
            var session = _account.Get("checkout.session", call.Id);
            return session.Is("open") ? Expire(session) : throw StripeRefusalException.Invalid(
                $"Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {session.Text("status")}.");
        }),
    ];

    public static IEnumerable<JsonObject> LineItems(JsonObject session) =>
        session.Kept("line_items") is { } kept ? JsonNode.Parse(kept)!.AsArray().Select(item => item!.AsObject()) : [];

    /// <summary>The intent this session works on; a payment's comes into being with the first attempt.</summary>
    public JsonObject Intent(JsonObject session)
    {
        if (_account.Find(session.Text("payment_intent") ?? session.Text("setup_intent")) is { } there) return there;
        var types = session["payment_method_types"]!.AsArray().Select(type => type!.GetValue<string>()).ToList();
        var intent = _payments.Add(
            session.Whole("amount_total"), session.Text("customer"), types, JsonNode.Parse(session.Kept("payment_metadata")!)!.AsObject(),
            session.Kept("payment_description"), session.Kept("setup_future_usage"));
        intent.Keep("session", session.Id());
        session["payment_intent"] = intent.Id();
        return intent;
    }

    /// <summary>Its customer is done: the intent succeeded or is being processed.</summary>
    public void Complete(JsonObject session, JsonObject intent)
    {
        (session["status"], session["url"]) = ("complete", null);
        if (session.Text("mode") == "payment") session["payment_status"] = intent.Is("succeeded") ? "paid" : "unpaid";
        var customer = _account.Find(session.Text("customer"));
        session["customer_details"] = new JsonObject
        {
            ["address"] = customer?["address"]?.DeepClone(),
            ["email"] = customer?.Text("email"),
            ["name"] = customer?.Text("name"),
            ["phone"] = null,
            ["tax_exempt"] = customer?.Text("tax_exempt"),
            ["tax_ids"] = new JsonArray(),
        };
        _account.Tell("checkout.session.completed", session);
    }

    JsonObject Expire(JsonObject session)
    {
        (session["status"], session["url"]) = ("expired", null);
        _account.Tell("checkout.session.expired", session);
        if (_account.Find(session.Text("payment_intent")) is { } payment) _payments.Cancel(payment, "automatic");
        if (_account.Find(session.Text("setup_intent")) is { } setup) _setups.Cancel(setup);
        return session;
    }

    void Settled(JsonObject intent)
    {
        if (_account.Find(intent.Kept("session")) is not { } session) return;
        if (intent.Is("succeeded")) session["payment_status"] = "paid";
        _account.Tell(intent.Is("succeeded") ? "checkout.session.async_payment_succeeded" : "checkout.session.async_payment_failed", session);
    }

    JsonObject Create(Call call)
    {
        var parameters = call.Parameters;
        var mode = parameters.OneOf("mode", "payment", "setup") ?? throw Parameters.Missing("mode");
        // Stripe would make a customer; nothing here needs that.
        var customer = _account.Get("customer", parameters.Required("customer"), "customer");
        var success = parameters.Required("success_url");
        var expires = parameters.Whole("expires_at") ?? _account.Now + (long)Longest.TotalSeconds;
        if (expires < _account.Now + Shortest.TotalSeconds)
            throw StripeRefusalException.Invalid("The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", "expires_at");
        if (expires > _account.Now + Longest.TotalSeconds)
            throw StripeRefusalException.Invalid("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", "expires_at");
        var types = parameters.List("allowed_payment_method_types");
        if (types.FirstOrDefault(type => type is not ("card" or "sepa_debit")) is { } strange)
            throw StripeRefusalException.Invalid($"This simulator knows card and sepa_debit; the type sent was {strange}.", "allowed_payment_method_types");
        var lines = parameters.Items("line_items").Select(Line).ToList();
        if (mode == "payment" && lines.Count == 0) throw Parameters.Missing("line_items");
        if (mode == "setup" && lines.Count > 0) throw StripeRefusalException.Invalid("You can not pass `line_items` in `setup` mode.", "line_items");
        if (mode == "setup" && types.Count == 0 && parameters.Text("currency") is null) throw Parameters.Missing("currency");
        foreach (var (data, other) in new[] { ("payment_intent_data", "setup"), ("setup_intent_data", "payment") })
            if (mode == other && parameters.Has(data)) throw StripeRefusalException.Invalid($"You can not pass `{data}` in `{mode}` mode.", data);
        var total = lines.Sum(line => line.Whole("amount_total"));
        if (mode == "payment" && total < 50)
            throw StripeRefusalException.Invalid("The Checkout Session's total amount due must add up to at least €0.50 eur", null, "amount_too_small");

        var session = _account.Add("cs_test", "checkout.session", new()
        {
            ["adaptive_pricing"] = new JsonObject { ["enabled"] = parameters.Flag("adaptive_pricing[enabled]") ?? true },
            ["allowed_payment_method_types"] = types.Count > 0 ? types.ToJson() : null,
            ["amount_subtotal"] = mode == "payment" ? total : null,
            ["amount_total"] = mode == "payment" ? total : null,
            ["automatic_tax"] = new JsonObject { ["enabled"] = false, ["liability"] = null, ["status"] = null },
            ["billing_address_collection"] = parameters.Text("billing_address_collection"),
            ["cancel_url"] = parameters.Text("cancel_url"),
            ["client_reference_id"] = parameters.Text("client_reference_id"),
            ["client_secret"] = null,
            ["currency"] = mode == "payment" ? "eur" : parameters.Text("currency"),
            ["custom_fields"] = new JsonArray(),
            ["customer"] = customer.Id(),
            ["customer_creation"] = null,
            ["customer_details"] = null,
            ["customer_email"] = null,
            ["expires_at"] = expires,
            ["invoice"] = null,
            ["locale"] = parameters.Text("locale"),
            ["metadata"] = parameters.Metadata(),
            ["mode"] = mode,
            ["payment_intent"] = null,
            ["payment_link"] = null,
            ["payment_method_collection"] = mode == "setup" ? "always" : "if_required",
            ["payment_method_options"] = new JsonObject(),
            ["payment_method_types"] = (types.Count > 0 ? types : ["card", "sepa_debit"]).ToJson(),
            ["payment_status"] = mode == "payment" ? "unpaid" : "no_payment_required",
            ["phone_number_collection"] = new JsonObject { ["enabled"] = false },
            ["recovered_from"] = null,
            ["setup_intent"] = null,
            ["status"] = "open",
            ["submit_type"] = parameters.Text("submit_type"),
            ["subscription"] = null,
            ["success_url"] = success,
            ["total_details"] = mode == "payment" ? new JsonObject { ["amount_discount"] = 0, ["amount_shipping"] = 0, ["amount_tax"] = 0 } : null,
            ["ui_mode"] = parameters.OneOf("ui_mode", "hosted", "hosted_page") ?? "hosted_page",
            ["url"] = null,
        });
        session["url"] = $"{_account.Url}/c/{(mode == "payment" ? "pay" : "setup")}/{session.Id()}";
        if (mode == "setup")
        {
            var data = parameters.Inside("setup_intent_data");
            var intent = _setups.Add(customer.Id(), types, data.Metadata(), data.Text("description"));
            intent.Keep("session", session.Id());
            session["setup_intent"] = intent.Id();
        }
        else
        {
            var data = parameters.Inside("payment_intent_data");
            session.Keep("line_items", new JsonArray([.. lines]).ToJsonString());
            session.Keep("payment_metadata", data.Metadata().ToJsonString());
            session.Keep("payment_description", data.Text("description"));
            session.Keep("setup_future_usage", data.OneOf("setup_future_usage", "off_session", "on_session"));
        }

        _account.Plan("expiry", session, expires);
        return session;
    }

    static JsonObject Line(Parameters line)
    {
        var currency = line.Required("price_data[currency]");
        if (!currency.Equals("eur", StringComparison.OrdinalIgnoreCase))
            throw StripeRefusalException.Invalid($"This simulator knows euro only; the currency sent was {currency}.", "line_items");
        var price = line.Whole("price_data[unit_amount]") ?? throw Parameters.Missing("line_items[0][price_data][unit_amount]");
        var quantity = line.Whole("quantity") ?? throw Parameters.Missing("line_items[0][quantity]");
        if (price < 0 || quantity < 1) throw StripeRefusalException.Invalid("Invalid non-negative integer", "line_items", "parameter_invalid_integer");
        return new JsonObject
        {
            ["id"] = $"li_{Guid.NewGuid():N}",
            ["object"] = "item",
            ["amount_discount"] = 0,
            ["amount_subtotal"] = price * quantity,
            ["amount_tax"] = 0,
            ["amount_total"] = price * quantity,
            ["currency"] = "eur",
            ["description"] = line.Required("price_data[product_data][name]"),
            ["price"] = null,
            ["quantity"] = quantity,
        };
    }
}
