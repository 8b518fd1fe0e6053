using System.Text.RegularExpressions;
using Billing.Accounts;
using Billing.Functions.Http;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Payments;
using Billing.Values;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Billing.Functions;

/// <summary>What the provider's staff see and do.</summary>
public sealed partial class OperatorFunctions(
    Api api, Answers answers, Accounts.Accounts accounts, IAccountStore store, IFindings findings, IAccountWork work, IProviderEvents events, Terms terms)
{
    const int LongestReason = 500;

    [Function("ListFindings")]
    public Task<IResult> FindingsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "operator/findings")] HttpRequest request, CancellationToken cancellation) =>
        api.CallAsync(request, Allow.Operator, async (_, _) => Answers.Decided(Api.Json(new FindingsView(
            await findings.ListAsync(resolved: request.Query["resolved"] == "true", cancellation).Select(Contract.Finding).ToListAsync(cancellation)))), cancellation);

    [Function("ResolveFinding")]
    public Task<IResult> ResolveAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "operator/findings/{id}/resolve")] HttpRequest request, string id, CancellationToken cancellation) =>
        api.CallAsync(request, Allow.Operator, async (by, now) =>
        {
            if ((await ReasonAsync(request, cancellation)).IsRefused(out var refusal, out var body)) return refusal;
            if (!FindingId().IsMatch(id) || await findings.FindAsync(id, cancellation) is not { } finding) return Refusals.FindingNotFound;
            var command = new Command(finding.Account, by, now, Api.KeyOf(request, by, body), Read: await store.FindAsync(finding.Account, cancellation));
            if (await accounts.IsKeyReusedAsync(command, cancellation)) return Refusals.IdempotencyKeyReused;
            if (await findings.ResolveAsync(id, now, by.User, body.Reason, cancellation) is not { } resolved) return Refusals.FindingNotFound;
            // Under a key of its own: resolved again by the same for the same reason, it is journaled if that failed the first time, and not twice.
            var journaled = await accounts.ExecuteAsync(command with { Key = Api.KeyFor($"finding {id}") }, (account, _, _) => Task.FromResult<Decision<Pending>>(Pending.Of(
                new AccountChange(account).Journaled(now, by, "finding.resolved", $"Befund {resolved.Code} erledigt. Grund: {body.Reason}"),
                new Reply(200, ReplyKind.Account))), cancellation);
            if (journaled.IsRefused(out var busy, out _) && busy != Refusals.AccountNotFound) return busy;
            await api.RememberAsync(command, cancellation);
            return Answers.Decided(Api.Json(Contract.Finding(resolved)));
        }, cancellation);

    [Function("GetOperatorAccount")]
    public Task<IResult> AccountAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "operator/accounts/{accountId}")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        // As it stands, not advanced: what is overdue must be seen.
        api.AccountAsync(request, accountId, Allow.Operator, async call =>
        {
            var account = call.Account;
            var outbox = await store.ListOutboxAsync(account.Id, cancellation);
            var inbox = await events.ListPostponedAsync(account.Id, cancellation).ToListAsync(cancellation);
            return Answers.Decided(Api.Json(new OperatorAccountView(
                Contract.Account(account), account.Version, account.Due?.Moment, Contract.Access(account.Access), account.Draft?.Id.ToString(),
                account.AmountDue,
                outbox.Select(entry => new OutboxView(
                    entry.Version, entry.At, entry.Notifications.Select(notification => notification.Type), entry.Findings.Select(finding => finding.Code),
                    entry.Documents.Select(document => document.ToString()))),
                inbox)));
        }, cancellation, asItStands: true);

    [Function("WakeAccount")]
    public Task<IResult> WakeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "operator/accounts/{accountId}/wake")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        OperateAsync(request, accountId, async (call, reason) =>
        {
            var noted = await accounts.ExecuteAsync(call.Command(new ReasonBody(reason)), (account, _, _) => Task.FromResult<Decision<Pending>>(Pending.Of(
                new AccountChange(account).Journaled(call.At, call.By, "account.woken", $"Bearbeitung angestoßen. Grund: {reason}"),
                new Reply(202, ReplyKind.Account))), cancellation);
            if (noted.IsRefused(out var refusal, out _)) return refusal;
            await work.EnqueueAsync(call.Id, null, cancellation);
            return noted;
        }, cancellation);

    [Function("VoidInvoice")]
    public Task<IResult> VoidAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "operator/accounts/{accountId}/invoices/{id}/void")] HttpRequest request,
        string accountId, string id, CancellationToken cancellation) =>
        OperateAsync(request, accountId, (call, reason) => accounts.ExecuteAsync(
            call.Command(new ReasonBody(reason)),
            (account, today, stop) => OnInvoiceAsync(account, id, invoice => OperatorCorrections.Void(account, terms, invoice, reason, today, call.At, call.By), stop),
            cancellation), cancellation);

    [Function("WriteOffInvoice")]
    public Task<IResult> WriteOffAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "operator/accounts/{accountId}/invoices/{id}/write-off")] HttpRequest request,
        string accountId, string id, CancellationToken cancellation) =>
        OperateAsync(request, accountId, (call, reason) => accounts.ExecuteAsync(
            call.Command(new ReasonBody(reason)),
            (account, _, stop) => OnInvoiceAsync(account, id, invoice => OperatorCorrections.WriteOff(account, invoice, reason, call.At, call.By), stop),
            cancellation), cancellation);

    [Function("RecordPayment")]
    public Task<IResult> RecordPaymentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "operator/accounts/{accountId}/invoices/{id}/payments")] HttpRequest request,
        string accountId, string id, CancellationToken cancellation) =>
        api.AccountAsync<TransferBody>(request, accountId, Allow.Operator, async (call, body) =>
        {
            if (Unreasonable(body.Reason) is { } refusal) return refusal;
            if (body.Reference.Length is 0 or > 140) return Refusal.Invalid("reference", "1 bis 140 Zeichen");
            if (body.ReceivedOn > call.Today) return Refusal.Invalid("receivedOn", "liegt in der Zukunft");
            return await answers.OfAsync(await accounts.ExecuteAsync(
                call.Command(body),
                (account, _, stop) => RecordAsync(account, id, call, body, stop), cancellation), cancellation);
        }, cancellation);

    /// <summary>A transfer to us for an invoice, or from us for a credit note.</summary>
    async Task<Decision<Pending>> RecordAsync(Account account, string id, AccountRequest call, TransferBody body, CancellationToken cancellation)
    {
        if (await InvoiceHistory.FindAsync(store, account, terms, id, cancellation) is not { } invoice) return Refusals.InvoiceNotFound;
        var original = invoice.Corrects is { } corrected ? await store.FindInvoiceAsync(account.Id, corrected, cancellation) : null;
        return original is null
            ? OperatorCorrections.RecordTransfer(account, invoice, new(body.GrossCents), body.ReceivedOn, body.Reference, body.Reason, call.At, call.By)
            : OperatorCorrections.RecordPayout(account, invoice, original, new(body.GrossCents), body.ReceivedOn, body.Reference, body.Reason, call.At, call.By);
    }

    Task<IResult> OperateAsync(
        HttpRequest request, string accountId, Func<AccountRequest, string, Task<Decision<Outcome>>> operate, CancellationToken cancellation) =>
        api.AccountAsync<ReasonBody>(request, accountId, Allow.Operator, async (call, body) =>
            Unreasonable(body.Reason) is { } refusal ? refusal : await answers.OfAsync(await operate(call, body.Reason), cancellation), cancellation);

    async Task<Decision<Pending>> OnInvoiceAsync(Account account, string id, Func<Invoice, Decision<Pending>> decide, CancellationToken cancellation) =>
        await InvoiceHistory.FindAsync(store, account, terms, id, cancellation) is { } invoice ? decide(invoice) : Refusals.InvoiceNotFound;

    static async Task<Decision<ReasonBody>> ReasonAsync(HttpRequest request, CancellationToken cancellation)
    {
        var read = await Bodies.ReadAsync<ReasonBody>(request, optional: false, cancellation);
        return read.Then<ReasonBody>(body => Unreasonable(body.Reason) is { } refusal ? refusal : body);
    }

    // What we name findings; anything else would only trouble the storage.
    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,200}\z")]
    private static partial Regex FindingId();

    static Refusal? Unreasonable(string reason) =>
        string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason ? Refusal.Invalid("reason", $"1 bis {LongestReason} Zeichen") : null;
}
