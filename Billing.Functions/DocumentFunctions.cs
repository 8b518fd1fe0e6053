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
        OfDocumentAsync(request, accountId, id, async (call, invoice) =>
        {
            if (invoice.Sha256 is { } sha256 && FileAnswer.NotModified(request, sha256) is { } unchanged) return Answers.Decided(unchanged);
            var opened = await documents.PdfAsync(call.Id, invoice, call.At, cancellation);
            return opened.Then(pdf => Answers.Decided(new FileAnswer(
                pdf, "application/pdf", $"CloudCRM-{invoice.Number ?? "ENTWURF"}.pdf", invoice.Number is null ? null : DocumentFile.HashOf(pdf))));
        }, cancellation);

    [Function("GetInvoiceXml")]
    public Task<IResult> XmlAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "accounts/{accountId}/invoices/{id}/xml")] HttpRequest request,
        string accountId, string id, CancellationToken cancellation) =>
        OfDocumentAsync(request, accountId, id, (_, invoice) =>
        {
            if (invoice.Number is null) return Task.FromResult<Decision<IResult>>(Refusals.DocumentNotIssued);
            var xml = ElectronicInvoice.Write(invoice.AsIssued);
            var sha256 = DocumentFile.HashOf(xml);
            return Task.FromResult(Answers.Decided(
                FileAnswer.NotModified(request, sha256) ?? new FileAnswer(xml, "application/xml", $"CloudCRM-{invoice.Number}.xml", sha256)));
        }, cancellation);

    Task<IResult> OfDocumentAsync(
        HttpRequest request, string accountId, string id, Func<AccountRequest, Invoice, Task<Decision<IResult>>> answer, CancellationToken cancellation) =>
        api.AccountAsync(request, accountId, Allow.Read, async call =>
            InvoiceId.TryParse(id, out var invoiceId) && await InvoiceHistory.FindAsync(store, call.Account, terms, invoiceId, cancellation) is { } invoice
                ? await answer(call, invoice)
                : Refusals.InvoiceNotFound, cancellation);
}
