using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary><c>/v1/payment_intents</c>: collecting an amount once, over as many attempts as it takes.</summary>
sealed class PaymentIntents
{
    const string Creatable = "amount currency customer confirm metadata[*] description statement_descriptor statement_descriptor_suffix "
        + "payment_method off_session error_on_requires_action return_url setup_future_usage receipt_email "
        + "mandate mandate_data[customer_acceptance][type] mandate_data[customer_acceptance][accepted_at] "
        + "mandate_data[customer_acceptance][online][ip_address] mandate_data[customer_acceptance][online][user_agent] "
        + "allowed_payment_method_types[] automatic_payment_methods[enabled] automatic_payment_methods[allow_redirects] capture_method confirmation_method";

    readonly StripeAccount _account;
    readonly PaymentMethods _methods;
    readonly Charges _charges;

    public PaymentIntents(StripeAccount account, PaymentMethods methods, Charges charges)
    {
        (_account, _methods, _charges) = (account, methods, charges);
        account.OnDue("debit", Settle);
    }

    /// <summary>Called when a debit that took days has ended, well or not.</summary>
    public Action<JsonObject> OnSettled { get; set; } = _ => { };

    public IEnumerable<Route> Routes =>
    [
        new("POST", "/v1/payment_intents", Creatable, Create),
        new("GET", "/v1/payment_intents", $"{Answers.Paging} customer", call => _account.Page(
            "payment_intent", "/v1/payment_intents", call.Parameters,
            intent => (call.Parameters.Text("customer") ?? intent.Text("customer")) == intent.Text("customer"))),
        new("GET", "/v1/payment_intents/{id}", "client_secret", call => _account.Get("payment_intent", call.Id)),
        new("POST", "/v1/payment_intents/{id}/cancel", "cancellation_reason", CancelCalled),
    ];

    public static JsonObject Redirect(StripeAccount account, JsonObject intent) => new()
    {
        ["redirect_to_url"] = new JsonObject { ["return_url"] = intent.Kept("return_url"), ["url"] = $"{account.Url}/3ds/{intent.Id()}" },
        ["type"] = "redirect_to_url",
    };

    public JsonObject Add(long amount, string? customer, IReadOnlyList<string> types, JsonObject metadata, string? description, string? setupFutureUsage)
    {
        RequireAmount(amount);
        var intent = _account.Add("pi", "payment_intent", new()
        {
            ["allowed_payment_method_types"] = types.Count > 0 ? types.ToJson() : null,
            ["amount"] = amount,
            ["amount_capturable"] = 0,
            ["amount_details"] = new JsonObject { ["tip"] = new JsonObject() },
            ["amount_received"] = 0,
            ["application"] = null,
            ["application_fee_amount"] = null,
            ["automatic_payment_methods"] = types.Count > 0 ? null : new JsonObject { ["allow_redirects"] = "always", ["enabled"] = true },
            ["canceled_at"] = null,
            ["cancellation_reason"] = null,
            ["capture_method"] = "automatic_async",
            ["client_secret"] = null,
            ["confirmation_method"] = "automatic",
            ["currency"] = "eur",
            ["customer"] = customer,
            ["description"] = description,
            ["last_payment_error"] = null,
            ["latest_charge"] = null,
            ["metadata"] = metadata,
            ["next_action"] = null,
            ["on_behalf_of"] = null,
            ["payment_method"] = null,
            ["payment_method_options"] = new JsonObject(),
            ["payment_method_types"] = (types.Count > 0 ? types : ["card", "sepa_debit"]).ToJson(),
            ["processing"] = null,
            ["receipt_email"] = null,
            ["review"] = null,
            ["setup_future_usage"] = setupFutureUsage,
            ["shipping"] = null,
            ["statement_descriptor"] = null,
            ["statement_descriptor_suffix"] = null,
            ["status"] = "requires_payment_method",
            ["transfer_data"] = null,
            ["transfer_group"] = null,
        });
        intent["client_secret"] = $"{intent.Id()}_secret_simulation";
        _account.Tell("payment_intent.created", intent);
        return intent;
    }

