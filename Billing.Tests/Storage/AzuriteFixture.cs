using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Billing.Adapters.BlobStorage;
using Billing.Adapters.TableStorage;

namespace Billing.Tests;

[CollectionDefinition(Name)]
public sealed class OnStorage : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "storage";
}

/// <summary>The storage emulator on ports of its own, in memory, for as long as the storage tests run.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>One that is short: all accounts have to fit an environment variable.</summary>
    const string ShortKey = "AAAA", Own = "devstoreaccount1";
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
        Connection = ConnectionTo(_process.Blob, _process.Queue, _process.Table);
        Tables = new(Service());
        Blobs = new(Connection);
        Queues = new(Connection, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        await Tables.CreateAsync(CancellationToken.None);
        await new BlobDocumentArchive(Blobs).CreateAsync(CancellationToken.None);
    }

    /// <summary>To an emulator on these ports.</summary>
    public static string ConnectionTo(int blob, int queue, int table) => ConnectionTo((blob, queue, table), Own, Key);

    /// <summary>To a storage account that holds nothing yet and that nobody else uses.</summary>
    public string ConnectionToNew()
    {
        var number = Interlocked.Increment(ref _accounts);
        return number < MostAccounts ? ConnectionTo((_process!.Blob, _process.Queue, _process.Table), Account(number), ShortKey) : throw new InvalidOperationException("All storage accounts are used up.");
    }

    /// <summary>As the emulator is told of them.</summary>
    internal static string Accounts => string.Join(';', Enumerable.Range(0, MostAccounts).Select(number => $"{Account(number)}:{ShortKey}").Prepend($"{Own}:{Key}"));

    static string Account(int number) => $"w{number}";

    static string ConnectionTo((int Blob, int Queue, int Table) ports, string account, string key)
    {
        string Endpoint(string service, int port) => $"{service}Endpoint=http://127.0.0.1:{port}/{account};";
        return $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};{Endpoint("Blob", ports.Blob)}{Endpoint("Queue", ports.Queue)}{Endpoint("Table", ports.Table)}";
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

    public static async Task<AzuriteProcess> StartAsync(params string[] more)
    {
        var program = Repository.File("node_modules", "azurite", "dist", "src", "azurite.js");
        Assert.SkipUnless(File.Exists(program), "The storage emulator is not installed: npm ci");
        var azurite = new AzuriteProcess();
        azurite._process.StartInfo = new("node", [
            Local.World.StorageEmulator.Launcher, program, "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence",
            "--blobPort", $"{azurite.Blob}", "--queuePort", $"{azurite.Queue}", "--tablePort", $"{azurite.Table}", .. more])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["AZURITE_ACCOUNTS"] = AzuriteFixture.Accounts },
        };
        azurite._process.Start();
        azurite._process.BeginErrorReadLine();
        azurite._process.BeginOutputReadLine();
        for (var waited = 0; !await IsListening(azurite.Table) || !await IsListening(azurite.Queue) || !await IsListening(azurite.Blob); waited++)
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
            Terminate(_process);
            _process.WaitForExit(5000);
        }
        _process.Dispose();
    }

    static async Task<bool> IsListening(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Asks it to end; the runtime itself can only kill.</summary>
    static void Terminate(Process process)
    {
        if (OperatingSystem.IsWindows()) process.Kill();
        else Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();
    }
}
