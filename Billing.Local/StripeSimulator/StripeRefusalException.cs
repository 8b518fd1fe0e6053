using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary>A refusal in Stripe's words: the status and the error object of the answer.</summary>
/// <param name="status">400 for what the request asks, 402 for what the bank says, 404 for an address that leads nowhere.</param>
sealed class StripeRefusalException(int status, string type, string? code, string message, string? param = null) : Exception(message)
{
    public int Status => status;

    public string? Code => code;

    public string? DeclineCode { get; init; }

    /// <summary>The intent as the refused attempt left it.</summary>
    public JsonObject? Intent { get; init; }

    public string? Charge { get; init; }

    public JsonObject? PaymentMethod { get; init; }

    public static StripeRefusalException Invalid(string message, string? param = null, string? code = null) =>
        new(400, "invalid_request_error", code, message, param);

    /// <summary>A parameter names an object that is not there; as an address it would be 404.</summary>
    public static StripeRefusalException NoSuch(string type, string id, string? param) => new(
        param is null ? 404 : 400, "invalid_request_error", "resource_missing", $"No such {type}: '{id}'", param ?? "id");

    /// <summary>What the error object says.</summary>
    public JsonObject Error()
    {
        var error = new JsonObject { ["type"] = type, ["message"] = Message };
        if (code is not null) error["code"] = code;
        if (code is not null) error["doc_url"] = $"https://docs.stripe.com/error-codes#{code.Replace('_', '-')}";
        if (DeclineCode is not null) error["decline_code"] = DeclineCode;
        if (param is not null) error["param"] = param;
        if (Charge is not null) error["charge"] = Charge;
        if (PaymentMethod is not null) error["payment_method"] = PaymentMethod.Shown();
        if (Intent is not null) error[Intent.Text("object")!] = Intent.Shown();
        return error;
    }

    public string Body() => new JsonObject { ["error"] = Error() }.ToJsonString();
}
