using Billing.Accounts;
using Billing.AddOns;
using Billing.Documents;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests;

/// <summary>What is true of every world, whatever was done, raced, repeated or cut off in it.</summary>
static class Invariants
{
    /// <summary>Journal lines and notifications that a commit makes together: as many of the one as ids of the other.</summary>
    static readonly (string Type, string[] Actions)[] Pairs =
    [
        ("plan.changed", ["account.opened", "account.reopened", "plan.upgraded", "plan.downgraded"]),
        ("add_on.booked", ["add_on.booked"]), ("add_on.withdrawn", ["add_on.withdrawn"]), ("add_on.cancelled", ["add_on.cancelled"]), ("add_on.continued", ["add_on.continued"]),
        ("subscription.cancelled", ["subscription.cancelled"]), ("subscription.continued", ["subscription.continued"]), ("subscription.ended", ["subscription.ended"]),
        ("payment_method.changed", ["payment_method.changed", "payment_method.removed"]),
        ("invoice.overdue", ["invoice.overdue"]),
        ("invoice.payment_failed", ["payment.failed", "payment.returned"]), ("invoice.payment_action_required", ["payment.action_required"]),
        ("refund.succeeded", ["refund.succeeded"]),
        ("access.changed", ["access.active", "access.warned", "access.suspended"]),
    ];

    /// <summary>At every moment, whatever is under way.</summary>
    public static void Hold(Picture world) => Report(Broken(world));

    /// <summary>Once all that was under way has been seen to.</summary>
    /// <param name="findings">The codes of all that the operator is to be told, in any order.</param>
    public static void HoldWhenQuiet(Picture world, params string[] findings) => Report(BrokenWhenQuiet(world, findings));

    public static IEnumerable<string> Broken(Picture world) =>
        Numbers(world).Concat(world.Accounts.SelectMany(account => Broken(account).Select(broken => $"{account.Id}: {broken}"))).Concat(Guards(world));

    public static IEnumerable<string> BrokenWhenQuiet(Picture world, params string[] findings) =>
        Broken(world).Concat(world.Accounts.SelectMany(account => BrokenWhenQuiet(account).Select(broken => $"{account.Id}: {broken}")))
            .Concat(Index(world)).Concat(Leftovers(world)).Concat(Findings(world, findings));

    /// <summary>Of one account alone.</summary>
    public static IEnumerable<string> Broken(AccountPicture account) =>
    [
        .. Periods(account), .. Days(account), .. Bookings(account), .. Amounts(account), .. Ledger(account), .. Receivables(account), .. Journal(account), .. Provider(account),
    ];

    static IEnumerable<string> BrokenWhenQuiet(AccountPicture account) => [.. Money(account), .. Archive(account), .. Notifications(account)];

    static void Report(IEnumerable<string> broken)
    {
        if (broken.ToList() is { Count: > 0 } all) Assert.Fail(string.Join('\n', all));
    }

    /// <summary>One series for all accounts and both kinds.</summary>
    static IEnumerable<string> Numbers(Picture world) =>
        world.Accounts.SelectMany(account => account.Documents).Where(document => document.Number is not null)
            .GroupBy(document => document.Number![3..]).Where(same => same.Count() > 1).Select(same => $"number {same.Key} was given {same.Count()} times");

    /// <summary>
    /// One document opens each period: bills its plan from the first to the last day. A change of the first day takes as much as it gives; where the
    /// document was taken back, an upgrade of that day opens the period anew.
    /// </summary>
    static IEnumerable<string> Periods(AccountPicture account)
    {
        var openers = Openers(Billed(account).Select(document => (document.Name, document.Lines)));
        var takenBack = Openers(account.Documents.Where(document => document.Kind == DocumentKind.CreditNote).Select(note => (Name(note), (IEnumerable<InvoiceLine>)note.Lines)));
        foreach (var period in openers.Where(period => period.Count() > 1 + takenBack[period.Key].Count())) yield return $"the period from {period.Key} is opened by {string.Join(", ", period)}";
        foreach (var start in Enumerable.Range(0, account.State.PeriodIndex + 1).Select(index => BillingPeriod.Of(account.State.Anchor, index).Start))
        {
            if (!openers.Contains(start)) yield return $"no document opens the period from {start}";
        }

        static ILookup<DateOnly, string> Openers(IEnumerable<(string Name, IEnumerable<InvoiceLine> Lines)> documents) => documents
            .SelectMany(document => document.Lines.Where(line => IsOfPlan(line) && line.Days == line.PeriodDays).GroupBy(line => line.From)
                .Where(lines => lines.Sum(Sign) > 0).Select(lines => (Start: lines.Key, document.Name)))
            .ToLookup(opener => opener.Start, opener => opener.Name);
    }

