using System.Text.Json.Nodes;

namespace Billing.Local.StripeSimulator;

/// <summary><c>/v1/charges</c>, <c>/v1/refunds</c> and <c>/v1/disputes</c>: money that moved, and moved back.</summary>
sealed class Charges
{
    /// <summary>How long a refund takes whose end comes later.</summary>
    static readonly long RefundTakes = (long)TimeSpan.FromDays(1).TotalSeconds;

    readonly StripeAccount _account;

    public Charges(StripeAccount account)
    {
        _account = account;
        account.OnDue("refund", EndRefund);
    }

    public IEnumerable<Route> Routes =>
    [
        new("GET", "/v1/charges", $"{Answers.Paging} payment_intent customer", call => Page("charge", "/v1/charges", call, "payment_intent", "customer")),
        new("GET", "/v1/charges/{id}", "", call => _account.Get("charge", call.Id)),
        new("POST", "/v1/refunds", "payment_intent charge amount currency metadata[*] reason", Refund),
        new("GET", "/v1/refunds", $"{Answers.Paging} payment_intent charge", call => Page("refund", "/v1/refunds", call, "payment_intent", "charge")),
        new("GET", "/v1/refunds/{id}", "", call => _account.Get("refund", call.Id)),
        new("GET", "/v1/disputes", $"{Answers.Paging} payment_intent charge", call => Page("dispute", "/v1/disputes", call, "payment_intent", "charge")),
    ];

    /// <summary>The charge of an attempt; it becomes the intent's latest.</summary>
    public JsonObject Add(JsonObject intent, JsonObject method, string status, string? declined = null)
    {
        var type = method.Text("type")!;
        // Stripe's own prefix for what is not a card.
        var charge = _account.Add(type == "card" ? "ch" : "py", "charge", new()
        {
            ["amount"] = intent.Whole("amount"),
            ["amount_captured"] = 0,
            ["amount_refunded"] = 0,
            ["application"] = null,
            ["application_fee"] = null,
            ["application_fee_amount"] = null,
            ["balance_transaction"] = null,
            ["billing_details"] = method["billing_details"]?.DeepClone(),
            ["captured"] = false,
            ["currency"] = "eur",
            ["customer"] = intent.Text("customer"),
            ["description"] = intent.Text("description"),
            ["disputed"] = false,
            ["failure_balance_transaction"] = null,
            ["failure_code"] = declined is null ? null : TestNumber.CodeOf(declined),
            ["failure_message"] = declined is null ? null : TestNumber.MessageOf(declined),
            ["fraud_details"] = new JsonObject(),
            ["metadata"] = intent["metadata"]?.DeepClone(),
            ["on_behalf_of"] = null,
            ["outcome"] = new JsonObject
            {
                ["network_status"] = declined is null ? "approved_by_network" : "declined_by_network",
                ["reason"] = declined,
                ["risk_level"] = "normal",
                ["seller_message"] = declined is null ? "Payment complete." : "The bank did not return any further details with this decline.",
                ["type"] = declined is null ? "authorized" : "issuer_declined",
            },
            ["paid"] = false,
            ["payment_intent"] = intent.Id(),
            ["payment_method"] = method.Id(),
            ["payment_method_details"] = new JsonObject { [type] = Details(method, type), ["type"] = type },
            ["receipt_email"] = intent.Text("receipt_email"),
            ["receipt_number"] = null,
            ["receipt_url"] = null,
            ["refunded"] = false,
            ["review"] = null,
            ["shipping"] = null,
            ["source_transfer"] = null,
            ["statement_descriptor"] = null,
            ["statement_descriptor_suffix"] = null,
            ["status"] = status,
            ["transfer_data"] = null,
            ["transfer_group"] = null,
        });
        if (status == "succeeded") Settle(charge);
        intent["latest_charge"] = charge.Id();
        return charge;
    }

    public static void Settle(JsonObject charge) =>
        (charge["status"], charge["paid"], charge["captured"], charge["amount_captured"]) = ("succeeded", true, true, charge.Whole("amount"));

    /// <summary>The bank takes a charge back. The intent stays as it is, as with Stripe.</summary>
    /// <param name="lost">Whether that is final: a returned debit is, a card's dispute waits for evidence.</param>
    public JsonObject Dispute(JsonObject charge, string reason, bool lost = false)
    {
        charge["disputed"] = true;
        var type = charge["payment_method_details"]!["type"]!.GetValue<string>();
        var dispute = _account.Add("du", "dispute", new()
        {
            ["amount"] = charge.Whole("amount") - charge.Whole("amount_refunded"),
            ["balance_transactions"] = new JsonArray(),
            ["charge"] = charge.Id(),
            ["currency"] = "eur",
            ["enhanced_eligibility_types"] = new JsonArray(),
            ["evidence"] = new JsonObject(),
            ["evidence_details"] = new JsonObject
            {
                ["due_by"] = lost ? null : _account.Now + (long)TimeSpan.FromDays(9).TotalSeconds,
                ["has_evidence"] = false,
                ["past_due"] = false,
                ["submission_count"] = 0,
            },
            ["is_charge_refundable"] = false,
            ["metadata"] = new JsonObject(),
            ["payment_intent"] = charge.Text("payment_intent"),
            ["payment_method_details"] = new JsonObject { ["type"] = type },
            ["reason"] = reason,
            ["status"] = "needs_response",
        });
        // A debit's return is lost from its first event on.
        if (type == "sepa_debit") dispute["status"] = "lost";
        _account.Tell("charge.dispute.created", dispute);
        _account.Tell("charge.dispute.funds_withdrawn", dispute);
        if (lost) Lose(dispute);
        return dispute;
    }

