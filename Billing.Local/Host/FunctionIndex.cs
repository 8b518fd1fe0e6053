using System.Reflection;
using System.Runtime.CompilerServices;
using Billing.Local.World;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;
using NCrontab;

namespace Billing.Local.Host;

/// <summary>A method with [Function] and the one parameter that triggers it.</summary>
sealed record IndexedFunction(string Name, MethodInfo Method, ParameterInfo Parameter, Attribute Trigger)
{
    /// <summary>Of an HTTP function: its route without the prefix, by default its name.</summary>
    public string Route => ((HttpTriggerAttribute)Trigger).Route ?? Name;
}

/// <summary>
/// The functions of an assembly. What the real worker would not index or load, or would quietly run otherwise than written,
/// is refused here, so that it fails on the first local start and not after a deployment.
/// </summary>
sealed class FunctionIndex
{
    public static readonly CrontabSchedule.ParseOptions SixFields = new() { IncludingSeconds = true };

    readonly List<string> _problems = [];

    FunctionIndex()
    {
    }

    /// <summary>In the order in which the real host tries their routes: by name.</summary>
    public IReadOnlyList<IndexedFunction> Functions { get; private set; } = [];

    public IEnumerable<IndexedFunction> TriggeredBy<TTrigger>() where TTrigger : Attribute => Functions.Where(function => function.Trigger is TTrigger);

    /// <exception cref="LocalStartException">Names everything that the real worker would trip over.</exception>
    public static FunctionIndex Of(Assembly assembly)
    {
        var index = new FunctionIndex();
        var methods = assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => method.IsDefined(typeof(FunctionAttribute))).ToList();
        index.Functions = [.. methods.Select(index.Read).OfType<IndexedFunction>().OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase)];
        foreach (var same in methods.GroupBy(method => method.GetCustomAttribute<FunctionAttribute>()!.Name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1))
            index._problems.Add($"{same.Key}: {same.Count()} functions have this name.");
        foreach (var same in methods.GroupBy(method => (method.DeclaringType, method.Name)).Where(same => same.Count() > 1))
            index._problems.Add($"{same.Key.DeclaringType!.Name}.{same.Key.Name}: overloads of one method cannot both be functions.");

        if (index._problems.Count == 0) return index;
        throw new LocalStartException($"The Functions host would not run these functions:{string.Concat(index._problems.Select(problem => $"\n  {problem}"))}");
    }

    IndexedFunction? Read(MethodInfo method)
    {
        var name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
        void Refuse(string why) => _problems.Add($"{name} ({method.DeclaringType!.Name}.{method.Name}): {why}");

        if (!method.IsPublic) Refuse("the method must be public.");
        if (method.DeclaringType!.IsNested || !method.DeclaringType.IsPublic) Refuse("its class must be public and not nested.");
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute))) Refuse("async void is never awaited.");

        var triggers = method.GetParameters().SelectMany(parameter => parameter.GetCustomAttributes()
            .Where(attribute => attribute is HttpTriggerAttribute or TimerTriggerAttribute or QueueTriggerAttribute)
            .Select(attribute => new IndexedFunction(name, method, parameter, attribute))).ToList();
        if (triggers is not [var function])
        {
            Refuse($"it has {triggers.Count} triggers instead of one.");
            return null;
        }

        string[] routeValues = [];
        switch (function.Trigger)
        {
            case HttpTriggerAttribute:
                if (function.Parameter.ParameterType != typeof(HttpRequest)) Refuse("an HTTP trigger's parameter is HttpRequest.");
                if (!AnswersHttp(method.ReturnType)) Refuse("an HTTP function returns IResult; anything else becomes an empty 200, or is not known here.");
                try
                {
                    routeValues = [.. TemplateParser.Parse(function.Route).Parameters.Select(parameter => parameter.Name!)];
                }
                catch (ArgumentException wrong)
                {
                    Refuse($"its route is wrong: {wrong.Message}");
                }

                break;
            case TimerTriggerAttribute timer:
                if (function.Parameter.ParameterType != typeof(TimerInfo)) Refuse("a timer trigger's parameter is TimerInfo.");
                if (CrontabSchedule.TryParse(timer.Schedule, SixFields) is null) Refuse($"\"{timer.Schedule}\" is no NCRONTAB schedule of six fields.");
                if (timer.RunOnStartup) Refuse("RunOnStartup also runs it at every scale-out; the local host does not know it.");
                break;
            case QueueTriggerAttribute:
                if (function.Parameter.ParameterType != typeof(string)) Refuse("a queue trigger's parameter is string here: other types depend on the worker's serializer.");
                break;
        }

        foreach (var parameter in method.GetParameters().Where(parameter => parameter != function.Parameter && !Binds(parameter, routeValues)))
            Refuse($"nothing binds its parameter {parameter.Name}: only route values (string) and CancellationToken do.");
        return function;
    }

    static bool AnswersHttp(Type type)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>)) type = type.GetGenericArguments()[0];
        return type.IsAssignableTo(typeof(IResult));
    }

    static bool Binds(ParameterInfo parameter, string[] routeValues) =>
        parameter.ParameterType == typeof(CancellationToken)
        || (parameter.ParameterType == typeof(string) && routeValues.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase)
            && !parameter.GetCustomAttributes().Any(attribute => attribute.GetType().Namespace == "Microsoft.AspNetCore.Mvc"));
}