    /// <summary>
    /// Each day of the subscription is billed once for a plan. Where that was taken back, an upgrade may bill it once more, and credits no more than
    /// what is left.
    /// </summary>
    static IEnumerable<string> Days(AccountPicture account)
    {
        var billed = Billed(account).SelectMany(document => document.Lines).Where(IsOfPlan).ToList();
        var takenBack = account.Documents.Where(document => document.Kind == DocumentKind.CreditNote).SelectMany(note => note.Lines).Where(IsOfPlan).ToList();
        var (cover, gone) = (Cover(billed), Cover(takenBack));
        foreach (var (day, times) in cover.Where(day => gone.GetValueOrDefault(day.Key) is var back && (day.Value < Math.Max(1, back) || day.Value > 1 + back))) yield return $"{day} is billed {times} times for its plan";
        var (prices, given) = (Cover(billed, Price), Cover(takenBack, Price));
        foreach (var (day, _) in prices.Where(day => day.Value < given.GetValueOrDefault(day.Key))) yield return $"more is credited for {day} than was billed for its plan";
        var end = account.State.HasEnded ? account.State.EndsOn!.Value : account.State.Period.LastDay;
        for (var day = account.State.Anchor; day <= end; day = day.AddDays(1))
        {
            if (!cover.ContainsKey(day)) yield return $"{day} is not billed";
        }
    }

    /// <summary>Each day of a booking is billed once, and a withdrawn one comes to nothing.</summary>
    static IEnumerable<string> Bookings(AccountPicture account)
    {
        foreach (var same in account.Bookings.GroupBy(booking => booking.Id).Where(same => same.Count() > 1)) yield return $"booking {same.Key} is there {same.Count()} times";
        foreach (var booking in account.Bookings)
        {
            var billed = Billed(account).Where(document => document.IsIssued || booking.Status != BookingStatus.Withdrawn)
                .SelectMany(document => document.Lines).Where(line => line.Booking == booking.Id).ToList();
            if (booking.Status == BookingStatus.Withdrawn)
            {
                var credited = account.Documents.Where(document => document.Kind == DocumentKind.CreditNote).SelectMany(note => note.Lines).Where(line => line.Booking == booking.Id);
                if (!billed.SequenceEqual(credited)) yield return $"of withdrawn booking {booking.Id} {billed.Sum(line => line.Net)} are billed and {credited.Sum(line => line.Net)} credited";
                if (account.State.Draft?.Lines.Any(line => line.Booking == booking.Id) == true) yield return $"withdrawn booking {booking.Id} stands on the draft";
                continue;
            }
            var cover = Cover(billed);
            foreach (var (day, times) in cover.Where(day => day.Value != 1)) yield return $"{day} is billed {times} times for booking {booking.Id}";
            if (cover.Count != booking.BilledThrough.DayNumber - booking.BookedOn.DayNumber + 1 || cover.Keys.Min() != booking.BookedOn || cover.Keys.Max() != booking.BilledThrough)
                yield return $"booking {booking.Id} is not billed from {booking.BookedOn} through {booking.BilledThrough}";
            if (booking.EndsOn is { } end && end != booking.BilledThrough) yield return $"booking {booking.Id} ends on {end} and is billed through {booking.BilledThrough}";
        }
    }

