using Billing.Accounts;
using Billing.AddOns;
using Billing.Functions.Http;
using Billing.Invoices;
using Billing.Plans;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Billing.Functions;

/// <summary>The account itself: opened by the CRM, seen by its people, ended by its owner.</summary>
public sealed class AccountFunctions(Api api, Answers answers, Accounts.Accounts accounts, IAccountStore store, Terms terms)
{
    const int InvoicesInOverview = 20, EndedBookingsInOverview = 100;

    [Function("PutAccount")]
    public Task<IResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "accounts/{accountId}")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountIdAsync(request, accountId, Allow.Service, async (id, by, now) =>
        {
            var read = await Bodies.ReadAsync<AccountBody>(request, optional: false, cancellation);
            if (read.IsRefused(out var unreadable, out var body)) return unreadable;
            if (CompanyDetails.Read(body).IsRefused(out var invalid, out var details)) return invalid;

            var command = new Command(id, by, now);
            if (await store.FindAsync(id, cancellation) is null
                && await accounts.OpenAsync(command, today => OpenAccount.Open(id, details, terms, today, now, by), cancellation) is { } opened)
            {
                return await answers.OfAsync(opened, cancellation);
            }
            return await answers.OfAsync(
                await accounts.ExecuteAsync(
                    command, (account, today, _) => Task.FromResult(OpenAccount.Update(account, details, terms, today, now, by)), cancellation),
                cancellation);
        }, cancellation);

    [Function("GetAccount")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "accounts/{accountId}")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync(request, accountId, Allow.Read, call => Task.FromResult(Answers.Decided(Api.Json(Contract.Account(call.Account)))), cancellation);

    [Function("GetOverview")]
    public Task<IResult> OverviewAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "accounts/{accountId}/overview")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync(request, accountId, Allow.Read, async call =>
        {
            var account = call.Account;
            var listing = InvoiceHistory.ListAsync(store, account, terms, null, InvoicesInOverview, cancellation);
            var bookings = BookingHistory.ListAsync(store, account, EndedBookingsInOverview, cancellation);
            var invoices = await listing;
            return Answers.Decided(Api.Json(new OverviewView(
                Contract.Account(account), call.Today, account.Plan, Contract.Period(account.Period), Contract.Plans(account, terms, call.Today),
                account.PaymentMethod is { } method ? new(method.Kind, method.Label, method.Expires) : null,
                Contract.AddOns(terms, call.Today, account.Language),
                (await bookings).Select(booking => Contract.Booking(booking, account, terms)),
                invoices.Rows.Select(summary => Contract.Summary(summary, account)), Contract.Cursor(invoices.Next),
                account.AmountDue, Contract.Collectable(account), terms.Catalog.DowngradeFeeNet(call.Today), Contract.Access(account.Access))));
        }, cancellation);

    [Function("GetEntitlements")]
    public Task<IResult> EntitlementsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "accounts/{accountId}/entitlements")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync(
            request, accountId, Allow.Read, call => Task.FromResult(Answers.Decided(Api.Json(Contract.Entitlements(call.Account, terms)))), cancellation);

    [Function("GetJournal")]
    public Task<IResult> JournalAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "accounts/{accountId}/journal")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync(request, accountId, Allow.Read, async call =>
        {
            if (Api.Page(request).IsRefused(out var refusal, out var asked)) return refusal;
            var page = await store.ListJournalAsync(call.Id, asked.Before, asked.Limit, cancellation);
            return Answers.Decided(Api.Json(new JournalView(page.Rows.Select(Contract.Journal), Contract.Cursor(page.Next))));
        }, cancellation);

    [Function("PreviewSubscriptionCancellation")]
    public Task<IResult> PreviewCancellationAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "accounts/{accountId}/cancellation/preview")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync<NoBody>(request, accountId, Allow.Order, async (call, body) => Answers.Preview(
            await accounts.PreviewAsync(call.Command(body), (account, today, _) => Task.FromResult(CancelSubscription.Decide(account, today)), cancellation)),
            cancellation, bodyIsOptional: true, limited: Limited.Previews);

    [Function("CancelSubscription")]
    public Task<IResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "accounts/{accountId}/cancellation")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync<ConfirmationBody>(request, accountId, Allow.Order, async (call, body) => await answers.OfAsync(
            await accounts.OrderAsync(
                call.Command(body, body.Confirmation), (account, today, _) => Task.FromResult(CancelSubscription.Decide(account, today)), cancellation),
            cancellation), cancellation);

    [Function("KeepSubscription")]
    public Task<IResult> KeepAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "accounts/{accountId}/cancellation")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync(request, accountId, Allow.Order, async call => await answers.OfAsync(
            await accounts.ExecuteAsync(
                call.Command(), (account, _, _) => Task.FromResult(CancelSubscription.TakeBack(account, call.At, call.By)), cancellation),
            cancellation), cancellation);
}
