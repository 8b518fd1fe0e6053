using Billing.Accounts;
using Billing.Functions.Http;
using Billing.Invoices;
using Billing.Values;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Billing.Functions;

/// <summary>„Rechnungsverlauf“ and its documents.</summary>
public sealed class InvoiceFunctions(Api api, IAccountStore store, Terms terms)
{
    [Function("ListInvoices")]
    public Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "accounts/{accountId}/invoices")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync(request, accountId, Allow.Read, async call =>
        {
            if (Api.Page(request).IsRefused(out var refusal, out var asked)) return refusal;
            var page = await InvoiceHistory.ListAsync(store, call.Account, terms, asked.Before, asked.Limit, cancellation);
            return Answers.Decided(Api.Json(new InvoicesView(
                page.Rows.Select(summary => Contract.Summary(summary, call.Account)), Contract.Cursor(page.Next))));
        }, cancellation);

    [Function("GetUpcomingInvoice")]
    public Task<IResult> UpcomingAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "accounts/{accountId}/invoices/upcoming")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync(request, accountId, Allow.Read, call => Task.FromResult(
            CloseCycle.Upcoming(call.Account, terms) is { } invoice
                ? Answers.Decided(Api.Json(Contract.Upcoming(invoice, call.Account)))
                : Refusals.InvoiceNotFound), cancellation);

    // The host tries routes by function name, so the id says itself that it is not `upcoming`.
    [Function("GetInvoice")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "accounts/{accountId}/invoices/{id:regex(^(?!upcoming$).*$)}")] HttpRequest request,
        string accountId, string id, CancellationToken cancellation) =>
        api.AccountAsync(request, accountId, Allow.Read, async call =>
            await InvoiceHistory.FindAsync(store, call.Account, terms, id, cancellation) is { } invoice
                ? Answers.Decided(Api.Json(Contract.Invoice(invoice, call.Account)))
                : Refusals.InvoiceNotFound, cancellation);
}
