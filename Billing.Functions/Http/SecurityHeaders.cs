using Microsoft.AspNetCore.Http;

namespace Billing.Functions.Http;

/// <summary>
/// What every answer tells a browser beside its own: it is of the type it says, is shown in no frame, loads nothing, names no referrer, is kept
/// nowhere (an answer that may be kept says so itself) and, where it came over https, is always to be asked for so. The one place for it.
/// </summary>
static class SecurityHeaders
{
    public static void Set(HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        // The Functions host ends TLS and passes requests on over http. Who claims it without TLS only tells himself.
        if (request.IsHttps || request.Headers["X-Forwarded-Proto"] == "https") headers.StrictTransportSecurity = "max-age=31536000";
    }
}
