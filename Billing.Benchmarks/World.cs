using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Billing.Local.World;

namespace Billing.Benchmarks;

/// <summary>Storage and the Stripe simulator as a process of their own, in memory, on ports that were free.</summary>
sealed class World : IAsyncDisposable
{
    readonly Process _process;

    World(Process process, int storagePort, int stripePort) => (_process, StoragePort, StripePort) = (process, storagePort, stripePort);

    public int StoragePort { get; }
    public int StripePort { get; }

    public string Storage
    {
        get
        {
            // The emulator's published account.
            const string key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
            var host = "http://127.0.0.1";
            return $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={key};BlobEndpoint={host}:{StoragePort}/devstoreaccount1;"
                + $"QueueEndpoint={host}:{StoragePort + 1}/devstoreaccount1;TableEndpoint={host}:{StoragePort + 2}/devstoreaccount1;";
        }
    }

    public static async Task<World> StartAsync()
    {
        var first = FreePorts();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Billing.Local.dll"));
        (string Name, string Value)[] settings = [("StoragePort", $"{first}"), ("StripePort", $"{first + 3}"), ("Port", $"{first + 4}"), ("Persist", "false")];
        foreach (var (name, value) in settings) start.Environment[$"Local__{name}"] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => { if (line.Data is { } said) Console.Error.WriteLine(said); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        for (var waited = Stopwatch.StartNew(); !await ListensAsync(first + 2) || !await ListensAsync(first + 3); await Task.Delay(100))
            if (process.HasExited || waited.Elapsed > TimeSpan.FromMinutes(1)) throw new InvalidOperationException("Storage and simulator do not start.");
        return new(process, first, first + 3);
    }

    public async ValueTask DisposeAsync()
    {
        Signal.Terminate(_process.Id);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>The first of five free ports in a row.</summary>
    public static int FreePorts()
    {
        while (true)
        {
            var first = Random.Shared.Next(22_000, 31_000);
            if (Enumerable.Range(first, 5).All(IsFree)) return first;
        }
    }

    static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static async Task<bool> ListensAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
