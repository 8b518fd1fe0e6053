using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace Billing.Benchmarks;

/// <summary>
/// The least that a close has to ask of storage and of Stripe, with rows and files as large as the real ones and no logic: a message in and
/// out, the account read, the close and its payment committed, the PDF uploaded, the charge made; what a host's other closes of the moment
/// can share (due index, document index, number) is one batch for all that were fetched together.
/// </summary>
sealed class Floor
{
    readonly TableClient _accounts, _index;
    readonly QueueClient _queue;
    readonly BlobContainerClient _blobs;
    readonly HttpClient _stripe;
    readonly List<TableEntity> _rows;
    readonly BinaryData _pdf;
    readonly string _customer, _method;
    int _round;

    Floor(TableClient accounts, TableClient index, QueueClient queue, BlobContainerClient blobs, HttpClient stripe, List<TableEntity> rows, BinaryData pdf, string customer, string method) =>
        (_accounts, _index, _queue, _blobs, _stripe, _rows, _pdf, _customer, _method) = (accounts, index, queue, blobs, stripe, rows, pdf, customer, method);

    /// <param name="sample">A closed and paid account: its rows and its newest file are what is written.</param>
    public static async Task<Floor> PrepareAsync(World world, string sample, string customer, string method, int accounts)
    {
        var tables = new TableServiceClient(world.Storage);
        var (mine, index) = (tables.GetTableClient("FloorAccounts"), tables.GetTableClient("FloorIndex"));
        var queue = new QueueServiceClient(world.Storage).GetQueueClient("floor-work");
        var blobs = new BlobServiceClient(world.Storage).GetBlobContainerClient("floor-documents");
        await mine.CreateAsync();
        await index.CreateAsync();
        await queue.CreateAsync();
        await blobs.CreateAsync();

        var rows = new List<TableEntity>();
        var partition = tables.GetTableClient("Accounts").QueryAsync<TableEntity>($"PartitionKey eq '{sample}'");
        await foreach (var row in partition) rows.Add(row);
        // What a close writes: state, document, two lines of the journal, the promise (as large as a line of the journal).
        rows = [rows.First(row => row.RowKey == "account"), rows.First(row => row.RowKey.StartsWith("invoice|", StringComparison.Ordinal)), .. rows.Where(row => row.RowKey.StartsWith("journal|", StringComparison.Ordinal)).Take(3)];
        var files = new BlobServiceClient(world.Storage).GetBlobContainerClient("documents");
        BinaryData? pdf = null;
        await foreach (var file in files.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{sample}/", default)) pdf = (await files.GetBlobClient(file.Name).DownloadContentAsync()).Value.Content;

        var stripe = new HttpClient { BaseAddress = new($"http://127.0.0.1:{world.StripePort}/") };
        stripe.DefaultRequestHeaders.Authorization = new("Bearer", "sk_test_floor");
        var floor = new Floor(mine, index, queue, blobs, stripe, rows, pdf!, customer, method);
        foreach (var some in Enumerable.Range(0, accounts).Chunk(16))
            await Task.WhenAll(some.Select(account => mine.AddEntityAsync(floor.Row(0, $"floor-{account}", "account"))));
        return floor;
    }

    public async Task RunAsync(int accounts)
    {
        var round = ++_round;
        foreach (var some in Enumerable.Range(0, accounts).Chunk(16)) await Task.WhenAll(some.Select(account => _queue.SendMessageAsync($"floor-{account}")));
        await Ours.PumpAsync(_queue, accounts, messages =>
        {
            var shared = ShareAsync(messages, round);
            return messages.Select(async message =>
            {
                var id = message.MessageText;
                var read = await _accounts.GetEntityAsync<TableEntity>(id, "account");
                await shared;
                var closed = await _accounts.SubmitTransactionAsync(
                    [
                        new(TableTransactionActionType.UpdateReplace, Row(0, id, "account"), read.Value.ETag),
                        .. Enumerable.Range(1, 4).Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, Row(row, id, $"close|{round}|{row}"))),
                    ]);
                await _blobs.GetBlobClient($"{id}/{round}.pdf").UploadAsync(_pdf, new BlobUploadOptions { Conditions = new() { IfNoneMatch = ETag.All } });
                await ChargeAsync(id, round);
                await _accounts.SubmitTransactionAsync(
                    [
                        new(TableTransactionActionType.UpdateReplace, Row(0, id, "account"), closed.Value[0].Headers.ETag!.Value),
                        new(TableTransactionActionType.UpsertReplace, Row(1, id, $"close|{round}|1")),
                        new(TableTransactionActionType.UpsertReplace, Row(2, id, $"close|{round}|5")),
                        new(TableTransactionActionType.Delete, new TableEntity(id, $"close|{round}|4"), ETag.All),
                    ]);
            });
        });
    }

    /// <summary>The next due moments in, the passed ones out, the documents into their index, a block of numbers.</summary>
    async Task ShareAsync(QueueMessage[] messages, int round)
    {
        await _index.UpsertEntityAsync(new TableEntity("series", "documents") { ["Last"] = 1L });
        foreach (var kind in (string[])["due", "guard", "document"])
            await _index.SubmitTransactionAsync(messages.Select(message => new TableTransactionAction(
                TableTransactionActionType.UpsertReplace, new TableEntity($"{kind}{round}", message.MessageText) { ["WrittenAt"] = DateTimeOffset.UtcNow })));
        if (round == 1) return;
        await _index.SubmitTransactionAsync(messages.Select(message => new TableTransactionAction(
            TableTransactionActionType.Delete, new TableEntity($"guard{round - 1}", message.MessageText), ETag.All)));
        await _index.SubmitTransactionAsync(messages.Select(message => new TableTransactionAction(
            TableTransactionActionType.Delete, new TableEntity($"due{round - 1}", message.MessageText), ETag.All)));
    }

    async Task ChargeAsync(string id, int round)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/payment_intents");
        request.Headers.Add("Idempotency-Key", $"{id}-{round}");
        request.Content = new FormUrlEncodedContent(
        [
            new("amount", "9508"), new("currency", "eur"), new("customer", _customer), new("payment_method", _method), new("off_session", "true"), new("confirm", "true"),
            new("allowed_payment_method_types[0]", "card"), new("description", "RE-1"), new("metadata[account]", "floor"), new("metadata[invoice]", "inv-1"), new("metadata[attempt]", id),
        ]);
        using var answer = await _stripe.SendAsync(request);
        var said = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(said);
    }

    TableEntity Row(int row, string partition, string key)
    {
        var copy = new TableEntity(partition, key);
        foreach (var (name, value) in _rows[row])
            if (name is not ("PartitionKey" or "RowKey" or "Timestamp" or "odata.etag")) copy[name] = value;
        return copy;
    }
}
