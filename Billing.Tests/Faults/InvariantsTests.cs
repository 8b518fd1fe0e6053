using Billing.Accounts;
using Billing.AddOns;
using Billing.Documents;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Tests.Api;
using Billing.Values;

namespace Billing.Tests.Faults;

/// <summary>Each invariant can be broken: a world that is in order, harmed in one place, is found out.</summary>
public class InvariantsTests
{
    static readonly Lazy<Task<Picture>> Healthy = new(LiveAsync);

    /// <summary>A charged upgrade, a booking withdrawn before the close and one after it with its refund, two running, dunning of what a declined card owes.</summary>
    static async Task<Picture> LiveAsync()
    {
        await using var world = await World.StartAsync(new StorageInMemory());
        var acme = await world.Service.OpenAsync("smart", id: "acme");
        await acme.LeavesAsync("4242424242424242");
        await acme.ChangesAsync("pro");
        var first = await acme.BooksAsync("users");
        await acme.BooksAsync("storage", 2);
        (await acme.EndsAsync(first)).Ok();
        await world.StopAsync(Moment.Of("2026-05-28"));
        var late = await acme.BooksAsync("users", 3);
        await world.StopAsync(Moment.Of("2026-06-06"));
        (await acme.EndsAsync(late)).Ok();
        await acme.LeavesAsync("4000000000000341");
        await world.StopAsync(Moment.Of("2026-07-06"));
        await world.StopAsync(Moment.Of("2026-07-24"));
        await world.SettleAsync();
        return await world.PictureAsync();
    }

    [Fact]
    public async Task A_world_in_order_is_in_order()
    {
        var world = await Healthy.Value;
        Assert.Empty(Invariants.BrokenWhenQuiet(world));
        Assert.Equal(["RE", "RE", "RE", "RK", "RE"], world.Accounts[0].Documents.Where(document => document.Number is not null).Select(document => document.Number![..2]));
        Assert.NotEmpty(world.Accounts[0].Refunds);
        Assert.Contains(world.Accounts[0].Journal, entry => entry.Action == "invoice.overdue");
    }

