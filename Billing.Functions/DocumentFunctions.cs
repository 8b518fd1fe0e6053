using Billing.Accounts;
using Billing.Documents;
using Billing.Functions.Http;
using Billing.Invoices;
using Billing.Values;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Billing.Functions;

/// <summary>Documents as files.</summary>
public sealed class DocumentFunctions(Api api, IAccountStore store, OpenDocument documents, Terms terms)
{
    [Function("GetInvoicePdf")]
    public Task<IResult> PdfAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "accounts/{accountId}/invoices/{id}/pdf")] HttpRequest request,
        string accountId, string id, CancellationToken cancellation) =>
        OpenAsync(request, accountId, id, "pdf", documents.PdfAsync, cancellation);

    [Function("GetInvoiceXml")]
    public Task<IResult> XmlAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "accounts/{accountId}/invoices/{id}/xml")] HttpRequest request,
        string accountId, string id, CancellationToken cancellation) =>
        OpenAsync(request, accountId, id, "xml", documents.XmlAsync, cancellation);

    Task<IResult> OpenAsync(
        HttpRequest request, string accountId, string id, string kind, Func<AccountId, Invoice, DateTimeOffset, CancellationToken, Task<Decision<byte[]>>> open,
        CancellationToken cancellation) =>
        api.AccountAsync(request, accountId, Allow.Read, async call =>
        {
            if (await InvoiceHistory.FindAsync(store, call.Account, terms, id, cancellation) is not { } invoice) return Refusals.InvoiceNotFound;
            var opened = await open(call.Id, invoice, call.At, cancellation);
            return opened.Then(file => Answers.Decided(new FileAnswer(file, $"application/{kind}", $"CloudCRM-{invoice.Number ?? "ENTWURF"}.{kind}", invoice.Number is not null)));
        }, cancellation);
}
