using System.Globalization;
using System.IO.MemoryMappedFiles;

namespace Billing.Local.World;

/// <summary>
/// The clock of a local world: one number in a memory-mapped file, so that every process of the world sees a move at once.
/// It only ever goes forward. Timers made with <see cref="TimeProvider.CreateTimer"/> stay in real time.
/// </summary>
/// <remarks>Zero or more: the clock stands still at these UTC ticks. Negative: it runs, real time plus -(value + 1) ticks.</remarks>
public sealed class LocalClock : TimeProvider, IDisposable
{
    /// <summary>The value of a clock that shows the real time.</summary>
    internal const long RealTime = -1;

    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _view;
    readonly unsafe long* _value;
    readonly string? _keptAt;

    /// <param name="path">The file every process of the world maps; it must exist.</param>
    /// <param name="keptAt">Where a move is written down for a later world; null when nothing is kept.</param>
    internal unsafe LocalClock(string path, string? keptAt)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, sizeof(long));
        _view = _file.CreateViewAccessor(0, sizeof(long));
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _value = (long*)start;
        _keptAt = keptAt;
    }

    internal bool StandsStill => Value >= 0;

    unsafe long Value => Volatile.Read(ref *_value);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Shown(Value);

    /// <summary>Moves forward to an instant. False, and nothing done, when the clock is there already or past it.</summary>
    internal unsafe bool MoveTo(DateTimeOffset instant)
    {
        while (true)
        {
            var value = Value;
            var ahead = instant.UtcTicks - Shown(value).Ticks;
            if (ahead <= 0) return false;
            var moved = value >= 0 ? instant.UtcTicks : value - ahead;
            if (Interlocked.CompareExchange(ref *_value, moved, value) != value) continue;
            if (_keptAt is not null) Keep(_keptAt, moved);
            return true;
        }
    }

    /// <summary>
    /// The value a new world starts with: where the kept clock stood or ran, or where <paramref name="wished"/> is. A wish
    /// makes the clock stand still, but never go back.
    /// </summary>
    internal static long FirstValue(string? keptAt, DateTimeOffset? wished)
    {
        var kept = keptAt is not null && File.Exists(keptAt)
            && long.TryParse(File.ReadAllText(keptAt), CultureInfo.InvariantCulture, out var value) ? value : (long?)null;
        if (wished is not { } wish) return kept ?? RealTime;
        return kept is { } before ? Math.Max(Shown(before).Ticks, wish.UtcTicks) : wish.UtcTicks;
    }

    internal static void Keep(string path, long value)
    {
        var draft = $"{path}.{Environment.ProcessId}";
        File.WriteAllText(draft, value.ToString(CultureInfo.InvariantCulture));
        File.Move(draft, path, overwrite: true);
    }

    internal static string Text(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads an RFC 3339 instant; null when the text is none.</summary>
    internal static DateTimeOffset? TryParse(string? text) => DateTimeOffset.TryParseExact(
        text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
        ? instant.ToUniversalTime() : null;

    static DateTimeOffset Shown(long value) =>
        value >= 0 ? new DateTimeOffset(value, TimeSpan.Zero) : System.GetUtcNow().AddTicks(-(value + 1));

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
