using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Billing.Functions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Billing.Tests.Infrastructure;

/// <summary>The settings that the service reads are those that are documented, and what is missing is told at once.</summary>
public partial class SettingsTests
{
    /// <summary>The Functions host's and Core Tools' own.</summary>
    const string OfTheHost = "FUNCTIONS_WORKER_RUNTIME";

    public static readonly IReadOnlyDictionary<string, string?> Sample =
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Repository.File("local.settings.sample.json")))
            .GetProperty("Values").EnumerateObject().ToDictionary(setting => setting.Name, setting => setting.Value.GetString());

    [Fact]
    public void The_sample_names_exactly_what_the_service_reads() =>
        Assert.Equal(Sample.Keys.Where(name => name != OfTheHost).Order(StringComparer.Ordinal), Read(Complete()).Order(StringComparer.Ordinal));

    [Fact]
    public void The_document_names_exactly_what_the_sample_names() => Assert.Equal(
        Sample.Keys, Documented().Matches(File.ReadAllText(Repository.File("docs", "settings.md"))).Select(row => row.Groups["name"].Value));

    [Fact]
    public void All_that_is_missing_is_said_in_one_message()
    {
        var message = Refused([]);

        string[] required =
        [
            "Auth__Authority", "Auth__Audience", "AzureWebJobsStorage", "Confirmation__Key", "Stripe__ApiKey", "Stripe__WebhookSecret", "Seller__Name", "Seller__Line1", "Seller__PostalCode", "Seller__City",
            "Seller__Country", "Seller__Email", "Seller__VatId", "Seller__TaxNumber", "Seller__Register", "Seller__ManagingDirector", "Seller__BankName", "Seller__Iban", "Seller__Bic",
        ];
        Assert.StartsWith("The settings are incomplete: ", message, StringComparison.Ordinal);
        Assert.Equal(required.Order(StringComparer.Ordinal), Missing().Matches(message).Select(missing => missing.Groups["name"].Value).Order(StringComparer.Ordinal));
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("Auth__Authority", "http://login.example.com", "Auth__Authority is no https address")]
    [InlineData("Confirmation__Key", "c2hvcnQ=", "Confirmation__Key is not base64 of at least 32 bytes")]
    [InlineData("Access__SuspensionAfter", "three weeks", "Access__SuspensionAfter is no number of days")]
    [InlineData("Calendar__Land", "Preussen", "Calendar__Land is none of ")]
    [InlineData("Seller__Iban", "", "Seller__Iban is missing")]
    public void What_is_wrong_is_named(string name, string value, string objection) =>
        Assert.Contains(objection, Refused(new(Complete()) { [name] = value }), StringComparison.Ordinal);

    [Fact]
    public void A_refused_setting_keeps_its_value_to_itself() =>
        Assert.DoesNotContain("hidden", Refused(new(Complete()) { ["Confirmation__Key"] = "hidden", ["Crm__WebhookUrl"] = "https://crm.example.com", ["Crm__WebhookSecret"] = "hidden" }), StringComparison.Ordinal);

    [Fact]
    public void Storage_is_reached_by_identity_where_no_connection_string_is_set()
    {
        using var services = Compose(ByIdentity());

        Assert.Equal(
            ["https://billing.blob.core.windows.net/", "https://billing.queue.core.windows.net/", "https://billing.table.core.windows.net/"],
            [services.GetRequiredService<BlobServiceClient>().Uri.ToString(), services.GetRequiredService<QueueServiceClient>().Uri.ToString(), services.GetRequiredService<TableServiceClient>().Uri.ToString()]);
    }

    [Theory]
    [InlineData("AzureWebJobsStorage__blobServiceUri")]
    [InlineData("AzureWebJobsStorage__queueServiceUri")]
    [InlineData("AzureWebJobsStorage__tableServiceUri")]
    [InlineData("AzureWebJobsStorage__clientId")]
    public void Half_of_an_identity_is_refused(string name)
    {
        var settings = ByIdentity();
        settings.Remove(name);
        Assert.Equal($"The settings are incomplete: {name} is missing.", Refused(settings));
    }

    /// <summary>The sample with what stands for secrets replaced by what could be some.</summary>
    internal static Dictionary<string, string?> Complete() => new(Sample) { ["Confirmation__Key"] = Convert.ToBase64String(new byte[32]) };

    static Dictionary<string, string?> ByIdentity()
    {
        var settings = Complete();
        settings.Remove("AzureWebJobsStorage");
        foreach (var service in new[] { "blob", "queue", "table" }) settings[$"AzureWebJobsStorage__{service}ServiceUri"] = $"https://billing.{service}.core.windows.net/";
        settings["AzureWebJobsStorage__clientId"] = "6a1cf7a8-0b7f-4f0c-8b5a-3f1d5f0f6b11";
        return settings;
    }

    internal static ServiceProvider Compose(Dictionary<string, string?> settings) =>
        new ServiceCollection().AddLogging().AddBilling(new ConfigurationBuilder().AddInMemoryCollection(Keyed(settings)).Build()).BuildServiceProvider();

    static string Refused(Dictionary<string, string?> settings) => Assert.Throws<SettingsException>(() => Compose(settings)).Message;

    static SortedSet<string> Read(Dictionary<string, string?> settings)
    {
        var seen = new Seen { InitialData = Keyed(settings) };
        var configuration = new ConfigurationBuilder().Add(seen).Build();
        new ServiceCollection().AddBilling(configuration).AddTelemetryExport(configuration);
        return seen.Names;
    }

    static IEnumerable<KeyValuePair<string, string?>> Keyed(Dictionary<string, string?> settings) => settings.Select(setting => KeyValuePair.Create(setting.Key.Replace("__", ":", StringComparison.Ordinal), setting.Value));

    /// <summary>Settings that remember what was asked of them.</summary>
    sealed class Seen : IConfigurationSource
    {
        public required IEnumerable<KeyValuePair<string, string?>> InitialData { get; init; }
        public SortedSet<string> Names { get; } = new(StringComparer.Ordinal);

        public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(this);

        sealed class Provider(Seen seen) : Microsoft.Extensions.Configuration.Memory.MemoryConfigurationProvider(new() { InitialData = seen.InitialData })
        {
            public override bool TryGet(string key, out string? value)
            {
                seen.Names.Add(key.Replace(":", "__", StringComparison.Ordinal));
                return base.TryGet(key, out value);
            }
        }
    }

    [GeneratedRegex(@"^\| `(?<name>\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Documented();

    [GeneratedRegex(@"(?<name>\w+) is missing")]
    private static partial Regex Missing();
}
