using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Billing.Access;
using Billing.Accounts;
using Billing.Catalogs;
using Billing.Documents;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Benchmarks;

/// <summary>Renders a collective invoice, PDF/A with the e-invoice attached: milliseconds, managed allocations and the size of the file.</summary>
[MemoryDiagnoser]
public class Pdf
{
    static readonly Letterhead Letterhead = new("M6 20A5.5 5.5 0 0 1 6.6 9.1A8.5 8.5 0 0 1 23 8.2A6 6 0 0 1 23.4 20Z");

    Invoice _invoice = null!;

    [Params(1, 90)]
    public int Lines { get; set; }

    [GlobalSetup]
    public void Prepare() => _invoice = Of(Lines);

    [Benchmark]
    public byte[] Render() => InvoiceDocument.Render(_invoice, Letterhead);

    // In this process: the build of a second one would install packages and fonts again.
    internal static void Run() => BenchmarkRunner.Run<Pdf>(ManualConfig.CreateEmpty()
        .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(5).WithIterationCount(15))
        .AddColumnProvider(DefaultColumnProviders.Instance).AddColumn(new FileSizeColumn())
        .AddLogger(ConsoleLogger.Default).AddExporter(MarkdownExporter.Console)
        .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "billing-benchmarks")));

    internal static int FileSize(int lines) => InvoiceDocument.Render(Of(lines), Letterhead).Length;

    static Invoice Of(int lines)
    {
        var day = new DateOnly(2026, 6, 6);
        var period = BillingPeriod.Of(day, 0);
        var catalog = Catalog.BuiltIn();
        var seller = new Seller(
            "CloudCRM GmbH", new("Beispielstraße 1", null, "10115", "Berlin", "DE"), "rechnung@cloudcrm.example", "DE123456788", "30/123/45678",
            "Amtsgericht Charlottenburg, HRB 123456", "Erika Beispiel", "Beispielbank", "DE02120300000000202051", "BYLADEM1001");
        var account = new Account
        {
            Id = AccountId.Parse("benchmark"),
            Company = new("Müller & Söhne GmbH", new("Hauptstraße 1", null, "10115", "Berlin", "DE"), "rechnung@mueller.example", null),
            Plan = "business",
            PlanPrice = new(7990),
            Since = day,
            Anchor = day,
        };
        return NewDocument.Issue(
            account, new Terms(catalog, seller, new AccessTerms()), DocumentKind.Collective,
            [.. Enumerable.Range(1, lines).Select(place => InvoiceLine.Of(
                LineKind.AddOn, $"Zusätzliche Benutzer (+{place})", place, new(590), place % 2 == 0 ? period : new(day.AddDays(place % 28), period.Next), period.Days))],
            day, 1780696802).Invoice;
    }
}

/// <summary>How large the rendered file is.</summary>
sealed class FileSizeColumn : IColumn
{
    public string Id => nameof(FileSizeColumn);
    public string ColumnName => "File";
    public string Legend => "Size of the PDF in bytes";
    public bool AlwaysShow => true;
    public ColumnCategory Category => ColumnCategory.Custom;
    public int PriorityInCategory => 0;
    public bool IsNumeric => true;
    public UnitType UnitType => UnitType.Dimensionless;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        Pdf.FileSize((int)benchmarkCase.Parameters[nameof(Pdf.Lines)]).ToString("N0", System.Globalization.CultureInfo.InvariantCulture);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
    public bool IsAvailable(Summary summary) => true;
    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
}
