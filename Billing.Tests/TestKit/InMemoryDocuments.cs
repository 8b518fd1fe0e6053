using Billing.Documents;
using Billing.Values;

namespace Billing.Tests;

/// <summary>An archive in memory that writes nothing twice. It fails where a test tells it to.</summary>
sealed class InMemoryArchive : IDocumentArchive
{
    readonly Lock _lock = new();

    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Nothing is taken.</summary>
    public bool IsDown { get; set; }

    /// <summary>Files are taken, but nobody is told.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>What lies there of an account: hashes by name.</summary>
    public Dictionary<string, string> HashesOf(AccountId account)
    {
        lock (_lock) return Files.Where(file => file.Key.StartsWith($"{account}/", StringComparison.Ordinal)).ToDictionary(file => file.Key, file => DocumentFile.HashOf(file.Value));
    }

    public Task<bool> AddAsync(DocumentFile file, CancellationToken cancellation)
    {
        if (IsDown) throw new IOException("the archive is down");
        lock (_lock)
        {
            var added = Files.TryAdd(file.Name, file.Pdf);
            if (LosesAnswers) throw new IOException("the archive's answer was lost");
            return Task.FromResult(added);
        }
    }

    public Task<byte[]?> FindAsync(string name, CancellationToken cancellation)
    {
        if (IsDown) throw new IOException("the archive is down");
        lock (_lock) return Task.FromResult(Files.GetValueOrDefault(name));
    }
}

sealed class InMemoryDocumentIndex : IDocumentIndex
{
    readonly Lock _lock = new();

    public List<IndexedDocument> Entries { get; } = [];

    public Task AddAsync(IndexedDocument document, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Entries.RemoveAll(other => other.Number == document.Number && other.Date == document.Date);
            Entries.Add(document);
        }
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<IndexedDocument> ListAsync(DateOnly first, DateOnly last, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return Entries.Where(entry => entry.Date >= first && entry.Date <= last).OrderBy(entry => entry.Date).ThenBy(entry => entry.Number[3..], StringComparer.Ordinal)
                .ToList().ToAsyncEnumerable();
        }
    }

    public Task<DateOnly?> FirstDayAsync(CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult(Entries.Count == 0 ? (DateOnly?)null : Entries.Min(entry => entry.Date));
    }
}
