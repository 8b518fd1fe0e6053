using OpenTelemetry;

namespace Microsoft.Azure.Functions.Worker.OpenTelemetry;

/// <summary>What the worker tells of itself.</summary>
public static class ConfigureFunctionsOpenTelemetry
{
    /// <summary>The real worker adds its invocations, and what it knows of the app; here there are the requests alone.</summary>
    public static IOpenTelemetryBuilder UseFunctionsWorkerDefaults(this IOpenTelemetryBuilder builder) =>
        builder.WithTracing(traces => traces.AddSource("Microsoft.AspNetCore"));
}
