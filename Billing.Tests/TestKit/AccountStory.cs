using Billing.Access;
using Billing.Accounts;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Payments;
using Billing.Plans;
using Billing.Values;

namespace Billing.Tests;

/// <summary>
/// An account and all that became of it, moved by the pure decisions alone, in the order in which the transaction calls them: advance to
/// the day, decide, apply, conclude. Every day is given as <c>2026-05-20</c> and noon in Berlin.
/// </summary>
sealed class AccountStory
{
    readonly Dictionary<InvoiceId, Invoice> _documents = [];
    readonly List<AddOnBooking> _archived = [];
    long _lastNumber;

    public AccountStory(string plan, DateOnly openedOn, Terms terms, Company company, bool withMethod)
    {
        (Terms, Today, State) = (terms, openedOn, null!);
        var opened = OpenAccount.Open(AccountId.Parse("acme"), new(company, Language.German, plan), terms, openedOn, Now, A.Service).Value().Apply(NextNumber()).Change;
        Commit(withMethod ? opened.With(ByTransfer(opened.Account)) : opened);
    }

    public Terms Terms { get; set; }
    public Account State { get; private set; }
    public DateOnly Today { get; private set; }
    public DateTimeOffset Now => BerlinCalendar.StartOf(Today).AddHours(12);

    /// <summary>Issued and voided documents, oldest first, each as it now stands.</summary>
    public IReadOnlyList<Invoice> Documents => [.. _documents.Values.OrderBy(document => document.Sequence)];
    public Invoice Last => Documents[^1];
    public Invoice? Draft => State.Draft?.AsDraft(State, Terms);
    public AccessStatus Access => State.Access;
    public List<JournalEntry> Journal { get; } = [];
    public List<Notification> Told { get; } = [];
    public List<Finding> Findings { get; } = [];

    public IReadOnlyList<AddOnBooking> Bookings => [.. State.Bookings.Concat(_archived).OrderBy(booking => booking.Id.Sequence)];
    public AddOnBooking Booking(AddOnBooking booking) => Bookings.Single(other => other.Id == booking.Id);
    public Invoice Document(InvoiceId id) => _documents[id];
    public Invoice Document(Invoice invoice) => _documents[invoice.Id];

    public AccountPicture Picture => new(State, Documents, Bookings) { Journal = Journal };

    /// <summary>Everything that falls due until that day, day by day; the documents it issued.</summary>
    public IReadOnlyList<Invoice> Reached(string day) => Reached(A.Day(day));

    public IReadOnlyList<Invoice> Reached(DateOnly day)
    {
        var before = _documents.Count;
        while (Today < day)
        {
            Today = Today.AddDays(1);
            Advance();
        }
        return [.. Documents.Skip(before)];
    }

    /// <summary>Nothing was done for the account until that day: then everything is caught up at once.</summary>
    public IReadOnlyList<Invoice> WasLeftAloneUntil(string day)
    {
        var before = _documents.Count;
        Today = A.Day(day);
        Advance();
        return [.. Documents.Skip(before)];
    }

    public OrderPreview PlanPreview(string plan, string on)
    {
        Reached(on);
        return (OrderPreview)ChangePlan.Order(State, Terms, ChangePlan.Decide(State, Terms, plan, Today).Value(), Today).Preview;
    }

    /// <summary>The invoice of the change; the draft where it went there.</summary>
    public Invoice Changed(string plan, string? on = null)
    {
        if (on is not null) Reached(on);
        var before = _documents.Count;
        Carry(ChangePlan.Order(State, Terms, ChangePlan.Decide(State, Terms, plan, Today).Value(), Today));
        return _documents.Count > before ? Last : Draft!;
    }

    public AddOnBooking Booked(string addOn, int quantity = 1, string? on = null)
    {
        if (on is not null) Reached(on);
        var decided = BookAddOn.Decide(State, Terms, addOn, quantity, Today).Value();
        Carry(BookAddOn.Order(State, Terms, decided, Today));
        return State.FindBooking(decided.Booking.Id)!;
    }

    /// <summary>What ending a booking on that day would come to.</summary>
    public EndPreview EndPreview(AddOnBooking booking, string on)
    {
        Reached(on);
        return (EndPreview)CancelAddOn.Decide(State, Terms, Booking(booking), Billed(booking), Today, Today).Value().Preview;
    }