    /// <summary>Returns a debit, or opens a card's dispute that is lost; an open one is lost.</summary>
    public JsonObject Return(JsonObject intent)
    {
        if (!intent.Is("succeeded") || _account.Find(intent.Text("latest_charge")) is not { } charge)
            throw StripeRefusalException.Invalid($"Only a payment that succeeded can be returned; this one has a status of {intent.Text("status")}.");
        var disputed = _account.All("dispute").LastOrDefault(dispute => dispute.Text("charge") == charge.Id());
        if (disputed is null && charge.Flag("refunded")) throw StripeRefusalException.Invalid("This payment has been refunded: nothing of it can be returned.");
        if (disputed is null) return Dispute(charge, charge.Id().StartsWith("py_", StringComparison.Ordinal) ? "debit_not_authorized" : "fraudulent", lost: true);
        if (disputed.Is("lost")) throw StripeRefusalException.Invalid("This payment has been returned already.");
        Lose(disputed);
        return disputed;
    }

    void Lose(JsonObject dispute)
    {
        dispute["status"] = "lost";
        _account.Tell("charge.dispute.closed", dispute);
    }

    JsonObject Refund(Call call)
    {
        var parameters = call.Parameters;
        var (intentId, chargeId) = (parameters.Text("payment_intent"), parameters.Text("charge"));
        if (intentId is null && chargeId is null)
            throw StripeRefusalException.Invalid("One of the following params should be provided for this request: payment_intent or charge.", null, "parameter_missing");
        var intent = intentId is null ? null : _account.Get("payment_intent", intentId, "payment_intent");
        var charge = chargeId is not null ? _account.Get("charge", chargeId, "charge") : _account.Find(intent!.Text("latest_charge"));
        if (charge is null || !charge.Is("succeeded"))
        {
            throw intent is null
                ? StripeRefusalException.Invalid($"Charge {chargeId} has not succeeded and cannot be refunded.", "charge", "charge_not_refundable")
                : StripeRefusalException.Invalid(
                    $"This PaymentIntent ({intentId}) does not have a successful charge to refund.", "payment_intent", "payment_intent_unexpected_state");
        }

        if (charge.Flag("refunded")) throw StripeRefusalException.Invalid($"Charge {charge.Id()} has already been refunded.", null, "charge_already_refunded");
        if (charge.Flag("disputed")) throw StripeRefusalException.Invalid($"Charge {charge.Id()} has been charged back; cannot issue a refund.", null, "charge_disputed");
        var rest = charge.Whole("amount") - charge.Whole("amount_refunded");
        var amount = parameters.Whole("amount") ?? rest;
        if (amount < 1) throw StripeRefusalException.Invalid("Invalid positive integer", "amount", "parameter_invalid_integer");
        if (amount > rest)
            throw StripeRefusalException.Invalid($"Refund amount ({amount.Euros()}) is greater than unrefunded amount on charge ({rest.Euros()})", "amount");

        var end = TestNumber.Find(_account.Find(charge.Text("payment_method"))!.Kept("number")!)!.Refund;
        var type = charge["payment_method_details"]!["type"]!.GetValue<string>();
        var refund = _account.Add("re", "refund", new()
        {
            ["amount"] = amount,
            ["balance_transaction"] = null,
            ["charge"] = charge.Id(),
            ["currency"] = "eur",
            ["destination_details"] = new JsonObject { [type] = new JsonObject(), ["type"] = type },
            ["metadata"] = parameters.Metadata(),
            ["payment_intent"] = charge.Text("payment_intent"),
            ["reason"] = parameters.OneOf("reason", "duplicate", "fraudulent", "requested_by_customer"),
            ["receipt_number"] = null,
            ["source_transfer_reversal"] = null,
            ["status"] = end == RefundEnd.SucceedsLater ? "pending" : "succeeded",
            ["transfer_reversal"] = null,
        });
        if (end != RefundEnd.Nothing) _account.Plan("refund", refund, _account.Now + RefundTakes);
        SetRefunded(charge, charge.Whole("amount_refunded") + amount);
        _account.Tell("refund.created", refund);
        _account.Tell("charge.refunded", charge);
        return refund;
    }

    void EndRefund(JsonObject refund)
    {
        if (refund.Is("pending"))
        {
            _account.Change(refund, "refund.updated", () => refund["status"] = "succeeded");
            return;
        }

        var charge = _account.Find(refund.Text("charge"))!;
        SetRefunded(charge, charge.Whole("amount_refunded") - refund.Whole("amount"));
        _account.Change(refund, "refund.updated", () => (refund["status"], refund["failure_reason"]) = ("failed", "expired_or_canceled_card"));
        _account.Tell("refund.failed", refund);
    }

    static void SetRefunded(JsonObject charge, long amount) =>
        (charge["amount_refunded"], charge["refunded"]) = (amount, amount == charge.Whole("amount"));

    JsonObject Page(string type, string url, Call call, params string[] filters) => _account.Page(
        type, url, call.Parameters, item => filters.All(filter => (call.Parameters.Text(filter) ?? item.Text(filter)) == item.Text(filter)));

    static JsonObject Details(JsonObject method, string type)
    {
        var details = method[type]!.DeepClone().AsObject();
        if (type == "sepa_debit") details["mandate"] = method.Kept("mandate");
        else (details["network"], details["three_d_secure"]) = (method["card"]!["brand"]!.GetValue<string>(), null);
        foreach (var name in new[] { "generated_from", "networks", "three_d_secure_usage", "display_brand" }) details.Remove(name);
        return details;
    }
}
