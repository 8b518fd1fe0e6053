using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Billing.Accounts;
using Billing.Adapters.BlobStorage;
using Billing.Adapters.Queues;
using Billing.Adapters.TableStorage;
using Billing.Documents;
using Billing.Plans;
using Billing.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace Billing.Tests;

/// <summary>What a close costs, counted where requests leave for storage.</summary>
[Collection(OnStorage.Name)]
public class OperationsTests(AzuriteFixture azurite)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, 10)]
    [InlineData(true, 12)]
    public async Task A_close_with_its_document_archived_takes_few_operations(bool crmListens, int most)
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
        var id = AccountId.Parse(crmListens ? "counted-with-crm" : "counted");
        var opened = A.Instant("2026-05-06T10:00:00Z");
        await accounts.OpenAsync(new(id, A.Service, opened), today => OpenAccount.Open(id, new(A.Company(), Language.German, "pro"), A.Terms, today, opened, A.Service), Stop);
        // Paid by transfer, so that nothing but the close falls due until then.
        await accounts.ExecuteAsync(new(id, A.Operator, opened), (account, today, _) => Task.FromResult<Decision<Pending>>(
            Pending.Of(new(account with { Receivables = [], WithoutMethodSince = null }), new(200, ReplyKind.Account))), Stop);
        var account = (await store.FindAsync(id, Stop))!.Account;

        sent.Requests.Clear();
        await accounts.WorkAsync(id, new(id, account.Due!.Moment, account.Due.Version, DuePurpose.Account), A.Instant("2026-06-05T22:00:00Z"), Stop);

        var closed = (await store.FindInvoiceAsync(id, InvoiceId.Of(2), Stop))!;
        Assert.Equal(closed.Sha256, DocumentFile.HashOf((await archive.FindAsync(DocumentFile.NameOf(id, closed), Stop))!));
        var requests = sent.Requests.SkipLast(2).ToList();
        Assert.True(requests.Count <= most, $"{requests.Count} operations:\n{string.Join('\n', requests)}");
    }

    static T Counted<T>(T options, Counter counter) where T : ClientOptions
    {
        options.AddPolicy(counter, HttpPipelinePosition.PerCall);
        return options;
    }

    sealed class Counter : HttpPipelineSynchronousPolicy
    {
        public List<string> Requests { get; } = [];

        public override void OnSendingRequest(HttpMessage message)
        {
            lock (Requests) Requests.Add($"{message.Request.Method} {message.Request.Uri.ToUri().PathAndQuery}");
        }
    }
}
