using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary><c>/v1/customers</c></summary>
sealed class Customers(StripeAccount account, PaymentMethods methods)
{
    const string Writable = "address[city] address[country] address[line1] address[line2] address[postal_code] address[state] business_name description email "
        + "individual_name invoice_settings[default_payment_method] metadata[*] name phone preferred_locales[] tax_exempt";

    static readonly string[] Address = ["city", "country", "line1", "line2", "postal_code", "state"];

    public IEnumerable<Route> Routes =>
    [
        new("POST", "/v1/customers", $"{Writable} payment_method", Create),
        new("GET", "/v1/customers", $"{Answers.Paging} email", call =>
            account.Page("customer", "/v1/customers", call.Parameters, customer => !customer.Flag("deleted") && Wanted(customer, call.Parameters.Text("email")))),
        new("GET", "/v1/customers/{id}", "", call => account.Get("customer", call.Id)),
        new("POST", "/v1/customers/{id}", Writable, Update),
        new("DELETE", "/v1/customers/{id}", "", Delete),
        new("GET", "/v1/customers/{id}/payment_methods", $"{Answers.Paging} type allow_redisplay", call =>
            methods.Of(account.Get("customer", call.Id), $"/v1/customers/{call.Id}/payment_methods", call.Parameters)),
    ];

    JsonObject Create(Call call)
    {
        var customer = new JsonObject
        {
            ["address"] = null,
            ["balance"] = 0,
            ["currency"] = null,
            ["default_source"] = null,
            ["delinquent"] = false,
            ["description"] = null,
            ["email"] = null,
            ["invoice_prefix"] = Guid.NewGuid().ToString("N")[..8].ToUpperInvariant(),
            ["invoice_settings"] = new JsonObject { ["custom_fields"] = null, ["default_payment_method"] = null, ["footer"] = null, ["rendering_options"] = null },
            ["metadata"] = new JsonObject(),
            ["name"] = null,
            ["next_invoice_sequence"] = 1,
            ["phone"] = null,
            ["preferred_locales"] = new JsonArray(),
            ["shipping"] = null,
            ["tax_exempt"] = "none",
            ["test_clock"] = null,
        };
        Apply(customer, call.Parameters);
        customer = account.Add("cus", "customer", customer);
        account.Tell("customer.created", customer);
        if (call.Parameters.Text("payment_method") is { } method) methods.Attach(methods.Get(method, "payment_method"), customer);
        return customer;
    }

    JsonObject Update(Call call)
    {
        var customer = account.Get("customer", call.Id);
        if (customer.Flag("deleted")) throw StripeRefusalException.NoSuch("customer", call.Id, null);
        account.Change(customer, "customer.updated", () => Apply(customer, call.Parameters));
        return customer;
    }

    JsonObject Delete(Call call)
    {
        var customer = account.Get("customer", call.Id);
        if (customer.Flag("deleted")) throw StripeRefusalException.NoSuch("customer", call.Id, null);
        account.Tell("customer.deleted", customer);
        foreach (var method in methods.Of(customer)) PaymentMethods.Abandon(account, method);
        foreach (var member in customer.Select(member => member.Key).Where(name => name is not ("id" or "object")).ToList()) customer.Remove(member);
        customer["deleted"] = true;
        return customer;
    }

    void Apply(JsonObject customer, Parameters parameters)
    {
        // Stripe is stricter than most: letters beyond ASCII and empty parts are refused.
        if (parameters.Text("email") is { } email && (!System.Text.Ascii.IsValid(email) || email.Contains("..", StringComparison.Ordinal)))
            throw StripeRefusalException.Invalid($"Invalid email address: {email}", "email", "email_invalid");
        foreach (var name in new[] { "business_name", "description", "email", "individual_name", "name", "phone" })
            if (parameters.Has(name)) customer[name] = parameters.Text(name);
        if (parameters.OneOf("tax_exempt", "none", "exempt", "reverse") is { } exempt) customer["tax_exempt"] = exempt;
        if (parameters.Has("preferred_locales")) customer["preferred_locales"] = parameters.List("preferred_locales").ToJson();
        if (parameters.Has("address")) customer["address"] = parameters.Texts("address", Address);
        if (parameters.Has("invoice_settings[default_payment_method]"))
            customer["invoice_settings"]!["default_payment_method"] = Default(customer, parameters.Text("invoice_settings[default_payment_method]"));
        parameters.ApplyMetadata(customer.Inside("metadata"));
    }

    string? Default(JsonObject customer, string? method)
    {
        if (method is null) return null;
        var found = methods.Get(method, "invoice_settings[default_payment_method]");
        if (customer.Text("id") is { } id && found.Text("customer") == id) return method;
        throw StripeRefusalException.Invalid(
            $"The customer does not have a payment method with the ID {method}. The payment method must be attached to the customer.",
            "invoice_settings[default_payment_method]", "resource_missing");
    }

    static bool Wanted(JsonObject customer, string? email) => email is null || customer.Text("email") == email;
}
