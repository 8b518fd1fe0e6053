using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Billing.Telemetry;

/// <summary>
/// Everything that is counted, by name, unit and meaning. What a commit does is recorded after the commit, so never for one that did not
/// happen, and once; what a process knows when it dies in between is lost. Nothing here is the ledger. No tag names an account or a person.
/// </summary>
/// <remarks>Money is in euro cents; each movement is an instrument of its own, so that a sum over all tags means something.</remarks>
public static class BillingMeter
{
    /// <summary>Of the meter, as exporters select it.</summary>
    public const string Name = "CloudCRM.Billing";

    static readonly Meter Meter = new(Name);

    // Lags: a minute is usual, a quarter of an hour is somebody else's turn, a day is an outage.
    static readonly InstrumentAdvice<double> Lags = new() { HistogramBucketBoundaries = [1, 5, 15, 60, 120, 300, 900, 3600, 21_600, 86_400] };
    static readonly InstrumentAdvice<double> Calls = new() { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8] };

    /// <summary>The clock has handed out all that was due: one a minute over all instances. None for ten minutes: nothing is closed any more.</summary>
    public static readonly Counter<long> Ticks = Meter.CreateCounter<long>("billing.ticks", "{tick}", "Times the clock has handed out what was due");

    /// <summary>Cycles closed, the last one of an ended subscription included; one for each missed period.</summary>
    public static readonly Counter<long> Closes = Meter.CreateCounter<long>("billing.closes", "{close}", "Billing cycles closed");

    /// <summary>Numbered documents, by <c>kind</c>: invoice, collective, credit_note.</summary>
    public static readonly Counter<long> Documents = Meter.CreateCounter<long>("billing.documents", "{document}", "Documents issued");

    /// <summary>
    /// What became of payments, by <c>outcome</c>: processing, succeeded, failed, action_required, returned (a debit or a dispute), and recorded
    /// for a bank transfer. A debit is counted when it processes and again when it ends.
    /// </summary>
    public static readonly Counter<long> Charges = Meter.CreateCounter<long>("billing.charges", "{charge}", "Payments by what became of them");

    /// <summary>By <c>outcome</c>: planned, succeeded, failed, and recorded for a bank transfer.</summary>
    public static readonly Counter<long> Refunds = Meter.CreateCounter<long>("billing.refunds", "{refund}", "Refunds by what became of them");

    /// <summary>What is tried again, by <c>reason</c>: declined (another charge of the invoice), provider (Stripe was away or wrong), crm (it did not take a notification).</summary>
    public static readonly Counter<long> Retries = Meter.CreateCounter<long>("billing.retries", "{retry}", "Work that is tried again");

    /// <summary>Commits that were not written, by <c>outcome</c>: conflict (somebody else changed the account; decided again), reply_exists, confirmation_used.</summary>
    public static readonly Counter<long> Conflicts = Meter.CreateCounter<long>("billing.conflicts", "{conflict}", "Commits that another one came before");

    /// <summary>Ten conflicts in a row: a caller was told to come back, or a message goes round again.</summary>
    public static readonly Counter<long> Busy = Meter.CreateCounter<long>("billing.busy", "{command}", "Commands given up because the account kept changing");

    /// <summary>What a person must look at, by <c>code</c>; each once, however often it is found.</summary>
    public static readonly Counter<long> Findings = Meter.CreateCounter<long>("billing.findings", "{finding}", "Findings for the operator");

    /// <summary>Gross of invoices issued.</summary>
    public static readonly Counter<long> Issued = Meter.CreateCounter<long>("billing.money.issued", "ct", "Gross of invoices issued");

    /// <summary>Gross of credit notes issued.</summary>
    public static readonly Counter<long> Credited = Meter.CreateCounter<long>("billing.money.credited", "ct", "Gross of credit notes issued");

    /// <summary>Payments that succeeded and bank transfers recorded.</summary>
    public static readonly Counter<long> Paid = Meter.CreateCounter<long>("billing.money.paid", "ct", "Money that came in");

    /// <summary>Refunds that succeeded and payouts recorded.</summary>
    public static readonly Counter<long> Refunded = Meter.CreateCounter<long>("billing.money.refunded", "ct", "Money given back");

    /// <summary>Returned debits and lost disputes.</summary>
    public static readonly Counter<long> Returned = Meter.CreateCounter<long>("billing.money.returned", "ct", "Money taken back");

    /// <summary>How the sum of all amounts due has changed since the process started: a change, not a balance. Write-offs show here alone.</summary>
    public static readonly UpDownCounter<long> Open = Meter.CreateUpDownCounter<long>("billing.money.open", "ct", "Change of what is due since the start");

    /// <summary>From the moment something fell due to the commit that did it: a close, a dunning step, a charge to be looked at.</summary>
    public static readonly Histogram<double> DueLag = Meter.CreateHistogram("billing.due.lag", "s", "From due to done", advice: Lags);

    /// <summary>From an event's creation at Stripe to the work on it.</summary>
    public static readonly Histogram<double> WebhookLag = Meter.CreateHistogram("billing.webhook.lag", "s", "From an event at Stripe to the work on it", advice: Lags);

    /// <summary>From a commit to the delivery of all that it promised: notifications queued, findings told, documents archived.</summary>
    public static readonly Histogram<double> OutboxAge = Meter.CreateHistogram("billing.outbox.age", "s", "From a commit to the delivery of its promises", advice: Lags);

    /// <summary>Calls of Stripe, by <c>operation</c> and <c>outcome</c>: ok, refused (it will never do it; a decline too), unavailable.</summary>
    public static readonly Histogram<double> ProviderCalls = Meter.CreateHistogram("billing.provider.calls", "s", "Calls of Stripe", advice: Calls);

    /// <summary>Counts one of a kind.</summary>
    public static void Count(this Counter<long> counter, string tag, string value) => counter.Add(1, new KeyValuePair<string, object?>(tag, value));

    /// <summary>A name of the code as it stands in tags: <c>CreditNote</c> is <c>credit_note</c>.</summary>
    public static string Code(this Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
