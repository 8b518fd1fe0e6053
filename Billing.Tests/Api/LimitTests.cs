using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Billing.Tests.Api;

/// <summary>How much, how often and how slowly anyone may ask. The service's clock stands still here: none of this goes by it.</summary>
[Collection(OnOneService.Name)]
public class LimitTests(StandingService standing)
{
    Service Service => standing.Service;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/plan-changes/preview", """{"plan":"pro"}""", 300)]
    // Answered with a preview.
    [InlineData("/plan-changes", """{"plan":"pro","confirmation":"of yesterday"}""", 300)]
    // Refused for its address, and counted all the same: Stripe is not asked in vain either.
    [InlineData("/payment-method/session", """{"returnUrl":"https://elsewhere.example"}""", 60)]
    public async Task An_account_that_asks_too_often_waits_and_nobody_else(string path, string body, int atOnce)
    {
        var (acme, other) = (await Service.OpenAsync("smart"), await Service.OpenAsync("smart"));
        var answers = new List<Answer>();
        await Parallel.ForAsync(0, atOnce + 60, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) =>
        {
            var answer = await acme.PostAsync(path, body);
            lock (answers) answers.Add(answer);
        });

        Assert.InRange(answers.Count(answer => answer.Status != 429), atOnce, atOnce + 55);
        var refused = answers.Last(answer => answer.Status == 429);
        refused.Refused(429, "too_many_requests");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 5);

        // Neither others nor other routes are held up.
        Assert.NotEqual(429, (await other.PostAsync(path, body)).Status);
        (await acme.PostAsync("/plan-changes", new { plan = "pro" })).Refused(409, "confirmation_required");
        Assert.Equal(200, (await acme.GetAsync("/overview")).Status);

        await Task.Delay(refused.Headers.RetryAfter.Delta.Value, Stop);
        Assert.NotEqual(429, (await acme.PostAsync(path, body)).Status);
    }

    [Fact]
    public async Task All_add_ons_that_an_account_may_have_can_be_booked_in_one_go()
    {
        var acme = await Service.OpenAsync("smart");
        for (var preview = 0; preview < 200; preview++) Assert.Equal(200, (await acme.PostAsync("/add-ons/preview", new { addOn = "users", quantity = 1 })).Status);
    }

    [Theory]
    [InlineData("a body that stops", 0)]
    // Faster than the web server's own least rate.
    [InlineData("a body that trickles", 500)]
    public async Task A_body_that_does_not_come_is_given_up(string _, int bytesASecond)
    {
        var acme = await Service.OpenAsync("smart");
        var watch = Stopwatch.StartNew();
        var answer = await RawAsync(
            $"POST /{acme.Path}/plan-changes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {await Service.TokenAsync("owner", acme.Id)}\r\nContent-Length: 60000\r\n\r\n{{", bytesASecond);
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"request_timeout\"", answer, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("Content-Length: 40000000\r\n\r\n{", "413", "body_too_large")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", "400", "validation_failed")]
    public async Task What_the_web_server_does_not_take_is_the_callers_fault(string rest, string status, string code)
    {
        var acme = await Service.OpenAsync("smart");
        var answer = await RawAsync($"POST /{acme.Path}/plan-changes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {await Service.TokenAsync("owner", acme.Id)}\r\n{rest}", 0);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains($"\"code\":\"{code}\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /api/catalog?{0} HTTP/1.1\r\nHost: localhost\r\n\r\n", 10_000, "414")]
    [InlineData("GET /api/catalog HTTP/1.1\r\nHost: localhost\r\nX-Much: {0}\r\n\r\n", 40_000, "431")]
    [InlineData("GET /api/accounts/a%00b HTTP/1.1\r\nHost: localhost\r\n\r\n", 0, "400")]
    public async Task Addresses_and_headers_have_an_end(string request, int length, string status) =>
        Assert.StartsWith($"HTTP/1.1 {status} ", await RawAsync(request.Replace("{0}", new string('x', length), StringComparison.Ordinal), 0), StringComparison.Ordinal);

    /// <summary>Sends what no HTTP client would, then so many bytes a second; what is answered.</summary>
    async Task<string> RawAsync(string request, int bytesASecond)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("localhost", Service.Port, Stop);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Stop);
        var answered = ReadAsync(stream);
        while (bytesASecond > 0 && await Task.WhenAny(answered, Task.Delay(500, Stop)) != answered)
        {
            try
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(new string('x', bytesASecond / 2)), Stop);
            }
            catch (IOException)
            {
                break;
            }
        }
        return await answered.WaitAsync(TimeSpan.FromSeconds(40), Stop);
    }

    static async Task<string> ReadAsync(NetworkStream stream)
    {
        var (answer, buffer) = (new StringBuilder(), new byte[4096]);
        while (!answer.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) || (answer.ToString().Contains("problem+json", StringComparison.Ordinal) && !answer.ToString().Contains("\"code\"", StringComparison.Ordinal)))
        {
            var read = await stream.ReadAsync(buffer, Stop);
            if (read == 0) break;
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        return answer.ToString();
    }
}
