using System.Globalization;
using System.Security.Cryptography;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Documents;

/// <summary>An issued document as it is archived.</summary>
public sealed record DocumentFile(AccountId Account, string Number, DocumentKind Kind, DateOnly Date, byte[] Pdf)
{
    /// <summary>SHA-256 of the file, lower-case hex.</summary>
    public string Sha256 { get; } = HashOf(Pdf);

    /// <summary>Its name in the archive: <c>{account}/{year}/{number}.pdf</c>.</summary>
    public string Name => NameOf(Account, Number, Date);

    /// <summary>The last day on which it must be there: 8 years from the end of the year of issue (§ 14b (1) UStG).</summary>
    public DateOnly RetainedUntil => new(Date.Year + 8, 12, 31);

    public static string NameOf(AccountId account, Invoice issued) => NameOf(account, issued.Number!, issued.Date);

    public static string HashOf(byte[] pdf) => Convert.ToHexStringLower(SHA256.HashData(pdf));

    static string NameOf(AccountId account, string number, DateOnly date) =>
        string.Create(CultureInfo.InvariantCulture, $"{account}/{date.Year:0000}/{number}.pdf");
}

/// <summary>Where issued documents are kept, unchanged. Nothing in it is ever written twice.</summary>
public interface IDocumentArchive
{
    /// <summary>Keeps the file.</summary>
    /// <returns>False if there is one of that name: it stays as it is.</returns>
    Task<bool> AddAsync(DocumentFile file, CancellationToken cancellation);

    /// <summary>The file of that name; null if there is none. Whether it is still what was archived, the caller finds out.</summary>
    Task<byte[]?> FindAsync(string name, CancellationToken cancellation);
}

/// <summary>A document of the index: issued, or about to be.</summary>
public sealed record IndexedDocument(DateOnly Date, string Number, AccountId Account, InvoiceId Invoice);

/// <summary>
/// Documents of all accounts by date. An entry is written before the commit that issues its document, so there may be too many, never too few:
/// the document's own row says whether it was issued.
/// </summary>
public interface IDocumentIndex
{
    Task AddAsync(IndexedDocument document, CancellationToken cancellation);

    /// <summary>By date and number; both days are included.</summary>
    IAsyncEnumerable<IndexedDocument> ListAsync(DateOnly first, DateOnly last, CancellationToken cancellation);

    /// <summary>The date of the oldest entry; null if there is none.</summary>
    Task<DateOnly?> FirstDayAsync(CancellationToken cancellation);
}
