using System.Diagnostics;
using System.Diagnostics.Metrics;
using Billing.Local.World;

namespace Billing.Local.Telemetry;

/// <summary>Remembers the last traces, and what was counted since the start, for the live view: what exporters would send elsewhere.</summary>
sealed class TelemetryRecorder : IDisposable
{
    const string Product = "CloudCRM.Billing", Http = "System.Net.Http";
    const int MostTraces = 300, MostSpans = 500;

    readonly Lock _gate = new();
    readonly OrderedDictionary<ActivityTraceId, Trace> _traces = [];
    readonly SortedDictionary<string, Counted> _counted = new(StringComparer.Ordinal);
    readonly LocalClock _clock;
    readonly ActivityListener _spans;
    readonly MeterListener _meters;

    public TelemetryRecorder(LocalClock clock)
    {
        _clock = clock;
        _spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name is Product or Http,
            // Of HTTP only what the product calls: not what this host asks of its world.
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Source.Name == Product || Activity.Current?.Source.Name == Product ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = Record,
        };
        _meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name != Product) return;
                lock (_gate) _counted[instrument.Name] = new Counted(instrument);
                listener.EnableMeasurementEvents(instrument);
            },
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        ActivitySource.AddActivityListener(_spans);
        _meters.Start();
    }

    public void Dispose()
    {
        _spans.Dispose();
        _meters.Dispose();
    }

    /// <summary>The traces that moved last, newest first, and all that was counted.</summary>
    /// <param name="account">Only traces of this account.</param>
    public object Snapshot(string? account, int most)
    {
        lock (_gate)
        {
            return new
            {
                traces = _traces.Values.Reverse().Where(trace => string.IsNullOrEmpty(account) || trace.Account == account).Take(most).Select(trace => trace.View()).ToList(),
                counted = _counted.Values.Select(counted => counted.View()).ToList(),
            };
        }
    }

    void Record(Activity span)
    {
        lock (_gate)
        {
            if (!_traces.Remove(span.TraceId, out var trace)) trace = new Trace(span.TraceId, _clock.GetUtcNow());
            if (_traces.Count == MostTraces) _traces.RemoveAt(0);
            _traces.Add(span.TraceId, trace);
            trace.Add(span);
        }
    }

    void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = string.Join(", ", tags.ToArray().Select(tag => tag.Value));
        lock (_gate) _counted[instrument.Name].Add(series, value);
    }

    sealed class Trace(ActivityTraceId id, DateTimeOffset clock)
    {
        readonly List<Span> _spans = [];
        int _leftOut;

        /// <summary>The first that any span of it names.</summary>
        public string? Account { get; private set; }

        public void Add(Activity span)
        {
            Account ??= span.GetTagItem("billing.account") as string;
            if (_spans.Count < MostSpans) _spans.Add(Span.Of(span));
            else _leftOut++;
        }

        public object View()
        {
            var start = _spans.Min(span => span.Start);
            return new
            {
                id = id.ToHexString(), account = Account, clock = LocalClock.Text(clock), startedAt = start,
                milliseconds = (_spans.Max(span => span.Start + span.Duration) - start).TotalMilliseconds,
                spans = _spans.OrderBy(span => span.Start).Select(span => span.View(start)), leftOut = _leftOut,
            };
        }
    }

    sealed record Span(
        string Id, string Parent, string Name, string Kind, bool IsHttp, bool HasFailed, DateTime Start, TimeSpan Duration, Dictionary<string, string?> Tags, IReadOnlyList<string> Links)
    {
        public static Span Of(Activity span) => new(
            span.SpanId.ToHexString(), span.ParentSpanId.ToHexString(), span.DisplayName, span.Kind.ToString().ToLowerInvariant(), span.Source.Name == Http,
            span.Status == ActivityStatusCode.Error, span.StartTimeUtc, span.Duration,
            span.TagObjects.ToDictionary(tag => tag.Key, tag => Convert.ToString(tag.Value, System.Globalization.CultureInfo.InvariantCulture)),
            [.. span.Links.Select(link => link.Context.TraceId.ToHexString())]);

        public object View(DateTime since) => new
        {
            id = Id, parent = Parent, name = Name, kind = Kind, isHttp = IsHttp, hasFailed = HasFailed, tags = Tags, links = Links,
            after = (Start - since).TotalMilliseconds, milliseconds = Duration.TotalMilliseconds,
        };
    }

    /// <summary>An instrument and, by the values of its tags, what was recorded with it.</summary>
    sealed class Counted(Instrument instrument)
    {
        readonly SortedDictionary<string, (double Sum, long Count, double Most)> _series = new(StringComparer.Ordinal);
        readonly bool _isHistogram = instrument is Histogram<double>;

        public void Add(string series, double value)
        {
            var (sum, count, most) = _series.GetValueOrDefault(series, (0, 0, double.MinValue));
            _series[series] = (sum + value, count + 1, Math.Max(most, value));
        }

        public object View() => new
        {
            name = instrument.Name, unit = instrument.Unit, meaning = instrument.Description, isHistogram = _isHistogram,
            series = _series.Select(series => new { tags = series.Key, sum = series.Value.Sum, count = series.Value.Count, most = series.Value.Most }),
        };
    }
}
