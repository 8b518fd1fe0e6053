using System.Text.RegularExpressions;

namespace Billing.Tests;

/// <summary>Which namespaces a source names, by its <c>using</c> lines and by qualified names.</summary>
static partial class Directions
{
    static readonly string[] Folders = ["Values", "Catalogs", "Accounts", "Plans", "AddOns", "Invoices", "Access", "Payments", "Outbox", "Documents", "Exports", "Telemetry", "Adapters"];

    /// <summary>What the source must not name, of the namespaces given: <c>Azure</c> stands for all below it.</summary>
    public static IReadOnlyList<string> Offences(string source, params string[] forbidden)
    {
        var code = Literals().Replace(Comments().Replace(source, ""), "\"\"");
        var named = Usings().Matches(code).Select(match => match.Groups["name"].Value)
            .Concat(Qualified().Matches(code).Select(match => match.Groups["name"].Value))
            .Select(name => Folders.Contains(name.Split('.')[0]) ? "Billing." + name : name);
        return [.. named.Where(name => forbidden.Any(root => name == root || name.StartsWith(root + ".", StringComparison.Ordinal))).Distinct()];
    }

    /// <summary>All namespaces of the product but these.</summary>
    public static string[] AllBut(params string[] allowed) => [.. Folders.Except(allowed).Select(folder => "Billing." + folder), .. Outside];

    /// <summary>Technology that only adapters know.</summary>
    public static readonly string[] Outside = ["Azure", "Billing.Adapters", "Billing.Functions", "Billing.Local", "Stripe", "Microsoft.Azure", "Microsoft.AspNetCore", "System.Net.Http", "System.IO.Pipes"];

    /// <summary>What draws documents.</summary>
    public static readonly string[] Drawing = ["SkiaSharp", "HarfBuzzSharp"];

    [GeneratedRegex(@"^\s*(global\s+)?using\s+(static\s+)?(\w+\s*=\s*)?(global::)?(?<name>[A-Z][\w.]*)\s*;", RegexOptions.Multiline)]
    private static partial Regex Usings();

    // A name of two parts or more that nothing stands before: Azure.Data.Tables.TableClient, Adapters.TableStorage.Rows.
    [GeneratedRegex(@"(?<![\w.])(global::)?(?<name>(Billing\.\w+|Azure|Stripe|SkiaSharp|HarfBuzzSharp|Microsoft\.Azure|Microsoft\.AspNetCore|System\.Net\.Http|Adapters)(\.[A-Z]\w*)+)")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex("\"(\\\\.|[^\"\\\\\n])*\"")]
    private static partial Regex Literals();
}
