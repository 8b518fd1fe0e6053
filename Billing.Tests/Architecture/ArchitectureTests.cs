using System.Reflection;
using Billing.Values;

namespace Billing.Tests;

public class ArchitectureTests
{
    static readonly string Core = Repository.File("Billing.Core");

    static IEnumerable<(string Path, string Source)> SourcesOf(string folder) =>
        from path in Directory.EnumerateFiles(Path.Combine(Core, folder), "*.cs", SearchOption.AllDirectories)
        let file = Path.GetRelativePath(Core, path)
        where file.Split(Path.DirectorySeparatorChar)[0] is not ("obj" or "bin")
        select (file, File.ReadAllText(path));

    static void AssertNames(string folder, params string[] forbidden)
    {
        var sources = SourcesOf(folder).ToList();
        Assert.NotEmpty(sources);
        Assert.Empty(sources.SelectMany(file => Directions.Offences(file.Source, forbidden).Select(name => $"{file.Path}: {name}")));
    }

    [Fact]
    public void Values_know_only_themselves() => AssertNames("Values", Directions.AllBut("Values"));

    [Fact]
    public void What_is_measured_knows_nothing_of_what_it_is_measured_of() => AssertNames("Telemetry", Directions.AllBut("Telemetry"));

    [Fact]
    public void The_catalogue_knows_only_values() => AssertNames("Catalog", Directions.AllBut("Values", "Catalogs"));

    [Theory]
    [InlineData("Accounts")]
    [InlineData("Plans")]
    [InlineData("AddOns")]
    [InlineData("Invoices")]
    [InlineData("Access")]
    [InlineData("Payments")]
    [InlineData("Outbox")]
    [InlineData("Documents")]
    [InlineData("Exports")]
    public void The_rules_know_no_technology(string folder) => AssertNames(folder, Directions.Outside);

    [Fact]
    public void Only_adapters_know_Azure() => Assert.Equal(
        ["Adapters"],
        SourcesOf("").Where(file => Directions.Offences(file.Source, "Azure").Count > 0)
            .Select(file => file.Path.Split(Path.DirectorySeparatorChar)[0]).Distinct());

    [Fact]
    public void Only_its_adapter_knows_Stripe() => Assert.Equal(
        ["Stripe"],
        SourcesOf("").Where(file => Directions.Offences(file.Source, "Stripe").Count > 0)
            .Select(file => Path.GetFileName(Path.GetDirectoryName(file.Path))).Distinct());

    [Fact]
    public void Only_documents_know_the_library_that_draws_them() => Assert.Equal(
        ["Documents"],
        SourcesOf("").Where(file => Directions.Offences(file.Source, Directions.Drawing).Count > 0)
            .Select(file => file.Path.Split(Path.DirectorySeparatorChar)[0]).Distinct());

    [Fact]
    public void The_core_is_built_without_Functions_exporters_or_the_local_host()
    {
        var references = typeof(Money).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!).ToList();

