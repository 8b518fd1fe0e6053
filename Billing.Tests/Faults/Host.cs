using System.Text;
using Billing.Accounts;
using Billing.Documents;
using Billing.Functions;
using Billing.Functions.Http;
using Billing.Local.Host;
using Billing.Local.StripeSimulator;
using Billing.Local.World;
using Billing.Outbox;
using Billing.Tests.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NCrontab;

namespace Billing.Tests.Faults;

/// <summary>
/// One instance of the service: its own composition and its functions, in this process. What it does in the world goes through its
/// <see cref="Wire"/>; its process ends when that is cut.
/// </summary>
sealed class Host : IAsyncDisposable
{
    static readonly FunctionIndex Index = FunctionIndex.Of(typeof(WorkFunctions).Assembly);
    static readonly HostSettings Settings = HostSettings.From(Path.Combine(AppContext.BaseDirectory, "host.json"));

    readonly WebApplication _app;
    readonly FunctionRunner _runner;

    Host(WebApplication app, Wire wire)
    {
        (_app, Wire) = (app, wire);
        _runner = app.Services.GetRequiredService<FunctionRunner>();
        Server = app.GetTestServer().CreateHandler();
    }

    public Wire Wire { get; }

    /// <summary>Requests sent here are worked on by the HTTP functions.</summary>
    public HttpMessageHandler Server { get; }
    public IServiceProvider Services => _app.Services;

    public static async Task<Host> StartAsync(World world, TimeProvider clock)
    {
        var wire = new Wire(world.Stripe, world.StripePort, world.Crm);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(LocalHost.Company).AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = world.Storage.Connection,
            ["Auth:Authority"] = Authority.Url,
            ["Auth:Audience"] = SigningKey.Audience,
            ["Confirmation:Key"] = Authority.Key.Secret("confirmation", 32),
            ["Page:Origins"] = $"http://localhost:{World.Port}",
            ["Crm:WebhookUrl"] = $"http://localhost:{Crm.Port}/",
            ["Crm:WebhookSecret"] = $"whsec_{Authority.Key.Secret("crm", 24)}",
            ["Stripe:ApiKey"] = Simulator.Key,
            ["Stripe:ApiBase"] = $"http://127.0.0.1:{world.StripePort}",
            ["Stripe:WebhookSecret"] = StripeControl.Secret,
        });
        builder.Logging.AddProvider(world.Log).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddRouting();
        builder.Services.AddSingleton(clock);
        builder.Services.AddBilling(builder.Configuration);
        builder.Services.AddSingleton<HttpMessageHandler>(wire);
        // Drawing is another matter, and takes longer than all the rest.
        builder.Services.AddSingleton<RenderDocument>(document => Encoding.UTF8.GetBytes($"%PDF {world.Software} {JsonText.Of(document)}"));
        builder.Services.AddHttpClient<ICrm, CrmWebhook>().ConfigurePrimaryHttpMessageHandler(() => wire).RemoveAllLoggers();
        builder.Services.AddSingleton<FunctionRunner>();
        world.Storage.Compose(builder.Services, wire);
        var app = builder.Build();
        app.UseHttpFunctions(Index, Settings);
        await app.StartAsync();
        return new(app, wire);
    }

    /// <summary>The timer functions of which an occurrence has passed.</summary>
    /// <param name="since">Not included.</param>
    public static IEnumerable<IndexedFunction> TimersDue(DateTimeOffset since, DateTimeOffset until) => Index.TriggeredBy<TimerTriggerAttribute>().Where(timer =>
        CrontabSchedule.Parse(((TimerTriggerAttribute)timer.Trigger).Schedule, FunctionIndex.SixFields).GetNextOccurrence(since.UtcDateTime) <= until.UtcDateTime);

    public Task RunAsync(IndexedFunction timer) => _runner.RunAsync(timer, new TimerInfo());

    /// <summary>Runs the function that a queue triggers.</summary>
    public Task RunMessageAsync(string queue, string text) =>
        _runner.RunAsync(Index.TriggeredBy<QueueTriggerAttribute>().Single(function => ((QueueTriggerAttribute)function.Trigger).QueueName == queue), text);

    public static IEnumerable<string> QueueNames => Index.TriggeredBy<QueueTriggerAttribute>().Select(function => ((QueueTriggerAttribute)function.Trigger).QueueName);

    /// <summary>How often a message is tried before it is poison.</summary>
    public static int MostTries => Settings.MaxDequeueCount;

    public async ValueTask DisposeAsync()
    {
        Wire.End();
        await _app.DisposeAsync();
    }
}
