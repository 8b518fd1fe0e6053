using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary><c>/v1/billing_portal</c>: where customers see to their payment methods.</summary>
sealed class PortalSessions(StripeAccount account)
{
    const string Settings = "business_profile[headline] business_profile[privacy_policy_url] business_profile[terms_of_service_url] default_return_url metadata[*] name active "
        + "login_page[enabled] features[customer_update][enabled] features[customer_update][allowed_updates][] features[invoice_history][enabled] "
        + "features[payment_method_update][enabled] features[subscription_cancel][enabled] features[subscription_cancel][mode] features[subscription_update][enabled] "
        + "features[subscription_update][default_allowed_updates][] features[subscription_pause][enabled]";

    public IEnumerable<Route> Routes =>
    [
        new("POST", "/v1/billing_portal/configurations", Settings, CreateConfiguration),
        new("GET", "/v1/billing_portal/configurations", $"{Answers.Paging} active is_default", call => account.Page(
            "billing_portal.configuration", "/v1/billing_portal/configurations", call.Parameters,
            one => (call.Parameters.Flag("active") ?? one.Flag("active")) == one.Flag("active")
                && (call.Parameters.Flag("is_default") ?? one.Flag("is_default")) == one.Flag("is_default"))),
        new("POST", "/v1/billing_portal/sessions", "customer return_url configuration locale", CreateSession),
    ];

    JsonObject CreateConfiguration(Call call)
    {
        if (!call.Parameters.Has("features")) throw Parameters.Missing("features");
        var configuration = account.Add("bpc", "billing_portal.configuration", new()
        {
            ["active"] = true,
            ["application"] = null,
            ["business_profile"] = new JsonObject { ["headline"] = null, ["privacy_policy_url"] = null, ["terms_of_service_url"] = null },
            ["default_return_url"] = null,
            ["features"] = new JsonObject
            {
                ["customer_update"] = new JsonObject { ["allowed_updates"] = new JsonArray(), ["enabled"] = false },
                ["invoice_history"] = new JsonObject { ["enabled"] = false },
                ["payment_method_update"] = new JsonObject { ["enabled"] = false, ["payment_method_configuration"] = null },
                ["subscription_cancel"] = new JsonObject { ["enabled"] = false, ["mode"] = "at_period_end", ["proration_behavior"] = "none" },
                ["subscription_update"] = new JsonObject { ["default_allowed_updates"] = new JsonArray(), ["enabled"] = false, ["proration_behavior"] = "none" },
            },
            ["is_default"] = false,
            ["login_page"] = new JsonObject { ["enabled"] = false, ["url"] = null },
            ["metadata"] = new JsonObject(),
            ["name"] = null,
            ["updated"] = account.Now,
        });
        Apply(configuration, call.Parameters);
        account.Tell("billing_portal.configuration.created", configuration);
        return configuration;
    }

    void Apply(JsonObject configuration, Parameters parameters)
    {
        foreach (var name in new[] { "default_return_url", "name" })
            if (parameters.Has(name)) configuration[name] = parameters.Text(name);
        if (parameters.Flag("active") is { } active) configuration["active"] = active;
        foreach (var name in new[] { "headline", "privacy_policy_url", "terms_of_service_url" })
            if (parameters.Has($"business_profile[{name}]")) configuration["business_profile"]![name] = parameters.Text($"business_profile[{name}]");
        foreach (var (name, feature) in configuration.Inside("features"))
            if (parameters.Flag($"features[{name}][enabled]") is { } enabled) feature!["enabled"] = enabled;
        if (parameters.Has("features[customer_update][allowed_updates]"))
            configuration["features"]!["customer_update"]!["allowed_updates"] = parameters.List("features[customer_update][allowed_updates]").ToJson();
        parameters.ApplyMetadata(configuration.Inside("metadata"));
        configuration["updated"] = account.Now;
    }

    JsonObject CreateSession(Call call)
    {
        var parameters = call.Parameters;
        var customer = account.Get("customer", parameters.Required("customer"), "customer");
        // A fresh account at Stripe has no default configuration either.
        var configuration = parameters.Text("configuration") is { } id ? account.Get("billing_portal.configuration", id, "configuration")
            : throw StripeRefusalException.Invalid("No configuration provided and your test mode default configuration has not been created. Provide a configuration "
                + "or create your default by saving your customer portal settings in test mode at https://dashboard.stripe.com/test/settings/billing/portal.");
        var session = account.Add("bps", "billing_portal.session", new()
        {
            ["configuration"] = configuration.Id(),
            ["customer"] = customer.Id(),
            ["flow"] = null,
            ["locale"] = parameters.Text("locale"),
            ["on_behalf_of"] = null,
            ["return_url"] = parameters.Text("return_url") ?? configuration.Text("default_return_url"),
            ["url"] = null,
        });
        session["url"] = $"{account.Url}/p/session/{session.Id()}";
        return session;
    }
}
