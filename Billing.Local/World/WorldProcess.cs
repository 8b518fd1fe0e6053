using System.Diagnostics;
using System.Runtime.InteropServices;
using Billing.Local.StripeSimulator;

namespace Billing.Local.World;

/// <summary>
/// The process that runs a world: it makes clock and key, keeps storage emulator and Stripe simulator running, and ends them on SIGTERM.
/// A service starts it beside itself, so that the world outlives the service; <c>dotnet run --project Billing.Local</c> is it.
/// </summary>
static class WorldProcess
{
    /// <summary>The argument by which a service starts it.</summary>
    public const string Argument = "world";

    /// <summary>Exit code of a world that another was quicker than.</summary>
    public const int AlreadyRuns = 3;

    static readonly TimeSpan StorageStarts = TimeSpan.FromSeconds(60);
    static readonly TimeSpan StorageStops = TimeSpan.FromSeconds(10);

    /// <summary>Starts a world's process that shares no stream with this one.</summary>
    public static Process Start(LocalSettings settings)
    {
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        var start = new ProcessStartInfo(File.Exists(dotnet) ? dotnet : "dotnet")
        {
            // Whoever reads the service's output to its end must not wait for the world's.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(WorldProcess).Assembly.Location);
        start.ArgumentList.Add(Argument);
        foreach (var (name, value) in settings.ForWorld()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Ends a world and waits until it has ended. Where nobody's world runs, nothing happens.</summary>
    public static void Stop(WorldFolder folder)
    {
        if (folder.TryRun() is { } nobodyRuns)
        {
            // A world that was killed leaves its storage behind.
            using (nobodyRuns)
            {
                if (folder.Storage is { } left && Signal.Find(left) is { HasExited: false, ProcessName: var name } storage && name.StartsWith("node", StringComparison.Ordinal))
                    End(storage);
                folder.Storage = null;
            }

            return;
        }

        if (folder.World is { } world) Signal.Terminate(world);
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < StorageStops * 2; Thread.Sleep(50))
        {
            if (folder.TryRun() is not { } ended) continue;
            ended.Dispose();
            return;
        }
    }

    /// <summary>Runs a world until it is told to stop.</summary>
    public static async Task<int> RunAsync(LocalSettings settings, bool alone)
    {
        var folder = new WorldFolder(settings.StoragePort);
        using var running = folder.TryRun();
        if (running is null)
        {
            await Console.Error.WriteLineAsync($"A world with storage on port {settings.StoragePort} runs already.");
            return alone ? 1 : AlreadyRuns;
        }

        var storage = new StorageEmulator(settings.StoragePort);
        if (await storage.AnswersAsync() != false)
            throw new LocalStartException($"A storage emulator listens on port {settings.StoragePort} already: services use it as it is.");
        folder.Clear();
        folder.World = Environment.ProcessId;
        // Left open: the sentence this process may end with is written to it last.
        var log = alone ? Console.Out : new StreamWriter(folder.WorldLog) { AutoFlush = true };
        if (!alone)
        {
            Signal.LeaveTerminal();
            Console.SetOut(log);
            Console.SetError(log);
        }

        using var stop = new CancellationTokenSource();
        using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stopping);
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stopping);
        void Stopping(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        var keptIn = settings.Persist ? KeptIn(settings.StoragePort) : null;
        folder.Furnish(keptIn, settings.Clock);
        using var clock = new LocalClock(folder.Clock, null);
        // Before storage, which those wait for who wait for this world.
        await using var stripe = await SimulatorAsync(settings, clock, keptIn);
        using var owned = alone ? folder.TryOwn() : null;
        using var emulator = storage.Start(keptIn is null ? null : Path.Combine(keptIn, "azurite"));
        folder.Storage = emulator.Id;
        using var emulatorLog = TextWriter.Synchronized(new StreamWriter(folder.StorageLog) { AutoFlush = true });
        emulator.OutputDataReceived += (_, line) => emulatorLog.WriteLine(line.Data);
        emulator.ErrorDataReceived += (_, line) => emulatorLog.WriteLine(line.Data);
        emulator.BeginOutputReadLine();
        emulator.BeginErrorReadLine();
        try
        {
            await ReadyAsync(storage, emulator, folder, stop.Token);
            if (alone) Announce(settings, storage, clock, keptIn);
            await emulator.WaitForExitAsync(stop.Token);
            await Console.Error.WriteLineAsync($"The storage emulator has ended by itself; its log is {folder.StorageLog}.");
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        finally
        {
            End(emulator);
            folder.Storage = null;
            folder.World = null;
        }
    }

    // None beside one that listens already, and none for a service with an account at Stripe.
    static async Task<Simulator?> SimulatorAsync(LocalSettings settings, LocalClock clock, string? keptIn)
    {
        if (SimulatorClient.IsReal(Environment.GetEnvironmentVariable("Stripe__ApiKey"))) return null;
        if (await new SimulatorClient(settings.StripePort).AnswersAsync()) return null;
        return await Simulator.StartAsync(settings.StripePort, clock, keptIn is null ? null : Path.Combine(keptIn, "stripe-simulator.json"));
    }

    static async Task ReadyAsync(StorageEmulator storage, Process emulator, WorldFolder folder, CancellationToken stopping)
    {
        for (var waited = Stopwatch.StartNew(); await storage.AnswersAsync() != true; await Task.Delay(100, stopping))
        {
            if (emulator.HasExited || waited.Elapsed > StorageStarts)
                throw new LocalStartException($"The storage emulator does not start; its log is {folder.StorageLog}.");
        }
    }

    // SIGTERM first: killed, Azurite loses what it was told in the last five seconds.
    static void End(Process emulator)
    {
        if (emulator.HasExited) return;
        Signal.Terminate(emulator.Id);
        if (!emulator.WaitForExit(StorageStops)) emulator.Kill(entireProcessTree: true);
    }

    // A world on other ports is another world: two emulators never share a data folder.
    static string KeptIn(int storagePort)
    {
        var kept = Path.Combine(StorageEmulator.Root(), ".local");
        return storagePort == 10000 ? kept : Path.Combine(kept, $"{storagePort}");
    }

    static void Announce(LocalSettings settings, StorageEmulator storage, LocalClock clock, string? keptIn)
    {
        Console.WriteLine($"""
            Storage   {storage.Blob}  {storage.Queue}  {storage.Table}
            Stripe    {(SimulatorClient.IsReal(Environment.GetEnvironmentVariable("Stripe__ApiKey")) ? "the account of Stripe__ApiKey" : $"simulated, {new SimulatorClient(settings.StripePort).Url}")}
            Clock     {LocalClock.Text(clock.GetUtcNow())}{(clock.StandsStill ? ", standing still" : "")}
            Kept in   {keptIn ?? "memory"}
            """);
        if (LocalWorld.ClockNote(clock, settings.Clock) is { } note) Console.WriteLine(note);
        Console.WriteLine("Services started now use this world. Ctrl-C stops it.");
    }
}
