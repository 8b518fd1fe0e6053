using System.Diagnostics;

namespace Billing.Telemetry;

/// <summary>
/// The service's spans. One trace goes with an account's work, over the queue and whatever the due index hands out within the hour. Tags hold
/// ids, numbers and codes; never a name, an address, a token, or what is known of a card or a bank account.
/// </summary>
public static class BillingTraces
{
    /// <summary>Of the source, as exporters select it.</summary>
    public const string Name = "CloudCRM.Billing";

    public const string Account = "billing.account", Document = "billing.document", Action = "billing.action", Attempt = "billing.attempt";

    /// <summary><c>ok</c>, or the stable code of why not.</summary>
    public const string Outcome = "billing.outcome";

    /// <summary>What falls due this soon after the commit that made it due goes on with its trace: it is the same work, kept by another.</summary>
    public static readonly TimeSpan SameWork = TimeSpan.FromHours(1);

    static readonly ActivitySource Source = new(Name);

    /// <summary>A span below the current one; null where nobody listens.</summary>
    public static Activity? Start(string name, string? account = null, ActivityKind kind = ActivityKind.Internal) =>
        Source.StartActivity(name, kind)?.SetTag(Account, account);

    /// <summary>Puts a message into a queue.</summary>
    /// <param name="send">Given the traceparent that goes with the message; null if there is none.</param>
    /// <param name="handedOut">
    /// By a tick, which finds work of a thousand accounts: each goes on with a trace of its own, linked to the tick's.
    /// </param>
    /// <param name="promised">The traceparent of the commit that promised the work, if it is known.</param>
    public static async Task SendAsync(string queue, string? account, bool handedOut, string? promised, Func<string?, Task> send)
    {
        using var span = handedOut ? StartApart($"send {queue}", ActivityKind.Producer, account, promised) : Start($"send {queue}", account, ActivityKind.Producer);
        await send(span?.Id ?? (handedOut ? promised : Activity.Current?.Id));
    }

    /// <summary>Works on a message of a queue, in the trace that it came with.</summary>
    public static async Task ProcessAsync(string queue, string? account, string? traceparent, Func<Task> work)
    {
        using var span = StartApart($"process {queue}", ActivityKind.Consumer, account, traceparent);
        try
        {
            await work();
        }
        catch (Exception failure)
        {
            span.Failed(failure);
            throw;
        }
    }

    /// <summary>Splits off what <see cref="SendAsync"/> had appended, if anything.</summary>
    public static (string Message, string? Traceparent) Split(string message)
    {
        var end = message.LastIndexOf(' ');
        return end >= 0 && ActivityContext.TryParse(message[(end + 1)..], null, out _) ? (message[..end], message[(end + 1)..]) : (message, null);
    }

    /// <summary>How it went.</summary>
    public static void Ended(this Activity? span, string outcome) => span?.SetTag(Outcome, outcome);

    /// <summary>It did not end as it should; the message is left out, nobody knows what it names.</summary>
    public static void Failed(this Activity? span, Exception failure) => span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", failure.GetType().FullName);

    static Activity? StartApart(string name, ActivityKind kind, string? account, string? traceparent)
    {
        if (!Source.HasListeners()) return null;
        var here = Activity.Current;
        ActivityContext.TryParse(traceparent, null, isRemote: true, out var parent);
        // Without a parent it would become a child of the current one.
        Activity.Current = null;
        var span = Source.StartActivity(name, kind, parent, links: here is null ? null : [new(here.Context)]);
        if (span is null) Activity.Current = here;
        return span?.SetTag(Account, account);
    }
}
