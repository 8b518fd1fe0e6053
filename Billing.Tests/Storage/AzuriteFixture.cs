using System.Diagnostics;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Billing.Adapters.BlobStorage;
using Billing.Adapters.TableStorage;
using Billing.Local.World;

namespace Billing.Tests;

[CollectionDefinition(Name)]
public sealed class OnStorage : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "storage";
}

/// <summary>The storage emulator on ports of its own, in memory, for as long as the storage tests run.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    /// <summary>One that is short: all accounts have to fit an environment variable.</summary>
    const string ShortKey = "AAAA";
    const int MostAccounts = 8_000;

    AzuriteProcess? _process;
    int _accounts;

    /// <summary>For clients of one's own.</summary>
    public string Connection { get; private set; } = "";
    public Tables Tables { get; private set; } = null!;
    public QueueServiceClient Queues { get; private set; } = null!;
    public BlobServiceClient Blobs { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _process = await AzuriteProcess.StartAsync();
        Connection = _process.Connection;
        Tables = new(Service());
        Blobs = new(Connection);
        Queues = new(Connection, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        await Tables.CreateAsync(CancellationToken.None);
        await new BlobDocumentArchive(Blobs).CreateAsync(CancellationToken.None);
    }

    /// <summary>To a storage account that holds nothing yet and that nobody else uses.</summary>
    public string ConnectionToNew()
    {
        var number = Interlocked.Increment(ref _accounts);
        return number < MostAccounts ? ConnectionTo(Account(number)) : throw new InvalidOperationException("All storage accounts are used up.");
    }

    /// <summary>As the emulator is told of them.</summary>
    internal static string Accounts => string.Join(';', Enumerable.Range(0, MostAccounts).Select(number => $"{Account(number)}:{ShortKey}").Prepend($"{StorageEmulator.Account}:{StorageEmulator.AccountKey}"));

    static string Account(int number) => $"w{number}";

    string ConnectionTo(string account)
    {
        var (blob, queue, table) = (_process!.Blob, _process.Queue, _process.Table);
        string Endpoint(string service, int port) => $"{service}Endpoint=http://127.0.0.1:{port}/{account};";
        return $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={ShortKey};{Endpoint("Blob", blob)}{Endpoint("Queue", queue)}{Endpoint("Table", table)}";
    }

    /// <summary>A client as another instance of the service would have it.</summary>
    public TableServiceClient Service(TableClientOptions? options = null) => new(Connection, options ?? new());

    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>A storage emulator in memory, until it is disposed of.</summary>
sealed class AzuriteProcess : IDisposable
{
    readonly Process _process = new();

    AzuriteProcess()
    {
    }

    public int Blob { get; } = Api.Place.FreePorts(3);
    public int Queue => Blob + 1;
    public int Table => Blob + 2;
    public string Connection => new StorageEmulator(Blob).ConnectionString;

    public static async Task<AzuriteProcess> StartAsync(params string[] more)
    {
        var program = Repository.File("node_modules", "azurite", "dist", "src", "azurite.js");
        Assert.SkipUnless(File.Exists(program), "The storage emulator is not installed: npm ci");
        var azurite = new AzuriteProcess();
        azurite._process.StartInfo = new("node", [
            StorageEmulator.Launcher, program, "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence",
            "--blobPort", $"{azurite.Blob}", "--queuePort", $"{azurite.Queue}", "--tablePort", $"{azurite.Table}", .. more])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["AZURITE_ACCOUNTS"] = AzuriteFixture.Accounts },
        };
        azurite._process.Start();
        azurite._process.BeginErrorReadLine();
        azurite._process.BeginOutputReadLine();
        for (var waited = 0; !await Programs.ListensAsync(azurite.Table) || !await Programs.ListensAsync(azurite.Queue) || !await Programs.ListensAsync(azurite.Blob); waited++)
        {
            Assert.False(azurite._process.HasExited, "the storage emulator ended by itself");
            Assert.True(waited < 150, "the storage emulator did not start within 30 seconds");
            await Task.Delay(200);
        }
        return azurite;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Signal.Terminate(_process.Id);
            _process.WaitForExit(5000);
        }
        _process.Dispose();
    }
}
