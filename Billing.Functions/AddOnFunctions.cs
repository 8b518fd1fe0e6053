using Billing.Accounts;
using Billing.AddOns;
using Billing.Functions.Http;
using Billing.Values;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Billing.Functions;

/// <summary>Booking add-ons, and ending them: withdrawn inside the withdrawal days, cancelled after.</summary>
public sealed class AddOnFunctions(Api api, Answers answers, Accounts.Accounts accounts, IAccountStore store, Terms terms)
{
    /// <summary>More ended bookings than anyone looks through; the history of documents has them all.</summary>
    const int EndedBookingsShown = 10_000;

    [Function("PreviewAddOn")]
    public Task<IResult> PreviewAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "accounts/{accountId}/add-ons/preview")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync<AddOnBody>(request, accountId, Allow.Order, async (call, body) => Answers.Preview(
            await accounts.PreviewAsync(call.Command(body), (account, today, _) => Task.FromResult(Decide(account, body.AddOn, body.Quantity, today)), cancellation)),
            cancellation, limited: Limited.Previews);

    [Function("BookAddOn")]
    public Task<IResult> BookAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "accounts/{accountId}/add-ons")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync<AddOnOrderBody>(request, accountId, Allow.Order, async (call, body) => await answers.OfAsync(
            await accounts.OrderAsync(
                call.Command(body, body.Confirmation), (account, today, _) => Task.FromResult(Decide(account, body.AddOn, body.Quantity, today)), cancellation),
            cancellation), cancellation);

    [Function("ListAddOns")]
    public Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "accounts/{accountId}/add-ons")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync(request, accountId, Allow.Read, async call =>
            Answers.Decided(Api.Json(new BookingsView(
                (await BookingHistory.ListAsync(store, call.Account, EndedBookingsShown, cancellation)).Select(booking => Contract.Booking(booking, call.Account, terms))))),
            cancellation);

    [Function("PreviewAddOnCancellation")]
    public Task<IResult> PreviewCancellationAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "accounts/{accountId}/add-ons/{id}/cancellation/preview")] HttpRequest request,
        string accountId, string id, CancellationToken cancellation) =>
        api.AccountAsync<NoBody>(request, accountId, Allow.Order, async (call, body) => Answers.Preview(
            await accounts.PreviewAsync(call.Command(body), (account, today, stop) => DecideEndAsync(account, id, today, call, stop), cancellation)),
            cancellation, bodyIsOptional: true, limited: Limited.Previews);

    [Function("CancelAddOn")]
    public Task<IResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "accounts/{accountId}/add-ons/{id}/cancellation")] HttpRequest request,
        string accountId, string id, CancellationToken cancellation) =>
        api.AccountAsync<ConfirmationBody>(request, accountId, Allow.Order, async (call, body) => await answers.OfAsync(
            await accounts.OrderAsync(call.Command(body, body.Confirmation), (account, today, stop) => DecideEndAsync(account, id, today, call, stop), cancellation),
            cancellation), cancellation);

    [Function("KeepAddOn")]
    public Task<IResult> KeepAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "accounts/{accountId}/add-ons/{id}/cancellation")] HttpRequest request,
        string accountId, string id, CancellationToken cancellation) =>
        api.AccountAsync(request, accountId, Allow.Order, async call => await answers.OfAsync(
            await accounts.ExecuteAsync(
                call.Command(),
                async (account, _, stop) => await FindAsync(account, id, stop) is { } booking ? KeepAddOn.Decide(account, booking, call.At, call.By) : Refusals.AddOnNotFound,
                cancellation),
            cancellation), cancellation);

    Decision<Order> Decide(Account account, string addOn, int quantity, DateOnly today) =>
        BookAddOn.Decide(account, terms, addOn, quantity, today).Then<Order>(booked => BookAddOn.Order(account, terms, booked, today));

    async Task<Decision<Order>> DecideEndAsync(Account account, string id, DateOnly today, AccountRequest call, CancellationToken cancellation)
    {
        if (await FindAsync(account, id, cancellation) is not { } booking) return Refusals.AddOnNotFound;
        var receivedOn = BerlinCalendar.DayOf(call.At);
        var billed = account.Draft?.Id != booking.BilledOn && booking.CanBeWithdrawn(receivedOn)
            ? await store.FindInvoiceAsync(account.Id, booking.BilledOn, cancellation)
            : null;
        return CancelAddOn.Decide(account, terms, booking, billed, today, receivedOn);
    }

    async Task<AddOnBooking?> FindAsync(Account account, string id, CancellationToken cancellation) =>
        BookingId.TryParse(id, out var booking)
            ? account.FindBooking(booking) ?? await store.FindArchivedBookingAsync(account.Id, booking, cancellation)
            : null;
}
