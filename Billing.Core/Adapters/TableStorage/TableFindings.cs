using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Billing.Outbox;
using Billing.Telemetry;
using Billing.Values;
using Microsoft.Extensions.Logging;

namespace Billing.Adapters.TableStorage;

/// <summary>Findings: one partition of open ones, one of resolved ones.</summary>
public sealed class TableFindings(Tables tables, ILogger<TableFindings> log) : IFindings
{
    const string Open = "open", Resolved = "resolved";
    readonly TableClient _table = tables.Findings;

    public async Task AddAsync(OperatorFinding finding, CancellationToken cancellation)
    {
        if ((await _table.GetEntityIfExistsAsync<TableEntity>(Resolved, finding.Id, cancellationToken: cancellation)).HasValue) return;
        try
        {
            await _table.AddEntityAsync(Row(Open, finding), cancellation);
            BillingMeter.Findings.Count("code", finding.Code);
            log.LogWarning(LogEvents.FindingAdded, "Account {Account}: finding {Finding}, {Code}", finding.Account, finding.Id, finding.Code);
        }
        catch (RequestFailedException there) when (there.Status == 409)
        {
            // Told before.
        }
    }

    public async IAsyncEnumerable<OperatorFinding> ListAsync(bool resolved, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var partition = resolved ? Resolved : Open;
        await foreach (var row in _table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), cancellationToken: cancellation))
            yield return Read(row);
    }

    public async Task<OperatorFinding?> FindAsync(string id, CancellationToken cancellation) =>
        await FindAsync(Open, id, cancellation) ?? await FindAsync(Resolved, id, cancellation);

    public async Task<OperatorFinding?> ResolveAsync(string id, DateTimeOffset at, string by, string reason, CancellationToken cancellation)
    {
        if (await FindAsync(Open, id, cancellation) is not { } found)
            return await FindAsync(Resolved, id, cancellation) is { } done && done.ResolvedBy == by && done.Reason == reason ? done : null;
        var resolved = found with { ResolvedAt = at, ResolvedBy = by, Reason = reason };
        // Two partitions, so two writes: in between it is in both, and resolving it again comes to the same.
        await _table.UpsertEntityAsync(Row(Resolved, resolved), TableUpdateMode.Replace, cancellation);
        await _table.DeleteEntityAsync(Open, id, ETag.All, cancellation);
        return resolved;
    }

    /// <summary>Forgets findings that were resolved before then. How many it was.</summary>
    public async Task<int> PurgeAsync(DateTimeOffset resolvedBefore, CancellationToken cancellation)
    {
        var purged = 0;
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Resolved} and ResolvedAt lt {resolvedBefore}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellation))
        {
            await _table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellation);
            purged++;
        }
        return purged;
    }

    async Task<OperatorFinding?> FindAsync(string partition, string id, CancellationToken cancellation)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, id, cancellationToken: cancellation);
        return found.HasValue ? Read(found.Value!) : null;
    }

    static TableEntity Row(string partition, OperatorFinding finding) => new(partition, finding.Id)
    {
        ["Account"] = finding.Account.Value,
        ["At"] = finding.At,
        ["Code"] = finding.Code,
        ["Text"] = finding.Text,
        ["ResolvedAt"] = finding.ResolvedAt,
        ["ResolvedBy"] = finding.ResolvedBy,
        ["Reason"] = finding.Reason,
    };

    static OperatorFinding Read(TableEntity row) => new(
        row.RowKey, AccountId.Parse(row.GetString("Account")), row.GetDateTimeOffset("At")!.Value, row.GetString("Code"), row.GetString("Text"),
        row.GetDateTimeOffset("ResolvedAt"), row.GetString("ResolvedBy"), row.GetString("Reason"));
}
