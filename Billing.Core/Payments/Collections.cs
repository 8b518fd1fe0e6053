using System.Collections.Immutable;
using Billing.Accounts;
using Billing.Invoices;
using Billing.Telemetry;
using Billing.Values;
using Microsoft.Extensions.Logging;

namespace Billing.Payments;

/// <summary>Which of what is under way is looked at.</summary>
public enum Look
{
    /// <summary>What is due by now, and what was committed just now and has not been asked for yet.</summary>
    AtFresh,
    /// <summary>
    /// What is due by now, all that the provider has already, as something has happened there, and what this led to a moment ago. Whatever else was just
    /// committed is its committer's.
    /// </summary>
    AtAll,
}

/// <summary>
/// Carries out at the provider what the account has committed: charges, hosted sessions, refunds. Whatever it hears is committed by the same
/// transaction as everything else; where it works on what is under way, an outage is committed as the moment of the next try and not thrown.
/// </summary>
public sealed class Collections(Accounts.Accounts accounts, IAccountStore store, IPaymentGateway gateway, IProviderEvents events, ILogger<Collections> log)
{
    /// <summary>After the commit of an attempt its committer calls the provider; if that one died, someone else looks after this long.</summary>
    public static readonly TimeSpan FirstLook = TimeSpan.FromMinutes(1);

    /// <summary>How often what is under way is looked at, should the provider's event be lost.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromHours(1);

    /// <summary>A key older than this is never sent again: the provider may have forgotten it.</summary>
    static readonly TimeSpan KeyIsGood = TimeSpan.FromHours(12);
    static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Goes on with everything that waits for the provider.</summary>
    public async Task WorkAsync(StoredAccount stored, DateTimeOffset now, Look look, CancellationToken cancellation)
    {
        var account = stored.Account;
        var id = account.Id;
        StoredAccount? read = stored;
        foreach (var seen in account.Receivables)
        {
            if (seen.Slot is not { } slot || !IsLookedAt(seen, slot, look, now)) continue;
            // What was done for one has changed the account for the next.
            read ??= await store.FindAsync(id, cancellation);
            if (read is { } current && current.Account.FindReceivable(seen.Invoice) is { } open && open.Slot == slot)
                await GuardAsync(id, slot.Id, slot.At, now, stop => GoOnAsync(current, open, slot, now, stop), (code, stop) => RefusedAsync(id, open, slot, code, now, stop), cancellation);
            read = null;
        }
        foreach (var refund in account.Refunds)
        {
            if (refund.TryAt <= now || (look == Look.AtAll ? refund.Refund is not null || refund.At == now : IsFresh(refund.At, now)))
                await GuardAsync(id, refund.Id, refund.At, now, stop => GoOnAsync(account, refund, now, stop), (_, stop) => RefusedAsync(id, refund, now, stop), cancellation);
        }
    }

    /// <summary>A charge of more than is still due is not asked for any more: after a while it is given up, and what is left is another attempt's.</summary>
    static bool IsLookedAt(Receivable open, PaymentAttempt slot, Look look, DateTimeOffset now) =>
        slot.TryAt <= now || IsOutgrown(open) || (look == Look.AtAll && slot.IsUnderWay)
        || (!slot.IsSession && open.AmountDue >= slot.Amount && (look == Look.AtAll ? slot.At == now : IsFresh(slot.At, now)));

    /// <summary>Just committed: whoever works on the account now asks for it under its own key, and what was not heard of is not looked up yet.</summary>
    static bool IsFresh(DateTimeOffset at, DateTimeOffset now) => now - at < FirstLook;

    /// <summary>
    /// Takes in what the provider has of a payment now, however it came to be heard of. It is asked after the account was read, and again after a
    /// conflict: so an older state never overwrites a later one.
    /// </summary>
    /// <param name="read">The account as it was just read.</param>
    /// <returns>The account as this left it: as it was read, where there was nothing to write.</returns>
    public Task<StoredAccount> ObserveAsync(StoredAccount read, string intentId, DateTimeOffset now, CancellationToken cancellation) =>
        ObserveAsync(read.Account.Id, intentId, read, null, sessionIsOver: false, now, cancellation);

