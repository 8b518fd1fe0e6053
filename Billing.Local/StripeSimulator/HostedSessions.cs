using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary>What happens on the hosted pages, whether a person or a test acts.</summary>
sealed class HostedSessions(
    StripeAccount account, PaymentMethods methods, PaymentIntents payments, SetupIntents setups, CheckoutSessions checkouts)
{
    /// <summary>A hosted session of whichever kind.</summary>
    public JsonObject Get(string id) =>
        account.Find(id) is { } session && session.Text("object") is "checkout.session" or "billing_portal.session" ? session
        : throw StripeRefusalException.NoSuch("session", id, null);

    /// <summary>False for one that is complete or has expired.</summary>
    public static bool IsOpen(JsonObject session) => session.Text("object") == "billing_portal.session" || session.Is("open");

    /// <summary>Enters a method; the intent it was for, which may then wait for 3-D Secure.</summary>
    /// <exception cref="StripeRefusalException">The bank refuses: the session stays open.</exception>
    public JsonObject Submit(JsonObject session, Entered entered, bool authenticated)
    {
        var method = methods.Enter(entered);
        var portal = session.Text("object") == "billing_portal.session";
        if (!portal)
            PaymentIntents.RequireUsable(new JsonObject { ["customer"] = session.Text("customer"), ["payment_method_types"] = session["payment_method_types"]!.DeepClone() }, method);
        var intent = portal ? setups.Add(session.Text("customer")!, [], []) : checkouts.Intent(session);
        intent.Keep("session", session.Id());
        if (method.Text("type") == "sepa_debit") methods.Mandate(method);
        return Confirm(intent, method, authenticated);
    }

    /// <summary>The holder answers the question of 3-D Secure.</summary>
    /// <exception cref="StripeRefusalException">The answer was no, or the bank refuses all the same.</exception>
    public JsonObject Answer(JsonObject intent, bool confirmed)
    {
        var method = account.Find(intent.Text("payment_method"))!;
        if (confirmed) return Confirm(intent, method, authenticated: true);
        throw intent.Text("object") == "setup_intent" ? setups.Fail(intent, method, "authentication_required") : payments.FailAuthentication(intent, method);
    }

    JsonObject Confirm(JsonObject intent, JsonObject method, bool authenticated)
    {
        if (intent.Text("object") == "setup_intent") setups.Confirm(intent, method, authenticated);
        else payments.Confirm(intent, method, offSession: false, authenticated);
        if (intent.Is("requires_action") || account.Find(intent.Kept("session")) is not { } session) return intent;
        if (session.Text("object") == "checkout.session") checkouts.Complete(session, intent);
        else methods.SetDefault(account.Get("customer", session.Text("customer")!), method);
        return intent;
    }
}
