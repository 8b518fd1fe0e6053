namespace Billing.Tests.Api;

/// <summary>Which pages a browser lets call the service: those on the list, and these also when they are refused.</summary>
[Collection(OnOneService.Name)]
public sealed class OriginTests(StandingService standing) : IDisposable
{
    readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new($"http://localhost:{standing.Service.Port}/api/") };

    string Own => $"http://localhost:{standing.Service.Port}";

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task An_allowed_page_is_told_what_it_may_send()
    {
        using var answer = await AskAsync(HttpMethod.Options, "accounts/acme/plan-changes", Own);
        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Equal(Own, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("GET, POST, DELETE", Header(answer, "Access-Control-Allow-Methods"));
        Assert.Equal("Authorization, Content-Type, Accept-Language, Idempotency-Key", Header(answer, "Access-Control-Allow-Headers"));
        Assert.Null(Header(answer, "Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task An_allowed_page_may_read_answers_and_refusals()
    {
        foreach (var (path, status) in new[] { ("catalog", 200), ("accounts/acme/overview", 401), ("nothing", 404) })
        {
            using var answer = await AskAsync(HttpMethod.Get, path, Own);
            Assert.Equal((status, Own, "Origin"), ((int)answer.StatusCode, Header(answer, "Access-Control-Allow-Origin"), Header(answer, "Vary")));
        }
    }

    [Theory]
    [InlineData("http://localhost:1")]
    [InlineData("https://crm.example.com")]
    [InlineData("null")]
    [InlineData(null)]
    public async Task Any_other_is_not(string? origin)
    {
        using var asked = await AskAsync(HttpMethod.Options, "accounts/acme/overview", origin);
        Assert.Equal(403, (int)asked.StatusCode);
        using var answer = await AskAsync(HttpMethod.Get, "catalog", origin);
        Assert.Equal([null, null, "Origin"], [Header(asked, "Access-Control-Allow-Origin"), Header(answer, "Access-Control-Allow-Origin"), Header(answer, "Vary")]);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("http", null)]
    [InlineData("https", "max-age=31536000")]
    public async Task Who_came_over_https_is_told_to_stay_there(string? proto, string? expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "catalog");
        if (proto is not null) request.Headers.Add("X-Forwarded-Proto", proto);
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(expected, Header(answer, "Strict-Transport-Security"));
    }

    [Fact]
    public async Task The_answer_to_a_preflight_has_the_headers_of_every_answer()
    {
        using var answer = await AskAsync(HttpMethod.Options, "accounts/acme/overview", Own);
        Assert.Equal(("nosniff", "no-referrer", "no-store"), (Header(answer, "X-Content-Type-Options"), Header(answer, "Referrer-Policy"), Header(answer, "Cache-Control")));
    }

    async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string? origin)
    {
        using var request = new HttpRequestMessage(method, path);
        if (origin is not null) request.Headers.TryAddWithoutValidation("Origin", origin);
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
