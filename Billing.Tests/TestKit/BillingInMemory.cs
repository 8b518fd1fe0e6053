using System.Text;
using Billing.Accounts;
using Billing.AddOns;
using Billing.Documents;
using Billing.Outbox;
using Billing.Payments;
using Billing.Plans;
using Billing.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace Billing.Tests;

/// <summary>The account's transaction over stores in memory, with a clock that a test moves and the handlers as the functions have them.</summary>
sealed class BillingInMemory
{
    int _orders;

    public BillingInMemory(Terms? terms = null)
    {
        Terms = terms ?? A.Terms;
        Accounts = Instance();
    }

    public Terms Terms { get; }
    public InMemoryAccounts Store { get; } = new();
    public InMemoryDueIndex Due { get; } = new();
    public InMemoryNumbers Numbers { get; } = new();
    public InMemoryOutside Outside { get; } = new();
    public InMemoryArchive Archive { get; } = new();
    public InMemoryDocumentIndex Index { get; } = new();

    /// <summary>How documents look: a test may change it, as another version of the software would.</summary>
    public RenderDocument Render { get; set; } = document => Encoding.UTF8.GetBytes($"%PDF of {document.Number}");
    public DateTimeOffset Now { get; set; } = BerlinCalendar.StartOf(A.Day("2026-05-06")).AddHours(12);
    public Billing.Accounts.Accounts Accounts { get; }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Another instance of the service over the same stores.</summary>
    public Billing.Accounts.Accounts Instance() => With(Terms);

    /// <summary>An instance with other prices, as another version of the software has them.</summary>
    public Billing.Accounts.Accounts With(Terms terms) => new(
        Store, Due, Numbers, new DeliverOutbox(Store, Due, Outside, Outside, Outside),
        new ArchiveDocuments(Archive, Index, Outside, document => Render(document), NullLogger<ArchiveDocuments>.Instance),
        new Confirmations(new byte[32]), terms, crmListens: true, NullLogger<Billing.Accounts.Accounts>.Instance);

    public OpenDocument Documents => new(Store, Archive, Accounts, Outside, document => Render(document), NullLogger<OpenDocument>.Instance);

    public void Reached(string day) => Now = BerlinCalendar.StartOf(A.Day(day)).AddHours(12);

    public Command By(Actor actor, AccountId id, string? key = null, string? confirmation = null) =>
        new(id, actor, Now, key is null ? null : new(key, actor.User + key), confirmation);

    public async Task<AccountId> Opened(string plan = "smart", string id = "acme", bool withMethod = true)
    {
        var account = AccountId.Parse(id);
        var details = new OpenAccount.Details(A.Company(), Language.German, plan);
        (await Accounts.OpenAsync(By(A.Service, account), today => OpenAccount.Open(account, details, Terms, today, Now, A.Service), Stop))!.Value.Value();
        if (withMethod)
        {
            await Executed(account, (state, _) => Pending.Of(
                new(state with { WithoutMethodSince = null }), new Reply(200, ReplyKind.Account)));
        }
        return account;
    }

    /// <summary>As it looks from outside. Here the CRM takes everything at once.</summary>
    public Picture Picture() => new(Now, [.. Store.Ids.Select(id => Store.PictureOf(id) with
    {
        Told = [.. Outside.Told.Values.Where(told => told.Account == id).Select(told => new Told(told.Id, told.Data.Type, told.Data.InvoiceId, told.Data.BookingId, JsonText.Of(told)))],
        Files = Archive.HashesOf(id),
    })])
    {
        Due = Due.Entries,
        Findings = [.. Outside.Findings.Values],
        Index = Index.Entries,
    };

    public async Task<Account> State(AccountId id) => (await Accounts.CurrentAsync(id, Now, Stop)).Value().Account;

    /// <summary>Previewed, confirmed and ordered, each order with a key of its own.</summary>
    public async Task<Decision<Outcome>> Ordered(AccountId id, Func<Account, DateOnly, Task<Decision<Order>>> decide, string? key = null)
    {
        var preview = await Accounts.PreviewAsync(By(A.Owner, id), (account, today, _) => decide(account, today), Stop);
        if (preview.IsRefused(out var refusal, out var shown)) return refusal;
        return await OrderedWith(id, decide, shown.Confirmation, key ?? $"order-{Interlocked.Increment(ref _orders)}");
    }

    public Task<Decision<Outcome>> OrderedWith(AccountId id, Func<Account, DateOnly, Task<Decision<Order>>> decide, string? confirmation, string? key = null) =>
        Accounts.OrderAsync(By(A.Owner, id, key, confirmation), (account, today, _) => decide(account, today), Stop);

    public Task<Decision<Outcome>> Executed(AccountId id, Func<Account, DateOnly, Decision<Pending>> decide, string? key = null) =>
        Accounts.ExecuteAsync(By(A.Owner, id, key), (account, today, _) => Task.FromResult(decide(account, today)), Stop);

    public Func<Account, DateOnly, Task<Decision<Order>>> PlanChange(string plan) => (account, today) =>
        Task.FromResult(ChangePlan.Decide(account, Terms, plan, today).Then<Order>(changed => ChangePlan.Order(account, Terms, changed, today)));

    public Func<Account, DateOnly, Task<Decision<Order>>> Booking(string addOn = "users", int quantity = 1) => (account, today) =>
        Task.FromResult(BookAddOn.Decide(account, Terms, addOn, quantity, today).Then<Order>(booked => BookAddOn.Order(account, Terms, booked, today)));

    /// <param name="receivedOn">Where it is worked on only on a later day.</param>
    public Func<Account, DateOnly, Task<Decision<Order>>> EndOf(BookingId id, DateOnly? receivedOn = null) => async (account, today) =>
    {
        var booking = account.FindBooking(id) ?? await Store.FindArchivedBookingAsync(account.Id, id, Stop);
        if (booking is null) return Refusals.AddOnNotFound;
        var billed = account.Draft?.Id == booking.BilledOn ? null : await Store.FindInvoiceAsync(account.Id, booking.BilledOn, Stop);
        return CancelAddOn.Decide(account, Terms, booking, billed is { Number: not null } ? billed : null, today, receivedOn ?? today);
    };

    public static Func<Account, DateOnly, Task<Decision<Order>>> End => (account, today) => Task.FromResult(CancelSubscription.Decide(account, today));

    public async Task PaidEverything(AccountId id)
    {
        foreach (var open in (await State(id)).Receivables)
        {
            var invoice = (await Store.FindInvoiceAsync(id, open.Invoice, Stop))!;
            (await Executed(id, (account, today) => OperatorCorrections.RecordTransfer(
                account, invoice, invoice.AmountDue, today, "Auszug", "Überweisung", Now, A.Operator))).Value();
        }
    }

    /// <summary>What the tick and the queue do: everything that is due by now is worked on.</summary>
    public async Task Tick()
    {
        var due = new List<DueAccount>();
        await foreach (var entry in Due.DueAsync(Now, Stop)) due.Add(entry);
        foreach (var entry in due)
        {
            await Due.MarkAsync(entry, Now, Stop);
            await Accounts.WorkAsync(entry.Account, entry, Now, Stop);
        }
    }
}
