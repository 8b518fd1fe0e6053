using Billing.Accounts;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Payments;
using Billing.Values;
using Microsoft.AspNetCore.Http;

namespace Billing.Functions.Http;

/// <summary>
/// Answers a command: the status it was answered with first, and its resource as it now stands. A repeated key so gets the same kind of
/// answer without anything having been stored of it.
/// </summary>
public sealed class Answers(IAccountStore store, Terms terms, Collections collections, TimeProvider clock)
{
    /// <summary>How long a caller waits for Stripe; what takes longer goes on by the queue, and the answer says so.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public async Task<Decision<IResult>> OfAsync(Decision<Outcome> decision, CancellationToken cancellation)
    {
        if (decision.IsRefused(out var refusal, out var outcome)) return refusal;
        outcome = await CollectedAsync(outcome, cancellation);
        var (account, reply) = (outcome.Account, outcome.Reply);
        return Decided(reply.Kind switch
        {
            ReplyKind.Booking => Api.Json(Contract.Booking(await BookingAsync(outcome, cancellation), account, terms), reply.Status),
            ReplyKind.PlanChange => Api.Json(
                new PlanChangedView(account.Plan, Contract.Summary(InvoiceSummary.Of(await InvoiceAsync(outcome, cancellation)), account)), reply.Status),
            ReplyKind.Invoice => Api.Json(Contract.Invoice(await InvoiceAsync(outcome, cancellation), account), reply.Status),
            _ => Api.Json(Contract.Account(account), reply.Status),
        });
    }

    /// <summary>Charges and refunds that the command led to, as far as they are done within the caller's patience.</summary>
    async Task<Outcome> CollectedAsync(Outcome outcome, CancellationToken cancellation)
    {
        if (CollectInvoice.NextLook(outcome.Account) is null) return outcome;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await collections.WorkAsync(outcome.Stored, clock.GetUtcNow(), Look.AtFresh, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The due index has it.
        }
        return await store.FindAsync(outcome.Account.Id, cancellation) is { } now ? outcome with { Stored = now, Invoices = [] } : outcome;
    }

    /// <summary>Spares the callers a cast: an interface has no implicit conversion.</summary>
    public static Decision<IResult> Decided(IResult answer) => Decision.Of(answer);

    /// <summary>Shows what an order would come to.</summary>
    public static Decision<IResult> Preview(Decision<Confirmable> decision) => decision.Then(shown => Decided(Api.Json(Contract.Preview(shown))));

    async Task<AddOnBooking> BookingAsync(Outcome outcome, CancellationToken cancellation)
    {
        var id = BookingId.Parse(outcome.Reply.Id);
        return outcome.Account.FindBooking(id)
            ?? outcome.Archived.FirstOrDefault(booking => booking.Id == id)
            ?? await store.FindArchivedBookingAsync(outcome.Account.Id, id, cancellation)
            ?? throw new InvalidOperationException($"Booking {id} of account {outcome.Account.Id} is gone.");
    }

    async Task<Invoice> InvoiceAsync(Outcome outcome, CancellationToken cancellation)
    {
        var id = InvoiceId.Parse(outcome.Reply.Id);
        return outcome.Invoices.FirstOrDefault(invoice => invoice.Id == id)
            ?? await InvoiceHistory.FindAsync(store, outcome.Account, terms, id, cancellation)
            ?? throw new InvalidOperationException($"Document {id} of account {outcome.Account.Id} is gone.");
    }
}
