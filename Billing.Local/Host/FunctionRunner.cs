using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
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
        await InvokeAsync(function, trigger, new Context(function, scope.ServiceProvider, _stop.Token), []);
    }

    /// <summary>Runs an HTTP function and answers with what it returns.</summary>
    public async Task RunAsync(IndexedFunction function, HttpContext http)
    {
        using var run = Begin();
        var context = new Context(function, http.RequestServices, http.RequestAborted);
        context.Items[FunctionContextHttpExtensions.HttpContextKey] = http;
        switch (await InvokeAsync(function, http.Request, context, http.Request.RouteValues))
        {
            case IResult result:
                await result.ExecuteAsync(http);
                break;
            case not null and var other:
                throw new NotSupportedException($"{function.Name} returned {other.GetType().Name}; the local host answers with IResult only.");
        }
    }

    /// <summary>Waits until no function runs. Those that take longer are told to stop.</summary>
    public async Task DrainAsync(TimeSpan atMost)
    {
        for (var waited = Stopwatch.StartNew(); !Idle && waited.Elapsed < atMost;) await Task.Delay(20);
        await _stop.CancelAsync();
    }

    static async Task<object?> InvokeAsync(IndexedFunction function, object trigger, FunctionContext context, RouteValueDictionary routeValues)
    {
        var method = function.Method;
        var instance = method.IsStatic ? null : ActivatorUtilities.CreateInstance(context.InstanceServices, method.DeclaringType!);
        var arguments = method.GetParameters().Select(parameter =>
            parameter == function.Parameter ? trigger
            : parameter.ParameterType == typeof(FunctionContext) ? context
            : parameter.ParameterType == typeof(CancellationToken) ? context.CancellationToken
            : RouteValue(parameter, routeValues)).ToArray();
        var returned = method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, CultureInfo.InvariantCulture);
        if (returned is not Task task) return returned;
        await task;
        return method.ReturnType.IsGenericType ? method.ReturnType.GetProperty(nameof(Task<>.Result))!.GetValue(task) : null;
    }

    static object? RouteValue(ParameterInfo parameter, RouteValueDictionary values)
    {
        var text = Convert.ToString(values[parameter.Name!], CultureInfo.InvariantCulture);
        if (parameter.ParameterType == typeof(string)) return text;
        if (string.IsNullOrEmpty(text)) return Activator.CreateInstance(parameter.ParameterType);
        return parameter.ParameterType == typeof(Guid) ? Guid.Parse(text) : Convert.ChangeType(text, parameter.ParameterType, CultureInfo.InvariantCulture);
    }

    public void Dispose() => _stop.Dispose();

    sealed class Run(FunctionRunner runner) : IDisposable
    {
        public void Dispose() => Interlocked.Increment(ref runner._ended);
    }

    sealed class Context(IndexedFunction function, IServiceProvider services, CancellationToken cancellation) : FunctionContext
    {
        public override string InvocationId { get; } = Guid.NewGuid().ToString();

        public override string FunctionId => function.EntryPoint;

        public override FunctionDefinition FunctionDefinition { get; } = new Definition(function);

        public override IServiceProvider InstanceServices { get; set; } = services;

        public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

        public override CancellationToken CancellationToken => cancellation;
    }

    sealed class Definition(IndexedFunction function) : FunctionDefinition
    {
        public override string Id => function.EntryPoint;

        public override string Name => function.Name;

        public override string EntryPoint => function.EntryPoint;
    }
}
