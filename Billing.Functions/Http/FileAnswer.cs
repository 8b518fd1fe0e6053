using Billing.Documents;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Billing.Functions.Http;

/// <summary>
/// A document as a file. Archived ones carry their hash as ETag and are asked for again each time, 304 where the caller, who has been let in by now, has
/// what it is; drafts are kept nowhere.
/// </summary>
sealed class FileAnswer(byte[] bytes, string contentType, string fileName, bool isArchived) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        if (isArchived)
        {
            response.Headers.CacheControl = "private, no-cache";
            var tag = $"\"{DocumentFile.HashOf(bytes)}\"";
            response.Headers.ETag = tag;
            if (request.GetTypedHeaders().IfNoneMatch.Any(known => known.Tag == "*" || known.Tag == tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }
        response.ContentType = contentType;
        response.ContentLength = bytes.Length;
        response.Headers.ContentDisposition = new ContentDispositionHeaderValue(request.Query["download"] == "1" ? "attachment" : "inline") { FileName = fileName }.ToString();
        return response.Body.WriteAsync(bytes, httpContext.RequestAborted).AsTask();
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
