using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Accounts;

[JsonConverter(typeof(JsonStringEnumConverter<OrderKind>))]
public enum OrderKind
{
    [JsonStringEnumMemberName("upgrade")] Upgrade,
    [JsonStringEnumMemberName("downgrade")] Downgrade,
    [JsonStringEnumMemberName("add_on")] AddOn,
}

[JsonConverter(typeof(JsonStringEnumConverter<OrderBilling>))]
public enum OrderBilling
{
    [JsonStringEnumMemberName("invoice_now")] InvoiceNow,
    /// <summary>Onto the draft, collected when the cycle closes.</summary>
    [JsonStringEnumMemberName("collective_invoice")] CollectiveInvoice,
}

/// <summary>What the next close will issue, as far as is known now.</summary>
/// <param name="On">The Berlin day of the close.</param>
public sealed record Renewal(
    DateOnly On, [property: JsonPropertyName("netCents")] Money Net, [property: JsonPropertyName("grossCents")] Money Gross);

/// <summary>An order to the cent, before it is binding: exactly what the customer is shown and the journal keeps.</summary>
/// <param name="EffectiveOn">Berlin day, the first one billed.</param>
/// <param name="Fee">Net; of a downgrade only.</param>
/// <param name="Notice">What must be read before confirming.</param>
/// <param name="NotRefunded">What is lost by it, where something is.</param>
/// <param name="NextRenewal">The whole invoice of the next close after this order; null where none will come.</param>
/// <param name="WithdrawableThrough">Last day, included, on which it can be undone; of add-ons only.</param>
public sealed record OrderPreview(
    OrderKind Kind, string? Plan, string? AddOn, int? Quantity, DateOnly EffectiveOn, ImmutableArray<InvoiceLine> Lines,
    [property: JsonPropertyName("netCents")] Money Net, [property: JsonPropertyName("vatCents")] Money Vat,
    [property: JsonPropertyName("grossCents")] Money Gross, OrderBilling Billing, bool PaidAutomatically,
    [property: JsonPropertyName("feeNetCents")] Money? Fee, string? Notice, Renewal? NextRenewal,
    string? NotRefunded, DateOnly? WithdrawableThrough)
{
    /// <summary>
    /// What a confirmation is bound to: the order, the day, the lines and the totals. Not the id that a booking will get: two previews
    /// with the same figures can both be confirmed.
    /// </summary>
    public string BindingTerms() => JsonText.Of(this with
    {
        Lines = [.. Lines.Select(line => line with { Booking = null })],
        PaidAutomatically = false,
        Notice = null,
        NextRenewal = null,
        NotRefunded = null,
    });
}

/// <summary>The end of a booking or of the subscription, before it is binding.</summary>
/// <param name="Kind"><c>withdrawal</c> or <c>cancellation</c>.</param>
/// <param name="EndsOn">Last day, included, of the service; for a withdrawal the day of it.</param>
/// <param name="RefundGross">What is credited of an invoice already issued: refunded where it was paid, otherwise its amount due falls.</param>
/// <param name="TakenBackNet">Of a withdrawal: what its lines came to, on the draft or on the invoice; otherwise zero.</param>
public sealed record EndPreview(
    string Kind, string Of, DateOnly Today, DateOnly EndsOn, [property: JsonPropertyName("refundGrossCents")] Money RefundGross,
    [property: JsonPropertyName("takenBackNetCents")] Money TakenBackNet, string Notice)
{
    /// <summary>What the confirmation of a cancellation is bound to.</summary>
    public string BindingTerms() => JsonText.Of(this with { Notice = "" });
}
