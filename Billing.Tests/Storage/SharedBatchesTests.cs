using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Billing.Adapters.TableStorage;

namespace Billing.Tests;

[Collection(OnStorage.Name)]
public class SharedBatchesTests(AzuriteFixture azurite)
{
    const string Partition = "20260605";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    async Task<(TableClient Table, SharedBatches Batches, Requests Sent)> NewAsync()
    {
        var sent = new Requests();
        var options = new TableClientOptions { Retry = { MaxRetries = 0 } };
        options.AddPolicy(sent, HttpPipelinePosition.PerRetry);
        var table = azurite.Service(options).GetTableClient($"Shared{Guid.NewGuid():N}");
        await table.CreateAsync(Stop);
        sent.Count = 0;
        return (table, new(table), sent);
    }

    static TableTransactionAction Put(string row, int value = 0) => new(TableTransactionActionType.UpsertReplace, new TableEntity(Partition, row) { ["Value"] = value });

    [Fact]
    public async Task Writes_of_one_moment_are_one_batch_a_partition_and_all_are_there()
    {
        var (table, batches, sent) = await NewAsync();

        await Task.WhenAll(Enumerable.Range(0, 250).Select(row => batches.SubmitAsync([Put($"row-{row}")], Stop)));

        Assert.InRange(sent.Count, 3, 10); // 100 at most at a time, and some when the first went
        Assert.Equal(250, await table.QueryAsync<TableEntity>(cancellationToken: Stop).CountAsync(Stop));
    }

    [Fact]
    public async Task What_is_submitted_together_is_one_request_a_partition()
    {
        var (table, batches, sent) = await NewAsync();
        await batches.SubmitAsync([Put("one"), Put("two"), new(TableTransactionActionType.UpsertReplace, new TableEntity("20260606", "three"))], Stop);

        Assert.Equal(2, sent.Count);
        Assert.Equal(["one", "two", "three"], await table.QueryAsync<TableEntity>(cancellationToken: Stop).Select(row => row.RowKey).ToListAsync(Stop));
    }

    [Fact]
    public async Task One_row_written_by_several_ends_as_the_last_has_it()
    {
        var (table, batches, _) = await NewAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(value => batches.SubmitAsync([Put("row", value)], Stop)));

        Assert.Equal(19, (await table.GetEntityAsync<TableEntity>(Partition, "row", cancellationToken: Stop)).Value.GetInt32("Value"));
    }

    [Fact]
    public async Task One_that_is_refused_is_told_so_and_the_others_are_written()
    {
        var (table, batches, _) = await NewAsync();
        await batches.SubmitAsync([Put("passed")], Stop);

        var first = batches.SubmitAsync([Put("first")], Stop);
        var missing = batches.SubmitAsync([new(TableTransactionActionType.UpdateMerge, new TableEntity(Partition, "missing"), ETag.All)], Stop);
        var gone = batches.SubmitAsync([new(TableTransactionActionType.Delete, new TableEntity(Partition, "gone"), ETag.All)], Stop);
        var passed = batches.SubmitAsync([new(TableTransactionActionType.Delete, new TableEntity(Partition, "passed"), ETag.All)], Stop);
        var last = batches.SubmitAsync([Put("last")], Stop);

        Assert.Equal(404, (await Assert.ThrowsAsync<RequestFailedException>(() => missing)).Status);
        await Task.WhenAll(first, gone, passed, last);
        Assert.Equal(["first", "last"], await table.QueryAsync<TableEntity>(cancellationToken: Stop).Select(row => row.RowKey).ToListAsync(Stop));
    }

    [Fact]
    public async Task An_outage_is_told_to_all_who_wait_and_ends_with_itself()
    {
        var (table, batches, sent) = await NewAsync();
        sent.Fails = true;

        var writes = Enumerable.Range(0, 5).Select(row => batches.SubmitAsync([Put($"row-{row}")], Stop)).ToList();
        foreach (var write in writes) await Assert.ThrowsAnyAsync<Exception>(() => write);
        sent.Fails = false;
        await batches.SubmitAsync([Put("after")], Stop);

        Assert.Equal("after", (await table.QueryAsync<TableEntity>(cancellationToken: Stop).SingleAsync(Stop)).RowKey);
    }

    sealed class Requests : HttpPipelineSynchronousPolicy
    {
        public int Count;

        public bool Fails { get; set; }

        public override void OnSendingRequest(HttpMessage message)
        {
            Interlocked.Increment(ref Count);
            if (Fails) throw new RequestFailedException("storage is away");
        }
    }
}