    /// <summary>One attempt: it succeeds, is processed for days (SEPA), waits for 3-D Secure, or is refused by throwing.</summary>
    /// <param name="authenticated">Whether the holder has just confirmed it.</param>
    /// <param name="waits">Whether somebody is there to confirm it; without, it fails.</param>
    public JsonObject Confirm(JsonObject intent, JsonObject method, bool offSession, bool authenticated, bool waits = true)
    {
        RequireConfirmable(intent, method);
        (intent["payment_method"], intent["next_action"], intent["last_payment_error"]) = (method.Id(), null, null);
        var number = PaymentMethods.NumberOf(method);
        if (number.IsIban) return Debit(intent, method);

        var needed = number.Authentication == Authentication.Always
            || (number.Authentication == Authentication.UntilSetUp && !(offSession && method.Kept("set_up") is not null));
        if (needed && !authenticated)
        {
            if (offSession || !waits) throw Fail(intent, method, "authentication_required");
            intent["status"] = "requires_action";
            intent["next_action"] = Redirect(_account, intent);
            _account.Tell("payment_intent.requires_action", intent);
            return intent;
        }

        if (_methods.DeclineOf(method) is { } reason) throw Fail(intent, method, reason);
        var charge = _charges.Add(intent, method, "succeeded");
        _account.Tell("charge.succeeded", charge);
        Succeed(intent, method);
        if (number.Dispute is { } dispute) _charges.Dispute(charge, dispute);
        return intent;
    }

    /// <summary>An attempt with a charge that failed; the intent waits for another method.</summary>
    public StripeRefusalException Fail(JsonObject intent, JsonObject method, string reason)
    {
        var charge = _charges.Add(intent, method, "failed", reason);
        var code = TestNumber.CodeOf(reason);
        Fail(intent, new StripeRefusalException(402, "card_error", code, TestNumber.MessageOf(reason)) { DeclineCode = reason, Charge = charge.Id(), PaymentMethod = method });
        _account.Tell("charge.failed", charge);
        _account.Tell("payment_intent.payment_failed", intent);
        return new StripeRefusalException(402, "card_error", code, TestNumber.MessageOf(reason))
        { DeclineCode = reason, Charge = charge.Id(), PaymentMethod = method, Intent = intent };
    }

    /// <summary>The holder was asked and has not confirmed: no charge was tried.</summary>
    public StripeRefusalException FailAuthentication(JsonObject intent, JsonObject method)
    {
        var refusal = new StripeRefusalException(402, "card_error", "payment_intent_authentication_failure",
            "We are unable to authenticate your payment method. Please choose a different payment method and try again.") { PaymentMethod = method, Intent = intent };
        Fail(intent, new StripeRefusalException(402, "card_error", refusal.Code, refusal.Message) { PaymentMethod = method });
        _account.Tell("payment_intent.payment_failed", intent);
        return refusal;
    }

    public JsonObject Cancel(JsonObject intent, string? reason)
    {
        // Whatever changes an intent clears its error, says Stripe; its charge keeps what failed.
        (intent["status"], intent["canceled_at"], intent["cancellation_reason"], intent["next_action"], intent["last_payment_error"]) = ("canceled", _account.Now, reason, null, null);
        _account.Tell("payment_intent.canceled", intent);
        return intent;
    }

    static void Fail(JsonObject intent, StripeRefusalException error) =>
        (intent["status"], intent["payment_method"], intent["next_action"], intent["processing"], intent["last_payment_error"]) =
            ("requires_payment_method", null, null, null, error.Error());

    static void RequireAmount(long amount)
    {
        if (amount < 50) throw StripeRefusalException.Invalid("Amount must be at least €0.50 eur", "amount", "amount_too_small");
        if (amount > 99_999_999) throw StripeRefusalException.Invalid("Amount must be no more than €999,999.99", "amount", "amount_too_large");
    }

