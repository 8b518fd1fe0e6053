using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Billing.Accounts;
using Billing.Adapters.BlobStorage;
using Billing.Adapters.Queues;
using Billing.Adapters.TableStorage;
using Billing.AddOns;
using Billing.Documents;
using Billing.Invoices;
using Billing.Plans;
using Billing.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace Billing.Tests;

/// <summary>What commands and questions cost, counted where requests leave for storage.</summary>
[Collection(OnStorage.Name)]
public class OperationsTests(AzuriteFixture azurite)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, 9)]
    [InlineData(true, 11)]
    public async Task A_close_with_its_document_archived_takes_few_operations(bool crmListens, int most)
    {
        var storage = await StorageAsync(crmListens);
        var id = await storage.OpenedAsync(crmListens ? "counted-with-crm" : "counted");
        var account = (await storage.Store.FindAsync(id, Stop))!.Account;

        storage.Sent.Requests.Clear();
        await storage.Accounts.WorkAsync(id, new(id, account.Due!.Moment, account.Due.Version, DuePurpose.Account), A.Instant("2026-06-05T22:00:00Z"), Stop);

        var requests = storage.Sent.Requests.ToList();
        Assert.True(requests.Count <= most, $"{requests.Count} operations:\n{string.Join('\n', requests)}");
        var closed = (await storage.Store.FindInvoiceAsync(id, InvoiceId.Of(2), Stop))!;
        Assert.Equal(closed.Sha256, DocumentFile.HashOf((await storage.Archive.FindAsync(DocumentFile.NameOf(id, closed), Stop))!));
    }

    [Fact]
    public async Task An_account_of_many_years_costs_no_more_than_a_new_one()
    {
        var storage = await StorageAsync(crmListens: false);
        var (young, old) = (await storage.OpenedAsync("young"), await storage.OpenedAsync("old"));
        await storage.GrowAsync(old, documents: 1_000, journal: 5_000);

        foreach (var (what, act, mostRows) in new (string, Func<AccountId, Task>, int)[]
        {
            ("booking", storage.BookAsync, 0), ("overview", storage.OverviewAsync, 21), ("page of the history", storage.HistoryAsync, 21), ("page of the journal", storage.JournalAsync, 21),
            ("close", storage.CloseAsync, 2), // what it forgets
        })
        {
            var (few, many) = (await CountAsync(() => act(young)), await CountAsync(() => act(old)));
            Assert.True(few.Requests.Count == many.Requests.Count, $"{what}: {few.Requests.Count} operations, and with a long past\n{string.Join('\n', many.Requests)}");
            // At least one where there are any: else nothing was counted.
            Assert.True(many.Rows >= Math.Min(1, mostRows) && many.Rows <= mostRows, $"{what}: {many.Rows} rows read");
            // Nothing is looked for among all rows of the account: each question is a range of keys.
            Assert.All(many.Requests.Where(request => request.Contains("$filter", StringComparison.Ordinal)), request => Assert.Matches(
                @"\$filter=PartitionKey eq 'old' and RowKey g[et] '\w+\|\w*' and RowKey lt '\w+}'( and At lt datetime'[^']*')?(&|$)", Uri.UnescapeDataString(request).Replace('+', ' ')));
        }

        async Task<(List<string> Requests, int Rows)> CountAsync(Func<Task> act)
        {
            (storage.Sent.Requests, storage.Sent.Rows) = ([], 0);
            await act();
            return (storage.Sent.Requests, storage.Sent.Rows);
        }
    }

    async Task<CountedStorage> StorageAsync(bool crmListens)
    {
        var sent = new Counter();
        var tables = new Tables(azurite.Service(Counted(new TableClientOptions(), sent)));
        var queues = new QueueServiceClient(azurite.Connection, Counted(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }, sent));
        var crm = new CrmQueue(queues);
        await crm.CreateAsync(Stop);
        var (store, due, findings) = (new TableAccounts(tables), new TableDueIndex(tables), new TableFindings(tables, NullLogger<TableFindings>.Instance));
        var archive = new BlobDocumentArchive(new BlobServiceClient(azurite.Connection, Counted(new BlobClientOptions(), sent)));
        var accounts = new Billing.Accounts.Accounts(
            store, due, new TableDocumentNumbers(tables), new(store, due, new TableNotifications(tables), crm, findings),
            new(archive, new TableDocumentIndex(tables), findings, document => System.Text.Encoding.UTF8.GetBytes($"%PDF of {document.Number}"), NullLogger<ArchiveDocuments>.Instance),
            new(new byte[32]), A.Terms, crmListens, NullLogger<Billing.Accounts.Accounts>.Instance);
        return new(accounts, store, archive, sent);
    }

    /// <summary>The transaction over storage whose requests are counted, and what callers do with it.</summary>
    sealed record CountedStorage(Billing.Accounts.Accounts Accounts, TableAccounts Store, BlobDocumentArchive Archive, Counter Sent)
    {
        static readonly DateTimeOffset Opened = A.Instant("2026-05-06T10:00:00Z");

        public async Task<AccountId> OpenedAsync(string name)
        {
            var id = AccountId.Parse(name);
            await Accounts.OpenAsync(new(id, A.Service, Opened), today => OpenAccount.Open(id, new(A.Company(), Language.German, "pro"), A.Terms, today, Opened, A.Service), Stop);
            // Paid by transfer, so that nothing but the close falls due until then.
            await Accounts.ExecuteAsync(new(id, A.Operator, Opened), (account, today, _) => Task.FromResult<Decision<Pending>>(
                Pending.Of(new(account with { Receivables = [], WithoutMethodSince = null }), new(200, ReplyKind.Account))), Stop);
            return id;
        }

        /// <summary>A past of so many more documents and lines.</summary>
        public async Task GrowAsync(AccountId id, int documents, int journal)
        {
            var first = (await Store.FindInvoiceAsync(id, InvoiceId.Of(1), Stop))!;
            for (var batch = 0; batch < 100; batch++)
            {
                var stored = (await Store.FindAsync(id, Stop))!;
                var account = stored.Account;
                var invoices = Enumerable.Range(account.NextInvoice, documents / 100).Select(place => first with { Id = InvoiceId.Of(place), Sequence = place });
                var lines = Enumerable.Range(account.NextJournal, journal / 100).Select(place => new JournalEntry(place, Opened, A.Owner, "add_on.booked", "Gebucht."));
                var committed = await Store.CommitAsync(new(
                    stored, account with { NextInvoice = account.NextInvoice + documents / 100, NextJournal = account.NextJournal + journal / 100, Version = account.Version + 1 },
                    [.. invoices], [], [.. lines], null, null, null, Opened), Stop);
                Assert.Equal(CommitOutcome.Committed, committed.Outcome);
            }
        }

        public async Task BookAsync(AccountId id)
        {
            Func<Account, DateOnly, CancellationToken, Task<Decision<Order>>> decide = (account, today, _) => Task.FromResult(
                BookAddOn.Decide(account, A.Terms, "users", 1, today).Then<Order>(booked => BookAddOn.Order(account, A.Terms, booked, today)));
            var shown = (await Accounts.PreviewAsync(new(id, A.Owner, Opened), decide, Stop)).Value();
            (await Accounts.OrderAsync(new(id, A.Owner, Opened, new("key", "request"), shown.Confirmation), decide, Stop)).Value();
        }

        public async Task OverviewAsync(AccountId id)
        {
            var account = (await Accounts.CurrentAsync(id, Opened, Stop)).Value().Account;
            await InvoiceHistory.ListAsync(Store, account, A.Terms, null, 20, Stop);
            await Store.ListArchivedBookingsAsync(id, 100, Stop);
        }

        public Task<HistoryPage<InvoiceSummary>> HistoryAsync(AccountId id) => Store.ListInvoicesAsync(id, null, 20, Stop);

        public Task<HistoryPage<JournalEntry>> JournalAsync(AccountId id) => Store.ListJournalAsync(id, null, 20, Stop);

        public async Task CloseAsync(AccountId id)
        {
            var closed = (await Accounts.CurrentAsync(id, A.Instant("2026-06-05T22:00:00Z"), Stop)).Value().Account;
            Assert.Equal(1, closed.PeriodIndex);
        }
    }

    static T Counted<T>(T options, Counter counter) where T : ClientOptions
    {
        options.AddPolicy(counter, HttpPipelinePosition.PerCall);
        return options;
    }

    sealed class Counter : HttpPipelineSynchronousPolicy
    {
        public List<string> Requests { get; set; } = [];

        /// <summary>That queries have answered with.</summary>
        public int Rows { get; set; }

        public override void OnSendingRequest(HttpMessage message)
        {
            lock (Requests) Requests.Add($"{message.Request.Method} {message.Request.Uri.ToUri().PathAndQuery}");
        }

        public override void OnReceivedResponse(HttpMessage message)
        {
            if (message.Request.Method != RequestMethod.Get || !message.Request.Uri.Query.Contains("$filter", StringComparison.Ordinal)) return;
            using var answer = JsonDocument.Parse(message.Response.Content.ToMemory());
            lock (Requests) Rows += answer.RootElement.GetProperty("value").GetArrayLength();
        }
    }
}