    /// <summary>Ends a booking as its day wants it: withdrawn or cancelled. The credit note, if there was one.</summary>
    public Invoice? Ended(AddOnBooking booking, string? on = null)
    {
        if (on is not null) Reached(on);
        var before = _documents.Count;
        Carry(CancelAddOn.Decide(State, Terms, Booking(booking), Billed(booking), Today, Today).Value());
        return _documents.Count > before && Last.Kind == DocumentKind.CreditNote ? Last : null;
    }

    public void Kept(AddOnBooking booking, string? on = null)
    {
        if (on is not null) Reached(on);
        Carry(KeepAddOn.Decide(State, Booking(booking), Now, A.Owner).Value());
    }

    public void CancelledSubscription(string? on = null)
    {
        if (on is not null) Reached(on);
        Carry(CancelSubscription.Decide(State, Today).Value());
    }

    public void TookBackCancellation(string? on = null)
    {
        if (on is not null) Reached(on);
        Carry(CancelSubscription.TakeBack(State, Now, A.Owner).Value());
    }

    public Decision<Pending> Reopening(string plan, string? on = null)
    {
        if (on is not null) Reached(on);
        return OpenAccount.Update(State, new(State.Company, State.Language, plan), Terms, Today, Now, A.Service);
    }

    public Invoice Reopened(string plan, string? on = null)
    {
        Carry(Reopening(plan, on).Value());
        return Last;
    }

    public void Moved(Company company) => Carry(OpenAccount.Update(State, new(company, State.Language, null), Terms, Today, Now, A.Service).Value());

    public Invoice Paid(Invoice invoice, decimal? part = null)
    {
        var gross = part is { } amount ? A.Euro(amount) : _documents[invoice.Id].AmountDue;
        Carry(OperatorCorrections.RecordTransfer(State, _documents[invoice.Id], gross, Today, "Kontoauszug", "Überweisung", Now, A.Operator).Value());
        return _documents[invoice.Id];
    }

    public void PaidEverything()
    {
        foreach (var open in State.Receivables) Paid(_documents[open.Invoice]);
    }

    public Invoice Voided(Invoice invoice)
    {
        Carry(OperatorCorrections.Void(State, Terms, _documents[invoice.Id], "falsch", Today, Now, A.Operator).Value());
        return Last;
    }

    public Invoice WrittenOff(Invoice invoice)
    {
        Carry(OperatorCorrections.WriteOff(State, _documents[invoice.Id], "uneinbringlich", Now, A.Operator).Value());
        return _documents[invoice.Id];
    }

    /// <summary>A change that was decided elsewhere.</summary>
    public void Wrote(AccountChange change) => Commit(change);

    public void LostItsMethod(string on)
    {
        Reached(on);
        Commit(new(State with { PaymentMethod = null, WithoutMethodSince = Today }));
    }

    public void GotAMethod(string on)
    {
        Reached(on);
        Commit(new(ByTransfer(State)));
    }

    /// <summary>The issued document that carries a booking's lines; null while they stand on the draft, or were never billed.</summary>
    public Invoice? Billed(AddOnBooking booking) => _documents.GetValueOrDefault(booking.BilledOn) is { Number: not null } issued ? issued : null;

    /// <summary>Pays by bank transfer, as agreed: no method is on file and none is missed.</summary>
    static Account ByTransfer(Account account) => account with { PaymentMethod = null, WithoutMethodSince = null };

    void Advance()
    {
        while (AdvanceAccount.Next(State, Terms, Now) is { } advance)
            Commit(advance.Apply(State, Terms, Today, Now, advance.NeedsNumber(State, Terms) ? NextNumber() : 0));
    }

    void Carry(Order order) => Commit(order.Apply(Now, A.Owner, order.NeedsNumber ? NextNumber() : 0).Change);
    void Carry(Pending pending) => Commit(pending.Apply(pending.NeedsNumber ? NextNumber() : 0).Change);

    long NextNumber() => _lastNumber = DocumentNumber.Next(Now, _lastNumber);

    void Commit(AccountChange change)
    {
        change = AdvanceAccount.Conclude(change, Terms, change.Account.DayOf(Now), Now);
        State = change.Account with { Version = change.Account.Version + 1 };
        foreach (var invoice in change.Invoices) _documents[invoice.Id] = invoice;
        _archived.AddRange(change.Archived);
        Journal.AddRange(change.Journal);
        Told.AddRange(change.Notifications);
        Findings.AddRange(change.Findings);
    }
}
