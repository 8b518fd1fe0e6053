using System.Globalization;

namespace Billing.Invoices;

/// <summary>
/// The one series of numbers for all documents of all accounts: unique and rising, gaps allowed. It looks like the second of issue,
/// but a document's date is never read from it.
/// </summary>
public static class DocumentNumber
{
    /// <summary>n = max(unix seconds now, last n + 1).</summary>
    /// <param name="last">The highest number given so far, 0 if none.</param>
    public static long Next(DateTimeOffset now, long last) => Math.Max(now.ToUnixTimeSeconds(), last + 1);

    /// <summary><c>RE-1778018402</c>, or <c>RK-…</c> for a correction.</summary>
    public static string Format(DocumentKind kind, long number) =>
        (kind == DocumentKind.CreditNote ? "RK-" : "RE-") + number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Gives out numbers of the series.</summary>
public interface IDocumentNumbers
{
    /// <summary>A number that nobody else got or will get. One that is then not used leaves a gap.</summary>
    Task<long> NextAsync(DateTimeOffset now, CancellationToken cancellation);
}
