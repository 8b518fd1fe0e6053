using System.Text;
using Microsoft.Extensions.Configuration;

namespace Billing.Local.Host;

/// <summary>What host.json says about routes and queues, with the real host's defaults; as there, variables <c>AzureFunctionsJobHost__…</c> overrule it.</summary>
sealed record HostSettings(string RoutePrefix, int BatchSize, int NewBatchThreshold, int MaxDequeueCount, TimeSpan VisibilityTimeout, bool Base64)
{
    public static HostSettings From(string path)
    {
        var host = new ConfigurationBuilder().AddJsonFile(path, optional: true).AddEnvironmentVariables("AzureFunctionsJobHost__").Build().GetSection("extensions");
        var queues = host.GetSection("queues");
        var batch = queues.GetValue("batchSize", 16);
        return new HostSettings(
            host.GetValue("http:routePrefix", "api")!, batch, queues.GetValue("newBatchThreshold", batch / 2), queues.GetValue("maxDequeueCount", 5),
            queues.GetValue("visibilityTimeout", TimeSpan.Zero), !"none".Equals(queues["messageEncoding"], StringComparison.OrdinalIgnoreCase));
    }

    public string Encode(string text) => Base64 ? Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) : text;

    /// <summary>The text of a message; null when it is not encoded as host.json says.</summary>
    public string? Decode(string message)
    {
        if (!Base64) return message;
        var bytes = new byte[message.Length];
        return Convert.TryFromBase64String(message, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
