using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Billing.Telemetry;

namespace Billing.Tests;

/// <summary>For tests of what the whole process counts: they run while no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}

/// <summary>What is counted while it lives, in a test that runs <see cref="Alone"/>.</summary>
sealed class Counted : IDisposable
{
    readonly MeterListener _listener = new();
    readonly ConcurrentQueue<(string Instrument, string Tags, double Value)> _recorded = new();

    public Counted()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == BillingMeter.Name) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, tags, value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, tags, value));
        _listener.Start();
    }

    /// <summary>Every tag that was recorded, with its value.</summary>
    public IEnumerable<string> Tags => _recorded.Select(recorded => recorded.Tags).Where(tags => tags.Length > 0).Distinct();

    /// <summary>The sum, of all tags or of those named: <c>kind=invoice</c>.</summary>
    public double Of(Instrument instrument, string? tags = null) =>
        _recorded.Where(recorded => recorded.Instrument == instrument.Name && (tags is null || recorded.Tags == tags)).Sum(recorded => recorded.Value);

    /// <summary>The values one by one.</summary>
    public double[] Each(Instrument instrument) => [.. _recorded.Where(recorded => recorded.Instrument == instrument.Name).Select(recorded => recorded.Value)];

    public void Dispose() => _listener.Dispose();

    void Record(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags, double value) =>
        _recorded.Enqueue((instrument.Name, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")), value));
}

/// <summary>The product's spans that end while it lives.</summary>
sealed class Traced : IDisposable
{
    readonly ActivityListener _listener;
    readonly ConcurrentQueue<Activity> _ended = new();

    public Traced()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == BillingTraces.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>In the order in which they began.</summary>
    public IReadOnlyList<Activity> Spans => [.. _ended.OrderBy(span => span.StartTimeUtc)];

    public void Dispose() => _listener.Dispose();
}
