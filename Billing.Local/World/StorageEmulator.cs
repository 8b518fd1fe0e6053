using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace Billing.Local.World;

/// <summary>Azurite: Azure Storage's blobs, queues and tables on three ports in a row.</summary>
sealed class StorageEmulator(int port)
{
    public const string Account = "devstoreaccount1";

    /// <summary>The emulator's one well-known key, published by Microsoft; it opens nothing else.</summary>
    public const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>What node starts, with Azurite's own script and its arguments behind it.</summary>
    internal static readonly string Launcher = Path.Combine(AppContext.BaseDirectory, "World", "azurite.cjs");

    static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };

    public string Blob => Url(port);

    public string Queue => Url(port + 1);

    public string Table => Url(port + 2);

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={AccountKey};BlobEndpoint={Blob};QueueEndpoint={Queue};TableEndpoint={Table};";

    /// <summary>Whether all three services answer; null when only some do: it is starting or stopping.</summary>
    /// <exception cref="LocalStartException">Something else listens on one of the ports.</exception>
    public async Task<bool?> AnswersAsync()
    {
        bool[] answers =
        [
            await AnswersAsync(port, Blob, "Azurite-Blob"),
            await AnswersAsync(port + 1, Queue, "Azurite-Queue"),
            await AnswersAsync(port + 2, Table, "Azurite-Table"),
        ];
        return answers.Distinct().Count() == 1 ? answers[0] : null;
    }

    /// <summary>Starts Azurite; it keeps its data in a folder, or nothing when that is null.</summary>
    /// <exception cref="LocalStartException">Node or Azurite is not installed.</exception>
    public Process Start(string? dataFolder)
    {
        var start = new ProcessStartInfo(Node()) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            Launcher, Script(), "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            "--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1",
            "--blobPort", Text(port), "--queuePort", Text(port + 1), "--tablePort", Text(port + 2),
            .. dataFolder is null ? ["--inMemoryPersistence"] : new[] { "--location", dataFolder },
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Says at once what a start would fail for.</summary>
    public static void RequireInstalled()
    {
        _ = Node();
        _ = Script();
    }

    /// <summary>The repository this build lies in: the nearest folder above with the solution or its package.json.</summary>
    public static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Billing.sln"))) return folder.FullName;
            var package = Path.Combine(folder.FullName, "package.json");
            if (File.Exists(package) && JsonDocument.Parse(File.ReadAllText(package)).RootElement.TryGetProperty("name", out var name)
                && name.GetString() == "cloudcrm-billing") return folder.FullName;
        }

        throw new LocalStartException($"No folder above {AppContext.BaseDirectory} holds Billing.sln: the storage emulator is looked for beside it.");
    }

    static string Script()
    {
        var script = Path.Combine(Root(), "node_modules", "azurite", "dist", "src", "azurite.js");
        return File.Exists(script) ? script
            : throw new LocalStartException($"The storage emulator is not installed in {Root()}: run npm ci there (the build does, where npm's registry can be reached).");
    }

    static string Node()
    {
        var name = OperatingSystem.IsWindows() ? "node.exe" : "node";
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new LocalStartException("Node.js is not on PATH: the storage emulator needs it. Install Node.js 20 or later.");
    }

    static async Task<bool> AnswersAsync(int port, string url, string server)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri($"{url}?comp=list"));
            if (response.Headers.Server.ToString().StartsWith(server, StringComparison.Ordinal)) return true;
        }
        catch (HttpRequestException refused) when (refused.InnerException is SocketException)
        {
            return false;
        }
        catch (Exception strange) when (strange is HttpRequestException or TaskCanceledException)
        {
            // It listens, but it is no web server, or one that does not answer.
        }

        throw new LocalStartException(
            $"Port {port} is taken by something that is not the storage emulator's {server["Azurite-".Length..].ToLowerInvariant()} service; Local__StoragePort chooses another three ports.");
    }

    static string Url(int port) => $"http://127.0.0.1:{Text(port)}/{Account}";

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
