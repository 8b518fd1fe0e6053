using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Billing.Functions.Http;
using Billing.Values;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Billing.Functions;

/// <summary>
/// The page „Paket &amp; Rechnungen“ as a custom element for the CRM's frontend. A page loads <c>element.js</c>, which is never stale and leads to the
/// modules under a path that names their content, so that those are kept for good.
/// </summary>
public sealed class ElementFunctions(Api api)
{
    const string Prefix = "element/";
    static readonly FrozenDictionary<string, byte[]> Files = Embedded.Names.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..], Embedded.Read);
    static readonly string Version = VersionOf(Files);

    [Function("GetElement")]
    public Task<IResult> LoaderAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "element.js")] HttpRequest request) =>
        api.OpenAsync(request, () => Task.FromResult(Answers.Decided(
            Script(request, Encoding.UTF8.GetBytes($"export * from \"./element/{Version}/billing-element.js\";\n"), "no-cache"))));

    [Function("GetElementModule")]
    public Task<IResult> ModuleAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "element/{version}/{file}")] HttpRequest request, string version, string file) =>
        api.OpenAsync(request, () => Task.FromResult(version == Version && Files.TryGetValue(file, out var content)
            ? Answers.Decided(Script(request, content, "public, max-age=31536000, immutable"))
            : new Refusal("not_found")));

    /// <summary>What browsers ask before they call any route from a page of another origin.</summary>
    [Function("Preflight")]
    public Task<IResult> PreflightAsync([HttpTrigger(AuthorizationLevel.Anonymous, "options", Route = "{*path}")] HttpRequest request) =>
        api.OpenAsync(request, () => Task.FromResult(Answers.Decided(PageOrigins.Preflight(request))));

    static IResult Script(HttpRequest request, byte[] content, string kept)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.CacheControl = kept;
        // Code without a secret: any page may load it, but only the allowed ones get an answer from the service.
        headers.AccessControlAllowOrigin = "*";
        return Results.Bytes(content, "text/javascript; charset=utf-8");
    }

    static string VersionOf(FrozenDictionary<string, byte[]> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, content) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
            hash.AppendData(SHA256.HashData(content));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
