using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Billing.Functions.Http;

/// <summary>A document as a file. Archived ones carry their hash as ETag and are asked for again each time; drafts are kept nowhere.</summary>
/// <param name="sha256">Null for a draft.</param>
sealed class FileAnswer(byte[] bytes, string contentType, string fileName, string? sha256) : IResult
{
    /// <summary>304 if that is the file which the caller has. To be asked once the caller is let in.</summary>
    public static IResult? NotModified(HttpRequest request, string sha256) =>
        request.GetTypedHeaders().IfNoneMatch.Any(known => known.Tag == "*" || known.Tag == Tag(sha256)) ? new Unchanged(sha256) : null;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        Describe(response, sha256);
        response.ContentType = contentType;
        response.ContentLength = bytes.Length;
        response.Headers.ContentDisposition = new ContentDispositionHeaderValue(httpContext.Request.Query["download"] == "1" ? "attachment" : "inline")
        {
            FileName = fileName,
        }.ToString();
        return response.Body.WriteAsync(bytes, httpContext.RequestAborted).AsTask();
    }

    static void Describe(HttpResponse response, string? sha256)
    {
        if (sha256 is null) return;
        response.Headers.CacheControl = "private, no-cache";
        response.Headers.ETag = Tag(sha256);
    }

    static string Tag(string sha256) => $"\"{sha256}\"";

    sealed class Unchanged(string sha256) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
            Describe(httpContext.Response, sha256);
            return Task.CompletedTask;
        }
    }
}

/// <summary>A file that is written while it is read from storage. What fails on the way ends the connection: half a file never looks like a whole one.</summary>
sealed class ExportAnswer(string contentType, string fileName, Func<Stream, CancellationToken, Task> write) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = contentType;
        response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = fileName }.ToString();
        return write(response.Body, httpContext.RequestAborted);
    }
}
