using Billing.Functions.Http;
using Billing.Payments;
using Billing.Values;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Billing.Functions;

/// <summary>Sends customers to Stripe's pages: to leave or manage a payment method, and to pay an open invoice.</summary>
public sealed class PaymentFunctions(Api api, Accounts.Accounts accounts, Collections collections, IPaymentGateway gateway, PageOrigins origins)
{
    [Function("OpenPaymentMethodSession")]
    public Task<IResult> OpenPaymentMethodAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "accounts/{accountId}/payment-method/session")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        OpenAsync(request, accountId, async (call, back) =>
        {
            var account = await collections.WithCustomerAsync(call.Account, call.At, cancellation, update: true);
            return account.PaymentMethod is null
                ? Answers.Decided(Api.Json(new SessionView((await gateway.OpenSetupAsync(account, back, cancellation)).ToString(), "setup")))
                : Answers.Decided(Api.Json(new SessionView((await gateway.OpenPortalAsync(account, back.Done, cancellation)).ToString(), "manage")));
        }, cancellation);

    [Function("OpenPaymentSession")]
    public Task<IResult> OpenPaymentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "accounts/{accountId}/invoices/{id}/payment-session")] HttpRequest request,
        string accountId, string id, CancellationToken cancellation) =>
        OpenAsync(request, accountId, async (call, back) =>
        {
            if (!InvoiceId.TryParse(id, out var invoice)) return Refusals.InvoiceNotFound;
            await collections.WithCustomerAsync(call.Account, call.At, cancellation, update: true);
            return (await collections.OpenSessionAsync(call.Id, invoice, back, call.At, cancellation))
                .Then(session => Answers.Decided(Api.Json(new PaymentSessionView(session.Url!))));
        }, cancellation);

    /// <summary>An idempotency key is kept with what was asked, the page's address is not: asked again, a new page is opened.</summary>
    Task<IResult> OpenAsync(HttpRequest request, string accountId, Func<AccountRequest, WayBack, Task<Decision<IResult>>> open, CancellationToken cancellation) =>
        api.AccountAsync<ReturnBody>(request, accountId, Allow.Order, async (call, body) =>
        {
            if (WayBack(body) is not { } back) return Refusals.ReturnUrlNotAllowed;
            var command = call.Command(body);
            if (await accounts.IsKeyReusedAsync(command, cancellation)) return Refusals.IdempotencyKeyReused;
            var opened = await open(call, back);
            if (!opened.IsRefused(out _, out _)) await api.RememberAsync(command, cancellation);
            return opened;
        }, cancellation, limited: Limited.Sessions);

    WayBack? WayBack(ReturnBody body) =>
        origins.FindReturn(body.ReturnUrl) is { } done && origins.FindReturn(body.CancelUrl ?? body.ReturnUrl) is { } givenUp ? new(done, givenUp) : null;
}
