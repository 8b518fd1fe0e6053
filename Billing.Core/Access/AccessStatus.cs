using System.Text.Json.Serialization;

namespace Billing.Access;

[JsonConverter(typeof(JsonStringEnumConverter<AccessState>))]
public enum AccessState
{
    [JsonStringEnumMemberName("active")] Active,
    [JsonStringEnumMemberName("warned")] Warned,
    [JsonStringEnumMemberName("suspended")] Suspended,
}

/// <summary>Why access is warned about or suspended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AccessReason>))]
public enum AccessReason
{
    [JsonStringEnumMemberName("overdue")] Overdue,
    [JsonStringEnumMemberName("payment_method_missing")] PaymentMethodMissing,
    [JsonStringEnumMemberName("subscription_ended")] SubscriptionEnded,
}

/// <summary>Whether the CRM lets the account's people in. Billing pages stay open in every state.</summary>
/// <param name="SuspendsOn">While warned: the Berlin day on which access ends, if nothing happens.</param>
/// <param name="SuspendedOn">While suspended: since which day.</param>
public sealed record AccessStatus(AccessState State, AccessReason? Reason = null, DateOnly? SuspendsOn = null, DateOnly? SuspendedOn = null)
{
    public static readonly AccessStatus Active = new(AccessState.Active);
}

/// <summary>The days of dunning and suspension; all are settings.</summary>
/// <param name="ReminderAfter">Days after the due date on which the first reminder goes out.</param>
/// <param name="NoticeAfter">Days after the due date on which the dunning notice goes out.</param>
/// <param name="WarningAfter">Days after the due date on which the suspension is announced.</param>
/// <param name="SuspensionAfter">Days after the due date on which access ends.</param>
/// <param name="WithoutMethodAfter">Days without a payment method; never before the end of the then current period. Null switches it off.</param>
/// <param name="FindingAfter">Days of suspension on a running subscription after which the operator is told.</param>
public sealed record AccessTerms(
    int ReminderAfter = 3, int NoticeAfter = 7, int WarningAfter = 14, int SuspensionAfter = 21, int? WithoutMethodAfter = 14, int FindingAfter = 30);
