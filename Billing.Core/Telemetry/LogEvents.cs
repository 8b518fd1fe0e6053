using Microsoft.Extensions.Logging;

namespace Billing.Telemetry;

/// <summary>Log entries that an alert looks for, by their names (<c>infra/alerts.bicep</c>; a test holds the two against each other).</summary>
public static class LogEvents
{
    /// <summary>The minute's look for what is due came to its end. Missing for ten of them, nothing is closed any more.</summary>
    public static readonly EventId Tick = new(1, nameof(Tick));

    /// <summary>What was due on an account, the close of its cycle perhaps, failed. The queue tries again.</summary>
    public static readonly EventId AccountFailed = new(2, nameof(AccountFailed));

    /// <summary>The nightly sweep found an account that the due index had missed.</summary>
    public static readonly EventId AccountOverlooked = new(3, nameof(AccountOverlooked));

    /// <summary>Messages lie in a poison queue.</summary>
    public static readonly EventId MessagesGivenUp = new(4, nameof(MessagesGivenUp));

    /// <summary>There is something that a person must look at.</summary>
    public static readonly EventId FindingAdded = new(5, nameof(FindingAdded));

    /// <summary>The CRM did not take a notification.</summary>
    public static readonly EventId CrmNotTold = new(6, nameof(CrmNotTold));

    /// <summary>What came to Stripe's webhook is not signed by Stripe, or by a secret that is not set.</summary>
    public static readonly EventId WebhookRefused = new(7, nameof(WebhookRefused));

    /// <summary>Stripe did not answer, or refused.</summary>
    public static readonly EventId StripeFailed = new(8, nameof(StripeFailed));

    /// <summary>A caller, Stripe's webhooks among them, got a 5xx.</summary>
    public static readonly EventId RequestFailed = new(9, nameof(RequestFailed));

    /// <summary>Stripe's events were not read for longer than Stripe lists them.</summary>
    public static readonly EventId EventsLost = new(10, nameof(EventsLost));
}
