using System.Diagnostics.Metrics;

namespace Billing.Benchmarks;

/// <summary>Counts every HTTP request that this process sends, by port: from the runtime's own measurement, so nothing of ours is in between.</summary>
sealed class Requests : IDisposable
{
    readonly MeterListener _listener = new();
    readonly long[] _byPort = new long[ushort.MaxValue + 1];

    public Requests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Name: "http.client.request.duration", Meter.Name: "System.Net.Http" }) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (var tag in tags)
                if (tag is { Key: "server.port", Value: int port }) Interlocked.Increment(ref _byPort[port]);
        });
        _listener.Start();
    }

    public long To(int port) => Volatile.Read(ref _byPort[port]);

    /// <summary>To blob, queue and table storage.</summary>
    public long ToStorage(World world) => To(world.StoragePort) + To(world.StoragePort + 1) + To(world.StoragePort + 2);

    public void Dispose() => _listener.Dispose();
}
