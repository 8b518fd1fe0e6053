using System.Text;
using Billing.Adapters.Queues;
using Billing.Adapters.StripeApi;
using Billing.Functions.Http;
using Billing.Payments;
using Billing.Telemetry;
using Billing.Values;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Billing.Functions;

/// <summary>Stripe's events: kept and acknowledged within the request, worked on by the queue.</summary>
public sealed class StripeFunctions(
    Api api, StripeEvents stripe, IPaymentGateway gateway, IProviderEvents events, IProviderEventWork queue, WorkProviderEvent work, TimeProvider clock, ILogger<StripeFunctions> log)
{
    /// <summary>For how long Stripe lists an event: the first reading takes all of them.</summary>
    static readonly TimeSpan Listed = TimeSpan.FromDays(30);

    /// <summary>Each later reading goes back to a while before the one before it.</summary>
    static readonly TimeSpan LooksBack = TimeSpan.FromHours(1);

    /// <summary>A night in which everybody is charged has more events than an hour has time for one after the other.</summary>
    const int AtOnce = 16;

    [Function("StripeWebhook")]
    public Task<IResult> WebhookAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "stripe/webhook")] HttpRequest request, CancellationToken cancellation) =>
        api.OpenAsync(request, async () =>
        {
            if ((await Bodies.ReadBytesAsync(request, Bodies.MostWebhookBytes, cancellation)).IsRefused(out var refusal, out var body)) return refusal;
            if (stripe.Read(Encoding.UTF8.GetString(body), request.Headers["Stripe-Signature"]) is not { } happened)
            {
                log.LogWarning(LogEvents.WebhookRefused, "A webhook was refused: its signature does not fit the secrets that are set");
                return Refusal.Invalid("Stripe-Signature", "ungültig");
            }
            // Known or not: a message that was lost between the row and the queue is sent by Stripe's own repetition.
            await events.AddAsync(happened, cancellation);
            await queue.EnqueueAsync(happened.Id, cancellation);
            return Answers.Decided(Results.Ok());
        });

    /// <summary>Every hour: what waited for Stripe, and what Stripe says has happened and nobody told us of, is worked on like a webhook.</summary>
    [Function("ReconcilePayments")]
    public async Task ReconcileAsync([TimerTrigger("0 7 * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await foreach (var id in events.ListPostponedAsync(null, cancellation))
        {
            // Forgotten only once it is done: until then it may be postponed again at any moment.
            if (await events.FindOpenAsync(id, cancellation) is null) await events.ForgetPostponedAsync(id, cancellation);
            else await queue.EnqueueAsync(id, cancellation);
        }
        try
        {
            var since = await events.FindReadUntilAsync(cancellation) is { } before ? before - LooksBack : now - Listed;
            await Parallel.ForEachAsync(gateway.ListEventsAsync(since, cancellation), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (happened, stop) =>
            {
                // Known and not done: its message may have been lost.
                if (await events.AddAsync(happened, stop) || await events.FindOpenAsync(happened.Id, stop) is not null) await queue.EnqueueAsync(happened.Id, stop);
            });
            if (since < now - Listed)
                log.LogError(LogEvents.EventsLost, "Nobody read Stripe's events from {Since:O} on, and Stripe lists them for {Days} days alone: some may be lost", since, Listed.Days);
            await events.SetReadUntilAsync(now, cancellation);
        }
        catch (PaymentProviderUnavailableException outage)
        {
            log.LogWarning(LogEvents.StripeFailed, "Reconciliation waits for the next hour: {Reason}", outage.Message);
        }
    }

    [Function("WorkStripeEvent")]
    public Task WorkAsync([QueueTrigger(StripeEventQueue.Name)] string message, CancellationToken cancellation) =>
        StripeEventQueue.ProcessAsync(message, id => work.WorkAsync(id, clock.GetUtcNow(), cancellation));
}
