using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Billing.Tests.Api;

/// <summary>What the service answered.</summary>
/// <param name="Json">Of an answer in JSON.</param>
/// <param name="Bytes">The body, whatever it is.</param>
public sealed record Answer(int Status, JsonElement Json, HttpResponseHeaders Headers, string? MediaType, byte[] Bytes, HttpContentHeaders Content)
{
    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync();
        var type = response.Content.Headers.ContentType?.MediaType;
        using var json = bytes.Length > 0 && type?.EndsWith("json", StringComparison.Ordinal) == true ? JsonDocument.Parse(bytes) : null;
        return new((int)response.StatusCode, json?.RootElement.Clone() ?? default, response.Headers, type, bytes, response.Content.Headers);
    }

    public string? Code => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("code", out var code) ? code.GetString() : null;

    /// <summary>The body; fails the test if the request was refused.</summary>
    public JsonElement Ok()
    {
        Assert.True(Status is >= 200 and < 300, $"{Status} {Json}");
        return Json;
    }

    /// <summary>Fails the test unless it was refused exactly so; the problem.</summary>
    public JsonElement Refused(int status, string code)
    {
        Assert.Equal((status, code), (Status, Code));
        Assert.Equal("application/problem+json", MediaType);
        return Json;
    }
}

/// <summary>Reads answers as the rules write them: <c>13,71/2,60/16,31</c> is net, VAT, gross.</summary>
static class Reading
{
    public static string Text(this JsonElement json, string field) => json.GetProperty(field).GetString()!;
    public static long Cents(this JsonElement json, string field) => json.GetProperty(field).GetInt64();
    public static IReadOnlyList<JsonElement> Items(this JsonElement json, string field) => [.. json.GetProperty(field).EnumerateArray()];

    public static string Figure(this JsonElement document) =>
        $"{Euro(document.Cents("netCents"))}/{Euro(document.Cents("vatCents"))}/{Euro(document.Cents("grossCents"))}";

    /// <summary>The net amounts of the lines in their order: <c>-10,91 24,62</c>.</summary>
    public static string Amounts(this JsonElement document) => string.Join(' ', document.Items("lines").Select(line => Euro(line.Cents("netCents"))));

    /// <summary>The same with each line's days: <c>79,90 (06.06.–05.07.)</c>.</summary>
    public static string[] AmountsWithDays(this JsonElement document) =>
        [.. document.Items("lines").Select(line => $"{Euro(line.Cents("netCents"))} ({Day(line, "from")}–{Day(line, "to")})")];

    /// <summary>A range of days: <c>2026-05-06–2026-06-05</c>.</summary>
    public static string Period(this JsonElement json, string field = "period") =>
        $"{json.GetProperty(field).Text("from")}–{json.GetProperty(field).Text("to")}";

    public static string Euro(long cents) => (cents / 100m).ToString("0.00", CultureInfo.InvariantCulture).Replace('.', ',');

    static string Day(JsonElement line, string field) => DateOnly.Parse(line.Text(field), CultureInfo.InvariantCulture).ToString("dd.MM.", CultureInfo.InvariantCulture);
}

static class Moment
{
    /// <summary>An instant; a day alone is ten o'clock UTC on it, which is that day in Berlin.</summary>
    public static DateTimeOffset Of(string text) =>
        DateTimeOffset.Parse(text.Length == 10 ? text + "T10:00:00Z" : text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUniversalTime();
}
