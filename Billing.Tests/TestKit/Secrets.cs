using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

[assembly: AssemblyFixture(typeof(Billing.Tests.NothingSecretIsSaid))]

namespace Billing.Tests;

/// <summary>
/// Every line that any process of the suite says is looked at as it is said. If one of them holds a secret, a token, a card or an account, the run
/// fails when the last test is done, whatever the tests themselves found.
/// </summary>
public sealed class NothingSecretIsSaid : IDisposable
{
    static readonly ConcurrentQueue<string> Found = new();

    public static void Hear(string line)
    {
        foreach (var secret in Secrets.In(line)) Found.Enqueue($"{secret}: {line}");
    }

    public void Dispose()
    {
        if (!Found.IsEmpty) throw new InvalidOperationException($"Logs hold secrets:\n{string.Join('\n', Found.Take(20))}");
    }
}

/// <summary>What must stand in no log.</summary>
static partial class Secrets
{
    /// <summary>The kinds of secrets that a text holds.</summary>
    public static IEnumerable<string> In(string text)
    {
        if (Token().IsMatch(text)) yield return "a token";
        if (ProviderKey().IsMatch(text)) yield return "a key of Stripe's or a webhook's";
        if (ClientSecret().IsMatch(text)) yield return "a client secret";
        if (HostedPage().IsMatch(text)) yield return "the address of a hosted session";
        if (Key().IsMatch(text)) yield return "a key of 32 bytes, or storage's";
        if (Confirmation().IsMatch(text)) yield return "a confirmation";
        if (EMail().IsMatch(text)) yield return "an e-mail address";
        if (Digits().Matches(text).Any(match => IsCard(match.Value))) yield return "a card number";
        if (Iban().Matches(text).Any(match => IsIban(match.Value))) yield return "an IBAN";
    }

    [GeneratedRegex(@"eyJ[\w-]{8,}\.[\w-]{8,}|Bearer\s+\S{20,}", RegexOptions.IgnoreCase)]
    private static partial Regex Token();

    [GeneratedRegex(@"\b(sk|rk)_(test|live)_\w+|whsec_\S+")]
    private static partial Regex ProviderKey();

    [GeneratedRegex(@"\b(pi|seti)_\w+_secret_\w+")]
    private static partial Regex ClientSecret();

    [GeneratedRegex(@"https?://\S+/(c/(pay|setup|payment)|p/session)/\S+")]
    private static partial Regex HostedPage();

    [GeneratedRegex(@"(?<![\w+/])[A-Za-z0-9+/]{43}=(?![\w=])|AccountKey=[^;\s]+|SharedAccessSignature|[?&]sig=")]
    private static partial Regex Key();

    /// <summary>Nonce and signature are 64 characters already; nothing else of ours is of that alphabet and so long.</summary>
    [GeneratedRegex(@"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[A-Za-z0-9_-]{64,}")]
    private static partial Regex Confirmation();

    [GeneratedRegex(@"[\w.+-]+@[\w-]+(\.[\w-]+)+", RegexOptions.ECMAScript)]
    private static partial Regex EMail();

    [GeneratedRegex(@"(?<![\w.,-])[3-6](?:[ -]?\d){12,18}(?![\w.,-])")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")]
    private static partial Regex Iban();

    /// <summary>Luhn.</summary>
    static bool IsCard(string text)
    {
        var digits = text.Where(char.IsAsciiDigit).Select(digit => digit - '0').Reverse();
        return digits.Select((digit, place) => place % 2 == 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2).Sum() % 10 == 0;
    }

    /// <summary>Remainder 1 by 97; the shortest is of 15 characters. What stands behind it may look like more of it.</summary>
    static bool IsIban(string text)
    {
        var compact = text.Replace(" ", "", StringComparison.Ordinal);
        return Enumerable.Range(15, Math.Max(0, Math.Min(compact.Length, 34) - 14)).Any(length =>
        {
            var moved = compact[4..length] + compact[..4];
            var number = string.Concat(moved.Select(letter => char.IsAsciiDigit(letter) ? letter.ToString() : (letter - 'A' + 10).ToString(CultureInfo.InvariantCulture)));
            return BigInteger.Parse(number, CultureInfo.InvariantCulture) % 97 == 1 && (length == compact.Length || compact.Length - length < 5);
        });
    }
}
