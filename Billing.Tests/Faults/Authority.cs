using Billing.Local.World;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Billing.Tests.Faults;

/// <summary>Who issues the tokens of all services that run in this process.</summary>
static class Authority
{
    public static SigningKey Key { get; } = NewKey();

    /// <summary>Where its discovery document is.</summary>
    public static string Url { get; } = Start();

    static SigningKey NewKey()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, SigningKey.NewPem());
        try
        {
            return new(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    static string Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = SigningKey.Issuer, jwks_uri = $"{app.Urls.First()}/jwks" }));
        app.MapGet("/jwks", () => Results.Json(Key.KeySet()));
        app.StartAsync().GetAwaiter().GetResult();
        return app.Urls.First();
    }
}
