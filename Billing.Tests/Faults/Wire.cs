using System.Net;
using System.Reflection;
using System.Text;
using Billing.Tests.Api;

namespace Billing.Tests.Faults;

/// <summary>How a call that leaves the service fails. Where it took effect, nobody is told.</summary>
enum Fault
{
    /// <summary>It is refused, and each repetition by the client library as well.</summary>
    Error,
    ErrorAfter,

    /// <summary>It took effect and the connection broke: the client library repeats it by itself, or, where it does not, says so.</summary>
    AnswerLost,
    TimeOut,
    TimeOutAfter,

    /// <summary>The process ends before the call leaves it: from then on nothing leaves it.</summary>
    End,
    EndAfter,
}

/// <summary>The process that would have made the call is no more.</summary>
sealed class ProcessEndedException() : Exception("The process has ended.");

/// <summary>
/// All that leaves one instance of the service for storage, Stripe and the CRM. It counts the calls (one that the client library repeats is one)
/// and lets one of them fail.
/// </summary>
sealed class Wire(StripeControl stripe, int stripePort, Crm crm) : HttpMessageHandler
{
    static readonly HttpMessageInvoker Network = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });

    readonly Lock _gate = new();
    readonly List<string> _calls = [];
    readonly HashSet<string> _known = [];
    Func<string, bool> _strikes = _ => false;
    Fault _fault;
    string? _faulty;
    (string Part, Func<Task> What)? _meanwhile;

    /// <summary>What has left so far, in order: <c>PUT /documents/acme/2026/RE-1.pdf</c>.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_gate) return [.. _calls];
        }
    }

    /// <summary>The call that failed on purpose.</summary>
    public string? Struck { get; private set; }
    public bool IsDead { get; private set; }

    /// <summary>Told of each request that was worked on.</summary>
    public Action<HttpRequestMessage>? Forwarded { get; set; }

    /// <summary>From now on the count begins anew; the call in that place, from 1, fails.</summary>
    public void Arm(int place, Fault how) => Arm(_ => _calls.Count == place, how);

    /// <summary>The next call to an address that holds this fails.</summary>
    public void Arm(string part, Fault how) => Arm(call => call.Contains(part, StringComparison.Ordinal), how);

    /// <summary>Nothing fails any more.</summary>
    public void Disarm() => Arm(_ => false, default);

    public void End() => IsDead = true;

    /// <summary>After the next call to an address that holds this was worked on, and before its answer arrives, that happens.</summary>
    public void Meanwhile(string part, Func<Task> what) => _meanwhile = (part, what);

    /// <summary>A call that does not go over the network.</summary>
    public async Task<T> CallAsync<T>(string call, Func<Task<T>> work)
    {
        if (Meet(call, null) is not { } struck) return await work();
        if (struck is Fault.ErrorAfter or Fault.AnswerLost or Fault.TimeOutAfter or Fault.EndAfter) await work();
        throw Failure(struck);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The storage clients repeat a request under its id.
        var id = request.Headers.TryGetValues("x-ms-client-request-id", out var ids) ? ids.First() : null;
        switch (Meet($"{request.Method} {request.RequestUri!.PathAndQuery}", id))
        {
            case null:
                var answer = await ForwardAsync(request, cancellationToken);
                if (_meanwhile is { } happening && request.RequestUri.PathAndQuery.Contains(happening.Part, StringComparison.Ordinal))
                {
                    _meanwhile = null;
                    await happening.What();
                }
                return answer;
            // Stripe keeps a failure under its key and answers with it again: only the simulator can do that.
            case (Fault.Error or Fault.ErrorAfter) and var error when request.RequestUri.Port == stripePort:
                await stripe.FailAsync("*", error == Fault.Error ? "500" : "500_after");
                return await ForwardAsync(request, cancellationToken);
            case Fault.Error:
                return Refused(request);
            case Fault.ErrorAfter:
                (await ForwardAsync(request, cancellationToken)).Dispose();
                return Refused(request);
            case (Fault.AnswerLost or Fault.TimeOutAfter or Fault.EndAfter) and var lost:
                (await ForwardAsync(request, cancellationToken)).Dispose();
                throw Failure(lost);
            case { } before:
                throw Failure(before);
        }
    }

    void Arm(Func<string, bool> which, Fault how)
    {
        lock (_gate)
        {
            _calls.Clear();
            (_strikes, _fault, Struck) = (which, how, null);
        }
    }

    /// <summary>How a call is to fail; null if it is not.</summary>
    /// <param name="id">The same for each repetition; null for a call that is never repeated.</param>
    Fault? Meet(string call, string? id)
    {
        lock (_gate)
        {
            if (IsDead) return Fault.End;
            // The first time it may have taken effect, again it does not.
            if (id is not null && id == _faulty) return _fault switch { Fault.Error or Fault.ErrorAfter => Fault.Error, Fault.TimeOut or Fault.TimeOutAfter => Fault.TimeOut, _ => null };
            if (id is not null && !_known.Add(id)) return null;
            _calls.Add(call);
            if (Struck is not null || !_strikes(call)) return null;
            (_faulty, Struck) = (id, call);
            if (_fault == Fault.End) IsDead = true;
            return _fault;
        }
    }

    Exception Failure(Fault struck)
    {
        if (struck is Fault.End or Fault.EndAfter) End();
        return struck switch
        {
            Fault.End or Fault.EndAfter => new ProcessEndedException(),
            Fault.TimeOut or Fault.TimeOutAfter => new TaskCanceledException("The time is over."),
            _ => new HttpRequestException("The connection was closed.", new IOException("The connection was closed.")),
        };
    }

    async Task<HttpResponseMessage> ForwardAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var answer = await (request.RequestUri!.Port == Crm.Port ? crm.ReceiveAsync(request) : Network.SendAsync(request, cancellation));
        Forwarded?.Invoke(request);
        return answer;
    }

    /// <summary>As storage says it: tables in JSON, blobs and queues in XML, each where the client asks for it.</summary>
    static HttpResponseMessage Refused(HttpRequestMessage request) => new(HttpStatusCode.ServiceUnavailable)
    {
        RequestMessage = request,
        Content = request.Headers.Accept.Any(type => type.MediaType == "application/json")
            ? new StringContent("""{"odata.error":{"code":"ServerBusy","message":{"lang":"en-US","value":"The server is busy."}}}""", Encoding.UTF8, "application/json")
            : new StringContent("<Error><Code>ServerBusy</Code><Message>The server is busy.</Message></Error>", Encoding.UTF8, "application/xml"),
    };
}