    /// <summary>Lines, net, VAT once a rate, gross: to the cent, with decimals.</summary>
    static IEnumerable<string> Amounts(AccountPicture account)
    {
        foreach (var document in account.Documents)
        {
            if (document.Lines.Any(line => line.Net.Cents != Rounded((decimal)line.UnitNet.Cents * line.Quantity * line.Days / line.PeriodDays))) yield return $"{Name(document)} has a line that is wrong";
            if (document.Lines.Any(line => line.Days != line.To.DayNumber - line.From.DayNumber + 1)) yield return $"{Name(document)} has a line with other days than it says";
            if (document.Net != document.Lines.Sum(line => line.Net) || document.Gross != document.Net + document.Vat) yield return $"{Name(document)} does not add up";
            if (document.Gross <= Values.Money.Zero && document.Status != InvoiceStatus.Void) yield return $"{Name(document)} is of {document.Gross}";
            if (document.Kind != DocumentKind.CreditNote && document.Taxes.Any(tax => tax.Vat.Cents != Rounded(tax.Net.Cents * tax.RatePercent / 100m))) yield return $"{Name(document)} has wrong VAT";
        }
    }

    /// <summary>Nothing is credited beyond what was billed, or owed beyond what was paid.</summary>
    static IEnumerable<string> Ledger(AccountPicture account)
    {
        foreach (var invoice in Invoices(account))
        {
            var notes = account.Documents.Where(document => document.Corrects == invoice.Id).ToList();
            if (invoice.Credited != notes.Sum(note => note.Gross)) yield return $"{Name(invoice)}: {invoice.Credited} credited by notes over {notes.Sum(note => note.Gross)}";
            if (invoice.Credited > invoice.Gross) yield return $"{Name(invoice)}: {invoice.Credited} of {invoice.Gross} credited";
            if (invoice.CreditedLines.Distinct().Count() != invoice.CreditedLines.Length) yield return $"{Name(invoice)}: a line is credited twice";
            if (notes.Sum(note => note.Gross - note.SetOff) > invoice.Paid) yield return $"{Name(invoice)}: more is owed than was paid";
            if (invoice.Number is not null && invoice.Status == InvoiceStatus.Open != invoice.Balance > Values.Money.Zero) yield return $"{Name(invoice)} is {invoice.Status} with {invoice.Balance} to pay";
        }
    }

    static IEnumerable<string> Receivables(AccountPicture account)
    {
        var due = account.Documents.Where(document => document.AmountDue > Values.Money.Zero).Select(document => (document.Id, document.AmountDue)).OrderBy(open => open.Id.Sequence);
        // One with nothing due any more is still there while a payment of it is under way.
        var open = account.State.Receivables.Where(open => open.Slot is null || open.AmountDue > Values.Money.Zero).Select(open => (open.Invoice, open.AmountDue)).OrderBy(open => open.Invoice.Sequence);
        if (!due.SequenceEqual(open)) yield return $"documents say that [{string.Join(", ", due)}] is due, the account [{string.Join(", ", open)}]";
    }

    static IEnumerable<string> Journal(AccountPicture account)
    {
        if (account.Journal.Count > 0 && !account.Journal.Select(entry => entry.Sequence).Order().SequenceEqual(Enumerable.Range(1, account.State.NextJournal - 1)))
            yield return "the journal has gaps or doubles";
    }

    /// <summary>No attempt takes or gives back twice, and the ledger has no money that the provider has not.</summary>
    static IEnumerable<string> Provider(AccountPicture account)
    {
        foreach (var twice in account.Charges.Where(charge => charge.Status is "succeeded" or "processing").GroupBy(charge => charge.Attempt).Where(same => same.Count() > 1))
            yield return $"attempt {twice.Key} is charged {twice.Count()} times";
        foreach (var twice in account.Refunds.Where(IsNotFailed).GroupBy(refund => refund.Attempt).Where(same => same.Count() > 1))
            yield return $"{twice.Key} is refunded {twice.Count()} times";
        foreach (var charge in account.Charges.Where(charge => charge.Refunded + charge.Returned > charge.Amount)) yield return $"{charge.Intent}: more than all of it went back";
        foreach (var invoice in Invoices(account))
        {
            foreach (var payment in invoice.Payments.Where(payment => payment.Intent is not null))
            {
                if (!account.Charges.Any(charge => charge.IsTaken && charge.Intent == payment.Intent && charge.Amount == payment.Amount))
                    yield return $"{Name(invoice)} was paid {payment.Amount} that the provider does not have";
            }
        }
    }

