using System.Diagnostics;
using System.Text;
using Azure.Data.Tables;
using Billing.Accounts;
using Billing.Adapters.BlobStorage;
using Billing.Adapters.Queues;
using Billing.Adapters.TableStorage;
using Billing.Documents;
using Billing.Exports;
using Billing.Invoices;
using Billing.Plans;
using Billing.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace Billing.Tests;

/// <summary>The archive's promises where they count: on tables and blobs.</summary>
[Collection(OnStorage.Name)]
public class ArchiveOnStorageTests(AzuriteFixture azurite)
{
    static readonly DateTimeOffset Opened = A.Instant("2026-05-06T10:00:00Z");
    static int _accounts;

    readonly AccountId _id = AccountId.Parse($"kept-{Interlocked.Increment(ref _accounts)}");
    readonly TableAccounts _store = new(azurite.Tables);
    readonly TableDueIndex _due = new(azurite.Tables);
    readonly TableFindings _findings = new(azurite.Tables, NullLogger<TableFindings>.Instance);
    readonly BlobDocumentArchive _archive = new(azurite.Blobs);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static byte[] Render(Invoice document) => Encoding.UTF8.GetBytes($"%PDF of {document.Number}");

    Billing.Accounts.Accounts Accounts(IDocumentArchive archive, RenderDocument? render = null) => new(
        _store, _due, new TableDocumentNumbers(azurite.Tables), new(_store, _due, new TableNotifications(azurite.Tables), new CrmQueue(azurite.Queues), _findings),
        new(archive, new TableDocumentIndex(azurite.Tables), _findings, render ?? Render, NullLogger<ArchiveDocuments>.Instance),
        new(new byte[32]), A.Terms, crmListens: false, NullLogger<Billing.Accounts.Accounts>.Instance);

    OpenDocument Open(RenderDocument? render = null) => new(_store, _archive, Accounts(_archive, render), _findings, render ?? Render, NullLogger<OpenDocument>.Instance);

    /// <summary>Opens the account; the process dies before it uploads the first invoice.</summary>
    async Task<Invoice> DiedBeforeUpload()
    {
        await Accounts(new Dead()).OpenAsync(
            new(_id, A.Service, Opened), today => OpenAccount.Open(_id, new(A.Company(), Language.German, "pro"), A.Terms, today, Opened, A.Service), Stop);
        Assert.Null(await _archive.FindAsync(DocumentFile.NameOf(_id, await First()), Stop));
        return await First();
    }

    async Task<Invoice> First() => (await _store.FindInvoiceAsync(_id, InvoiceId.Of(1), Stop))!;

    /// <summary>What the tick a minute later leads to.</summary>
    async Task WorkedOnBy(Billing.Accounts.Accounts accounts)
    {
        var guards = await _due.DueAsync(Opened.AddMinutes(1), Stop).Where(entry => entry.Account == _id && entry.Purpose == DuePurpose.Outbox).ToListAsync(Stop);
        foreach (var guard in guards) await accounts.WorkAsync(_id, guard, Opened.AddMinutes(1), Stop);
    }

    [Fact]
    public async Task What_died_before_the_upload_is_archived_a_minute_later()
    {
        var invoice = await DiedBeforeUpload();

        await WorkedOnBy(Accounts(_archive));

        Assert.Equal(invoice.Sha256, DocumentFile.HashOf((await _archive.FindAsync(DocumentFile.NameOf(_id, invoice), Stop))!));
        Assert.Empty(await _store.ListOutboxAsync(_id, Stop));
        Assert.DoesNotContain(await _due.DueAsync(Opened.AddDays(1), Stop).ToListAsync(Stop), entry => entry.Account == _id && entry.Purpose == DuePurpose.Outbox);
    }

    [Fact]
    public async Task Many_that_archive_it_at_once_archive_one_and_agree_on_its_hash()
    {
        await DiedBeforeUpload();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(version => WorkedOnBy(Accounts(_archive, document => Encoding.UTF8.GetBytes($"%PDF {version} of {document.Number}")))));