    /// <param name="read">The account, read before the payment was asked for.</param>
    /// <param name="asked">The payment, asked for after the account was read; both are good for one decision.</param>
    /// <param name="sessionIsOver">The hosted page that it was made on has been completed.</param>
    async Task<StoredAccount> ObserveAsync(AccountId id, string intentId, StoredAccount? read, IntentSnapshot? asked, bool sessionIsOver, DateTimeOffset now, CancellationToken cancellation)
    {
        var observed = await accounts.ExecuteAsync(new Command(id, Actor.System, now, Read: read), async (account, today, stop) =>
        {
            var intent = asked ?? await gateway.GetIntentAsync(intentId, stop);
            asked = null;
            var invoice = intent.Account == id.Value && InvoiceId.TryParse(intent.Invoice, out var named) ? await FindInvoiceAsync(account, named, read, stop) : null;
            return Pending.Of(await ObservedAsync(account, invoice, intent, sessionIsOver, today, now, stop), new Reply(200, ReplyKind.Account));
        }, cancellation);
        return observed.IsRefused(out var refusal, out var outcome) ? throw new InvalidOperationException($"Account {id}: payment {intentId} was not taken in, {refusal.Code}.") : outcome.Stored;
    }

    async Task<AccountChange> ObservedAsync(
        Account account, Invoice? invoice, IntentSnapshot intent, bool sessionIsOver, DateOnly today, DateTimeOffset now, CancellationToken cancellation)
    {
        if (invoice is null)
        {
            return intent.Status != IntentStatus.Succeeded ? new(account)
                : new AccountChange(account).Report(new("payment_unknown", $"Zahlung {intent.Id} über {intent.Received} gehört zu keiner Rechnung.", intent.Id));
        }

        var slot = account.FindReceivable(invoice.Id)?.Slot is { } taken && taken.Id == intent.Attempt ? taken : null;
        if (!await FitsAsync(account, slot, intent, cancellation)) return CollectInvoice.Doubt(account, invoice, intent, now);
        // A page whose debit is under way has been completed, whoever hears of the debit.
        sessionIsOver |= slot is { IsProcessing: true };
        // What failed must not succeed later by itself: it is cancelled, and the next attempt is another one.
        if (intent.Status == IntentStatus.Failed && slot is not null && (!slot.IsSession || sessionIsOver)
            && await gateway.CancelIntentAsync(intent.Id, cancellation) is { Status: not IntentStatus.Canceled } late) intent = late;

        // Who pays on a page by another method than the one on file leaves it for later. Once, before the page is taken in: an outage of this call delays that until the next look.
        if (slot is { IsSession: true, IsProcessing: false } && account.PaymentMethod is { } known
            && intent is { Status: IntentStatus.Succeeded or IntentStatus.Processing, Customer: { } payer, Method: { } method } && method != known.Id)
            await PreferAsync(account.Id, payer, method, cancellation);

        var notes = ImmutableArray.CreateBuilder<Invoice>();
        var paidOut = account.Refunds.Where(refund => refund.Intent == intent.Id).Select(refund => refund.CreditNote).Concat(intent.Refunds.Select(refund => refund.CreditNote));
        foreach (var note in paidOut.OfType<InvoiceId>().Distinct())
            notes.Add((await store.FindInvoiceAsync(account.Id, note, cancellation))!);
        return CollectInvoice.Observe(account, invoice, intent, notes.ToImmutable(), sessionIsOver, today, now);
    }

    async Task PreferAsync(AccountId id, string customer, string method, CancellationToken cancellation)
    {
        try
        {
            await gateway.PreferMethodAsync(customer, method, cancellation);
        }
        catch (PaymentRefusedException refused)
        {
            // It, or the customer, is gone already. The payment counts all the same.
            log.LogWarning("Account {Account}: the method that was paid with is not kept, {Reason}", id, refused.Message);
        }
    }

