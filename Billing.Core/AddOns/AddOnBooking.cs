using System.Text.Json.Serialization;
using Billing.Values;

namespace Billing.AddOns;

[JsonConverter(typeof(JsonStringEnumConverter<BookingStatus>))]
public enum BookingStatus
{
    [JsonStringEnumMemberName("active")] Active,
    /// <summary>Runs until <see cref="AddOnBooking.EndsOn"/> and is not billed again.</summary>
    [JsonStringEnumMemberName("cancelled")] Cancelled,
    [JsonStringEnumMemberName("ended")] Ended,
    [JsonStringEnumMemberName("withdrawn")] Withdrawn,
}

/// <summary>A row of „Ihre Zusatzoptionen“.</summary>
/// <param name="MonthlyNet">Price of one piece in the period billed last.</param>
/// <param name="BilledThrough">Last day, included, of the period billed so far.</param>
/// <param name="WithdrawableThrough">Last day, included, on which it can be undone.</param>
/// <param name="EndsOn">Last day, included, of a booking that was cancelled or has ended.</param>
/// <param name="BilledOn">The document that carries its lines: the draft, later the collective invoice it became.</param>
public sealed record AddOnBooking(
    BookingId Id, string AddOn, int Quantity, Money MonthlyNet, DateOnly BookedOn, DateOnly BilledThrough, DateOnly WithdrawableThrough,
    InvoiceId BilledOn, BookingStatus Status = BookingStatus.Active, DateOnly? EndsOn = null)
{
    /// <summary>Whether the customer has it now.</summary>
    [JsonIgnore] public bool IsRunning => Status is BookingStatus.Active or BookingStatus.Cancelled;

    /// <summary>Undone as if never booked: possible until the end of that day, also when suspended or ended.</summary>
    public bool CanBeWithdrawn(DateOnly today) => Status != BookingStatus.Withdrawn && today <= WithdrawableThrough;
}
