using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Billing.Values;

namespace Billing.Outbox;

/// <summary>Something that the CRM is told: ids and figures, no personal data. Unused fields are null.</summary>
/// <param name="Type">As the contract names it, like <c>invoice.issued</c>.</param>
public sealed record Notification(string Type)
{
    public string? InvoiceId { get; init; }
    public string? Number { get; init; }
    public string? BookingId { get; init; }
    public string? AddOn { get; init; }
    public int? Quantity { get; init; }
    public string? Plan { get; init; }
    public string? PreviousPlan { get; init; }
    public DateOnly? EndsOn { get; init; }
    public long? GrossCents { get; init; }
    public long? AmountDueCents { get; init; }
    public DateOnly? DueOn { get; init; }
    public string? State { get; init; }
    public string? Reason { get; init; }
    public DateOnly? SuspendsOn { get; init; }
}

/// <summary>Something the operator must look at.</summary>
/// <param name="Code">What kind, snake case.</param>
/// <param name="Text">One German sentence with the figures.</param>
/// <param name="About">What it is about, where the same would be found again and again: such a finding is added once.</param>
public sealed record Finding(string Code, string Text, string? About = null);

/// <summary>What a commit promised to tell others and to archive. It is deleted when all of it is done; doing it twice is harmless, the ids are stable.</summary>
/// <param name="Version">The account version of the commit: names the row, and with a place in the list each promise.</param>
public sealed record OutboxEntry(
    AccountId Account, long Version, DateTimeOffset At, ImmutableArray<Notification> Notifications, ImmutableArray<Finding> Findings)
{
    /// <summary>Issued documents that are to be archived.</summary>
    public IReadOnlyList<InvoiceId> Documents { get; init => field = value ?? []; } = [];

    [JsonIgnore] public bool IsEmpty => Notifications.IsEmpty && Findings.IsEmpty && Documents.Count == 0;
}
