using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Billing.Local.Host;

/// <summary>Runs functions, each on an instance of its own in a scope of its own, and knows how many are running.</summary>
sealed class FunctionRunner(IServiceProvider services) : IDisposable
{
    readonly CancellationTokenSource _stop = new();
    long _started;
    long _ended;

    /// <summary>How many runs have begun since the start. Unchanged and none running: nothing has run in between.</summary>
    public long Started => Interlocked.Read(ref _started);

    // Ended is read first: a run that begins and ends in between must not make the count negative.
    public bool Idle => Interlocked.Read(ref _ended) is var ended && Started == ended;

    /// <summary>Counts as a run until it is disposed of: what belongs to a run beyond the function itself.</summary>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref _started);
        return new Run(this);
    }

    /// <summary>Runs a timer or queue function.</summary>
    public async Task RunAsync(IndexedFunction function, object trigger)
    {
        using var run = Begin();
        await using var scope = services.CreateAsyncScope();
        await InvokeAsync(function, trigger, scope.ServiceProvider, [], _stop.Token);
    }

    /// <summary>Runs an HTTP function and answers with what it returns.</summary>
    public async Task RunAsync(IndexedFunction function, HttpContext http)
    {
        using var run = Begin();
        var result = (IResult)(await InvokeAsync(function, http.Request, http.RequestServices, http.Request.RouteValues, http.RequestAborted))!;
        await result.ExecuteAsync(http);
    }

    /// <summary>Waits until no function runs. Those that take longer are told to stop.</summary>
    public async Task DrainAsync(TimeSpan atMost)
    {
        for (var waited = Stopwatch.StartNew(); !Idle && waited.Elapsed < atMost;) await Task.Delay(20);
        await _stop.CancelAsync();
    }

    static async Task<object?> InvokeAsync(
        IndexedFunction function, object trigger, IServiceProvider scoped, RouteValueDictionary routeValues, CancellationToken cancellation)
    {
        var method = function.Method;
        var instance = method.IsStatic ? null : ActivatorUtilities.CreateInstance(scoped, method.DeclaringType!);
        var arguments = method.GetParameters().Select(parameter =>
            parameter == function.Parameter ? trigger
            : parameter.ParameterType == typeof(CancellationToken) ? (object?)cancellation
            : Convert.ToString(routeValues[parameter.Name!], CultureInfo.InvariantCulture)).ToArray();
        var returned = method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, CultureInfo.InvariantCulture);
        if (returned is not Task task) return returned;
        await task;
        return method.ReturnType.IsGenericType ? method.ReturnType.GetProperty(nameof(Task<>.Result))!.GetValue(task) : null;
    }

    public void Dispose() => _stop.Dispose();

    sealed class Run(FunctionRunner runner) : IDisposable
    {
        public void Dispose() => Interlocked.Increment(ref runner._ended);
    }
}
