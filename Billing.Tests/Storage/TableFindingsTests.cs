using Billing.Adapters.TableStorage;
using Billing.Outbox;
using Billing.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace Billing.Tests;

[Collection(OnStorage.Name)]
public class TableFindingsTests(AzuriteFixture azurite)
{
    readonly TableFindings _findings = new(azurite.Tables, NullLogger<TableFindings>.Instance);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static OperatorFinding Finding(string id) => new(id, AccountId.Parse("acme"), A.Instant("2026-08-10T00:00:00Z"), "suspension_lasts", "Seit 11.07.2026 gesperrt.");

    Task<List<OperatorFinding>> List(bool resolved) => _findings.ListAsync(resolved, Stop).ToListAsync(Stop).AsTask();

    [Fact]
    public async Task A_finding_is_open_once_until_it_is_resolved()
    {
        var finding = Finding("acme-7-0");
        await _findings.AddAsync(finding, Stop);
        await _findings.AddAsync(finding with { Text = "told again" }, Stop);
        Assert.Equal(finding, (await List(resolved: false)).Single(open => open.Id == finding.Id));

        var at = A.Instant("2026-08-11T08:00:00Z");
        var resolved = await _findings.ResolveAsync(finding.Id, at, "otto", "Kunde angerufen", Stop);

        Assert.Equal(finding with { ResolvedAt = at, ResolvedBy = "otto", Reason = "Kunde angerufen" }, resolved);
        Assert.DoesNotContain(await List(resolved: false), open => open.Id == finding.Id);
        Assert.Contains(resolved, await List(resolved: true));

        await _findings.AddAsync(finding, Stop); // told once more by a repeated delivery
        Assert.DoesNotContain(await List(resolved: false), open => open.Id == finding.Id);
        Assert.Null(await _findings.ResolveAsync(finding.Id, at, "otto", "", Stop));
        Assert.Null(await _findings.ResolveAsync("nobody-1-0", at, "otto", "", Stop));
    }
}