        Assert.Contains("Azure.Data.Tables", references); // the list is the real one
        Assert.DoesNotContain(references, name => name.StartsWith("Microsoft.Azure.Functions", StringComparison.Ordinal)
            || name.StartsWith("OpenTelemetry", StringComparison.Ordinal) || name is "Billing.Functions" or "Billing.Local");
    }

    [Fact]
    public void Every_source_stands_in_the_namespace_of_its_folder()
    {
        // Two would otherwise have the name of what is in them: the class Catalog, and Stripe's own namespace.
        var otherwise = new Dictionary<string, string> { ["Catalog"] = "Catalogs", ["Adapters.Stripe"] = "Adapters.StripeApi" };
        string NamespaceOf(string path)
        {
            var folder = Path.GetDirectoryName(path)!.Replace(Path.DirectorySeparatorChar, '.');
            return $"namespace Billing.{otherwise.GetValueOrDefault(folder, folder)};";
        }

        var sources = SourcesOf("").ToList();
        Assert.NotEmpty(sources);
        Assert.Empty(sources.Where(file => !file.Source.Split('\n').Contains(NamespaceOf(file.Path))).Select(file => file.Path));
    }

    [Theory]
    [InlineData("using Azure.Data.Tables;", "Azure.Data.Tables")]
    [InlineData("using Billing.Adapters.TableStorage;", "Billing.Adapters.TableStorage")]
    [InlineData("using Table = Azure.Data.Tables.TableClient;", "Azure.Data.Tables.TableClient")]
    [InlineData("global using static Stripe.StripeConfiguration;", "Stripe.StripeConfiguration")]
    [InlineData("class A { Azure.ETag tag; }", "Azure.ETag")]
    [InlineData("class A { object o = new global::Microsoft.Azure.Functions.Worker.Thing(); }", "Microsoft.Azure.Functions.Worker.Thing")]
    [InlineData("class A { object o = Adapters.TableStorage.Rows.Account; }", "Billing.Adapters.TableStorage.Rows.Account")]
    [InlineData("class A { object o = Billing.Local.Host.Run(); }", "Billing.Local.Host.Run")]
    [InlineData("using SkiaSharp;", "SkiaSharp")]
    [InlineData("class A { SkiaSharp.SKPaint paint; }", "SkiaSharp.SKPaint")]
    public void An_offence_is_seen(string source, string name) => Assert.Equal([name], Directions.Offences(source, [.. Directions.Outside, .. Directions.Drawing]));

    [Theory]
    [InlineData("using Billing.Accounts;")]
    [InlineData("using Billing.Invoices;")]
    [InlineData("namespace Billing.Values; class A { Billing.Catalogs.Catalog c; }")]
    public void Values_that_knew_more_are_seen(string source) => Assert.NotEmpty(Directions.Offences(source, Directions.AllBut("Values")));

    [Theory]
    [InlineData("using System.Text; // using Azure.Data.Tables;")]
    [InlineData("/* Azure.ETag */ class A;")]
    [InlineData("class A { string s = \"Azure.ETag\"; }")]
    [InlineData("class A { int n = change.Azure.Length; }")]
    public void Comments_text_and_members_are_no_offence(string source) => Assert.Empty(Directions.Offences(source, Directions.Outside));
}

public class BannedSymbolsTests
{
    static readonly HashSet<string> Banned =
        [.. File.ReadAllLines(Repository.File("BannedSymbols.txt")).Where(line => line.Length > 0).Select(line => line.Split(';')[0])];

    static IEnumerable<string> Overloads(Type type, string method) =>
        from overload in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
        where overload.Name == method
        let parameters = string.Join(",", overload.GetParameters().Select(parameter => parameter.ParameterType.FullName))
        select $"M:{type.FullName}.{method}" + (parameters.Length > 0 ? $"({parameters})" : "");

    [Theory]
    [InlineData("P:System.DateTime.Now")]
    [InlineData("P:System.DateTime.UtcNow")]
    [InlineData("P:System.DateTime.Today")]
    [InlineData("P:System.DateTimeOffset.Now")]
    [InlineData("P:System.DateTimeOffset.UtcNow")]
    public void No_clock_is_read_in_passing(string symbol) => Assert.Contains(symbol, Banned);

    [Theory]
    [InlineData(typeof(Guid), nameof(Guid.NewGuid))]
    [InlineData(typeof(Task), nameof(Task.Delay))]
    [InlineData(typeof(Thread), nameof(Thread.Sleep))]
    public void Every_overload_is_banned(Type type, string method)
    {
        var overloads = Overloads(type, method).ToList();
        Assert.NotEmpty(overloads);
        Assert.Empty(overloads.Except(Banned));
    }

    [Fact]
    public void Every_ban_says_what_to_do_instead() => Assert.All(
        File.ReadAllLines(Repository.File("BannedSymbols.txt")).Where(line => line.Length > 0), line => Assert.Matches("^[MPTF]:[^;]+;.{10,}$", line));
}
