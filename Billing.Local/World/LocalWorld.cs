using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Billing.Local.World;

/// <summary>The outside world as one service sees it: storage, clock and signing key, shared with every service on the same storage port.</summary>
sealed class LocalWorld : IDisposable
{
    static readonly TimeSpan Starts = TimeSpan.FromSeconds(70);

    readonly WorldFolder _folder;
    readonly Lock _gate = new();
    readonly List<PosixSignalRegistration> _untilHosted = [];
    FileStream? _owned;
    bool _left;

    LocalWorld(LocalSettings settings)
    {
        Settings = settings;
        Storage = new StorageEmulator(settings.StoragePort);
        _folder = new WorldFolder(settings.StoragePort);
    }

    public LocalSettings Settings { get; }

    public StorageEmulator Storage { get; }

    public LocalClock Clock { get; private set; } = null!;

    public SigningKey Key { get; private set; } = null!;

    /// <summary>The process that stops the world when it ends.</summary>
    public int? Owner => _folder.Owner;

    /// <summary>What the user should know about the clock; null when it is as wished.</summary>
    public string? Note => ClockNote(Clock, Settings.Clock);

    /// <summary>Uses the world that is there, or starts one.</summary>
    /// <exception cref="LocalStartException">Neither is possible.</exception>
    public static async Task<LocalWorld> AttachAsync(LocalSettings settings)
    {
        var world = new LocalWorld(settings);
        // Whatever ends this process before it is hosted must not leave a world behind; SIGKILL may.
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT })
            world._untilHosted.Add(PosixSignalRegistration.Create(signal, _ => world.Leave()));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => world.Leave();
        AppDomain.CurrentDomain.UnhandledException += (_, _) => world.Leave();

        if (await world.Storage.AnswersAsync() != true) await world.StartAsync();
        world._owned = world._folder.TryOwn();
        world._folder.Furnish(keptIn: world._folder.KeptIn, settings.Clock);
        world.Clock = new LocalClock(world._folder.Clock, WorldFolder.KeptClock(world._folder.KeptIn));
        world.Key = new SigningKey(world._folder.Key);
        return world;
    }

    /// <summary>From now on the host handles signals, and leaves the world itself.</summary>
    public void Hosted()
    {
        _untilHosted.ForEach(registration => registration.Dispose());
        _untilHosted.Clear();
    }

    /// <summary>Stops the world when this process owns it, or when its owner is gone.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (_left) return;
            _left = true;
            _owned ??= _folder.TryOwn();
            if (_owned is null) return;
            WorldProcess.Stop(_folder);
            _owned.Dispose();
        }
    }

    public void Dispose()
    {
        Leave();
        Hosted();
        Key.Dispose();
        Clock.Dispose();
    }

    internal static string? ClockNote(LocalClock clock, DateTimeOffset? wished) =>
        wished is not { } wish || (clock.StandsStill && clock.GetUtcNow() == wish) ? null
        : $"Note      The clock of this world was at {LocalClock.Text(clock.GetUtcNow())} already: Local__Clock={LocalClock.Text(wish)} does not move it.";

    async Task StartAsync()
    {
        StorageEmulator.RequireInstalled();
        using var process = WorldProcess.Start(Settings);
        for (var waited = Stopwatch.StartNew(); await Storage.AnswersAsync() != true; await Task.Delay(100))
        {
            // When two services start at once, one world is enough: wait for the other's.
            if (waited.Elapsed > Starts || (process.HasExited && process.ExitCode != WorldProcess.AlreadyRuns))
                throw new LocalStartException(LastWords());
        }
    }

    string LastWords() =>
        (File.Exists(_folder.WorldLog) ? File.ReadLines(_folder.WorldLog).LastOrDefault() : null)
        ?? $"The local world does not start; its log is {_folder.WorldLog}.";
}
