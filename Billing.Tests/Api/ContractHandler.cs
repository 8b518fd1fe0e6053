using System.Collections.Frozen;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Billing.Functions;

namespace Billing.Tests.Api;

/// <summary>The service answered otherwise than its document says.</summary>
public sealed class ContractException(string message) : Exception(message);

/// <summary>Holds every answer that any test receives against the document: status, headers, code and schema of its operation.</summary>
sealed class ContractHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await AnswerAsync(request, cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        if (!path.StartsWith("/api/", StringComparison.Ordinal)) return response;

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var objections = OpenApi.Document.Objections(request.Method.Method, path["/api".Length..], response, body).ToList();
        if (objections.Count > 0)
            throw new ContractException($"{request.Method} {path} answered {(int)response.StatusCode}: {string.Join("; ", objections)}\n{System.Text.Encoding.UTF8.GetString(body)}");
        return response;
    }

    async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        // A service that is killed in the moment it is connected to; HttpClient says this of every other moment.
        catch (SocketException broken)
        {
            throw new HttpRequestException(broken.Message, broken);
        }
    }
}

/// <summary>The contract as the service publishes it.</summary>
sealed partial class OpenApi
{
    static readonly FrozenSet<string> Methods = new[] { "get", "put", "post", "delete" }.ToFrozenSet();
    static readonly FrozenSet<string> Known = new[]
    {
        "$ref", "type", "format", "description", "enum", "required", "properties", "additionalProperties", "items", "oneOf", "pattern", "minLength", "maxLength", "minimum", "maximum",
    }.ToFrozenSet();

    readonly JsonElement _root;

    OpenApi(Stream json)
    {
        using var document = JsonDocument.Parse(json);
        _root = document.RootElement.Clone();
        Operations =
        [
            .. _root.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
                .Where(member => Methods.Contains(member.Name))
                .Select(member => new Operation(member.Name.ToUpperInvariant(), path.Name, member.Value))),
        ];
    }

    public static OpenApi Document { get; } = new(typeof(PlanFunctions).Assembly.GetManifestResourceStream("openapi.json")!);

    public IReadOnlyList<Operation> Operations { get; }

    public IEnumerable<string> Codes => Schema("Problem").GetProperty("properties").GetProperty("code").GetProperty("enum").EnumerateArray().Select(code => code.GetString()!);

    public JsonElement Schema(string name) => _root.GetProperty("components").GetProperty("schemas").GetProperty(name);

    public JsonElement Resolve(JsonElement element) => element.TryGetProperty("$ref", out var reference)
        ? reference.GetString()!.Split('/')[1..].Aggregate(_root, (at, part) => at.GetProperty(part))
        : element;

    /// <summary>What is wrong with an answer.</summary>
    public IEnumerable<string> Objections(string method, string path, HttpResponseMessage response, byte[] body)
    {
        var status = (int)response.StatusCode;
        var type = response.Content.Headers.ContentType?.MediaType;
        var operation = Operations.Where(known => known.Method == method && known.Matches(path)).MinBy(known => known.Path.Count(letter => letter == '{'));
        if (operation is null && status != 404) yield return "an operation that the document does not know";
        if (operation is not null && !operation.Responses.ContainsKey(status)) yield return "an undocumented status";
        foreach (var objection in HeaderObjections(path, response)) yield return objection;

        if (operation is not null && operation.IsBinary(this, status, type, body)) yield break;
        using var json = TryParse(body);
        if (json is null)
        {
            yield return "no JSON";
            yield break;
        }
        var answer = json.RootElement;
        if (status >= 400 && type == "application/problem+json")
        {
            var code = answer.TryGetProperty("code", out var given) ? given.GetString()! : "";
            if (operation is null ? code != "not_found" : !operation.Codes.Contains(code)) yield return $"the undocumented code '{code}'";
            if (answer.TryGetProperty("status", out var told) && told.GetInt32() != status) yield return "another status in the problem";
            if (status == 401 && response.Headers.WwwAuthenticate.ToString() != "Bearer") yield return "no WWW-Authenticate";
            if (code is "busy" or "temporarily_unavailable" or "too_many_requests" && response.Headers.RetryAfter is null) yield return "no Retry-After";
        }

        var schema = operation is null ? Schema("Problem") : operation.SchemaOf(this, status, type);
        if (schema is null) yield return $"the undocumented media type {type}";
        else foreach (var objection in Objections(schema.Value, answer, "$")) yield return objection;
    }

    /// <summary>What every answer tells a browser: here, so that no route is forgotten.</summary>
    static IEnumerable<string> HeaderObjections(string path, HttpResponseMessage response)
    {
        string Header(string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";
        foreach (var (name, value) in new[]
        {
            ("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"), ("Referrer-Policy", "no-referrer"),
        })
            if (Header(name) != value) yield return $"{name} is '{Header(name)}'";

        // Only the element's code is for everybody; an archived file is asked for again each time, by whoever has it.
        var kept = Header("Cache-Control");
        if (!path.StartsWith("/element", StringComparison.Ordinal) && kept != "no-store" && !(response.Headers.ETag is not null && kept == "no-cache, private"))
            yield return $"Cache-Control is '{kept}'";
    }

    /// <summary>What a value has that its schema does not allow.</summary>
    public IEnumerable<string> Objections(JsonElement schema, JsonElement value, string at)
    {
        schema = Resolve(schema);
        foreach (var keyword in schema.EnumerateObject().Where(member => !Known.Contains(member.Name))) yield return $"{at}: the keyword {keyword.Name} is not checked";

        if (schema.TryGetProperty("oneOf", out var choices) && choices.EnumerateArray().Count(choice => !Objections(choice, value, at).Any()) != 1)
            yield return $"{at} is not one of its kinds";
        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(name => Is(name, value)))
        {
            yield return $"{at} is {value.ValueKind}, not {type}";
            yield break;
        }
        if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(item => JsonElement.DeepEquals(item, value)))
            yield return $"{at} is {value}, none of {allowed}";
        if (value.ValueKind == JsonValueKind.String && schema.TryGetProperty("format", out var format) && !HasFormat(format.GetString()!, value.GetString()!))
            yield return $"{at} is '{value}', no {format}";
        if (value.ValueKind == JsonValueKind.String && schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(value.GetString()!, pattern.GetString()!))
            yield return $"{at} is '{value}', which {pattern} does not fit";

        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var name in schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(item => item.GetString()!) : [])
                if (!value.TryGetProperty(name, out _)) yield return $"{at}.{name} is missing";
            foreach (var member in value.EnumerateObject())
            {
                JsonElement? inner = schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(member.Name, out var property) ? property : null;
                if (inner is null && schema.TryGetProperty("additionalProperties", out var more))
                {
                    if (more.ValueKind == JsonValueKind.False) yield return $"{at}.{member.Name} is not documented";
                    else inner = more;
                }
                if (inner is { } next) foreach (var objection in Objections(next, member.Value, $"{at}.{member.Name}")) yield return objection;
            }
        }
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
            foreach (var (place, item) in value.EnumerateArray().Index())
                foreach (var objection in Objections(items, item, $"{at}[{place}]")) yield return objection;
    }

    static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(item => item.GetString()!) : [type.GetString()!];

    static bool Is(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => false,
    };

    static bool HasFormat(string format, string text) => format switch
    {
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "date-time" => Instant().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
        _ => false,
    };

    static JsonDocument? TryParse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z\z")]
    private static partial Regex Instant();
}

