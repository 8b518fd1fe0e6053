using System.Diagnostics;
using Billing.Local.StripeSimulator;
using Billing.Local.World;

namespace Billing.Benchmarks;

/// <summary>Storage and the Stripe simulator as a process of their own, in memory, on ports that were free.</summary>
sealed class World : IAsyncDisposable
{
    readonly Process _process;

    World(Process process, int storagePort, int stripePort) => (_process, StoragePort, StripePort) = (process, storagePort, stripePort);

    public int StoragePort { get; }
    public int StripePort { get; }

    public string Storage => new StorageEmulator(StoragePort).ConnectionString;

    public static async Task<World> StartAsync()
    {
        var first = Ports.Free(5);
        var (storage, stripe) = (new StorageEmulator(first), new SimulatorClient(first + 3));
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Billing.Local.dll"));
        (string Name, string Value)[] settings = [("StoragePort", $"{first}"), ("StripePort", $"{first + 3}"), ("Port", $"{first + 4}"), ("Persist", "false")];
        foreach (var (name, value) in settings) start.Environment[$"Local__{name}"] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => { if (line.Data is { } said) Console.Error.WriteLine(said); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        for (var waited = Stopwatch.StartNew(); await storage.AnswersAsync() != true || !await stripe.AnswersAsync(); await Task.Delay(100))
            if (process.HasExited || waited.Elapsed > TimeSpan.FromMinutes(1)) throw new InvalidOperationException("Storage and simulator do not start.");
        return new(process, first, first + 3);
    }

    public async ValueTask DisposeAsync()
    {
        Signal.Terminate(_process.Id);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
