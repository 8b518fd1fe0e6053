using Billing.Functions;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

try
{
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.Services.AddBilling(builder.Configuration).AddTelemetryExport(builder.Configuration);
    builder.Build().Run();
    return Environment.ExitCode;
}
catch (SettingsException incomplete)
{
    Console.Error.WriteLine(incomplete.Message);
    return 1;
}