    /// <summary>What is done to it, and what is then said.</summary>
    static readonly Dictionary<string, (Func<Picture, Picture> Harm, string Said)> Harms = new()
    {
        ["number twice"] = (InDocument(1, (all, document) => document with { Number = "RK" + all[0].Number![2..] }), "was given 2 times"),
        ["period opened twice"] = (In(account => account with { Documents = [.. account.Documents, account.Documents[0] with { Id = InvoiceId.Of(90), Sequence = 90, Number = "RE-1" }] }), "is opened by"),
        ["period not opened"] = (In(account => account with { Documents = [.. account.Documents.SkipLast(1)] }), "no document opens the period"),
        ["day billed twice"] = (InLine(0, line => line with { To = line.To.AddDays(1) }), "times for its plan"),
        ["plan credited too much"] = (In(account => account with { Documents = [.. account.Documents.Select(document => document.Kind == DocumentKind.CreditNote ? document with { Lines = [.. Enumerable.Repeat(account.Documents[0].Lines[0], 3)] } : document)] }), "more is credited for"),
        ["day not billed"] = (InState(state => state with { PeriodIndex = state.PeriodIndex + 1 }), "is not billed"),
        ["booking twice"] = (In(account => account with { Bookings = [.. account.Bookings, account.Bookings[0]] }), "is there 2 times"),
        ["booking billed short"] = (InBooking(BookingStatus.Active, booking => booking with { BilledThrough = booking.BilledThrough.AddDays(1) }), "is not billed from"),
        ["booking ends late"] = (InBooking(BookingStatus.Active, booking => booking with { EndsOn = booking.BilledThrough.AddDays(1) }), "and is billed through"),
        ["withdrawn booking billed"] = (InBooking(BookingStatus.Active, booking => booking with { Status = BookingStatus.Withdrawn }), "of withdrawn booking"),
        ["line a cent off"] = (InLine(0, line => line with { Net = line.Net + new Money(1) }), "has a line that is wrong"),
        ["days of a line wrong"] = (InLine(0, line => line with { Days = line.Days - 1 }), "other days than it says"),
        ["total a cent off"] = (InDocument(0, document => document with { Taxes = [document.Taxes[0] with { Net = document.Taxes[0].Net + new Money(1) }] }), "does not add up"),
        ["VAT a cent off"] = (InDocument(0, document => document with { Taxes = [document.Taxes[0] with { Vat = document.Taxes[0].Vat + new Money(1) }] }), "has wrong VAT"),
        ["credited without a note"] = (In(account => account with { Documents = [.. account.Documents.Where(document => document.Kind != DocumentKind.CreditNote)] }), "credited by notes over"),
        ["credited too much"] = (InDocument(0, document => document with { Credited = document.Gross + new Money(1) }), "credited"),
        ["line credited twice"] = (InDocument(0, document => document with { CreditedLines = [0, 0] }), "a line is credited twice"),
        ["open though paid"] = (InDocument(0, document => document with { Status = InvoiceStatus.Open }), "is Open with"),
        ["receivable forgotten"] = (InState(state => state with { Receivables = [] }), "is due, the account"),
        ["journal with a gap"] = (In(account => account with { Journal = [.. account.Journal.Skip(1)] }), "gaps or doubles"),
        ["charged twice"] = (In(account => account with { Charges = [.. account.Charges, account.Charges.First(charge => charge.IsTaken) with { Intent = "pi_2" }] }), "is charged 2 times"),
        ["refunded twice"] = (In(account => account with { Refunds = [.. account.Refunds, account.Refunds[0] with { Id = "re_2" }] }), "is refunded 2 times"),
        ["more than all went back"] = (InCharge(charge => charge with { Returned = charge.Amount + new Money(1) }), "more than all of it went back"),
        ["paid with money nobody has"] = (In(account => account with { Charges = [.. account.Charges.Where(charge => !charge.IsTaken)] }), "that the provider does not have"),
        ["charge of no invoice"] = (InCharge(charge => charge with { Invoice = "inv-77" }), "belong to no invoice"),
        ["refund not in the ledger"] = (InCharge(charge => charge with { Refunded = charge.Refunded + new Money(1) }), "the provider has"),
        ["customer's money kept"] = (InDocument(0, document => document with { WrittenOff = new Money(1) }), "that are the customer's"),
        ["note not paid out"] = (In(account => account with { Refunds = [] }), "at the provider"),
        ["note settled too early"] = (InDocument(document => document.Kind == DocumentKind.CreditNote, document => document with { Status = InvoiceStatus.Open }), "set off and"),
        ["file lost"] = (In(account => account with { Files = account.Files.Skip(1).ToDictionary() }), "its file is not there"),
        ["file changed"] = (In(account => account with { Files = account.Files.ToDictionary(file => file.Key, _ => DocumentFile.HashOf([1])) }), "its file"),
        ["file too many"] = (In(account => account with { Files = account.Files.Append(new("acme/2026/RE-1.pdf", "")).ToDictionary() }), "was never issued"),
        ["hash not journaled"] = (In(account => account with { Journal = [.. account.Journal.Select(entry => entry with { Text = "" })] }), "does not name the hash"),
        ["notification waiting"] = (In(account => account with { Untold = ["acme-1-0"] }), "was not told acme-1-0"),
        ["notification in two ways"] = (In(account => account with { Told = [.. account.Told!, account.Told![0] with { Text = "" }] }), "was told in several ways"),
        ["document untold"] = (In(account => account with { Told = [.. account.Told!.Where(told => told.Type != "credit_note.issued")] }), "was told under 0 ids"),
        ["document told under two ids"] = (In(account => account with { Told = [.. account.Told!, .. account.Told!.Select(told => told with { Id = told.Id + "b" })] }), "was told under 2 ids"),
        ["reminder untold"] = (In(account => account with { Told = [.. account.Told!.Where(told => told.Type != "invoice.overdue")] }), "invoice.overdue was told under 0 ids"),
        ["end of a booking untold"] = (InBooking(BookingStatus.Active, booking => booking with { Status = BookingStatus.Ended }), "the end of booking"),
        ["due moment unguarded"] = (world => world with { Due = [] }, "nothing guards what is due"),
        ["outbox unguarded"] = (In(account => account with { Outbox = [Promise(account)] }), "nothing guards the outbox"),
        ["outbox left"] = (In(account => account with { Outbox = [Promise(account)] }), "left its outbox"),
        ["due moment missed"] = (InState(state => state with { Due = state.Due! with { Moment = state.Due.Moment.AddYears(-1) } }), "is due since"),
        ["attempt in the dark"] = (InState(state => state with { Receivables = [state.Receivables[0] with { Slot = new("acme-payment-9", new(1), default, default, "pm") { Customer = null } }] }), "nobody knows what of it came"),
        ["due entry left"] = (world => world with { Due = [.. world.Due, new(AccountId.Parse("acme"), world.Now, 1, DuePurpose.Account)] }, "due entry"),
        ["event left"] = (world => world with { Inbox = ["evt_1"] }, "event evt_1 is not done with"),
        ["message left"] = (world => world with { Queues = new Dictionary<string, int> { ["account-work"] = 1 } }, "1 in queue account-work"),
        ["message poison"] = (world => world with { Queues = new Dictionary<string, int> { ["account-work-poison"] = 1 } }, "1 in queue account-work-poison"),
        ["document not indexed"] = (world => world with { Index = [] }, "is not in the index"),
        ["finding"] = (world => world with { Findings = [new("1", AccountId.Parse("acme"), world.Now, "payment_unknown", "")] }, "the operator is told [payment_unknown] instead of []"),
    };

