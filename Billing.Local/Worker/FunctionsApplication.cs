using System.Reflection;
using Billing.Local.Host;
using Billing.Local.World;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a functions app's Program starts.</summary>
public static class FunctionsApplication
{
    /// <summary>
    /// Attaches to the local world, starting it where there is none, and hosts the functions of the entry assembly.
    /// What keeps it from starting is said in one sentence on stderr, and the process ends with 1.
    /// </summary>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args)
    {
        try
        {
            return LocalHost.CreateBuilder(args, Assembly.GetEntryAssembly()!);
        }
        catch (LocalStartException refused)
        {
            throw refused.EndProcess();
        }
    }
}

/// <summary>Collects settings and services of a functions app, as the isolated worker's builder does.</summary>
public sealed class FunctionsApplicationBuilder : IHostApplicationBuilder
{
    readonly WebApplicationBuilder _web;

    internal FunctionsApplicationBuilder(WebApplicationBuilder web) => _web = web;

    public IConfigurationManager Configuration => _web.Configuration;

    public IHostEnvironment Environment => _web.Environment;

    public ILoggingBuilder Logging => _web.Logging;

    public IMetricsBuilder Metrics => _web.Metrics;

    public IServiceCollection Services => _web.Services;

    IDictionary<object, object> IHostApplicationBuilder.Properties => ((IHostApplicationBuilder)_web).Properties;

    /// <inheritdoc/>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)_web).ConfigureContainer(factory, configure);

    public IHost Build() => LocalHost.Build(_web);
}

/// <summary>ASP.NET Core integration of the functions.</summary>
public static class FunctionsApplicationBuilderExtensions
{
    /// <summary>The real worker switches to ASP.NET Core here; the local host has no other mode.</summary>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder) => builder;
}