        var invoice = await First();
        Assert.Equal(invoice.Sha256, DocumentFile.HashOf((await _archive.FindAsync(DocumentFile.NameOf(_id, invoice), Stop))!));
        var journal = (await _store.ListJournalAsync(_id, null, 100, Stop)).Rows.Where(entry => entry.Action == "document.archived");
        Assert.Equal(2, journal.Count()); // committed with the invoice, and corrected once
        Assert.Empty(await _store.ListOutboxAsync(_id, Stop));
    }

    [Fact]
    public async Task What_an_earlier_attempt_left_is_taken_over()
    {
        var invoice = await DiedBeforeUpload();
        var left = new DocumentFile(_id, invoice.Number!, invoice.Kind, invoice.Date, "%PDF of other software"u8.ToArray());
        await _archive.AddAsync(left, Stop);

        await WorkedOnBy(Accounts(_archive));

        Assert.Equal(left.Sha256, (await First()).Sha256);
        Assert.Equal(left.Pdf, (await Open().PdfAsync(_id, await First(), Opened, Stop)).Value());
    }

    [Fact]
    public async Task A_changed_file_is_a_finding_once_and_is_not_given_out()
    {
        var invoice = await DiedBeforeUpload();
        await WorkedOnBy(Accounts(_archive));
        await azurite.Blobs.GetBlobContainerClient("documents").GetBlobClient(DocumentFile.NameOf(_id, invoice)).UploadAsync(BinaryData.FromString("%PDF"), overwrite: true, Stop);

        for (var time = 0; time < 2; time++) Assert.Equal("document_damaged", (await Open().PdfAsync(_id, invoice, Opened, Stop)).Refusal());

        Assert.Single(await _findings.ListAsync(resolved: false, Stop).ToListAsync(Stop), finding => finding.Account == _id);
    }

    [Fact]
    public async Task Documents_of_several_pages_are_exported_from_tables()
    {
        // A page of a table holds a thousand rows.
        const int Accounts = 25, Each = 100;
        // Written straight into the tables, in a year of their own.
        await Parallel.ForEachAsync(Enumerable.Range(0, Accounts), Stop, async (number, stop) =>
        {
            var account = Issued.Account($"bulk-{number}");
            var day = new DateOnly(2004, 1, 1).AddDays(number);
            var invoices = Enumerable.Range(1, Each).Select(place => Issued.Invoice(account, place, $"{day:yyyy-MM-dd}", 1_072_911_600 + number * Each + place, A.Line(44.90m))).ToList();
            foreach (var half in invoices.Chunk(90)) await _store.CommitAsync(new(await _store.FindAsync(account.Id, stop), account, [.. half], [], [], null, null, null, Opened), stop);
            await azurite.Tables.Documents.SubmitTransactionAsync(invoices.Select(invoice => new TableTransactionAction(TableTransactionActionType.UpsertReplace,
                new TableEntity($"{day:yyyyMMdd}", invoice.Number![3..].PadLeft(12, '0')) { ["Number"] = invoice.Number, ["Account"] = account.Id.Value, ["Invoice"] = invoice.Id.ToString() })), stop);
        });

        var watch = Stopwatch.StartNew();
        var file = new MemoryStream();
        await InvoiceCsv.WriteAsync(new IssuedDocuments(new TableDocumentIndex(azurite.Tables), _store).ListAsync(new(A.Day("2004-01-01"), A.Day("2004-12-31")), Stop), file, Stop);
        TestContext.Current.SendDiagnosticMessage($"10,000 documents in {watch.Elapsed.TotalSeconds:0.0} s");

        var rows = Encoding.UTF8.GetString(file.ToArray()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Accounts * Each + 1, rows.Length);
        Assert.Equal(rows.Skip(1).Select(row => row[..13]).Order(StringComparer.Ordinal), rows.Skip(1).Select(row => row[..13]));
    }

    /// <summary>What a process reaches that dies before its upload.</summary>
    sealed class Dead : IDocumentArchive
    {
        public Task<bool> AddAsync(DocumentFile file, CancellationToken cancellation) => throw new IOException("died");
        public Task<byte[]?> FindAsync(string name, CancellationToken cancellation) => throw new IOException("died");
    }
}
