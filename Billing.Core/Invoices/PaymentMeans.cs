using System.Text.Json.Serialization;
using Billing.Accounts;
using Billing.Values;

namespace Billing.Invoices;

[JsonConverter(typeof(JsonStringEnumConverter<PaymentMeansKind>))]
public enum PaymentMeansKind
{
    [JsonStringEnumMemberName("transfer")] Transfer,
    [JsonStringEnumMemberName("card")] Card,
    [JsonStringEnumMemberName("sepa_debit")] SepaDebit,
}

/// <summary>How an invoice is to be paid, as it was decided at issue: what its document says stays, whatever method is on file later.</summary>
/// <param name="Label">The card (<c>Visa •••• 4242</c>) or the debited account (<c>•••• 3000</c>); null for a transfer.</param>
/// <param name="DebitOn">SEPA only: the day that is announced to the customer (pre-notification).</param>
/// <param name="Mandate">SEPA only: the reference of the mandate, where it is known.</param>
public sealed record PaymentMeans(PaymentMeansKind Kind, string? Label = null, DateOnly? DebitOn = null, string? Mandate = null)
{
    const int DaysOfNotice = 2;

    /// <summary>The last four digits of card or account.</summary>
    [JsonIgnore] public string? LastFour => Label?[^4..];

    /// <summary>By the method on file; by transfer where there is none, or the amount is too small to be collected.</summary>
    public static PaymentMeans Of(PaymentMethod? method, Money gross, DateOnly today) => method switch
    {
        null => new(PaymentMeansKind.Transfer),
        _ when gross < Terms.LeastCollected => new(PaymentMeansKind.Transfer),
        { Kind: "sepa_debit" } => new(
            PaymentMeansKind.SepaDebit, $"•••• {method.Label[^4..]}", BerlinCalendar.WorkingDayFrom(today.AddDays(DaysOfNotice)), method.Mandate),
        _ => new(PaymentMeansKind.Card, method.Label),
    };
}
