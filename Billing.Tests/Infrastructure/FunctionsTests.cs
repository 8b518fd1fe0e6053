using System.Reflection;
using System.Text.RegularExpressions;
using Billing.Functions;
using Microsoft.Azure.Functions.Worker;

namespace Billing.Tests.Infrastructure;

/// <summary>What the Functions host will index is what docs/functions.md says.</summary>
public partial class FunctionsTests
{
    static readonly string Document = File.ReadAllText(Repository.File("docs", "functions.md"));

    [Fact]
    public void The_document_lists_exactly_the_functions_with_their_triggers() => Assert.Equal(Indexed(), Documented(Document));

    [Theory]
    [InlineData("| `WorkAccount` | `account-work` |", "| WorkAccount | account-work |")]
    [InlineData("| `WorkAccount` | `account-work` |", "| `WorkAccount` | `accounts` |")]
    [InlineData("| `GetHealth` | GET `health` |", "| `GetHealth` | POST `health` |")]
    [InlineData("| `GetHealth` | GET `health` |", "| `GetHealth` | GET `healthz` |")]
    [InlineData("| `GetHealth` | GET `health` |", "| `GetHealthOnce` | GET `health` | was here |\n| `GetHealth` | GET `health` |")]
    [InlineData("| `SweepAccounts` | `0 30 2 * * *` |", "| `SweepAccounts` | `0 30 3 * * *` |")]
    public void A_document_that_says_otherwise_is_noticed(string written, string otherwise)
    {
        Assert.Contains(written, Document, StringComparison.Ordinal);
        Assert.NotEqual(Indexed(), Documented(Document.Replace(written, otherwise, StringComparison.Ordinal)));
    }

    /// <summary>Each function as „name: trigger“, sorted.</summary>
    static IEnumerable<string> Indexed() =>
        (from type in typeof(PlanFunctions).Assembly.GetTypes()
         from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)
         where method.IsDefined(typeof(FunctionAttribute))
         from parameter in method.GetParameters()
         from trigger in parameter.GetCustomAttributes().Select(Trigger).OfType<string>()
         select $"{method.GetCustomAttribute<FunctionAttribute>()!.Name}: {trigger}").Order(StringComparer.Ordinal);

    static string? Trigger(Attribute attribute) => attribute switch
    {
        HttpTriggerAttribute http => $"{string.Join(' ', http.Methods!).ToUpperInvariant()} {http.Route}",
        TimerTriggerAttribute timer => timer.Schedule,
        QueueTriggerAttribute queue => queue.QueueName,
        _ => null,
    };

    /// <summary>What the document lists, each function as „name: trigger“, sorted.</summary>
    internal static IEnumerable<string> Documented() => Documented(Document);

    static IEnumerable<string> Documented(string document) =>
        Rows().Matches(document).Select(row => $"{row.Groups["name"].Value}: {row.Groups["methods"].Value}{row.Groups["trigger"].Value}").Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<methods>[A-Z ]*)`(?<trigger>[^`]+)` \| \S.*\|$", RegexOptions.Multiline)]
    private static partial Regex Rows();
}
