using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Billing.Local.World;

/// <summary>The settings <c>Local__*</c>, checked.</summary>
/// <param name="Port">Of the service on localhost.</param>
/// <param name="StripePort">Of the Stripe simulator.</param>
/// <param name="StoragePort">Of blob storage; queue is the next, table the one after. It names the world.</param>
/// <param name="Clock">Where the clock of a new world stands; null lets it run with the real time.</param>
/// <param name="Persist">Whether storage, clock and signing key outlive the world.</param>
/// <param name="Demo">Whether the demo account is opened.</param>
public sealed record LocalSettings(int Port, int StripePort, int StoragePort, DateTimeOffset? Clock, bool Persist, bool Demo)
{
    /// <exception cref="LocalStartException">A setting has no meaning, or two share a port.</exception>
    public static LocalSettings From(IConfiguration configuration)
    {
        var local = configuration.GetSection("Local");
        var settings = new LocalSettings(
            PortOf(local, "Port", 7071), PortOf(local, "StripePort", 12111), PortOf(local, "StoragePort", 10000),
            Instant(local, "Clock"), Flag(local, "Persist"), Flag(local, "Demo"));

        int[] ports = [settings.Port, settings.StripePort, settings.StoragePort, settings.StoragePort + 1, settings.StoragePort + 2];
        if (settings.StoragePort > ushort.MaxValue - 2 || ports.Distinct().Count() < ports.Length)
            throw new LocalStartException("Local__Port, Local__StripePort and Local__StoragePort (with the two ports after it) must be different ports.");
        return settings;
    }

    /// <summary>The settings a world of its own process needs.</summary>
    internal IEnumerable<KeyValuePair<string, string?>> ForWorld() =>
    [
        new("Local__StoragePort", StoragePort.ToString(CultureInfo.InvariantCulture)),
        new("Local__StripePort", StripePort.ToString(CultureInfo.InvariantCulture)),
        new("Local__Port", Port.ToString(CultureInfo.InvariantCulture)),
        new("Local__Persist", Persist.ToString()),
        new("Local__Clock", Clock is { } clock ? LocalClock.Text(clock) : ""),
    ];

    static int PortOf(IConfigurationSection local, string name, int otherwise)
    {
        var text = local[name];
        if (string.IsNullOrEmpty(text)) return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue) return port;
        throw new LocalStartException($"Local__{name}={text} is not a port (1 to 65535).");
    }

    static bool Flag(IConfigurationSection local, string name)
    {
        var text = local[name];
        if (string.IsNullOrEmpty(text)) return true;
        return bool.TryParse(text, out var flag) ? flag : throw new LocalStartException($"Local__{name}={text} is neither true nor false.");
    }

    static DateTimeOffset? Instant(IConfigurationSection local, string name)
    {
        var text = local[name];
        if (string.IsNullOrEmpty(text)) return null;
        return LocalClock.TryParse(text) ?? throw new LocalStartException($"Local__{name}={text} is not an instant such as 2026-05-06T08:00:00Z.");
    }
}
