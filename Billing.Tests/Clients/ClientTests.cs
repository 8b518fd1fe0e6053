using Billing.Tests.Api;
using CloudCRM.Billing.Client;
using CloudCRM.Billing.Client.Models;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

namespace Billing.Tests.Clients;

/// <summary>The typed clients, as they are generated from the contract, against the running service.</summary>
[Collection(OnOneService.Name)]
public class ClientTests(StandingService standing)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    Service Service => standing.Service;

    [Fact]
    public async Task The_CSharp_client_previews_orders_is_refused_and_downloads()
    {
        var customer = await Service.OpenAsync("smart");
        using var adapter = new HttpClientRequestAdapter(new BaseBearerTokenAuthenticationProvider(new Token(await Service.TokenAsync("owner", customer.Id))));
        adapter.BaseUrl = $"http://localhost:{Service.Port}/api";
        var account = new BillingClient(adapter).Accounts[customer.Id];

        var preview = (await account.PlanChanges.Preview.PostAsync(new() { Plan = "pro" }, cancellationToken: Stop))!;
        var changed = (await account.PlanChanges.PostAsync(
            new() { Plan = "pro", Confirmation = preview.Confirmation }, request => request.Headers.Add("Idempotency-Key", $"client-{customer.Id}"), Stop))!;
        var overview = (await account.Overview.GetAsync(cancellationToken: Stop))!;

        Assert.Equal((Preview_kind.Upgrade, "pro", "pro"), (preview.Kind!.Value, changed.Plan, overview.Plan));
        Assert.Equal(preview.GrossCents, changed.Invoice!.GrossCents);
        Assert.Equal(await TodayAsync(customer), $"{overview.Today:yyyy-MM-dd}");
        var refused = await Assert.ThrowsAsync<Problem>(() => account.PlanChanges.Preview.PostAsync(new() { Plan = "pro" }, cancellationToken: Stop));
        Assert.Equal((409, Problem_code.Plan_already_active), (refused.ResponseStatusCode, refused.Code!.Value));

        await using var pdf = (await account.Invoices[changed.Invoice.Id!].Pdf.GetAsync(cancellationToken: Stop))!;
        var start = new byte[5];
        await pdf.ReadExactlyAsync(start, Stop);
        Assert.Equal("%PDF-"u8.ToArray(), start);
    }

    [Fact]
    public async Task The_TypeScript_client_previews_orders_is_refused_and_downloads()
    {
        var customer = await Service.OpenAsync("smart");
        var built = await Programs.RunAsync("node", [Repository.File("clients", "typescript", "build.mjs")]);
        Assert.Equal((0, ""), (built.Exit, built.Said));

        var ended = await Programs.RunAsync(
            "node", [Repository.File("Billing.Tests", "Clients", "client.mjs"), $"http://localhost:{Service.Port}/api", customer.Id, await Service.TokenAsync("owner", customer.Id)]);

        Assert.Equal((0, $"upgrade pro {await TodayAsync(customer)} 409 plan_already_active %PDF-"), (ended.Exit, ended.Said.Trim()));
    }

    static async Task<string> TodayAsync(Customer customer) => (await customer.GetAsync("/overview")).Ok().Text("today");

    sealed class Token(string token) : IAccessTokenProvider
    {
        public AllowedHostsValidator AllowedHostsValidator { get; } = new();

        public Task<string> GetAuthorizationTokenAsync(Uri uri, Dictionary<string, object>? additionalAuthenticationContext = null, CancellationToken cancellationToken = default) => Task.FromResult(token);
    }
}
