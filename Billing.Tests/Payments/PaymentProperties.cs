using Billing.Accounts;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Payments;
using Billing.Values;
using CsCheck;

namespace Billing.Tests;

/// <summary>One invoice of four lines, and whatever happens to it between customer, bank, Stripe and operator, heard of early, late, twice or in any order.</summary>
public class PaymentProperties
{
    enum Deed { Charge, OpenPage, PayPage, LeavePage, Settle, Hear, Refund, EndRefund, Return, Credit, Transfer, WriteOff, PayOut, ChangeMethod }

    /// <summary>All that there is at Stripe and at home.</summary>
    sealed class World
    {
        readonly List<IntentSnapshot> _intents = [];
        int _made, _day;

        public World()
        {
            var account = An.Account("smart").State with { Receivables = [], PaymentMethod = A.Card, Customer = "cus_1" };
            var (billed, invoice) = NewDocument.Issue(account, A.Terms, DocumentKind.Collective, [.. new[] { 30m, 12.34m, 5m, 0.4m }.Select((net, place) => A.Line(net, booking: place))], Today, 1);
            (Account, Documents[invoice.Id], First) = (billed, invoice, invoice.Id);
        }

        public Account Account { get; private set; }
        public Dictionary<InvoiceId, Invoice> Documents { get; } = [];
        public InvoiceId First { get; }
        public List<Finding> Findings { get; } = [];
        public Money Transferred { get; private set; }
        public IReadOnlyList<IntentSnapshot> Intents => _intents;
        Invoice Invoice => Documents[First];
        PaymentAttempt? Slot => Account.FindReceivable(First)?.Slot;
        DateOnly Today => A.Day("2026-05-06").AddDays(_day);
        DateTimeOffset Now => BerlinCalendar.StartOf(Today).AddHours(12);

        public void Do(Deed deed, int pick)
        {
            _day += pick % 3;
            Wrote(new(CollectInvoice.Plan(Account, Today, Now)));
            switch (deed)
            {
                case Deed.Charge when Slot is { IsSession: false } slot && _intents.All(intent => intent.Attempt != slot.Id): Make(slot, pick); break;
                case Deed.OpenPage when CollectInvoice.DecideSession(Account, Invoice, Now) is var page && !page.IsRefused(out _, out var attempt): Account = CollectInvoice.Take(Account, First, attempt); break;
                case Deed.PayPage when Slot is { IsSession: true } slot && _intents.All(intent => intent.Attempt != slot.Id): Make(slot, pick % 2 + 1); break;
                case Deed.LeavePage when Slot is { IsSession: true } slot && _intents.All(intent => intent.Attempt != slot.Id): Wrote(CollectInvoice.Abandon(Account, Invoice, slot, Today, again: false)); break;
                case Deed.Settle when _intents.Find(intent => intent.Status == IntentStatus.Processing) is { } processing: Settle(processing, pick); break;
                case Deed.Hear when _intents.Count > 0: Hear(_intents[pick % _intents.Count]); break;
                case Deed.Refund when Account.Refunds.FirstOrDefault(attempt => _intents.All(intent => intent.Refunds.All(refund => refund.Attempt != attempt.Id))) is { } attempt: Refund(attempt, pick); break;
                case Deed.EndRefund when _intents.Find(intent => intent.Refunds.Any(refund => refund.Status != RefundStatus.Failed)) is { } refunded: EndRefund(refunded, pick); break;
                case Deed.Return when _intents.Find(intent => intent.Status == IntentStatus.Succeeded && intent.Returned == Money.Zero && intent.Refunded < intent.Amount) is { } paid:
                    Change(paid, paid with { Returned = paid.Amount - paid.Refunded }); break;
                case Deed.Credit when CreditNote.Decide(Invoice, [pick % 4, .. pick % 7 == 0 ? [0, 1, 2, 3] : Array.Empty<int>()]) is { } correction:
                    Wrote(CreditNote.Apply(Account, A.Terms, correction, Today, Now, 2)); break;
                case Deed.Transfer when Money.Min(new(pick * 20 + 1), Invoice.AmountDue) is var gross && Taken(OperatorCorrections.RecordTransfer(Account, Invoice, gross, Today, "1", "2", Now, A.Operator)): Transferred += gross; break;
                case Deed.WriteOff: Taken(OperatorCorrections.WriteOff(Account, Invoice, "2", Now, A.Operator)); break;
                case Deed.PayOut when Documents.Values.FirstOrDefault(note => note.Kind == DocumentKind.CreditNote && note.Owed > Money.Zero) is { } note:
                    var before = Invoice.Refunded;
                    if (Taken(OperatorCorrections.RecordPayout(Account, note, Invoice, note.Owed, Today, "1", "2", Now, A.Operator))) Transferred -= Invoice.Refunded - before;
                    break;
                case Deed.ChangeMethod: Wrote(PaymentMethods.Change(Account, A.Card with { Id = $"pm_{pick}" }, Today, Now)); break;
            }
            Check();
        }

        /// <summary>Everything that is under way ends, and all of it is heard of.</summary>
        public void Rest()
        {
            for (var round = 0; round < 20; round++)
            {
                if (Slot is { IsSession: true }) Do(Deed.LeavePage, 0);
                if (Slot is { IsSession: false }) Do(Deed.Charge, 0);
                Do(Deed.Settle, 0);
                Do(Deed.Refund, 0);
                foreach (var intent in _intents.ToList())
                {
                    foreach (var refund in intent.Refunds.Where(refund => refund.Status == RefundStatus.Pending)) Change(_intents.Find(other => other.Id == intent.Id)!, refund, RefundStatus.Succeeded);
                    Hear(_intents.Find(other => other.Id == intent.Id)!);
                }
                Check();
            }
        }

