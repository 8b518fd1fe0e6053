using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Billing.Local.Demo;
using Billing.Local.StripeSimulator;
using Billing.Local.Telemetry;
using Billing.Local.World;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Billing.Local.Host;

/// <summary>Hosts a functions app in a local world: what the Functions host and Azure are to it elsewhere.</summary>
public sealed class LocalHost : IHost, IAsyncDisposable
{
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    readonly WebApplication _app;
    readonly LocalWorld _world;
    readonly CancellationTokenSource _stopping = new();
    Task _loops = Task.CompletedTask;

    LocalHost(WebApplication app)
    {
        _app = app;
        _world = app.Services.GetRequiredService<LocalWorld>();
    }

    /// <inheritdoc/>
    public IServiceProvider Services => _app.Services;

    /// <summary>Attaches to the world, or starts it, and prepares a host for the functions of an assembly.</summary>
    /// <exception cref="LocalStartException">A function cannot be hosted, a port is taken, or the world does not start.</exception>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args, Assembly functions)
    {
        StartTimes.Reached("the runtime is up, Main runs");
        var index = FunctionIndex.Of(functions);
        var web = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var playDemo = args is ["demo", ..];
        Add(web.Configuration, first: true, new()
        {
            ["Logging:LogLevel:Default"] = playDemo ? "Warning" : "Information",
            ["Logging:LogLevel:Microsoft"] = "Warning",
            // Its key ring is not used here; the warning about how it is kept would only worry.
            ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
            ["Logging:LogLevel:Azure"] = "Warning",
            ["Logging:LogLevel:System"] = "Warning",
        });
        if (playDemo) Add(web.Configuration, first: false, DemoPlay.PrivateWorld());

        var settings = LocalSettings.From(web.Configuration);
        RequireFree(settings.Port);
        var world = LocalWorld.AttachAsync(settings).GetAwaiter().GetResult();
        var stripe = SimulatorClient.IsReal(web.Configuration["Stripe:ApiKey"]) ? null : new SimulatorClient(settings.StripePort);
        if (stripe is not null)
        {
            // Storage that was there already may have come without a simulator: then this service brings its own.
            if (!stripe.AnswersAsync().GetAwaiter().GetResult())
                web.Services.AddSingleton(Simulator.StartAsync(settings.StripePort, world.Clock, file: null).GetAwaiter().GetResult());
            web.Services.AddSingleton(stripe);
        }

        Add(web.Configuration, first: false, ForProduct(world, stripe).Where(setting => web.Configuration[setting.Key] is null).ToDictionary());

        web.Logging.ClearProviders();
        web.Logging.AddSimpleConsole(console => console.SingleLine = true);
        web.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenLocalhost(settings.Port);
        });
        web.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Grace);
        // Registered as instances of others' making: the world ends after everything that uses it, not with the container.
        web.Services.AddSingleton(world).AddSingleton(world.Clock).AddSingleton<TimeProvider>(world.Clock);
        web.Services.AddSingleton(index).AddSingleton(HostSettings.From(Path.Combine(AppContext.BaseDirectory, "host.json")));
        web.Services.AddSingleton<FunctionRunner>().AddSingleton<Timers>().AddSingleton<Queues>().AddSingleton<Settle>();
        web.Services.AddSingleton<ClockWalk>().AddSingleton<Notifications>().AddSingleton<TelemetryRecorder>().AddSingleton<LocalEndpoints>().AddSingleton<LocalClient>();
        if (playDemo) web.Services.AddSingleton<DemoPlay>();
        StartTimes.Reached("functions are indexed, settings read, the world attached");
        return new FunctionsApplicationBuilder(web);
    }

    internal static LocalHost Build(WebApplicationBuilder web)
    {
        StartTimes.Reached("settings are checked, services composed");
        var app = web.Build();
        // The real host has no authentication middleware either: what the functions do not check themselves is not checked.
        ((IApplicationBuilder)app).Properties["__AuthenticationMiddlewareSet"] = true;
        ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;
        app.UseHttpFunctions(app.Services.GetRequiredService<FunctionIndex>(), app.Services.GetRequiredService<HostSettings>());
        app.Services.GetRequiredService<LocalEndpoints>().Map(app);
        StartTimes.Reached("the container is built, routes are mapped");
        return new LocalHost(app);
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _app.StartAsync(cancellationToken);
        StartTimes.Reached("tables, queues and container are there, Kestrel listens");
        _world.Hosted();
        var queues = Services.GetRequiredService<Queues>();
        await queues.CreateAsync();
        await RegisterWebhookAsync();
        _loops = Task.WhenAll(queues.LoopAsync(_stopping.Token), Services.GetRequiredService<Timers>().LoopAsync(_stopping.Token));

        var client = Services.GetRequiredService<LocalClient>();
        if (_world.Settings.Demo && await DemoAccount.OpenAsync(client) is { } problem) Console.WriteLine(problem);
        Services.GetRequiredService<LocalEndpoints>().Ready = true;
        if (Services.GetService<DemoPlay>() is { } demo) _ = PlayAsync(demo);
        else Announce();
    }

    /// <summary>Takes nothing new, lets what runs finish (ten seconds), and stops the world if it is this process's to stop.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _stopping.CancelAsync();
        await _app.StopAsync(cancellationToken);
        await _loops;
        await Services.GetRequiredService<FunctionRunner>().DrainAsync(Grace);
        _world.Leave();
    }

    public async ValueTask DisposeAsync()
    {
        if (Services.GetService<Simulator>() is { } own) await own.DisposeAsync();
        await _app.DisposeAsync();
        _world.Dispose();
        _stopping.Dispose();
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>The company that sells in a local world.</summary>
    internal static readonly Dictionary<string, string?> Company = new()
    {
        ["Seller:Name"] = "CloudCRM GmbH",
        ["Seller:Line1"] = "Beispielstraße 1",
        ["Seller:PostalCode"] = "10115",
        ["Seller:City"] = "Berlin",
        ["Seller:Country"] = "DE",
        ["Seller:Email"] = "rechnung@cloudcrm.example",
        ["Seller:VatId"] = "DE123456788",
        ["Seller:TaxNumber"] = "30/123/45678",
        ["Seller:Register"] = "Amtsgericht Charlottenburg, HRB 123456",
        ["Seller:ManagingDirector"] = "Erika Beispiel",
        ["Seller:BankName"] = "Beispielbank",
        ["Seller:Iban"] = "DE02120300000000202051",
        ["Seller:Bic"] = "BYLADEM1001",
        ["Datev:Consultant"] = "1001",
        ["Datev:Client"] = "1",
        ["Seller:CreditorId"] = "DE98ZZZ09999999999",
        ["Seller:Logo"] = "M6 20A5.5 5.5 0 0 1 6.6 9.1A8.5 8.5 0 0 1 23 8.2A6 6 0 0 1 23.4 20Z",
    };

    /// <summary>What the world gives the product's configuration; the environment's own settings win.</summary>
    static Dictionary<string, string?> ForProduct(LocalWorld world, SimulatorClient? stripe)
    {
        var origin = $"http://localhost:{world.Settings.Port}";
        Dictionary<string, string?> simulated = stripe is null ? [] : new()
        {
            ["Stripe:ApiKey"] = Simulator.Key,
            ["Stripe:ApiBase"] = stripe.Url,
            ["Stripe:WebhookSecret"] = $"whsec_{world.Key.Secret("stripe", 24)}",
        };
        return new(simulated.Concat(Company))
        {
            ["AzureWebJobsStorage"] = world.Storage.ConnectionString,
            ["Auth:Authority"] = $"{origin}/local",
            ["Auth:Audience"] = SigningKey.Audience,
            ["Confirmation:Key"] = world.Key.Secret("confirmation", 32),
            ["Page:Origins"] = origin,
            ["Crm:WebhookUrl"] = $"{origin}/local/crm",
            ["Crm:WebhookSecret"] = $"whsec_{world.Key.Secret("crm", 24)}",
        };
    }

    static void Add(ConfigurationManager configuration, bool first, Dictionary<string, string?> settings) =>
        ((IConfigurationBuilder)configuration).Sources.Insert(first ? 0 : configuration.Sources.Count, new MemoryConfigurationSource { InitialData = settings });

    static void RequireFree(int port)
    {
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            try
            {
                using var listener = new TcpListener(address, port);
                listener.Start();
            }
            catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                throw new LocalStartException($"Port {port} is taken by another program; Local__Port chooses another one.");
            }
            catch (SocketException)
            {
                // No IPv6 here: Kestrel does without it as well.
            }
        }
    }

    async Task RegisterWebhookAsync()
    {
        if (Services.GetService<SimulatorClient>() is not { } stripe) return;
        var secret = Services.GetRequiredService<IConfiguration>()["Stripe:WebhookSecret"]!.Split(',')[0].Trim();
        var prefix = Services.GetRequiredService<HostSettings>().RoutePrefix;
        await stripe.RegisterAsync(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{_world.Settings.Port}/{prefix}/stripe/webhook"), secret);
    }

    async Task PlayAsync(DemoPlay demo)
    {
        // Nobody waits for it: a bug in it is told here, or never.
        Environment.ExitCode = 1;
        try
        {
            if (await demo.PlayAsync()) Environment.ExitCode = 0;
        }
        catch (Exception failure)
        {
            await Console.Error.WriteLineAsync($"The demo failed: {failure}");
        }
        Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
    }

    void Announce()
    {
        var settings = _world.Settings;
        var api = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{settings.Port}/{Services.GetRequiredService<HostSettings>().RoutePrefix}");
        Console.WriteLine($"""
            CloudCRM Billing
            Page      http://localhost:{settings.Port}/
            Telemetry http://localhost:{settings.Port}/local/telemetry
            Api       {api}
            Storage   {_world.Storage.Blob} (blob; queue and table on the next two ports)
            Stripe    {(Services.GetService<SimulatorClient>() is { } stripe ? $"simulated, {stripe.Url}" : "the account of Stripe__ApiKey")}
            Clock     {LocalClock.Text(_world.Clock.GetUtcNow())}{(_world.Clock.StandsStill ? ", standing still" : "")}
            """);
        if (_world.Note is { } note) Console.WriteLine(note);
        if (settings.Demo) Console.WriteLine($"""

            To try, as the owner of account {DemoAccount.Id}:
            TOKEN={_world.Key.Token("owner", DemoAccount.Id, null, _world.Clock.GetUtcNow())}
            curl -H "Authorization: Bearer $TOKEN" {api}/accounts/{DemoAccount.Id}/overview
            curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -H "Idempotency-Key: try-1" -d {"'{\"plan\":\"business\"}'"} {api}/accounts/{DemoAccount.Id}/plan-changes/preview
            """);
    }
}
