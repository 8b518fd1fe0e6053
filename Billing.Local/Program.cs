using Billing.Local.World;
using Microsoft.Extensions.Configuration;

// The outside world of the service, alone: `dotnet run --project Billing.Local`. Services start the same beside themselves.
try
{
    var settings = LocalSettings.From(new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build());
    return await WorldProcess.RunAsync(settings, alone: !args.Contains(WorldProcess.Argument));
}
catch (LocalStartException refused)
{
    await Console.Error.WriteLineAsync(refused.Message);
    return 1;
}
