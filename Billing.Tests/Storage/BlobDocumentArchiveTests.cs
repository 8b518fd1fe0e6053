using Azure.Storage.Blobs.Models;
using Billing.Adapters.BlobStorage;
using Billing.Adapters.TableStorage;
using Billing.Documents;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests;

[Collection(OnStorage.Name)]
public class BlobDocumentArchiveTests(AzuriteFixture azurite)
{
    static int _accounts;

    readonly BlobDocumentArchive _archive = new(azurite.Blobs);
    readonly TableDocumentIndex _index = new(azurite.Tables);
    readonly AccountId _account = AccountId.Parse($"archive-{Interlocked.Increment(ref _accounts)}");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    DocumentFile File(string content, string number = "RE-1778018402") =>
        new(_account, number, DocumentKind.CreditNote, A.Day("2026-05-06"), System.Text.Encoding.UTF8.GetBytes(content));

    [Fact]
    public async Task A_file_is_written_once()
    {
        Assert.True(await _archive.AddAsync(File("one"), Stop));
        Assert.False(await _archive.AddAsync(File("two"), Stop));
        Assert.False(await _archive.AddAsync(File("one"), Stop));

        Assert.Equal("one"u8.ToArray(), await _archive.FindAsync(File("one").Name, Stop));
    }

    [Fact]
    public async Task Of_ten_that_write_at_once_one_has_written()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 10).Select(async place => (Place: place, Added: await _archive.AddAsync(File($"file {place}"), Stop))));

        var winner = Assert.Single(added, one => one.Added).Place;
        Assert.Equal(File($"file {winner}").Pdf, await _archive.FindAsync(File("").Name, Stop));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_null() => Assert.Null(await _archive.FindAsync($"{_account}/2026/RE-1.pdf", Stop));

    [Fact]
    public async Task It_says_what_it_is_and_how_long_it_is_kept()
    {
        var file = File("one");
        await _archive.AddAsync(file, Stop);

        var properties = (await azurite.Blobs.GetBlobContainerClient("documents").GetBlobClient($"{_account}/2026/RE-1778018402.pdf").GetPropertiesAsync(cancellationToken: Stop)).Value;

        Assert.Equal("application/pdf", properties.ContentType);
        Assert.Equal(
            [("account", _account.Value), ("kind", "credit_note"), ("number", "RE-1778018402"), ("retained_until", "2034-12-31"), ("sha256", file.Sha256)],
            properties.Metadata.OrderBy(entry => entry.Key).Select(entry => (entry.Key, entry.Value)));
    }

    [Fact]
    public async Task Nobody_reads_it_without_the_key()
    {
        await _archive.AddAsync(File("one"), Stop);
        var container = azurite.Blobs.GetBlobContainerClient("documents");
        Assert.Equal(PublicAccessType.None, (await container.GetAccessPolicyAsync(cancellationToken: Stop)).Value.BlobPublicAccess);

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.GetAsync(container.GetBlobClient(File("one").Name).Uri, Stop);
        Assert.False(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task The_index_reads_by_day_and_number_and_both_ends_belong_to_it()
    {
        IndexedDocument Entry(string day, string number) => new(A.Day(day), number, _account, InvoiceId.Of(7));
        IndexedDocument[] entries =
        [
            Entry("2003-01-31", "RE-999999999"), Entry("2003-01-31", "RK-1000000000"), Entry("2003-01-31", "RE-1000000001"),
            Entry("2003-02-01", "RE-5"), Entry("2003-02-28", "RE-6"), Entry("2003-03-01", "RE-7"),
        ];
        foreach (var entry in entries.Reverse()) await _index.AddAsync(entry, Stop);
        await _index.AddAsync(entries[0], Stop); // announced again: the same one

        Assert.Equal(entries[..5], await _index.ListAsync(A.Day("2003-01-31"), A.Day("2003-02-28"), Stop).ToListAsync(Stop));
        Assert.Equal(entries[3..5], await _index.ListAsync(A.Day("2003-02-01"), A.Day("2003-02-28"), Stop).ToListAsync(Stop));
        Assert.Empty(await _index.ListAsync(A.Day("2003-03-02"), A.Day("2003-12-31"), Stop).ToListAsync(Stop));
        Assert.Equal(A.Day("2003-01-31"), await _index.FirstDayAsync(Stop));
    }
}
