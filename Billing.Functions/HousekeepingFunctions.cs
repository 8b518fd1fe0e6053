using Billing.Accounts;
using Billing.Adapters.TableStorage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Billing.Functions;

/// <summary>What is kept only for a time goes when it has passed. Documents, their journal and the ledger stay.</summary>
public sealed class HousekeepingFunctions(
    TableProviderEvents events, TableStaffActions staff, TableFindings findings, Pseudonyms pseudonyms, Retention retention, TimeProvider clock, ILogger<HousekeepingFunctions> log)
{
    /// <summary>Stripe lists events for 30 days and repeats webhooks for less: after that none can come again.</summary>
    const int EventsKeptForDays = 35;

    /// <summary>Of each kind in one night, so that a run has an end; what is left has its turn the next night.</summary>
    const int MostEvents = 200_000, MostNames = 10_000;

    /// <summary>Every night. Its cost grows with what has expired, not with what is kept.</summary>
    [Function("ForgetExpired")]
    public async Task ForgetExpiredAsync([TimerTrigger("0 15 3 * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var named = now.AddMonths(-retention.StaffMonths);
        var forgotten = (
            Events: await events.PurgeAsync(DateOnly.FromDateTime(now.UtcDateTime).AddDays(-EventsKeptForDays), MostEvents, cancellation),
            Names: await staff.PseudonymiseAsync(named, pseudonyms, MostNames, cancellation),
            Findings: await findings.PurgeAsync(named, cancellation));
        if (forgotten != default) log.LogInformation("Expired: {Events} events, {Names} names of staff, {Findings} resolved findings", forgotten.Events, forgotten.Names, forgotten.Findings);
    }
}

/// <param name="StaffMonths">For how long the journal and resolved findings name the provider's staff, in months.</param>
public sealed record Retention(int StaffMonths);
