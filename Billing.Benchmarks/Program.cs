using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Billing.Benchmarks;

if (args is not ["pdf"])
{
    Console.Error.WriteLine("dotnet run -c Release --project Billing.Benchmarks -- pdf");
    return 2;
}

// In this process: the build of a second one would install packages and fonts again.
var config = ManualConfig.CreateEmpty()
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(5).WithIterationCount(15))
    .AddColumnProvider(DefaultColumnProviders.Instance).AddColumn(new FileSizeColumn())
    .AddLogger(ConsoleLogger.Default).AddExporter(MarkdownExporter.Console)
    .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "billing-benchmarks"));
BenchmarkRunner.Run<Pdf>(config);
return 0;
