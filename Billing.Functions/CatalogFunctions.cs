using Billing.Adapters.BlobStorage;
using Billing.Adapters.Queues;
using Billing.Adapters.TableStorage;
using Billing.Functions.Http;
using Billing.Accounts;
using Billing.Catalogs;
using Billing.Values;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Billing.Functions;

/// <summary>What anyone may see: prices, the contract, whether the service is ready.</summary>
public sealed class CatalogFunctions(
    Api api, Terms terms, TimeProvider clock, Tables tables, AccountWorkQueue queue, BlobDocumentArchive archive, ILogger<CatalogFunctions> log)
{
    static readonly byte[] OpenApi = Embedded.Read("openapi.json");

    [Function("GetCatalog")]
    public Task<IResult> CatalogAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "catalog")] HttpRequest request) =>
        api.OpenAsync(request, () =>
        {
            var today = BerlinCalendar.DayOf(clock.GetUtcNow());
            return Task.FromResult(Answers.Decided(Api.Json(new CatalogView(
                Catalog.Currency,
                terms.Catalog.Plans.Where(plan => plan.IsSold(today)).Select(plan => new PlanView(plan.Id, plan.Name, plan.MonthlyNet(today))),
                Contract.AddOns(terms, today, Language.German),
                terms.Catalog.DowngradeFeeNet(today)))));
        });

    [Function("GetOpenApi")]
    public Task<IResult> OpenApiAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "openapi.json")] HttpRequest request) =>
        api.OpenAsync(request, () => Task.FromResult(Answers.Decided(Results.Bytes(OpenApi, "application/json"))));

    [Function("GetHealth")]
    public Task<IResult> HealthAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request, CancellationToken cancellation) =>
        api.OpenAsync(request, async () =>
        {
            var dependencies = new Dictionary<string, string>
            {
                ["tables"] = await CheckAsync("tables", tables.PingAsync, cancellation),
                ["queues"] = await CheckAsync("queues", queue.PingAsync, cancellation),
                ["blobs"] = await CheckAsync("blobs", archive.PingAsync, cancellation),
            };
            var ready = dependencies.Values.All(state => state == "ok");
            return Answers.Decided(Api.Json(new HealthView(ready ? "ok" : "unavailable", dependencies), ready ? 200 : 503));
        });

    /// <summary>Whatever no other route takes. Named so that the host, which tries routes by function name, tries it last.</summary>
    [Function("ZzUnknownRoute")]
    public Task<IResult> UnknownAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", "put", "patch", "delete", "head", Route = "{*path}")] HttpRequest request) =>
        api.OpenAsync(request, () => Task.FromResult<Decision<IResult>>(new Refusal("not_found")));

    async Task<string> CheckAsync(string name, Func<CancellationToken, Task> ping, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            await ping(limit.Token);
            return "ok";
        }
        catch (Exception outage) when (!cancellation.IsCancellationRequested)
        {
            log.LogWarning(outage, "{Dependency} does not answer", name);
            return "unavailable";
        }
    }
}
