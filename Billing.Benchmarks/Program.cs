using System.Globalization;
using Billing.Benchmarks;

// Figures and what they mean: docs/performance.md.
switch (args)
{
    case ["pdf"]:
        Pdf.Run();
        return 0;
    case ["close", .. var rest]:
        await Close.RunAsync(Number(rest, "--accounts", 200), Number(rest, "--months", 5));
        return 0;
    case ["api", .. var rest]:
        await ApiLoad.RunAsync(Number(rest, "--requests", 2_000));
        return 0;
    case ["scale", .. var rest]:
        await Scale.RunAsync(Number(rest, "--accounts", 1_000_000), Number(rest, "--due", 10_000));
        return 0;
    case ["start", .. var build]:
        await Start.RunAsync(build is [var program] ? program : Path.Combine(AppContext.BaseDirectory, "Billing.Functions.dll"));
        return 0;
    case ["floor-server", var port, var storage]:
        await ApiLoad.ServeFloorAsync(int.Parse(port, CultureInfo.InvariantCulture), storage);
        return 0;
    default:
        Console.Error.WriteLine("""
            dotnet run -c Release --project Billing.Benchmarks -- pdf
            dotnet run -c Release --project Billing.Benchmarks -- close [--accounts 200] [--months 5]
            dotnet run -c Release --project Billing.Benchmarks -- api [--requests 2000]
            dotnet run -c Release --project Billing.Benchmarks -- scale [--accounts 1000000] [--due 10000]
            dotnet run -c Release --project Billing.Benchmarks -- start [another build's Billing.Functions.dll]
            """);
        return 2;
}

static int Number(string[] args, string name, int otherwise) =>
    Array.IndexOf(args, name) is >= 0 and var place && place + 1 < args.Length ? int.Parse(args[place + 1], NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;