    public static TheoryData<string> Names => [.. Harms.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_harmed_is_found_out(string name)
    {
        var (harm, said) = Harms[name];
        Assert.Contains(Invariants.BrokenWhenQuiet(harm(await Healthy.Value)), broken => broken.Contains(said, StringComparison.Ordinal));
    }

    static OutboxEntry Promise(AccountPicture account) => new(account.Id, 1, default, [], []);

    static Func<Picture, Picture> In(Func<AccountPicture, AccountPicture> harm) => world => world with { Accounts = [harm(world.Accounts[0])] };
    static Func<Picture, Picture> InState(Func<Account, Account> harm) => In(account => account with { State = harm(account.State) });

    static Func<Picture, Picture> InDocument(int place, Func<IReadOnlyList<Invoice>, Invoice, Invoice> harm) =>
        In(account => account with { Documents = [.. account.Documents.Select((document, number) => number == place ? harm(account.Documents, document) : document)] });

    static Func<Picture, Picture> InDocument(int place, Func<Invoice, Invoice> harm) => InDocument(place, (_, document) => harm(document));

    static Func<Picture, Picture> InDocument(Func<Invoice, bool> which, Func<Invoice, Invoice> harm) =>
        In(account => account with { Documents = [.. account.Documents.Select(document => which(document) ? harm(document) : document)] });

    static Func<Picture, Picture> InLine(int place, Func<InvoiceLine, InvoiceLine> harm) => InDocument(place, document => document with { Lines = document.Lines.SetItem(0, harm(document.Lines[0])) });

    static Func<Picture, Picture> InBooking(BookingStatus status, Func<AddOnBooking, AddOnBooking> harm) =>
        In(account => account with { Bookings = [.. account.Bookings.Select(booking => booking.Status == status ? harm(booking) : booking)] });

    static Func<Picture, Picture> InCharge(Func<Charge, Charge> harm) => In(account => account with { Charges = [.. account.Charges.Select(charge => charge.IsTaken ? harm(charge) : charge)] });
}