    /// <summary>Charges − refunds = what the documents say was paid, to the payment, and nobody's money is kept.</summary>
    static IEnumerable<string> Money(AccountPicture account)
    {
        foreach (var charge in account.Charges.Where(charge => charge.IsTaken && Invoices(account).All(invoice => invoice.Id.ToString() != charge.Invoice)))
            yield return $"{charge.Amount} of {charge.Intent} belong to no invoice";
        foreach (var invoice in Invoices(account))
        {
            var taken = account.Charges.Where(charge => charge.IsTaken && charge.Invoice == invoice.Id.ToString())
                .Select(charge => $"{charge.Intent} {charge.Amount} −{charge.Refunded} −{charge.Returned}").Order().ToList();
            var paid = invoice.Payments.Where(payment => payment.Intent is not null)
                .Select(payment => $"{payment.Intent} {payment.Amount} −{payment.Refunded} −{payment.Returned}").Order().ToList();
            if (!taken.SequenceEqual(paid)) yield return $"{Name(invoice)}: the provider has [{string.Join(", ", taken)}], the ledger [{string.Join(", ", paid)}]";
            if (invoice.Balance < Values.Money.Zero && invoice.Payments.All(payment => payment.Intent is not null) && account.State.Refunds.All(refund => refund.Invoice != invoice.Id)
                && !account.Refunds.Any(refund => !IsNotFailed(refund)))
                yield return $"{Name(invoice)}: {-invoice.Balance} are kept that are the customer's";
        }
        foreach (var note in account.Documents.Where(document => document.Kind == DocumentKind.CreditNote))
        {
            var givenBack = account.Refunds.Where(refund => refund.Status == "succeeded" && refund.CreditNote == note.Id.ToString()).Sum(refund => refund.Amount);
            if (note.PaidOut != givenBack) yield return $"{Name(note)}: {note.PaidOut} paid out, {givenBack} at the provider";
            if (note.Status == InvoiceStatus.Paid != note.SetOff + note.PaidOut >= note.Gross) yield return $"{Name(note)} is {note.Status} with {note.SetOff} set off and {note.PaidOut} paid out";
        }
    }

    /// <summary>Every document lies in the archive under its hash, which the journal names; nothing else lies there.</summary>
    static IEnumerable<string> Archive(AccountPicture account)
    {
        var issued = account.Documents.Where(document => document.Number is not null).ToDictionary(document => DocumentFile.NameOf(account.Id, document));
        foreach (var (name, document) in issued)
        {
            var archived = account.Files.GetValueOrDefault(name);
            if (document.Sha256 is null || archived != document.Sha256) yield return $"{Name(document)} has the hash {document.Sha256 ?? "none"}, its file {archived ?? "is not there"}";
            else if (!account.Journal.Any(entry => entry.Action == "document.archived" && entry.Text.Contains(document.Sha256, StringComparison.Ordinal))) yield return $"the journal does not name the hash of {Name(document)}";
        }
        foreach (var name in account.Files.Keys.Where(name => !issued.ContainsKey(name))) yield return $"{name} is archived and was never issued";
    }

    /// <summary>Each notification was taken by the CRM at least once, always under the same id and saying the same.</summary>
    static IEnumerable<string> Notifications(AccountPicture account)
    {
        foreach (var waiting in account.Untold) yield return $"the CRM was not told {waiting}";
        if (account.Told is null) yield break;
        foreach (var same in account.Told.GroupBy(told => told.Id).Where(same => same.Select(told => told.Text).Distinct().Count() > 1)) yield return $"notification {same.Key} was told in several ways";
        var told = account.Told.DistinctBy(told => told.Id).ToList();
        foreach (var document in account.Documents.Where(document => document.Number is not null))
        {
            var ids = told.Count(told => told.Type is "invoice.issued" or "credit_note.issued" && told.InvoiceId == document.Id.ToString());
            if (ids != 1) yield return $"{Name(document)} was told under {ids} ids";
        }
        foreach (var booking in account.Bookings.Where(booking => booking.Status == BookingStatus.Ended))
        {
            var ids = told.Count(told => told.Type == "add_on.ended" && told.BookingId == booking.Id.ToString());
            if (ids != 1) yield return $"the end of booking {booking.Id} was told under {ids} ids";
        }
        foreach (var (type, actions) in Pairs)
        {
            var (ids, lines) = (told.Count(told => told.Type == type), account.Journal.Count(entry => actions.Contains(entry.Action)));
            if (ids != lines) yield return $"{type} was told under {ids} ids for {lines} lines of the journal";
        }
    }