        void Make(PaymentAttempt slot, int pick)
        {
            var status = (pick % 4) switch { 0 or 1 => IntentStatus.Succeeded, 2 => IntentStatus.Processing, _ => IntentStatus.Canceled };
            _intents.Add(new(
                $"pi_{++_made}", slot.Id, "acme", First.ToString(), "cus_1", status, slot.Amount, status == IntentStatus.Succeeded ? slot.Amount : Money.Zero, [], Money.Zero,
                status == IntentStatus.Canceled ? "card_declined" : null, IsDebit: pick % 2 == 0, "eur"));
        }

        void Settle(IntentSnapshot processing, int pick) => Change(processing, pick % 3 > 0
            ? processing with { Status = IntentStatus.Canceled, FailureCode = "insufficient_funds" } : processing with { Status = IntentStatus.Succeeded, Received = processing.Amount });

        /// <summary>As Stripe takes it: not of what was returned, and no more than is left.</summary>
        void Refund(RefundAttempt attempt, int pick)
        {
            var paid = _intents.Find(intent => intent.Id == attempt.Intent)!;
            if (paid.Returned == Money.Zero)
            {
                Assert.True(attempt.Amount <= paid.Amount - paid.Refunded, "more is asked back than was paid");
                Change(paid, paid with { Refunds = paid.Refunds.Add(new($"re_{++_made}", attempt.Id, pick % 3 == 0 ? RefundStatus.Pending : RefundStatus.Succeeded, attempt.Amount, attempt.CreditNote)) });
                return;
            }
            var note = attempt.CreditNote is { } credit ? Documents[credit] : null;
            Wrote(Refunds.Observe(new(Account), attempt, Invoice, note, new("", attempt.Id, RefundStatus.Failed, attempt.Amount), Now));
        }

        void EndRefund(IntentSnapshot refunded, int pick) =>
            Change(refunded, refunded.Refunds.First(refund => refund.Status != RefundStatus.Failed), pick % 2 == 0 ? RefundStatus.Failed : RefundStatus.Succeeded);

        void Change(IntentSnapshot intent, RefundSnapshot refund, RefundStatus status) =>
            Change(intent, intent with { Refunds = intent.Refunds.Replace(refund, refund with { Status = status }) });

        void Change(IntentSnapshot before, IntentSnapshot after) => _intents[_intents.FindIndex(intent => intent.Id == before.Id)] = after;

        void Hear(IntentSnapshot intent) => Wrote(CollectInvoice.Observe(
            Account, Invoice, intent, [.. Documents.Values.Where(note => note.Kind == DocumentKind.CreditNote)], sessionIsOver: true, Today, Now));

        bool Taken(Decision<Pending> decided)
        {
            if (decided.IsRefused(out _, out var pending)) return false;
            Wrote(pending.Apply(0).Change);
            return true;
        }

        void Wrote(AccountChange change)
        {
            Account = change.Account;
            foreach (var document in change.Invoices) Documents[document.Id] = document;
            Findings.AddRange(change.Findings);
        }

        void Check()
        {
            var due = Account.FindReceivable(First);
            Assert.Equal(Invoice.AmountDue, due?.AmountDue ?? Money.Zero);
            Assert.True(due is null || due.AmountDue > Money.Zero || due.Slot is not null, "a receivable of nothing");
            foreach (var intent in _intents)
                Assert.True(Account.Refunds.Where(attempt => attempt.Intent == intent.Id && attempt.Refund is null && intent.Refunds.All(refund => refund.Attempt != attempt.Id)).Sum(attempt => attempt.Amount)
                    + intent.Refunded <= intent.Amount, "more goes back than came");
            foreach (var note in Documents.Values.Where(note => note.Kind == DocumentKind.CreditNote))
            {
                Assert.True(note.Owed >= Money.Zero && note.PaidOut >= Money.Zero);
                Assert.Equal(note.Owed > Money.Zero ? InvoiceStatus.Open : InvoiceStatus.Paid, note.Status);
            }
        }
    }

    static readonly Gen<(Deed Deed, int Pick)[]> Lives = Gen.Select(Gen.Enum<Deed>(), Gen.Int[0, 100]).Array[1, 40];

    [Fact]
    public void In_the_end_the_ledger_is_what_Stripe_and_the_bank_have_and_nothing_is_kept_that_nobody_knows_of() =>
        Lives.Sample(deeds =>
        {
            var world = new World();
            foreach (var (deed, pick) in deeds) world.Do(deed, pick);
            world.Rest();

            var invoice = world.Documents[world.First];
            var kept = world.Intents.Sum(intent => intent.Received - intent.Refunded - intent.Returned) + world.Transferred;
            Assert.Equal(kept, invoice.Paid - invoice.Refunded - invoice.Returned);
            Assert.Equal(invoice.Gross - invoice.Credited - invoice.WrittenOff - kept, invoice.Balance);
            Assert.Empty(world.Account.Refunds);
            Assert.True(world.Account.Receivables.All(open => open.Slot is null));
            var owed = world.Documents.Values.Where(note => note.Kind == DocumentKind.CreditNote).Sum(note => note.Owed);
            if (invoice.Balance < Money.Zero || owed > Money.Zero)
                Assert.Contains(world.Findings, finding => finding.Code is "refund_failed" or "refund_by_hand");
        }, iter: 3000, print: deeds => string.Join(" ", deeds.Select(deed => $"{deed.Deed}:{deed.Pick}")));
}
