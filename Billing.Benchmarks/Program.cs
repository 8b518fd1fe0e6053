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
    default:
        Console.Error.WriteLine("""
            dotnet run -c Release --project Billing.Benchmarks -- pdf
            dotnet run -c Release --project Billing.Benchmarks -- close [--accounts 200] [--months 5]
            """);
        return 2;
}

static int Number(string[] args, string name, int otherwise) =>
    Array.IndexOf(args, name) is >= 0 and var place && place + 1 < args.Length ? int.Parse(args[place + 1], NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;
