using System.Runtime.CompilerServices;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Billing.Telemetry;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;

namespace Billing.Functions;

/// <summary>
/// Sends traces, metrics and logs to where the settings say, by the names that OpenTelemetry and Azure give them:
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>, either or both. Without one nothing listens, and none of it is loaded.
/// </summary>
public static class TelemetryExport
{
    public static IServiceCollection AddTelemetryExport(this IServiceCollection services, IConfiguration configuration)
    {
        var (toOtlp, toAzure) = (IsSet("OTEL_EXPORTER_OTLP_ENDPOINT"), IsSet("APPLICATIONINSIGHTS_CONNECTION_STRING"));
        if (toOtlp || toAzure) Export(services, toOtlp, toAzure, configuration);
        return services;

        bool IsSet(string name) => !string.IsNullOrWhiteSpace(configuration[name]);
    }

    // Apart, so that a start without exporters loads no library for them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Export(IServiceCollection services, bool toOtlp, bool toAzure, IConfiguration configuration)
    {
        var telemetry = services.AddOpenTelemetry()
            .UseFunctionsWorkerDefaults()
            // HttpClient tells of Stripe, storage and the CRM by itself, with queries left out.
            .WithTracing(traces => traces.AddSource(BillingTraces.Name, "System.Net.Http"))
            .WithMetrics(metrics => metrics.AddMeter(BillingMeter.Name, "System.Net.Http", "System.Runtime"))
            .WithLogging(null, logs => logs.IncludeFormattedMessage = true);
        if (toOtlp) telemetry.UseOtlpExporter();
        if (toAzure) telemetry.UseAzureMonitorExporter(azure =>
        {
            // What goes wrong is told, also where its trace was not sampled.
            azure.EnableTraceBasedLogsSampler = false;
            azure.Credential = Identity(configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]);
        });
    }

    /// <summary>The managed identity that the platform's setting names (<c>ClientId=…;Authorization=AAD</c>); null where the connection string alone opens the resource.</summary>
    static ManagedIdentityCredential? Identity(string? platform) =>
        platform?.Split(';').FirstOrDefault(part => part.StartsWith("ClientId=", StringComparison.Ordinal)) is { } client
            ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(client["ClientId=".Length..])) : null;
}
