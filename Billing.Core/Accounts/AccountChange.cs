using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Values;

namespace Billing.Accounts;

/// <summary>Who asks: a user of the CRM, the CRM itself, an operator or the clock.</summary>
/// <param name="User">The token's <c>sub</c>; <c>system</c> for the clock.</param>
public sealed record Actor(string User, string Role)
{
    public static readonly Actor System = new("system", "system");

    /// <summary>A person of the provider's. The CRM's backend (<c>service</c>) is none, and the customers' people are party to what they ordered.</summary>
    public bool IsStaff => Role == "operator";
}

/// <summary>A line of the journal: who did what when, and what they were shown and confirmed.</summary>
/// <param name="Action">Stable code, like <c>plan.upgraded</c>.</param>
/// <param name="Text">One German sentence.</param>
/// <param name="Confirmed">For an order, the preview that was confirmed, as JSON, word for word.</param>
public sealed record JournalEntry(int Sequence, DateTimeOffset At, Actor By, string Action, string Text, string? Confirmed = null)
{
    /// <summary>The money that moved, for whoever counts it at the commit; not kept.</summary>
    [JsonIgnore] public Money Amount { get; init; }
}

/// <summary>
/// What one commit does to an account: the next state and every row that goes with it. Built up by the pure decisions, then written as
/// one batch.
/// </summary>
public sealed record AccountChange(Account Account)
{
    /// <summary>Documents that are new or whose ledger moved.</summary>
    public ImmutableArray<Invoice> Invoices { get; init; } = [];

    /// <summary>Bookings that leave the state for rows of their own.</summary>
    public ImmutableArray<AddOnBooking> Archived { get; init; } = [];
    public ImmutableArray<JournalEntry> Journal { get; init; } = [];
    public ImmutableArray<Notification> Notifications { get; init; } = [];
    public ImmutableArray<Finding> Findings { get; init; } = [];

    /// <summary>A booking of the state, or one that has left it, as it is now.</summary>
    public AccountChange With(AddOnBooking changed) => Account.FindBooking(changed.Id) is null
        ? this with { Archived = Archived.Add(changed) }
        : With(Account.WithBooking(changed));

    public AccountChange With(Account account) => this with { Account = account };

    /// <summary>With the document as it now is.</summary>
    public AccountChange With(Invoice invoice) => this with
    {
        Invoices = Invoices.FirstOrDefault(other => other.Id == invoice.Id) is { } before ? Invoices.Replace(before, invoice) : Invoices.Add(invoice),
    };

    /// <summary>Adds an issued document and tells the CRM of it.</summary>
    public AccountChange Issued(Invoice invoice) => With(invoice) with
    {
        Notifications = Notifications.Add(new(invoice.Kind == DocumentKind.CreditNote ? "credit_note.issued" : "invoice.issued")
        {
            InvoiceId = invoice.Id.ToString(),
            Number = invoice.Number,
            GrossCents = invoice.Gross.Cents,
            AmountDueCents = invoice.AmountDue.Cents,
            DueOn = invoice.DueOn,
        }),
    };

    public AccountChange Notify(Notification notification) => this with { Notifications = Notifications.Add(notification) };

    /// <summary>Tells the CRM what has become of a booking.</summary>
    public AccountChange Notify(string type, AddOnBooking booking, DateOnly? endsOn = null) =>
        Notify(new(type) { BookingId = booking.Id.ToString(), AddOn = booking.AddOn, Quantity = booking.Quantity, EndsOn = endsOn });

    /// <summary>Tells the CRM that an invoice is paid.</summary>
    public AccountChange NotifyPaid(Invoice invoice) =>
        Notify(new("invoice.paid") { InvoiceId = invoice.Id.ToString(), Number = invoice.Number, GrossCents = invoice.Gross.Cents });

    public AccountChange Report(Finding finding) => this with { Findings = Findings.Add(finding) };

    /// <param name="amount">Where money moved: how much.</param>
    public AccountChange Journaled(DateTimeOffset at, Actor by, string action, string text, Money amount = default) => this with
    {
        Journal = Journal.Add(new(Account.NextJournal, at, by, action, text) { Amount = amount }),
        Account = Account with { NextJournal = Account.NextJournal + 1 },
    };

    /// <summary>A line that stands before those already there: the newest is what was decided, not what came with it.</summary>
    public AccountChange JournaledBefore(DateTimeOffset at, Actor by, string action, string text)
    {
        var all = Journaled(at, by, action, text);
        var lines = all.Journal.TakeLast(1).Concat(all.Journal.SkipLast(1));
        return all with { Journal = [.. lines.Select((line, place) => line with { Sequence = all.Journal[0].Sequence + place })] };
    }

    /// <summary>Notes what was shown and confirmed.</summary>
    public AccountChange Confirming(string shown) => this with { Journal = [.. Journal.Select(entry => entry with { Confirmed = shown })] };
}
