using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Billing.Local.Frame;

/// <summary>
/// The page at <c>/</c>: a stand-in for the CRM around the element, where anyone can try an account, a role and a month. And the live view of
/// traces and counters at <c>/local/telemetry</c>.
/// </summary>
static class FramePages
{
    /// <summary>As strict as the page works with: the CRM can set the same. The document viewer shows its PDF from a blob.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src blob:; object-src 'none'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html";

    public static void Map(WebApplication app)
    {
        app.MapGet("/", (HttpResponse response) => Answer(response, "index.html", "text/html; charset=utf-8"));
        app.MapGet("/local/telemetry", (HttpResponse response) => Answer(response, "telemetry.html", "text/html; charset=utf-8"));
        foreach (var page in (string[])["frame", "telemetry"])
        {
            app.MapGet($"/local/frame/{page}.js", (HttpResponse response) => Answer(response, $"{page}.js", "text/javascript; charset=utf-8"));
            app.MapGet($"/local/frame/{page}.css", (HttpResponse response) => Answer(response, $"{page}.css", "text/css; charset=utf-8"));
        }
    }

    static IResult Answer(HttpResponse response, string file, string type)
    {
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-cache";
        response.Headers["Referrer-Policy"] = "no-referrer";
        return Results.Stream(typeof(FramePages).Assembly.GetManifestResourceStream($"frame/{file}")!, type);
    }
}
