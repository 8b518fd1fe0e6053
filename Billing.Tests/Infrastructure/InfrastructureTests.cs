using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Billing.Adapters.Queues;
using Billing.Adapters.TableStorage;
using Billing.Local.World;
using Billing.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Billing.Tests.Infrastructure;

/// <summary>What infra/ would deploy, without a cloud: it compiles without a word, and comes to what is committed beside it.</summary>
public sealed partial class InfrastructureTests : IDisposable
{
    static readonly string Bicep = typeof(InfrastructureTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "Bicep").Value!;

    readonly DirectoryInfo _copy = Directory.CreateTempSubdirectory("billing-infra-");

    public InfrastructureTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Bicep), "The Bicep compiler is there for Linux only.");
        // A copy: a test may break it.
        foreach (var file in Directory.EnumerateFiles(Repository.File("infra"))) File.Copy(file, Path.Combine(_copy.FullName, Path.GetFileName(file)));
    }

    public void Dispose() => _copy.Delete(recursive: true);

    [Fact]
    public async Task It_compiles_and_is_linted_without_a_word()
    {
        Assert.Equal((0, ""), await RunAsync("build", "main.bicep", "--outfile", "main.json"));
        Assert.Equal((0, ""), await RunAsync("lint", "main.bicep"));
    }

    [Fact]
    public async Task It_is_formatted()
    {
        Assert.Equal((0, ""), await RunAsync("format", "--pattern", "./*.bicep*"));
        Assert.All(_copy.EnumerateFiles(), file => Assert.Equal(File.ReadAllText(Repository.File("infra", file.Name)), File.ReadAllText(file.FullName)));
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task It_comes_to_what_is_committed(string environment)
    {
        var (exit, said) = await ValidateAsync(environment);
        Assert.True((exit, said) == (0, ""), $"{said}\nIf that is meant, see docs/deploying.md for how a snapshot is taken.");
    }

    [Fact]
    public async Task Every_change_is_noticed()
    {
        Change("storage.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAccess: true");
        Change("app.bicep", "      AzureWebJobsStorage__credential: 'managedidentity'\n", "");
        Change("main.prod.bicepparam", "param documentRetentionDays = 3287", "param documentRetentionDays = 30");
        await IsNoticedAsync("allowSharedKeyAccess", "AzureWebJobsStorage__credential", "immutabilityPeriodSinceCreationInDays");
    }

    [Fact]
    public async Task A_setting_that_is_missing_or_not_known_is_noticed()
    {
        Change("main.prod.bicepparam", "  Page__Origins: 'https://crm.cloudcrm.example'\n", "");
        Change("settings.bicep", "  Seller__Iban: 'DE02120300000000202051'\n", "  Seller__IBAN: 'DE02120300000000202051'\n");
        await IsNoticedAsync("Page__Origins", "Seller__IBAN");
    }

    /// <summary>Azure refuses to set a policy that is locked: the deployment, and the code behind it, would not come through.</summary>
    [Fact]
    public async Task An_archive_that_was_locked_is_left_alone()
    {
        Change("main.prod.bicepparam", "param documentsLocked = false", "param documentsLocked = true");

        Assert.Contains("immutabilityPolicies", (await ValidateAsync("prod")).Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_uses_is_noticed()
    {
        Change("alerts.bicep", "param name string", "param name string\nparam unused string");

        Assert.Contains("unused", (await RunAsync("lint", "main.bicep")).Said, StringComparison.Ordinal);
    }

    async Task IsNoticedAsync(params string[] names)
    {
        var (exit, said) = await ValidateAsync("prod");
        Assert.NotEqual(0, exit);
        Assert.All(names, name => Assert.Contains(name, said, StringComparison.Ordinal));
    }

    void Change(string file, string written, string otherwise)
    {
        var path = Path.Combine(_copy.FullName, file);
        var text = File.ReadAllText(path);
        Assert.Contains(written, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(written, otherwise, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public void It_sets_exactly_what_the_service_reads(string environment)
    {
        string[] ofThePlatform = ["AzureWebJobsStorage__credential", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING"];
        string[] byIdentity = ["AzureWebJobsStorage__blobServiceUri", "AzureWebJobsStorage__clientId", "AzureWebJobsStorage__queueServiceUri", "AzureWebJobsStorage__tableServiceUri"];
        // Flex Consumption knows the worker without being told.
        string[] onlyLocal = ["AzureWebJobsStorage", "FUNCTIONS_WORKER_RUNTIME"];

        Assert.Equal(
            SettingsTests.Sample.Keys.Except(onlyLocal).Concat(byIdentity).Concat(ofThePlatform).Append("APPLICATIONINSIGHTS_CONNECTION_STRING").Distinct().Order(StringComparer.Ordinal),
            Only(environment, "Microsoft.Web/sites/config").GetProperty("properties").EnumerateObject().Select(setting => setting.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public void Secrets_come_from_the_vault(string environment)
    {
        var settings = Only(environment, "Microsoft.Web/sites/config").GetProperty("properties");
        var kept = Resources(environment, "Microsoft.KeyVault/vaults/secrets").Select(secret => secret.GetProperty("name").GetString()!.Split('/')[^1].TrimEnd(']', ')', '\'')).ToList();

        foreach (var name in new[] { "Confirmation__Key", "Crm__WebhookSecret", "Stripe__ApiKey", "Stripe__WebhookSecret" })
        {
            var reference = VaultReference().Match(settings.GetProperty(name).GetString()!);
            Assert.True(reference.Success, name);
            Assert.Contains(reference.Groups["secret"].Value, string.Join(' ', kept), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Storage_holds_the_tables_and_queues_that_the_code_uses()
    {
        var tables = new Tables(new TableServiceClient(new StorageEmulator(1).ConnectionString));
        var named = typeof(Tables).GetProperties().Select(table => table.GetValue(tables)).OfType<TableClient>().Select(table => table.Name);
        var triggers = typeof(Functions.WorkFunctions).Assembly.GetTypes().SelectMany(type => type.GetMethods()).SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<QueueTriggerAttribute>()).OfType<QueueTriggerAttribute>().ToList();

        Assert.Equal(named.Order(StringComparer.Ordinal), Names("Microsoft.Storage/storageAccounts/tableServices/tables"));
        Assert.Equal(
            triggers.SelectMany(trigger => new[] { trigger.QueueName, $"{trigger.QueueName}-poison" }).Order(StringComparer.Ordinal), Names("Microsoft.Storage/storageAccounts/queueServices/queues"));
        Assert.Contains("documents", Names("Microsoft.Storage/storageAccounts/blobServices/containers"));
        // Another connection would need settings of its own.
        Assert.All(triggers, trigger => Assert.Null(trigger.Connection));
        Assert.Contains(AccountWorkQueue.Name, triggers.Select(trigger => trigger.QueueName));
    }

    [Fact]
    public void Alerts_look_for_every_log_entry_that_is_there_for_them()
    {
        var events = typeof(LogEvents).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => ((EventId)field.GetValue(null)!).Name!).ToList();
        var looked = Resources("prod", "Microsoft.Insights/scheduledQueryRules")
            .Select(rule => LookedFor().Match(rule.GetProperty("properties").GetProperty("criteria").GetProperty("allOf")[0].GetProperty("query").GetString()!).Groups["event"].Value);

        Assert.Equal(events.Order(StringComparer.Ordinal), looked.Order(StringComparer.Ordinal));
        var sources = string.Concat(new[] { "Billing.Core", "Billing.Functions" }.SelectMany(project => Directory.EnumerateFiles(Repository.File(project), "*.cs", SearchOption.AllDirectories)).Select(File.ReadAllText));
        Assert.All(events, name => Assert.Contains($"(LogEvents.{name}, ", sources, StringComparison.Ordinal));
    }

    [Fact]
    public void The_identity_has_roles_on_data_and_nothing_else() => Assert.Equal(
        ["Key Vault Secrets User", "Monitoring Metrics Publisher", "Storage Blob Data Contributor", "Storage Queue Data Contributor", "Storage Table Data Contributor"],
        Resources("prod", "Microsoft.Authorization/roleAssignments").Select(role => RoleName().Match(role.GetProperty("name").GetString()!).Groups["role"].Value).Order(StringComparer.Ordinal));

    Task<(int Exit, string Said)> ValidateAsync(string environment) =>
        RunAsync("snapshot", $"main.{environment}.bicepparam", "--mode", "validate", "--subscription-id", Guid.Empty.ToString(), "--tenant-id", Guid.Empty.ToString());

    async Task<(int Exit, string Said)> RunAsync(params string[] arguments)
    {
        var ended = await Programs.RunAsync(Bicep, arguments, _copy.FullName, environment =>
        {
            // Whoever deploys from this machine has secrets there; what is committed is without.
            foreach (var name in environment.Keys.Where(name => name.StartsWith("BILLING_", StringComparison.Ordinal)).ToList()) environment.Remove(name);
        });
        return (ended.Exit, ended.Said);
    }

    static IEnumerable<JsonElement> Resources(string environment, string type) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Repository.File("infra", $"main.{environment}.snapshot.json")))
            .GetProperty("predictedResources").EnumerateArray().Where(resource => resource.GetProperty("type").GetString() == type);

    static JsonElement Only(string environment, string type) => Assert.Single(Resources(environment, type));

    static IEnumerable<string> Names(string type) => Resources("prod", type).Select(resource => resource.GetProperty("name").GetString()!.Split('/')[^1]).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"@Microsoft\.KeyVault\(SecretUri=\{0\}secrets/(?<secret>[a-z-]+)\)")]
    private static partial Regex VaultReference();

    [GeneratedRegex("EventName\\) == \"(?<event>\\w+)\"")]
    private static partial Regex LookedFor();

    [GeneratedRegex(@", '(?<role>[A-Za-z ]+)'\)\]$")]
    private static partial Regex RoleName();
}
