using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using Billing.Tests.Api;

namespace Billing.Tests.Infrastructure;

/// <summary>The function app as it is deployed: <c>dotnet publish</c> makes it, with the real worker.</summary>
public sealed class AzureBuild : IAsyncLifetime
{
    public static string Folder => Repository.File("artifacts", "functions");

    public static string File(params string[] parts) => Path.Combine([Folder, .. parts]);

    public async ValueTask InitializeAsync()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        // Whoever publishes from their own machine has one, with secrets in it.
        var secrets = Repository.File("local.settings.json");
        var placed = !System.IO.File.Exists(secrets);
        if (placed) await System.IO.File.WriteAllTextAsync(secrets, "{}");
        try
        {
            var published = await Programs.RunAsync("dotnet", ["publish", "Billing.Functions", "-c", "Release", "-o", Folder, "-v", "quiet", "-nodeReuse:false"], Repository.Root);
            var said = published.Said;
            Assert.SkipWhen(said.Contains("NU1101", StringComparison.Ordinal) || said.Contains("NU1102", StringComparison.Ordinal), $"The packages of the Functions worker cannot be had here: {said}");
            Assert.True(published.Exit == 0, said);
        }
        finally
        {
            if (placed) System.IO.File.Delete(secrets);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

public class AzureBuildTests(AzureBuild build) : IClassFixture<AzureBuild>
{
    readonly HashSet<string> _files = [.. Directory.EnumerateFiles(AzureBuild.Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(AzureBuild.Folder, file))];

    [Fact]
    public void It_holds_nothing_of_the_local_world()
    {
        _ = build;
        Assert.Contains("Billing.Functions.dll", _files);
        Assert.DoesNotContain(_files, file => file.Contains("Billing.Local", StringComparison.Ordinal) || file.Contains("NCrontab", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("Billing.Local", File.ReadAllText(AzureBuild.File("Billing.Functions.deps.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void It_holds_no_settings_of_the_machine_that_built_it() => Assert.DoesNotContain(_files, file => file.Contains("settings", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void It_is_an_isolated_worker_with_its_host_extensions()
    {
        Assert.Equal(File.ReadAllText(Repository.File("host.json")), File.ReadAllText(AzureBuild.File("host.json")));
        Assert.Equal("dotnet-isolated", Json("worker.config.json").GetProperty("description").GetProperty("language").GetString());
        Assert.Contains("AzureStorageQueues", Json("extensions.json").GetProperty("extensions").EnumerateArray().Select(extension => extension.GetProperty("name").GetString()));
        Assert.Contains(Path.Combine(".azurefunctions", "Microsoft.Azure.WebJobs.Extensions.Storage.Queues.dll"), _files);
    }

    [Fact]
    public void The_worker_indexes_what_the_document_lists()
    {
        var indexed = Json("functions.metadata").EnumerateArray().Select(function =>
        {
            var trigger = function.GetProperty("bindings").EnumerateArray().First();
            string Text(string name) => trigger.GetProperty(name).GetString()!;
            return $"{function.GetProperty("name").GetString()}: " + Text("type") switch
            {
                "httpTrigger" => $"{string.Join(' ', trigger.GetProperty("methods").EnumerateArray().Select(method => method.GetString())).ToUpperInvariant()} {Text("route")}",
                "timerTrigger" => Text("schedule"),
                _ => Text("queueName"),
            };
        });

        Assert.Equal(FunctionsTests.Documented(), indexed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Billing.Functions.dll")]
    [InlineData("Billing.Core.dll")]
    [InlineData("Azure.Data.Tables.dll")]
    [InlineData("Stripe.net.dll")]
    public void It_is_compiled_ahead(string assembly)
    {
        using var image = new PEReader(File.OpenRead(AzureBuild.File(assembly)));
        Assert.NotEqual(0, image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size);
    }

    [Fact]
    public void It_brings_the_native_libraries_of_its_one_platform()
    {
        Assert.Superset(new HashSet<string> { "libSkiaSharp.so", "libHarfBuzzSharp.so" }, _files);
        Assert.DoesNotContain(_files, file => file.StartsWith("runtimes", StringComparison.Ordinal) || file.EndsWith(".dylib", StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_the_contract_and_the_typefaces_are_inside()
    {
        Assert.Superset(new HashSet<string> { "openapi.json", "element/billing-element.js", "element/lit-html.js", "element/words.de.js" }, Resources("Billing.Functions.dll"));
        Assert.Contains(Resources("Billing.Core.dll"), name => name.StartsWith("fonts/", StringComparison.Ordinal) && name.EndsWith(".ttf", StringComparison.Ordinal));
        Assert.Superset(new HashSet<string> { "catalog.json", "countries.csv", "fonts/OFL.txt" }, Resources("Billing.Core.dll"));
    }

    [Fact]
    public async Task Without_settings_it_ends_with_the_one_message()
    {
        var ended = await Programs.RunAsync("dotnet", ["Billing.Functions.dll"], AzureBuild.Folder);

        Assert.Equal(1, ended.Exit);
        Assert.StartsWith("The settings are incomplete: ", Assert.Single(ended.Said.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_real_worker_serves_requests_timers_and_messages()
    {
        using var azurite = await AzuriteProcess.StartAsync();
        var settings = new Dictionary<string, string?>(SettingsTests.Complete())
        {
            ["AzureWebJobsStorage"] = azurite.Connection,
            ["Crm__WebhookUrl"] = null,
        };
        await using var host = await WorkerHost.StartAsync(AzureBuild.Folder, settings);

        Assert.Equal(FunctionsTests.Documented().Select(function => function.Split(':')[0]).Order(StringComparer.Ordinal), host.Functions.Order(StringComparer.Ordinal));
        var health = (await host.RequestAsync("GetHealth", HttpMethod.Get, "api/health")).Ok();
        Assert.Equal("ok", health.Text("status"));
        var catalog = (await host.RequestAsync("GetCatalog", HttpMethod.Get, "api/catalog")).Ok();
        Assert.Equal(["smart", "pro", "business"], catalog.Items("plans").Select(plan => plan.Text("plan")));
        (await host.RequestAsync("GetOverview", HttpMethod.Get, "api/accounts/acme/overview", ("accountId", "acme"))).Refused(401, "unauthenticated");
        (await host.RequestAsync("ZzUnknownRoute", HttpMethod.Get, "api/nothing", ("path", "nothing"))).Refused(404, "not_found");
        Assert.True(await host.InvokeAsync("CloseDueCycles", "timer", new { json = """{"ScheduleStatus":null,"IsPastDue":false}""" }));
        Assert.True(await host.InvokeAsync("WatchPoisonQueues", "timer", new { json = """{"ScheduleStatus":null,"IsPastDue":false}""" }));
        Assert.True(await host.InvokeAsync("WorkStripeEvent", "message", new { @string = "evt_unknown" }));
        // What is no message of ours fails, and so ends in the poison queue.
        Assert.False(await host.InvokeAsync("WorkAccount", "message", new { @string = "No Account!" }));
    }

    static JsonElement Json(string file) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(AzureBuild.File(file)));

    static HashSet<string> Resources(string assembly)
    {
        using var image = new PEReader(File.OpenRead(AzureBuild.File(assembly)));
        var metadata = image.GetMetadataReader();
        return [.. metadata.ManifestResources.Select(resource => metadata.GetString(metadata.GetManifestResource(resource).Name))];
    }
}
