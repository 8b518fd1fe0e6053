using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary><c>/v1/setup_intents</c>: putting a method on file without a payment.</summary>
sealed class SetupIntents(StripeAccount account, PaymentMethods methods)
{
    const string Confirmable = "payment_method return_url mandate_data[customer_acceptance][type] mandate_data[customer_acceptance][accepted_at] "
        + "mandate_data[customer_acceptance][online][ip_address] mandate_data[customer_acceptance][online][user_agent]";

    public IEnumerable<Route> Routes =>
    [
        new("POST", "/v1/setup_intents", $"{Confirmable} customer usage allowed_payment_method_types[] confirm description metadata[*]", Create),
        new("GET", "/v1/setup_intents", $"{Answers.Paging} customer payment_method", call => account.Page(
            "setup_intent", "/v1/setup_intents", call.Parameters,
            intent => (call.Parameters.Text("customer") ?? intent.Text("customer")) == intent.Text("customer")
                && (call.Parameters.Text("payment_method") ?? intent.Text("payment_method")) == intent.Text("payment_method"))),
        new("GET", "/v1/setup_intents/{id}", "client_secret", call => account.Get("setup_intent", call.Id)),
        new("POST", "/v1/setup_intents/{id}/confirm", Confirmable, ConfirmCalled),
        new("POST", "/v1/setup_intents/{id}/cancel", "cancellation_reason", call =>
        {
            var intent = account.Get("setup_intent", call.Id);
            if (intent.Text("status") is "succeeded" or "canceled")
                throw StripeRefusalException.Invalid($"You cannot cancel this SetupIntent because it has a status of {intent.Text("status")}.", null, "setup_intent_unexpected_state");
            return Cancel(intent);
        }),
    ];

    public JsonObject Add(string customer, IReadOnlyList<string> types, JsonObject metadata, string? description = null, string usage = "off_session")
    {
        var intent = account.Add("seti", "setup_intent", new()
        {
            ["allowed_payment_method_types"] = types.Count > 0 ? types.ToJson() : null,
            ["application"] = null,
            ["cancellation_reason"] = null,
            ["client_secret"] = null,
            ["customer"] = customer,
            ["description"] = description,
            ["flow_directions"] = null,
            ["last_setup_error"] = null,
            ["latest_attempt"] = null,
            ["mandate"] = null,
            ["metadata"] = metadata,
            ["next_action"] = null,
            ["on_behalf_of"] = null,
            ["payment_method"] = null,
            ["payment_method_types"] = (types.Count > 0 ? types : ["card", "sepa_debit"]).ToJson(),
            ["single_use_mandate"] = null,
            ["status"] = "requires_payment_method",
            ["usage"] = usage,
        });
        intent["client_secret"] = $"{intent.Id()}_secret_simulation";
        account.Tell("setup_intent.created", intent);
        return intent;
    }

    /// <summary>Tries to put a method on file: it succeeds, waits for 3-D Secure, or is refused.</summary>
    public JsonObject Confirm(JsonObject intent, JsonObject method, bool authenticated)
    {
        if (intent.Text("status") is "succeeded" or "canceled")
            throw StripeRefusalException.Invalid($"You cannot confirm this SetupIntent because it has already {intent.Text("status")}.", null, "setup_intent_unexpected_state");
        var number = PaymentMethods.NumberOf(method);
        if (!number.DeclinesChargesOnly && methods.DeclineOf(method) is { } reason) throw Fail(intent, method, reason);
        intent["payment_method"] = method.Id();
        intent["last_setup_error"] = null;
        if (number.Authentication != Authentication.Never && !authenticated)
        {
            intent["status"] = "requires_action";
            intent["next_action"] = PaymentIntents.Redirect(account, intent);
            account.Tell("setup_intent.requires_action", intent);
            return intent;
        }

        intent["status"] = "succeeded";
        intent["next_action"] = null;
        if (number.IsIban) intent["mandate"] = methods.Mandate(method).Id();
        method.Keep("set_up", "yes");
        if (account.Find(intent.Text("customer")) is { } customer) methods.Bind(method, customer);
        account.Tell("setup_intent.succeeded", intent);
        return intent;
    }

    /// <summary>The holder has not confirmed, or the bank refuses.</summary>
    public StripeRefusalException Fail(JsonObject intent, JsonObject method, string reason)
    {
        var code = reason == "authentication_required" ? "setup_intent_authentication_failure" : TestNumber.CodeOf(reason);
        intent["status"] = "requires_payment_method";
        intent["payment_method"] = null;
        intent["next_action"] = null;
        var message = code == "setup_intent_authentication_failure"
            ? "We are unable to authenticate your payment method. Please choose a different payment method and try again." : TestNumber.MessageOf(reason);
        intent["last_setup_error"] = new StripeRefusalException(402, "card_error", code, message)
        { DeclineCode = code == reason || code == "card_declined" ? reason : null, PaymentMethod = method }.Error();
        account.Tell("setup_intent.setup_failed", intent);
        return new StripeRefusalException(402, "card_error", code, message) { DeclineCode = code == "card_declined" ? reason : null, PaymentMethod = method, Intent = intent };
    }

    public JsonObject Cancel(JsonObject intent)
    {
        intent["status"] = "canceled";
        intent["next_action"] = null;
        account.Tell("setup_intent.canceled", intent);
        return intent;
    }

    JsonObject Create(Call call)
    {
        var parameters = call.Parameters;
        var customer = account.Get("customer", parameters.Required("customer"), "customer");
        var intent = Add(
            customer.Id(), parameters.List("allowed_payment_method_types"), parameters.Metadata(), parameters.Text("description"),
            parameters.OneOf("usage", "off_session", "on_session") ?? "off_session");
        intent.Keep("return_url", parameters.Text("return_url"));
        if (parameters.Text("payment_method") is { } id)
        {
            var method = methods.Get(id, "payment_method");
            intent["payment_method"] = method.Id();
            intent["status"] = "requires_confirmation";
            if (parameters.Flag("confirm") == true) return Confirm(intent, method, authenticated: false);
        }

        return intent;
    }

    JsonObject ConfirmCalled(Call call)
    {
        var intent = account.Get("setup_intent", call.Id);
        if ((call.Parameters.Text("payment_method") ?? intent.Text("payment_method")) is not { } id)
            throw StripeRefusalException.Invalid("You cannot confirm this SetupIntent because it's missing a payment method.", null, "setup_intent_unexpected_state");
        if (call.Parameters.Text("return_url") is { } url) intent.Keep("return_url", url);
        return Confirm(intent, methods.Get(id, "payment_method"), authenticated: false);
    }
}