    /// <summary>The index may hold too much, never too little.</summary>
    static IEnumerable<string> Guards(Picture world) => world.Accounts
        .Where(account => account.State.Due is { } due && !world.Due.Contains(new(account.Id, due.Moment, due.Version, DuePurpose.Account)))
        .Select(account => $"{account.Id}: nothing guards what is due at {account.State.Due!.Moment:u}")
        .Concat(world.Accounts.SelectMany(account => account.Outbox.Where(entry => !world.Due.Contains(Billing.Outbox.DeliverOutbox.Guard(entry)))
            .Select(entry => $"{account.Id}: nothing guards the outbox of version {entry.Version}")));

    static IEnumerable<string> Index(Picture world) => world.Accounts.SelectMany(account => account.Documents.Where(document => document.Number is not null)
        .Where(document => !world.Index.Contains(new(document.Date, document.Number!, account.Id, document.Id))).Select(document => $"{Name(document)} is not in the index"));

    static IEnumerable<string> Leftovers(Picture world)
    {
        foreach (var account in world.Accounts)
        {
            foreach (var entry in account.Outbox) yield return $"{account.Id}: version {entry.Version} left its outbox";
            if (account.State.Due?.Moment <= world.Now) yield return $"{account.Id}: is due since {account.State.Due.Moment:u}";
            foreach (var open in account.State.Receivables.Where(open => open.Slot is { IsUnderWay: false })) yield return $"{account.Id}: {open.Slot!.Id} is planned and nobody knows what of it came";
        }
        foreach (var entry in world.Due.Where(entry => entry.Moment <= world.Now || entry.Purpose != DuePurpose.Account)) yield return $"due entry {entry} is left";
        foreach (var id in world.Inbox) yield return $"event {id} is not done with";
        foreach (var (queue, messages) in world.Queues.Where(queue => queue.Value > 0)) yield return $"{messages} in queue {queue}";
    }

    static IEnumerable<string> Findings(Picture world, string[] expected)
    {
        var (found, wanted) = (string.Join(", ", world.Findings.Select(finding => finding.Code).Order()), string.Join(", ", expected.Order()));
        if (found != wanted) yield return $"the operator is told [{found}] instead of [{wanted}]: {string.Join(' ', world.Findings.Select(finding => finding.Text))}";
    }

    static IEnumerable<Invoice> Invoices(AccountPicture account) => account.Documents.Where(document => document.Kind != DocumentKind.CreditNote);

    /// <summary>All that bills something: the open draft, and drafts that were voided, as well.</summary>
    static IEnumerable<(string Name, bool IsIssued, IEnumerable<InvoiceLine> Lines)> Billed(AccountPicture account) =>
        Invoices(account).Select(invoice => (Name(invoice), invoice.Number is not null, (IEnumerable<InvoiceLine>)invoice.Lines)).Append(("the draft", false, account.State.Draft?.Lines ?? []));

    static string Name(Invoice document) => document.Number ?? $"void draft {document.Id}";
    static bool IsOfPlan(InvoiceLine line) => line.Kind is LineKind.Plan or LineKind.PlanCredit;
    static int Price(InvoiceLine line) => (int)line.UnitNet.Cents;
    static int Sign(InvoiceLine line) => line.Kind == LineKind.PlanCredit ? -1 : 1;
    static bool IsNotFailed(GivenBack refund) => refund.Status is not ("failed" or "canceled");
    static long Rounded(decimal cents) => (long)Math.Round(cents, MidpointRounding.AwayFromZero);

    static Dictionary<DateOnly, int> Cover(IEnumerable<InvoiceLine> lines) => Cover(lines, Sign);

    static Dictionary<DateOnly, int> Cover(IEnumerable<InvoiceLine> lines, Func<InvoiceLine, int> weight)
    {
        var cover = new Dictionary<DateOnly, int>();
        foreach (var line in lines)
        {
            for (var day = line.From; day <= line.To; day = day.AddDays(1)) cover[day] = cover.GetValueOrDefault(day) + weight(line);
        }
        return cover;
    }
}
