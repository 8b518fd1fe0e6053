using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Billing.Tests.Api;

/// <summary>Thousands of requests that nobody means well, made from the contract: each is answered as documented, none with a fault of ours.</summary>
[Collection(OnOneService.Name)]
public class FuzzTests(StandingService standing)
{
    const int Requests = 3_000;

    static readonly string[] Strange =
    [
        "", " ", ".", "..", "../../demo", "..%2f..%2fdemo", "demo/../other", "'", "' or 1 eq 1", "') or ('1' eq '1", "\"", "\\", "/", "//", "|", "a|b", "\0", "a\0b", "\r\n", "\t", "\u202e", "ﬁ", "ａｃｍｅ",
        "A\u0308", "Ä", "𝔞𝔠𝔪𝔢", "İ", "%", "%00", "%2e%2e", "{accountId}", "$filter", "PartitionKey eq 'x'", "inv-0", "inv-1", "inv-99999999999999999999", "inv--1", "inv-1 ", "bkg-1", "upcoming", "null",
        "undefined", "NaN", "true", "-1", "0", "1e9", "<script>alert(1)</script>", "=1+1", "{{7*7}}", "${7*7}", "javascript:alert(1)", "https://good.example@evil.example", "//evil", "\\\\evil",
    ];

    static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1", "1.5", "1e400", "10000", "9223372036854775808", "-0", "\"\"", "\"1\"", "\"pro\"", "\"users\"", "[]", "{}", "[[[[]]]]", "{\"a\":{\"b\":{}}}", "\"\\u0000\"", "\"\\ud800\"",
        "\"2026-02-30\"", "\"2026-05-06\"", "\"0001-01-01\"", "\"9999-12-31\"",
    ];

    Service Service => standing.Service;

    [Fact]
    public async Task Whatever_is_sent_the_answer_is_documented_and_no_fault()
    {
        var random = new Random(Seed.Take());
        var acme = await Service.OpenAsync("pro");
        await acme.BooksAsync("users");
        string?[] tokens =
        [
            await Service.TokenAsync("owner", acme.Id), await Service.TokenAsync("owner", acme.Id), await Service.TokenAsync("owner", "another"), await Service.TokenAsync("operator"),
            await Service.TokenAsync("service"), await Service.TokenAsync("member", acme.Id), null, "nonsense", "a.b.c",
        ];
        var requests = Enumerable.Range(0, Requests).Select(_ => Make(random, acme.Id, tokens)).ToList();
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (request, _) =>
        {
            var answer = await Service.SendAsync(new(request.Method), request.Path, request.Body, request.Token, request.Key, request.Language);
            var shown = $"{request.Method} {request.Path}\n{request.Body}\n{answer.Status} {Encoding.UTF8.GetString(answer.Bytes)}";
            Assert.True(answer.Status < 500, shown);
            Assert.False(shown.Contains("   at ", StringComparison.Ordinal) || shown.Contains("Exception", StringComparison.Ordinal), shown);
        });
        Assert.Equal(200, (await acme.GetAsync("/overview")).Status);
        Assert.All(await acme.BookingsAsync(), booking => Assert.Equal("active", booking.Text("status")));
    }

    static (string Method, string Path, string? Body, string? Token, string? Key, string? Language) Make(Random random, string account, string?[] tokens)
    {
        var operation = Pick(random, [.. OpenApi.Document.Operations.Where(operation => operation.Path != "/stripe/webhook")]);
        var path = new StringBuilder("api");
        foreach (var segment in operation.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path.Append('/').Append(segment switch
            {
                "{accountId}" => random.Next(3) > 0 ? account : Segment(random),
                _ when segment[0] == '{' => random.Next(3) == 0 ? "inv-1" : Segment(random),
                _ => segment,
            });
        }
        foreach (var (parameter, place) in new[] { "cursor", "limit", "from", "to", "format", "download", "resolved" }.Where(_ => random.Next(6) == 0).Select((name, place) => (name, place)))
            path.Append(place == 0 ? '?' : '&').Append(parameter).Append('=').Append(Segment(random));

        var body = operation.Method is "POST" or "PUT" || random.Next(10) == 0 ? Body(random, operation) : null;
        return (operation.Method, path.ToString(), body, Pick(random, tokens), random.Next(3) == 0 ? $"k-{random.Next(20).ToString(CultureInfo.InvariantCulture)}" : null,
            random.Next(4) == 0 ? Pick(random, "en", "de", "xx;q=2", ",,,") : null);
    }

    static string Body(Random random, Operation operation)
    {
        switch (random.Next(12))
        {
            case 0: return "";
            case 1: return string.Concat(Enumerable.Repeat("[", 2_000));
            case 2: return new string(Enumerable.Range(0, random.Next(60)).Select(_ => (char)random.Next(1, 0x250)).ToArray());
            case 3: return string.Concat(Enumerable.Repeat("{\"plan\":", 500)) + "1" + new string('}', 500);
        }

        var names = operation.Json.TryGetProperty("requestBody", out var body)
            ? OpenApi.Document.Resolve(body.GetProperty("content").GetProperty("application/json").GetProperty("schema")).GetProperty("properties").EnumerateObject().Select(member => member.Name).ToList()
            : ["plan", "confirmation"];
        if (random.Next(5) == 0) names.Add(Pick(random, "__proto__", "extra", "Plan", ""));
        return "{" + string.Join(',', names.Where(_ => random.Next(8) > 0).Select(name =>
            $"{JsonSerializer.Serialize(name)}:{(random.Next(2) == 0 ? Pick(random, Values) : JsonSerializer.Serialize(Odd(random)))}")) + "}";
    }

    /// <summary>The web server itself refuses NUL in a path and addresses beyond 8 kB, both without a body: so much that ten of them stay below it. Nothing and dots make another path.</summary>
    static string Segment(Random random)
    {
        var odd = Odd(random).Replace("\0", "", StringComparison.Ordinal);
        return odd.Trim('.').Length == 0 ? "-" : Uri.EscapeDataString(odd[..Math.Min(odd.Length, 700)]);
    }

    /// <summary>Something that is hard to swallow, now and then 10 kB of it.</summary>
    static string Odd(Random random) => random.Next(40) == 0 ? new string('a', 10_000) : Pick(random, Strange);

    static T Pick<T>(Random random, params T[] among) => among[random.Next(among.Length)];
}
