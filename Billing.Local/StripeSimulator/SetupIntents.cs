using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary><c>/v1/setup_intents</c>: putting a method on file without a payment.</summary>
sealed class SetupIntents(StripeAccount account, PaymentMethods methods)
{
    public IEnumerable<Route> Routes =>
    [
        new("GET", "/v1/setup_intents", $"{Answers.Paging} customer payment_method", call => account.Page(
            "setup_intent", "/v1/setup_intents", call.Parameters,
            intent => (call.Parameters.Text("customer") ?? intent.Text("customer")) == intent.Text("customer")
                && (call.Parameters.Text("payment_method") ?? intent.Text("payment_method")) == intent.Text("payment_method"))),
        new("GET", "/v1/setup_intents/{id}", "client_secret", call => account.Get("setup_intent", call.Id)),
    ];

    public JsonObject Add(string customer, IReadOnlyList<string> types, JsonObject metadata, string? description = null)
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
            ["usage"] = "off_session",
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
}
