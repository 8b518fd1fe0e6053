using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Billing.Access;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Payments;
using Billing.Values;

namespace Billing.Accounts;

/// <summary>What is still to be paid on an issued invoice, as far as deciding needs it.</summary>
/// <param name="DueOn">The day from which dunning counts: the last day to pay, included, and later by the days a payment was processing.</param>
public sealed record Receivable(InvoiceId Invoice, DateOnly DueOn, Money AmountDue)
{
    /// <summary>The document's number, for those who are told of it.</summary>
    public string? Number { get; init; }

    /// <summary>The one payment that is under way.</summary>
    public PaymentAttempt? Slot { get; init; }

    /// <summary>The day of the next automatic attempt; null: none, the customer must act.</summary>
    public DateOnly? CollectOn { get; init; }

    /// <summary>The day of the first automatic attempt: retries are counted from it.</summary>
    public DateOnly? FirstTriedOn { get; init; }
    public int Failures { get; init; }

    /// <summary>How far dunning has gone: 0 nothing, 1 reminder, 2 notice, 3 warning, 4 suspension.</summary>
    public int DunningLevel { get; init; }

    /// <summary>A payment has been made and its money is still to come: meanwhile dunning stands still.</summary>
    [JsonIgnore] public bool IsProcessing => Slot is { IsProcessing: true };

    /// <summary>Whether it is open after its last day to pay.</summary>
    public bool IsPastDue(DateOnly today) => AmountDue > Money.Zero && DueOn < today;

    /// <summary>Whether days of dunning are counted.</summary>
    public bool IsOverdue(DateOnly today) => IsPastDue(today) && !IsProcessing;
}

/// <summary>Brand, last four and expiry: all that is ever kept of a card or an account.</summary>
/// <param name="Id">The provider's name for it.</param>
/// <param name="Kind"><c>card</c> or <c>sepa_debit</c>.</param>
/// <param name="Label">Ends with the last four digits.</param>
/// <param name="Expires"><c>yyyy-MM</c>, the last month it is good for; null for a debit.</param>
/// <param name="Mandate">The reference under which a SEPA account may be debited, where it is known.</param>
public sealed record PaymentMethod(string Id, string Kind, string Label, string? Expires, string? Mandate = null);

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

    /// <summary>
    /// What the documents bill for the plan in the running period, as a monthly net price: more than <see cref="PlanPrice"/> after a downgrade, less
    /// where an operator took a document back.
    /// </summary>
    public Money PlanBilled { get; init; }

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

    /// <summary>The payment provider's name for the account, once it was needed.</summary>
    public string? Customer { get; init; }

    /// <summary>The company as the provider knows it.</summary>
    public Company? CustomerDetails { get; init; }
    public ImmutableArray<RefundAttempt> Refunds { get; init; } = [];

    /// <summary>Since which day a running subscription has had no payment method; null while there is one.</summary>
    public DateOnly? WithoutMethodSince { get; init; }
    public AccessStatus Access { get; init; } = AccessStatus.Active;

    /// <summary>The operator has been told that this suspension has lasted.</summary>
    public bool LongSuspensionTold { get; init; }
    public DueEntry? Due { get; init; }

    /// <summary>When a reply or a used confirmation was last kept; null once all of them have been purged.</summary>
    public DateTimeOffset? LastRemembered { get; init; }

    public int NextInvoice { get; init; } = 1;
    public int NextBooking { get; init; } = 1;
    public int NextJournal { get; init; } = 1;
    public int NextAttempt { get; init; } = 1;

    /// <summary>What is open on all invoices.</summary>
    [JsonIgnore] public Money AmountDue => Receivables.Sum(open => open.AmountDue);

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

    public Receivable? FindReceivable(InvoiceId invoice) => Receivables.FirstOrDefault(open => open.Invoice == invoice);

    public Account WithReceivable(Receivable changed) => this with { Receivables = [.. Receivables.Select(open => open.Invoice == changed.Invoice ? changed : open)] };

    /// <summary>The account with the invoice's amount due as the invoice now has it; one with nothing due and nothing under way is forgotten.</summary>
    public Account WithReceivable(Invoice invoice)
    {
        if (FindReceivable(invoice.Id) is not { } open)
        {
            return invoice.AmountDue == Money.Zero ? this : this with
            {
                Receivables = Receivables.Add(new(invoice.Id, invoice.PayableUntil!.Value, invoice.AmountDue) { Number = invoice.Number }),
            };
        }
        return invoice.AmountDue == Money.Zero && open.Slot is null
            ? this with { Receivables = Receivables.Remove(open) }
            : WithReceivable(open with { AmountDue = invoice.AmountDue });
    }
}
