using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Threading.Channels;
using Billing.Tests.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Billing.Tests.Infrastructure;

/// <summary>
/// The Functions host as a worker sees it: takes its call (gRPC), has it index and load its functions, and invokes them. Messages are written as JSON; what they may
/// hold is read out of the worker's own assembly, so it is the protocol of the version that is deployed.
/// </summary>
sealed class WorkerHost : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly WebApplication _server;
    readonly MessageDescriptor _message;
    readonly Channel<string> _toWorker = Channel.CreateUnbounded<string>();
    readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> _awaited = new();
    readonly ConcurrentQueue<string> _said = new();
    readonly Dictionary<string, string> _functions = [];
    Process? _worker;
    HttpClient? _http;

    WorkerHost(string folder, int port)
    {
        var worker = Assembly.LoadFrom(Path.Combine(folder, "Microsoft.Azure.Functions.Worker.Grpc.dll"));
        var protocol = worker.GetTypes().Single(type => type.Name == "FunctionRpcReflection").GetProperty("Descriptor", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)!;
        _message = ((FileDescriptor)protocol.GetValue(null)!).MessageTypes.Single(type => type.Name == "StreamingMessage");

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port, listen => listen.Protocols = HttpProtocols.Http2));
        _server = builder.Build();
        _server.Run(TalkAsync);
    }

    /// <summary>Starts the worker in a folder that was published, and has it load all its functions.</summary>
    public static async Task<WorkerHost> StartAsync(string folder, IReadOnlyDictionary<string, string?> settings)
    {
        var port = Place.FreePorts(1);
        var host = new WorkerHost(folder, port);
        await host._server.StartAsync();
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = ["Billing.Functions.dll", "--functions-uri", $"http://127.0.0.1:{port}", "--functions-worker-id", "worker", "--functions-request-id", "start", "--functions-grpc-max-message-length", "134217728"];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = folder;
        var called = host.AwaitAsync("startStream");
        host._worker = Process.Start(start)!;
        host._worker.OutputDataReceived += (_, line) => host.Keep(line.Data ?? "");
        host._worker.ErrorDataReceived += (_, line) => host.Keep(line.Data ?? "");
        host._worker.BeginOutputReadLine();
        host._worker.BeginErrorReadLine();
        await called;

        var ready = await host.AskAsync("workerInitResponse", new { workerInitRequest = new { hostVersion = "4.1046.100", workerDirectory = folder, functionAppDirectory = folder } });
        // Where it takes the requests that the host passes on.
        host._http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(ready.GetProperty("capabilities").GetProperty("HttpUri").GetString()!) };
        // It says where before it listens there.
        for (var waited = Stopwatch.StartNew(); !await Programs.ListensAsync(host._http.BaseAddress!.Port, host._http.BaseAddress.Host) && waited.Elapsed < Patience;) await Task.Delay(50);
        var indexed = await host.AskAsync("functionMetadataResponse", new { functionsMetadataRequest = new { functionAppDirectory = folder } });
        foreach (var function in indexed.GetProperty("functionMetadataResults").EnumerateArray())
        {
            var (id, name) = (function.GetProperty("functionId").GetString()!, function.GetProperty("name").GetString()!);
            var loaded = await host.AskAsync($"functionLoadResponse {id}", new { functionLoadRequest = new { functionId = id, metadata = function } });
            Assert.Equal("Success", loaded.GetProperty("result").GetProperty("status").GetString());
            host._functions.Add(name, id);
        }
        return host;
    }

    /// <summary>The functions that the worker has indexed and loaded.</summary>
    public IEnumerable<string> Functions => _functions.Keys;

    /// <summary>Passes a request on to a function.</summary>
    /// <param name="route">Values of its route.</param>
    public async Task<Answer> RequestAsync(string function, HttpMethod method, string path, params (string Name, string Value)[] route)
    {
        var id = Guid.NewGuid().ToString();
        var invoked = AskAsync($"invocationResponse {id}", Invocation(id, function, "request", new { http = new { method = method.Method, url = $"http://localhost/{path}" } }, route));
        using var request = new HttpRequestMessage(method, path) { Headers = { { "x-ms-invocation-id", id } } };
        using var response = await _http!.SendAsync(request);
        var outcome = await invoked;
        // Ours are problems with a body: this one is the worker's own.
        Assert.False((int)response.StatusCode == 500 && response.Content.Headers.ContentLength is null or 0, $"{outcome}\n{string.Join('\n', _said)}");
        return await Answer.OfAsync(response);
    }

    /// <summary>Invokes a function that is triggered by a timer or a queue; whether it succeeded.</summary>
    public async Task<bool> InvokeAsync(string function, string parameter, object data)
    {
        var id = Guid.NewGuid().ToString();
        var response = await AskAsync($"invocationResponse {id}", Invocation(id, function, parameter, data, []));
        // A failure is the protocol's zero, which JSON leaves out.
        return response.GetProperty("result").TryGetProperty("status", out var status) && status.GetString() == "Success";
    }

    object Invocation(string id, string function, string parameter, object data, (string Name, string Value)[] route) => new
    {
        invocationRequest = new
        {
            invocationId = id,
            functionId = _functions[function],
            inputData = new[] { new { name = parameter, data } },
            triggerMetadata = route.ToDictionary(value => value.Name, value => new { @string = value.Value }),
            traceContext = new { traceParent = $"00-{Guid.NewGuid():N}-0123456789abcdef-01" },
            retryContext = new { },
        },
    };

    Task<JsonElement> AskAsync(string answer, object message)
    {
        var awaited = AwaitAsync(answer);
        _toWorker.Writer.TryWrite(JsonSerializer.Serialize(message));
        return awaited;
    }

    async Task<JsonElement> AwaitAsync(string answer)
    {
        try
        {
            return await _awaited.GetOrAdd(answer, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"No {answer} from the worker. It said:\n{string.Join('\n', _said)}");
        }
    }

    /// <summary>gRPC's one call: messages in both directions, each behind its length.</summary>
    async Task TalkAsync(HttpContext call)
    {
        call.Response.ContentType = "application/grpc";
        call.Response.DeclareTrailer("grpc-status");
        await call.Response.StartAsync();
        var telling = TellAsync(call.Response.Body, call.RequestAborted);
        var head = new byte[5];
        while (await call.Request.Body.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, call.RequestAborted) == head.Length)
        {
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
            await call.Request.Body.ReadExactlyAsync(body, call.RequestAborted);
            Hear(JsonSerializer.Deserialize<JsonElement>(JsonFormatter.Default.Format(_message.Parser.ParseFrom(body))));
        }
        _toWorker.Writer.TryComplete();
        await telling;
        call.Response.AppendTrailer("grpc-status", "0");
    }

    async Task TellAsync(Stream worker, CancellationToken aborted)
    {
        await foreach (var json in _toWorker.Reader.ReadAllAsync(aborted))
        {
            var body = JsonParser.Default.Parse(json, _message).ToByteArray();
            var framed = new byte[5 + body.Length];
            BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), body.Length);
            body.CopyTo(framed, 5);
            await worker.WriteAsync(framed, aborted);
            await worker.FlushAsync(aborted);
        }
    }

    /// <summary>Keeps what the worker says, on its streams or in the log that it sends.</summary>
    void Keep(string line)
    {
        NothingSecretIsSaid.Hear(line);
        _said.Enqueue(line);
    }

    void Hear(JsonElement message)
    {
        foreach (var part in message.EnumerateObject().Where(part => part.Value.ValueKind == JsonValueKind.Object))
        {
            Keep(part.Name == "rpcLog" && part.Value.TryGetProperty("message", out var log) ? log.GetString()! : $"({part.Name})");
            var about = part.Name switch
            {
                "functionLoadResponse" => $" {part.Value.GetProperty("functionId").GetString()}",
                "invocationResponse" => $" {part.Value.GetProperty("invocationId").GetString()}",
                _ => "",
            };
            _awaited.GetOrAdd(part.Name + about, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(part.Value);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_worker is { HasExited: false }) _worker.Kill();
        _worker?.Dispose();
        _http?.Dispose();
        await _server.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
    }
}