    static void RequireConfirmable(JsonObject intent, JsonObject method)
    {
        var status = intent.Text("status");
        if (status is "succeeded" or "canceled" or "processing")
            throw StripeRefusalException.Invalid(
                status == "succeeded" ? "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
                    : $"You cannot confirm this PaymentIntent because it has a status of {status}. Only a PaymentIntent with one of the following statuses may be confirmed: "
                        + "requires_confirmation, requires_action.", null, "payment_intent_unexpected_state");
        RequireUsable(intent, method);
    }

    /// <summary>A method serves its own customer and the kinds the intent allows.</summary>
    public static void RequireUsable(JsonObject intent, JsonObject method)
    {
        if (method.Kept("abandoned") is not null) throw StripeRefusalException.Invalid(PaymentMethods.Unusable, "payment_method", "payment_method_unexpected_state");
        if (method.Text("customer") is { } owner && owner != intent.Text("customer"))
        {
            throw StripeRefusalException.Invalid(
                intent.Text("customer") is null
                    ? "The PaymentMethod you provided belongs to a customer. You must also provide that customer with the PaymentIntent."
                    : $"The customer does not have a payment method with the ID {method.Id()}. The payment method must be attached to the customer.",
                "payment_method", "resource_missing");
        }

        if (!intent["payment_method_types"]!.AsArray().Any(type => type!.GetValue<string>() == method.Text("type")))
            throw StripeRefusalException.Invalid(
                $"The PaymentMethod provided ({method.Text("type")}) is not allowed for this {(intent.Text("object") == "setup_intent" ? "SetupIntent" : "PaymentIntent")}.", "payment_method");
    }

    JsonObject Create(Call call)
    {
        var parameters = call.Parameters;
        var amount = parameters.Whole("amount") ?? throw Parameters.Missing("amount");
        var currency = parameters.Required("currency");
        if (!currency.Equals("eur", StringComparison.OrdinalIgnoreCase))
            throw StripeRefusalException.Invalid($"This simulator knows euro only; the currency sent was {currency}.", "currency");
        var confirm = parameters.Flag("confirm") == true;
        foreach (var name in new[] { "off_session", "error_on_requires_action", "mandate_data" })
            if (parameters.Has(name) && !confirm) throw StripeRefusalException.Invalid($"You cannot pass `{name}` when `confirm` is not true.", name);

        var customer = parameters.Text("customer") is { } id ? account("customer", id) : null;
        var types = parameters.List("allowed_payment_method_types");
        RequireAmount(amount);
        var method = parameters.Text("payment_method") is { } named ? _methods.Get(named, "payment_method") : null;
        if (method is not null)
        {
            // Refused before there is an intent.
            RequireUsable(new JsonObject { ["customer"] = customer?.Id(), ["payment_method_types"] = (types.Count > 0 ? types : ["card", "sepa_debit"]).ToJson() }, method);
        }

        if (confirm && method is null)
            throw StripeRefusalException.Invalid("You cannot confirm this PaymentIntent because it's missing a payment method. "
                + "You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
                null, "payment_intent_unexpected_state");
        if (confirm) RequireMandate(method!, parameters);
        var intent = Add(
            amount, customer?.Id(), types, parameters.Metadata(), parameters.Text("description"), parameters.OneOf("setup_future_usage", "off_session", "on_session"));
        if (parameters.Text("receipt_email") is { } email) intent["receipt_email"] = email;
        if (method is null) return intent;
        (intent["payment_method"], intent["status"]) = (method.Id(), "requires_confirmation");
        if (!confirm) return intent;
        if (parameters.Text("return_url") is { } url) intent.Keep("return_url", url);
        var offSession = parameters.Text("off_session") is "true" or "one_off" or "recurring";
        return Confirm(intent, method, offSession, authenticated: false, waits: parameters.Flag("error_on_requires_action") != true);

        JsonObject account(string type, string id) => _account.Get(type, id, type);
    }

