using System.Diagnostics;
using System.Globalization;

namespace Billing.Local.Host;

/// <summary>Says when the start has reached what, in milliseconds since the process began; only where a benchmark asks for it.</summary>
static class StartTimes
{
    static readonly bool Told = Environment.GetEnvironmentVariable("Local__StartTimes") == "true";

    public static void Reached(string what)
    {
        if (!Told) return;
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"start\t{(DateTime.Now - process.StartTime).TotalMilliseconds:0}\t{what}"));
    }
}
