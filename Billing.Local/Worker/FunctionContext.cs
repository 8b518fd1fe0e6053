using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>One run of a function.</summary>
public abstract class FunctionContext
{
    public abstract string InvocationId { get; }

    public abstract string FunctionId { get; }

    public abstract FunctionDefinition FunctionDefinition { get; }

    public abstract IServiceProvider InstanceServices { get; set; }

    public abstract IDictionary<object, object> Items { get; set; }

    public virtual CancellationToken CancellationToken { get; }
}

/// <summary>What the host knows about a function.</summary>
public abstract class FunctionDefinition
{
    public abstract string Id { get; }

    public abstract string Name { get; }

    /// <summary>Full type name and method, joined by a dot.</summary>
    public abstract string EntryPoint { get; }
}

/// <summary>ASP.NET Core's view of a function's run.</summary>
public static class FunctionContextHttpExtensions
{
    internal const string HttpContextKey = "HttpRequestContext";

    /// <summary>The request that runs the function; null for timers and queues.</summary>
    public static HttpContext? GetHttpContext(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Items.TryGetValue(HttpContextKey, out var http) ? http as HttpContext : null;
    }
}
