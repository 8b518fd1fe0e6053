using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Billing.Accounts;
using Billing.Adapters.TableStorage;
using Billing.AddOns;
using Billing.Documents;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Tests.Api;
using Microsoft.Extensions.Logging.Abstractions;

namespace Billing.Tests;

/// <summary>Reads what a service has left in storage and at Stripe, past the service.</summary>
sealed class StoredWorld(string connection, StripeControl stripe)
{
    readonly TableServiceClient _tables = new(connection);
    readonly QueueServiceClient _queues = new(connection);
    readonly BlobServiceClient _blobs = new(connection);

    /// <summary>What was read once is not read again until it was written again.</summary>
    readonly Dictionary<(string Name, string Written), string> _hashes = [];

    /// <summary>All but <see cref="Picture.Queues"/>.</summary>
    /// <param name="toldOf">What the CRM received of an account.</param>
    /// <param name="only">Of these accounts alone, in a world that they share with others; null of all.</param>
    public async Task<Picture> PictureAsync(DateTimeOffset now, Func<string, IReadOnlyList<Told>> toldOf, IReadOnlySet<string>? only = null)
    {
        bool IsWanted(string account) => only?.Contains(account) != false;

        var (charges, refunds) = await stripe.MoneyAsync();
        var untold = (await RowsAsync("Notifications")).ToLookup(row => row.PartitionKey, row => row.RowKey);
        var files = await FilesAsync(IsWanted);
        var accounts = (await RowsAsync("Accounts")).GroupBy(row => row.PartitionKey).Where(account => IsWanted(account.Key)).Select(account =>
        {
            IReadOnlyList<T> Read<T>(string kind) => [.. account.Where(row => row.RowKey.StartsWith(kind + "|", StringComparison.Ordinal) && !row.ContainsKey("MovedTo")).Select(Rows.Read<T>)];
            var state = Rows.Read<Account>(account.Single(row => row.RowKey == Rows.Account));
            return new AccountPicture(state, [.. Read<Invoice>("invoice").OrderBy(document => document.Sequence)], [.. Read<AddOnBooking>("booking"), .. state.Bookings])
            {
                Journal = Read<JournalEntry>("journal"),
                Outbox = Read<OutboxEntry>("outbox"),
                Untold = [.. untold[account.Key]],
                Told = toldOf(account.Key),
                Files = files[account.Key].ToDictionary(file => file.Name, file => file.Hash),
                Charges = [.. charges[account.Key]],
                Refunds = [.. refunds[account.Key]],
            };
        }).ToList();
        return new(now, accounts)
        {
            Due = [.. (await RowsAsync("DueAccounts")).Select(row => TableDueIndex.Parse(row.PartitionKey, row.RowKey)).Where(entry => IsWanted(entry.Account.Value))],
            Inbox = [.. (await RowsAsync("StripeEvents")).Where(row => row.GetString("State") == "open" || row.PartitionKey == "postponed").Select(row => $"{row.PartitionKey} {row.RowKey}")],
            Findings = await new TableFindings(new(_tables), NullLogger<TableFindings>.Instance).ListAsync(resolved: false, default).Where(finding => IsWanted(finding.Account.Value)).ToListAsync(),
            Index = await new TableDocumentIndex(new(_tables)).ListAsync(DateOnly.MinValue, DateOnly.MaxValue, default).ToListAsync(),
        };
    }

    /// <summary>The messages in each queue, about.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CountAsync()
    {
        var counts = new Dictionary<string, int>();
        await foreach (var queue in _queues.GetQueuesAsync())
            counts[queue.Name] = (await _queues.GetQueueClient(queue.Name).GetPropertiesAsync()).Value.ApproximateMessagesCount;
        return counts;
    }

    async Task<List<TableEntity>> RowsAsync(string table) => await _tables.GetTableClient(table).QueryAsync<TableEntity>().ToListAsync();

    async Task<ILookup<string, (string Name, string Hash)>> FilesAsync(Func<string, bool> isWanted)
    {
        var container = _blobs.GetBlobContainerClient("documents");
        var files = new List<(string Name, string Hash)>();
        await foreach (var blob in container.GetBlobsAsync())
        {
            if (!isWanted(AccountOf(blob.Name))) continue;
            var file = (blob.Name, blob.Properties.ETag.ToString()!);
            if (!_hashes.ContainsKey(file)) _hashes[file] = DocumentFile.HashOf((await container.GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content.ToArray());
            files.Add((blob.Name, _hashes[file]));
        }
        return files.ToLookup(file => AccountOf(file.Name));

        static string AccountOf(string name) => name.Split('/')[0];
    }
}