/// <summary>A method on a path of the document.</summary>
sealed record Operation(string Method, string Path, JsonElement Json)
{
    readonly Regex _template = new($"\\A{Regex.Replace(Regex.Escape(Path), @"\\\{\w+}", "[^/]+")}\\z");

    public FrozenSet<string> Codes { get; } = Json.GetProperty("x-codes").EnumerateArray().Select(code => code.GetString()!).ToFrozenSet();

    public IReadOnlyDictionary<int, JsonElement> Responses { get; } = Json.GetProperty("responses").EnumerateObject()
        .ToDictionary(response => int.Parse(response.Name, CultureInfo.InvariantCulture), response => response.Value);

    public bool Matches(string path) => _template.IsMatch(path);

    /// <summary>A file of a documented type, of which no schema says more; or nothing, where nothing is documented.</summary>
    public bool IsBinary(OpenApi document, int status, string? mediaType, byte[] body) =>
        Responses.TryGetValue(status, out var response) && (document.Resolve(response).TryGetProperty("content", out var content)
            ? content.TryGetProperty(mediaType ?? "", out var file) && (!file.TryGetProperty("schema", out var schema) || schema.TryGetProperty("format", out var format) && format.ValueEquals("binary"))
            : body.Length == 0);

    /// <summary>Null where the document does not know the media type with that status.</summary>
    public JsonElement? SchemaOf(OpenApi document, int status, string? mediaType) =>
        Responses.TryGetValue(status, out var response) && document.Resolve(response).GetProperty("content").TryGetProperty(mediaType ?? "", out var content)
            ? content.GetProperty("schema") : null;
}