/// <summary>A port whose calls go over a <see cref="Wire"/> although nothing is behind it but memory.</summary>
#pragma warning disable CA1852 // What is made at run time derives from it.
class Wired<T> : DispatchProxy where T : class
{
    static readonly MethodInfo Typed = typeof(Wired<T>).GetMethod(nameof(CallAsync), BindingFlags.NonPublic | BindingFlags.Instance)!;

    T _port = null!;
    Wire _wire = null!;

    public static T Of(T port, Wire wire)
    {
        var proxy = Create<T, Wired<T>>();
        ((Wired<T>)(object)proxy)._port = port;
        ((Wired<T>)(object)proxy)._wire = wire;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var (call, result) = ($"{typeof(T).Name}.{targetMethod!.Name}", targetMethod.ReturnType);
        object? Work() => targetMethod.Invoke(_port, BindingFlags.DoNotWrapExceptions, null, args, null);

        if (result == typeof(Task)) return _wire.CallAsync<object?>(call, async () => { await (Task)Work()!; return null; });
        if (result.IsGenericType && result.GetGenericTypeDefinition() == typeof(Task<>)) return Typed.MakeGenericMethod(result.GetGenericArguments()).Invoke(this, [call, (Func<object?>)Work]);
        return Work();
    }

    Task<TResult> CallAsync<TResult>(string call, Func<object?> work) => _wire.CallAsync(call, () => (Task<TResult>)work()!);
}