    /// <summary>Asks the provider for a page on which the customer pays what is due on the invoice.</summary>
    public async Task<Decision<SessionSnapshot>> OpenSessionAsync(AccountId id, InvoiceId invoiceId, WayBack back, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await EndOpenSessionAsync(id, invoiceId, now, cancellation) is { } hindrance) return hindrance;
        PaymentAttempt? attempt = null;
        var taken = await accounts.ExecuteAsync(new Command(id, Actor.System, now), async (account, _, stop) =>
        {
            if (await InvoiceHistory.FindIssuedAsync(store, account, invoiceId, stop) is not { } invoice) return Refusals.InvoiceNotFound;
            return CollectInvoice.DecideSession(account, invoice, now).Then<Pending>(decided =>
            {
                attempt = decided;
                return Pending.Of(new AccountChange(CollectInvoice.Take(account, invoiceId, decided)), new Reply(200, ReplyKind.Invoice, invoiceId.ToString()));
            });
        }, cancellation);
        if (taken.IsRefused(out var refusal, out var outcome)) return refusal;

        var invoice = (await store.FindInvoiceAsync(id, invoiceId, cancellation))!;
        var session = await gateway.OpenPaymentAsync(outcome.Account, invoiceId, attempt!, invoice.Number!, back, cancellation);
        await CommitAsync(id, invoiceId, now, (account, _, _) => Opened(account, invoiceId, attempt!, session, now), cancellation);
        // Another request found nothing at the provider yet and opened a page of its own: only one of them may be paid.
        if ((await store.FindAsync(id, cancellation))?.Account.FindReceivable(invoiceId)?.Slot?.Id == attempt!.Id) return session;
        await gateway.ExpireSessionAsync(session.Id, cancellation);
        return Refusals.PaymentInProgress;
    }

    /// <summary>Brings the method on file up to what the provider has, and charges what waited for a new one.</summary>
    /// <param name="read">The account as it was just read.</param>
    /// <returns>The account with the method: as it was read, where there was nothing to write. What became of the charges is not in it.</returns>
    public async Task<StoredAccount> SyncMethodAsync(StoredAccount read, DateTimeOffset now, CancellationToken cancellation)
    {
        if (read.Account.Customer is not { } customer) return read;
        var id = read.Account.Id;
        var isNew = false;
        var synced = await accounts.ExecuteAsync(new Command(id, Actor.System, now, Read: read), async (account, today, stop) =>
        {
            var method = await gateway.FindMethodAsync(account.Customer ?? customer, stop);
            isNew = account.PaymentMethod != method;
            return Pending.Of(PaymentMethods.Change(account, method, today, now), new Reply(200, ReplyKind.Account));
        }, cancellation);
        if (synced.IsRefused(out var refusal, out var outcome)) throw new InvalidOperationException($"Account {id}: the method was not brought up to date, {refusal.Code}.");
        if (isNew) await WorkAsync(outcome.Stored, now, Look.AtFresh, cancellation);
        return outcome.Stored;
    }

    /// <summary>Null when the slot is free now; otherwise why it is not.</summary>
    async Task<Refusal?> EndOpenSessionAsync(AccountId id, InvoiceId invoiceId, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { Account: var account }) return Refusals.AccountNotFound;
        if (account.FindReceivable(invoiceId) is not { Slot: { } slot } open) return null;
        if (!slot.IsSession) return Refusals.PaymentInProgress;
        await CloseSessionAsync(account, open, slot, now, cancellation);
        return (await store.FindAsync(id, cancellation))?.Account.FindReceivable(invoiceId)?.Slot is null ? null : Refusals.PaymentInProgress;
    }

    /// <summary>Charges: looked up before they are sent again, and only sent while the key is good.</summary>
    /// <param name="read">The account as it was just read.</param>
    Task GoOnAsync(StoredAccount read, Receivable open, PaymentAttempt slot, DateTimeOffset now, CancellationToken cancellation) =>
        slot.IsSession ? LookAtSessionAsync(read.Account, open, slot, now, cancellation) : LookAtChargeAsync(read, open, slot, now, cancellation);

    async Task LookAtChargeAsync(StoredAccount read, Receivable open, PaymentAttempt slot, DateTimeOffset now, CancellationToken cancellation)
    {
        var account = read.Account;
        var intent = slot.Intent;
        IntentSnapshot? charged = null;
        if (intent is null)
        {
            intent = IsFresh(slot.At, now) ? null : await gateway.FindIntentAsync(slot, cancellation);
            // Not there. Too old to be sent again, or for more than is due by now: what is left is another attempt's.
            if (intent is null && !IsFresh(slot.At, now) && (now - slot.At > KeyIsGood || open.AmountDue < slot.Amount))
            {
                await CommitAsync(account.Id, open.Invoice, now, (current, invoice, today) => CollectInvoice.Abandon(current, invoice, slot, today, again: true), cancellation);
                return;
            }
            if (intent is null)
            {
                if (account.CustomerDetails != account.Company) await WithCustomerAsync(account, now, cancellation, update: true);
                charged = await gateway.ChargeAsync(account, open.Invoice, slot, open.Number!, cancellation);
                intent = charged.Id;
            }
        }
        await ObserveAsync(account.Id, intent, read, charged, sessionIsOver: false, now, cancellation);
    }

    async Task LookAtSessionAsync(Account account, Receivable open, PaymentAttempt slot, DateTimeOffset now, CancellationToken cancellation)
    {
        if (IsOutgrown(open))
        {
            await CloseSessionAsync(account, open, slot, now, cancellation);
            return;
        }
        var session = slot.Session is { } known ? await gateway.GetSessionAsync(known, cancellation) : await gateway.FindSessionAsync(slot, cancellation);
        await TakeInAsync(account, open, slot, session, now, cancellation);
    }

    async Task CloseSessionAsync(Account account, Receivable open, PaymentAttempt slot, DateTimeOffset now, CancellationToken cancellation)
    {
        var found = slot.Session ?? (await gateway.FindSessionAsync(slot, cancellation))?.Id;
        await TakeInAsync(account, open, slot, found is null ? null : await gateway.ExpireSessionAsync(found, cancellation), now, cancellation);
    }

    async Task TakeInAsync(Account account, Receivable open, PaymentAttempt slot, SessionSnapshot? session, DateTimeOffset now, CancellationToken cancellation)
    {
        if (session is { IsComplete: true, Intent: { } intent })
        {
            await ObserveAsync(account.Id, intent, null, null, sessionIsOver: true, now, cancellation);
            return;
        }
        await CommitAsync(account.Id, open.Invoice, now, (current, invoice, today) => session is { IsOpen: true }
            ? Opened(current, open.Invoice, slot, session, now)
            : CollectInvoice.Abandon(current, invoice, slot, today, again: false), cancellation);
    }

    /// <summary>The attempt's page is open: after the half hour that it has, it is looked at. Nothing where another attempt has its place by now.</summary>
    static AccountChange Opened(Account account, InvoiceId invoice, PaymentAttempt attempt, SessionSnapshot session, DateTimeOffset now) =>
        account.FindReceivable(invoice) is { Slot: { } slot } open && slot.Id == attempt.Id
            ? new(account.WithReceivable(open with { Slot = slot with { Session = session.Id, TryAt = now + LookAgain / 2 } }))
            : new(account);

    async Task GoOnAsync(Account account, RefundAttempt attempt, DateTimeOffset now, CancellationToken cancellation)
    {
        var known = attempt.Refund is not null
            || (!IsFresh(attempt.At, now) && (await gateway.GetIntentAsync(attempt.Intent, cancellation)).Refunds.Any(refund => refund.Attempt == attempt.Id));
        if (!known && now - attempt.At > KeyIsGood)
        {
            // Looked for and not there: a new attempt has a new key.
            await CommitAsync(account.Id, attempt.Invoice, now, (current, invoice, _) => current.Refunds.Contains(attempt)
                ? Refunds.Plan(new(current with { Refunds = current.Refunds.Remove(attempt) }), invoice, attempt.CreditNote, attempt.Amount, now)
                : new(current), cancellation);
            return;
        }
        if (!known) await gateway.RefundAsync(account.Id, attempt, cancellation);
        await ObserveAsync(account.Id, attempt.Intent, null, null, sessionIsOver: false, now, cancellation);
    }

    /// <summary>Stripe will never do it: a charge counts as failed, a page was never opened.</summary>
    Task<Decision<Outcome>> RefusedAsync(AccountId id, Receivable open, PaymentAttempt slot, string code, DateTimeOffset now, CancellationToken cancellation) =>
        // What the provider has is never given up because a question about it was refused.
        slot.Intent is not null ? throw new PaymentProviderUnavailableException($"Refused: {code}.")
        : CommitAsync(id, open.Invoice, now, (account, invoice, today) => slot.IsSession
            ? CollectInvoice.Abandon(account, invoice, slot, today, again: false)
            : CollectInvoice.Observe(account, invoice, IntentSnapshot.Refused(slot, code), [], sessionIsOver: false, today, now), cancellation);

    /// <summary>Stripe will never do it: a person has to.</summary>
    Task<Decision<Outcome>> RefusedAsync(AccountId id, RefundAttempt attempt, DateTimeOffset now, CancellationToken cancellation) =>
        accounts.ExecuteAsync(new Command(id, Actor.System, now), async (account, _, stop) =>
        {
            var invoice = (await store.FindInvoiceAsync(id, attempt.Invoice, stop))!;
            var note = attempt.CreditNote is { } credit ? await store.FindInvoiceAsync(id, credit, stop) : null;
            var change = new AccountChange(account);
            return Pending.Of(
                account.Refunds.Contains(attempt) ? Refunds.Observe(change, attempt, invoice, note, new("", attempt.Id, RefundStatus.Failed, attempt.Amount), now) : change,
                new Reply(200, ReplyKind.Account));
        }, cancellation);

    /// <param name="read">Where the account is still that one, the documents written with it are at hand.</param>
    async Task<Invoice?> FindInvoiceAsync(Account account, InvoiceId id, StoredAccount? read, CancellationToken cancellation) =>
        (account.Version == read?.Account.Version ? read.Invoices.FirstOrDefault(invoice => invoice.Id == id) : null)
        ?? await store.FindInvoiceAsync(account.Id, id, cancellation);

    /// <summary>Currency, amount and customer of a payment must be those that were asked for.</summary>
    async Task<bool> FitsAsync(Account account, PaymentAttempt? slot, IntentSnapshot intent, CancellationToken cancellation)
    {
        if (intent.Currency != "eur" || (slot is not null && intent.Amount != slot.Amount)) return false;
        // A customer who was deleted at the provider had been ours as well.
        return intent.Customer == account.Customer || (intent.Customer is { } former && await events.FindAccountAsync(former, cancellation) == account.Id);
    }

    Task<Decision<Outcome>> CommitAsync(AccountId id, InvoiceId invoiceId, DateTimeOffset now, Func<Account, Invoice, DateOnly, AccountChange> decide, CancellationToken cancellation) =>
        accounts.ExecuteAsync(new Command(id, Actor.System, now), async (account, today, stop) =>
            await store.FindInvoiceAsync(id, invoiceId, stop) is { } invoice
                ? Pending.Of(decide(account, invoice, today), new Reply(200, ReplyKind.Account))
                : Refusals.InvoiceNotFound, cancellation);

    /// <summary>The account with a customer at the provider, made when it is needed first, or again after somebody deleted it there.</summary>
    /// <param name="update">
    /// Brings a known customer's details up to date: before they see a page of the provider's, or are charged, since the provider writes to whom it debits.
    /// </param>
    public async Task<Account> WithCustomerAsync(Account account, DateTimeOffset now, CancellationToken cancellation, bool update = false)
    {
        if (account.Customer is not null && !update) return account;
        string customer;
        try
        {
            customer = await gateway.SaveCustomerAsync(account, withEmail: true, cancellation);
        }
        catch (PaymentRefusedException refused)
        {
            // Details that the provider does not take keep nobody from paying. Not the exception: Stripe's sentence repeats what it was sent.
            log.LogWarning("Account {Account}: the customer's details are refused, {Reason}", account.Id, refused.Message);
            try
            {
                customer = await gateway.SaveCustomerAsync(account, withEmail: false, cancellation);
            }
            catch (PaymentRefusedException) when (account.Customer is not null)
            {
                return account;
            }
        }
        if (account.Customer == customer && account.CustomerDetails == account.Company) return account;
        if (account.Customer != customer) await events.LinkAsync(customer, account.Id, cancellation);
        var saved = await accounts.ExecuteAsync(new Command(account.Id, Actor.System, now), (current, _, _) => Task.FromResult<Decision<Pending>>(Pending.Of(
            new AccountChange(current.Customer == account.Customer ? current with { Customer = customer, CustomerDetails = account.Company } : current), new Reply(200, ReplyKind.Account))), cancellation);
        return saved.IsRefused(out var refusal, out var outcome) ? throw new PaymentProviderUnavailableException($"Account {account.Id}: {refusal.Code}") : outcome.Account;
    }

    /// <summary>A session for more or less than is due now: a credit note came in between.</summary>
    static bool IsOutgrown(Receivable open) => open.Slot is { IsSession: true } slot && slot.Amount != open.AmountDue;

    async Task GuardAsync(AccountId id, string attempt, DateTimeOffset since, DateTimeOffset now, Func<CancellationToken, Task> work, Func<string, CancellationToken, Task> refused,
        CancellationToken cancellation)
    {
        using var span = BillingTraces.Start("payment", id.Value)?.SetTag(BillingTraces.Attempt, attempt);
        try
        {
            try
            {
                await work(cancellation);
                span.Ended("ok");
            }
            catch (PaymentRefusedException refusal)
            {
                span.Ended(refusal.Code);
                // Not the exception: Stripe's sentence repeats what it was sent.
                log.LogError(LogEvents.StripeFailed, "Account {Account}: {Attempt} is refused, {Reason}", id, attempt, refusal.Message);
                await refused(refusal.Code, cancellation);
            }
        }
        catch (Exception outage) when (outage is not OperationCanceledException)
        {
            // Whatever it is, the account's other payments do not wait for it.
            span.Failed(outage);
            BillingMeter.Retries.Count("reason", "provider");
            if (outage is PaymentProviderUnavailableException) log.LogWarning(LogEvents.StripeFailed, "Account {Account}: {Attempt} waits, {Reason}", id, attempt, outage.Message);
            else log.LogError(LogEvents.AccountFailed, outage, "Account {Account}: {Attempt} waits", id, attempt);
            var wait = now - since;
            var next = now + (wait < FirstLook ? FirstLook : wait > LongestWait ? LongestWait : wait);
            await accounts.ExecuteAsync(new Command(id, Actor.System, now), (account, _, _) => Task.FromResult<Decision<Pending>>(Pending.Of(
                new AccountChange(account with
                {
                    Receivables = [.. account.Receivables.Select(open => open.Slot?.Id == attempt ? open with { Slot = open.Slot with { TryAt = next } } : open)],
                    Refunds = [.. account.Refunds.Select(refund => refund.Id == attempt ? refund with { TryAt = next } : refund)],
                }), new Reply(200, ReplyKind.Account))), cancellation);
        }
    }
}