    JsonObject CancelCalled(Call call)
    {
        var intent = _account.Get("payment_intent", call.Id);
        if (intent.Text("status") is "succeeded" or "canceled" or "processing")
            throw StripeRefusalException.Invalid(
                $"You cannot cancel this PaymentIntent because it has a status of {intent.Text("status")}. Only a PaymentIntent with one of the following statuses may be canceled: "
                + "requires_payment_method, requires_capture, requires_confirmation, requires_action.", null, "payment_intent_unexpected_state");
        if (_account.Find(intent.Kept("session")) is { } session && session.Is("open"))
            throw StripeRefusalException.Invalid("You cannot cancel the PaymentIntent of an open Checkout Session. Expire the Checkout Session instead.", null, "payment_intent_unexpected_state");
        return Cancel(intent, call.Parameters.OneOf("cancellation_reason", "duplicate", "fraudulent", "requested_by_customer", "abandoned"));
    }

    void RequireMandate(JsonObject method, Parameters parameters)
    {
        if (method.Text("type") != "sepa_debit") return;
        if (parameters.Has("mandate_data")) _methods.Mandate(method);
        if (_account.Find(method.Kept("mandate")) is not { } mandate || !mandate.Is("active"))
            throw StripeRefusalException.Invalid("This PaymentIntent requires a mandate, but no existing mandate was found. Please supply `mandate_data`.", null, "payment_intent_mandate_invalid");
    }

    JsonObject Debit(JsonObject intent, JsonObject method)
    {
        var charge = _charges.Add(intent, method, "pending");
        intent["status"] = "processing";
        if (intent["setup_future_usage"] is not null) Keep(intent, method);
        _account.Plan("debit", intent, BusinessDays.After(_account.Instant, PaymentMethods.NumberOf(method).Slow ? 6 : 5).ToUnixTimeSeconds());
        _account.Tell("charge.pending", charge);
        _account.Tell("payment_intent.processing", intent);
        return intent;
    }

    void Settle(JsonObject intent)
    {
        var method = _account.Find(intent.Text("payment_method"))!;
        var charge = _account.Find(intent.Text("latest_charge"))!;
        var number = PaymentMethods.NumberOf(method);
        if (number.DeclineCode is { } reason)
        {
            const string Said = "The customer's bank account could not be debited: insufficient funds.";
            (charge["status"], charge["failure_code"], charge["failure_message"]) = ("failed", reason, Said);
            Fail(intent, new StripeRefusalException(402, "invalid_request_error", "payment_intent_payment_attempt_failed", Said)
            { DeclineCode = reason, Charge = charge.Id(), PaymentMethod = method });
            _account.Tell("charge.failed", charge);
            _account.Tell("payment_intent.payment_failed", intent);
        }
        else
        {
            Charges.Settle(charge);
            _account.Tell("charge.succeeded", charge);
            Succeed(intent, method);
            if (number.Dispute is { } dispute) _charges.Dispute(charge, dispute, lost: true);
        }

        OnSettled(intent);
    }

    void Succeed(JsonObject intent, JsonObject method)
    {
        (intent["status"], intent["amount_received"], intent["processing"]) = ("succeeded", intent.Whole("amount"), null);
        if (intent["setup_future_usage"] is not null) Keep(intent, method);
        _account.Tell("payment_intent.succeeded", intent);
    }

    void Keep(JsonObject intent, JsonObject method)
    {
        if (intent.Text("setup_future_usage") == "off_session") method.Keep("set_up", "yes");
        // A method detached while its debit was under way stays so.
        if (method.Kept("abandoned") is null && _account.Find(intent.Text("customer")) is { } customer && !customer.Flag("deleted")) _methods.Bind(method, customer);
    }
}

/// <summary>Monday to Friday, as banks count; bank holidays are left out of account.</summary>
static class BusinessDays
{
    public static DateTimeOffset After(DateTimeOffset start, int days)
    {
        while (days > 0)
        {
            start = start.AddDays(1);
            if (start.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)) days--;
        }

        return start;
    }
}
