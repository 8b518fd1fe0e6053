using Billing.Local.World;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Billing.Local.Host;

/// <summary>
/// Routes requests to functions as the Functions host does: by a list that is tried from the top, ordered by function name and
/// not by how specific a route is. A route whose methods do not fit is passed over; what nothing takes is a 404.
/// </summary>
static class HttpFunctions
{
    public static void UseHttpFunctions(this WebApplication app, FunctionIndex index, HostSettings settings)
    {
        var runner = app.Services.GetRequiredService<FunctionRunner>();
        var constraints = app.Services.GetRequiredService<IInlineConstraintResolver>();
        var routes = new RouteCollection();
        foreach (var function in index.TriggeredBy<HttpTriggerAttribute>())
        {
            var methods = ((HttpTriggerAttribute)function.Trigger).Methods;
            var allowed = methods is { Length: > 0 } ? new Dictionary<string, object> { ["httpMethod"] = new HttpMethodRouteConstraint(methods) } : [];
            try
            {
                routes.Add(new Route(
                    new RouteHandler(http => AnswerAsync(function, http, runner, app.Logger)), function.Name, $"{settings.RoutePrefix}/{function.Route}".Trim('/'),
                    defaults: null, allowed, dataTokens: null, constraints));
            }
            catch (RouteCreationException wrong)
            {
                throw new LocalStartException($"The route of function {function.Name} is wrong: {wrong.InnerException?.Message ?? wrong.Message}");
            }
        }

        app.UseRouter(routes);
    }

    static async Task AnswerAsync(IndexedFunction function, HttpContext http, FunctionRunner runner, ILogger logger)
    {
        try
        {
            await runner.RunAsync(function, http);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
        catch (Exception failure)
        {
            logger.LogError(failure, "{Function} failed", function.Name);
            if (http.Response.HasStarted) throw;
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }
}
