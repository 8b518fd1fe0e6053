using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Billing.Access;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Accounts;

/// <summary>What is still to be paid on an issued invoice, as far as deciding needs it.</summary>
/// <param name="DueOn">Last day to pay, included.</param>
public sealed record Receivable(InvoiceId Invoice, DateOnly DueOn, Money AmountDue);

/// <summary>Brand, last four and expiry: all that is ever kept of a card or an account.</summary>
public sealed record PaymentMethod(string Kind, string Label, string? Expires);

/// <summary>The entry of the due index that guards the account's next due moment.</summary>
/// <param name="Moment">Minute precision, rounded up, so that an entry never comes due too early.</param>
/// <param name="Version">The account version whose commit made it due.</param>
public sealed record DueEntry(DateTimeOffset Moment, long Version);

/// <summary>
/// The state of a customer company: the consistency boundary. Everything decided about an account is decided from this and committed
/// with it. It is bounded (<see cref="Terms.MostBookings"/>); what is over and done stands in rows of its own.
/// </summary>
public sealed record Account
{
    public required AccountId Id { get; init; }

    /// <summary>Counts commits, from 1.</summary>
    public long Version { get; init; }
    public required Company Company { get; init; }
    public Language Language { get; init; }
    public required string Plan { get; init; }

    /// <summary>Monthly net price of the plan in the running period: as billed, or as it was on the day of a downgrade.</summary>
    public required Money PlanPrice { get; init; }

    /// <summary>The Berlin day on which the account was opened first.</summary>
    public required DateOnly Since { get; init; }

    /// <summary>The first day of the billing cycle; every period starts whole months after it.</summary>
    public required DateOnly Anchor { get; init; }
    public int PeriodIndex { get; init; }

    /// <summary>Last day, included, of a subscription that was cancelled or has ended.</summary>
    public DateOnly? EndsOn { get; init; }
    public bool HasEnded { get; init; }

    /// <summary>Running bookings, and those that ended but can still be withdrawn or wait to be moved to their own rows.</summary>
    public ImmutableArray<AddOnBooking> Bookings { get; init; } = [];
    public CollectiveInvoice? Draft { get; init; }
    public ImmutableArray<Receivable> Receivables { get; init; } = [];
    public PaymentMethod? PaymentMethod { get; init; }

    /// <summary>Since which day a running subscription has had no payment method; null while there is one.</summary>
    public DateOnly? WithoutMethodSince { get; init; }
    public AccessStatus Access { get; init; } = AccessStatus.Open;

    /// <summary>The operator has been told that this suspension has lasted.</summary>
    public bool LongSuspensionTold { get; init; }
    public DueEntry? Due { get; init; }

    public int NextInvoice { get; init; } = 1;
    public int NextBooking { get; init; } = 1;
    public int NextJournal { get; init; } = 1;

    [JsonIgnore] public BillingPeriod Period => BillingPeriod.Of(Anchor, PeriodIndex);

    /// <summary>
    /// The day a command of that instant counts for. It is the Berlin day, except where the period has been closed under a request
    /// received just before midnight (or by a host whose clock is ahead): then the first day of the period that now runs.
    /// </summary>
    public DateOnly DayOf(DateTimeOffset now)
    {
        var day = BerlinCalendar.DayOf(now);
        return day < Period.Start ? Period.Start : day;
    }

    public AddOnBooking? FindBooking(BookingId id) => Bookings.FirstOrDefault(booking => booking.Id == id);

    public Account WithBooking(AddOnBooking changed) => this with { Bookings = [.. Bookings.Select(booking => booking.Id == changed.Id ? changed : booking)] };

    /// <summary>The account with the invoice's amount due as the invoice now has it; settled ones are forgotten.</summary>
    public Account WithReceivable(Invoice invoice)
    {
        var others = Receivables.RemoveAll(receivable => receivable.Invoice == invoice.Id);
        return this with
        {
            Receivables = invoice.AmountDue > Money.Zero ? others.Add(new(invoice.Id, invoice.DueOn!.Value, invoice.AmountDue)) : others,
        };
    }
}
