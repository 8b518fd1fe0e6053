using System.Text.Json.Serialization;
using Billing.Catalogs;
using Billing.Values;

namespace Billing.Invoices;

[JsonConverter(typeof(JsonStringEnumConverter<LineKind>))]
public enum LineKind
{
    [JsonStringEnumMemberName("plan")] Plan,
    [JsonStringEnumMemberName("plan_credit")] PlanCredit,
    [JsonStringEnumMemberName("add_on")] AddOn,
    [JsonStringEnumMemberName("downgrade_fee")] DowngradeFee,
}

/// <summary>One position: <c>Net = round(UnitNet × Quantity × Days ÷ PeriodDays)</c>, rounded once.</summary>
/// <param name="UnitNet">The monthly price of one piece; negative where unused days are credited.</param>
/// <param name="From">First day of the service period, included.</param>
/// <param name="To">Last day of the service period, included.</param>
/// <param name="Booking">The booking that the line bills, if it is of an add-on.</param>
/// <param name="VatPercent">The rate it is invoiced at, once it stands on a document: corrections keep it.</param>
public sealed record InvoiceLine(
    LineKind Kind, string Description, int Quantity, [property: JsonPropertyName("unitNetCents")] Money UnitNet, DateOnly From, DateOnly To, int Days,
    int PeriodDays, [property: JsonPropertyName("netCents")] Money Net, BookingId? Booking = null,
    int VatPercent = 0)
{
    /// <summary>A line for the days <paramref name="service"/> of a period of <paramref name="periodDays"/> days.</summary>
    public static InvoiceLine Of(
        LineKind kind, string description, int quantity, Money unitNet, BillingPeriod service, int periodDays, BookingId? booking = null) =>
        new(kind, description, quantity, unitNet, service.Start, service.LastDay, service.Days, periodDays,
            (unitNet * quantity).Prorate(service.Days, periodDays), booking);

    public static InvoiceLine ForPlan(Plan plan, Money price, BillingPeriod service, int periodDays) =>
        Of(LineKind.Plan, plan.Name, 1, price, service, periodDays);

    public static InvoiceLine ForUnusedPlan(Plan plan, Money price, BillingPeriod service, int periodDays, Language language) =>
        Of(LineKind.PlanCredit, new LocalizedText($"Restguthaben {plan.Name}", $"Unused credit {plan.Name}").In(language), 1, -price, service, periodDays);

    public static InvoiceLine ForDowngradeFee(Money fee, DateOnly day, Language language) =>
        Of(LineKind.DowngradeFee, new LocalizedText("Bearbeitungspauschale Downgrade", "Downgrade processing fee").In(language), 1, fee, new(day, day.AddDays(1)), 1);
}
