using Microsoft.AspNetCore.Http;

namespace Billing.Functions.Http;

/// <summary>
/// The origins of the pages that embed „Paket &amp; Rechnungen“: from these and no others a browser may call the service, and to these
/// customers are sent back after Stripe's pages. No cookie is ever involved, so no credentials are allowed.
/// </summary>
public sealed class PageOrigins(IEnumerable<Uri> origins)
{
    readonly HashSet<string> _allowed = [.. origins.Select(origin => origin.GetLeftPart(UriPartial.Authority))];

    /// <summary>The address to send a customer back to, if it is of an allowed origin; null otherwise.</summary>
    public Uri? FindReturn(string? address) =>
        // Browsers read a backslash as a slash and skip what others stumble over: what is not plainly an address is none.
        address is { Length: <= 2000 } && !address.Contains('\\', StringComparison.Ordinal) && !address.Any(character => char.IsControl(character) || char.IsWhiteSpace(character))
        && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && _allowed.Contains(uri.GetLeftPart(UriPartial.Authority))
            ? uri
            : null;

    /// <summary>Tells the browser whether the page that calls may read the answer.</summary>
    public void Admit(HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.Append("Vary", "Origin");
        if (request.Headers.Origin is not [{ } origin] || !_allowed.Contains(origin)) return;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = "Retry-After, Content-Disposition";
    }

    /// <summary>Answers the question that browsers ask before a call from a page of another origin. Whether it is admitted is told already.</summary>
    public static IResult Preflight(HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        if (headers.AccessControlAllowOrigin.Count == 0) return Results.StatusCode(StatusCodes.Status403Forbidden);
        headers.AccessControlAllowMethods = "GET, POST, DELETE";
        headers.AccessControlAllowHeaders = "Authorization, Content-Type, Accept-Language, Idempotency-Key";
        headers.AccessControlMaxAge = "7200";
        return Results.NoContent();
    }
}
