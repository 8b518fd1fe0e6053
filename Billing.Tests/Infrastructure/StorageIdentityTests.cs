using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Billing.Functions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Billing.Tests.Infrastructure;

/// <summary>Storage opened as in Azure: a token of the machine's identity endpoint, no key. The emulator checks the token's issuer, audience and times.</summary>
[Collection(Alone.Name)]
public sealed class StorageIdentityTests : IDisposable
{
    const string ClientId = "6a1cf7a8-0b7f-4f0c-8b5a-3f1d5f0f6b11";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    readonly HttpListener _endpoint = new();
    readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("billing-identity-");
    readonly X509Certificate2 _certificate = SelfSigned();
    readonly HttpClient _trusting;
    readonly List<string> _asked = [];

    public StorageIdentityTests() => _trusting = new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null && shown.GetRawCertData().SequenceEqual(_certificate.RawData) },
    });

    [Fact]
    public async Task Tables_queues_and_blobs_open_for_the_identity()
    {
        var port = Api.Place.FreePorts(1);
        _endpoint.Prefixes.Add($"http://127.0.0.1:{port}/");
        _endpoint.Start();
        _ = AnswerAsync();
        Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", $"http://127.0.0.1:{port}/msi/token");
        Environment.SetEnvironmentVariable("IDENTITY_HEADER", "of-this-machine");
        File.WriteAllText(Path.Combine(_keys.FullName, "cert.pem"), _certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_keys.FullName, "key.pem"), _certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        using var azurite = await AzuriteProcess.StartAsync("--oauth", "basic", "--cert", Path.Combine(_keys.FullName, "cert.pem"), "--key", Path.Combine(_keys.FullName, "key.pem"));
        static Uri At(int service) => new($"https://127.0.0.1:{service}/devstoreaccount1");
        var storage = new StorageAccess.ByIdentity(At(azurite.Blob), At(azurite.Queue), At(azurite.Table), ClientId);
        var transport = new HttpClientTransport(_trusting);

        var table = storage.Tables(new TableClientOptions { Transport = transport }).GetTableClient("Accounts");
        await table.CreateIfNotExistsAsync(Stop);
        await table.AddEntityAsync(new TableEntity("acme", "account") { ["State"] = "{}" }, Stop);
        var queue = storage.Queues(new QueueClientOptions { Transport = transport }).GetQueueClient("account-work");
        await queue.CreateIfNotExistsAsync(cancellationToken: Stop);
        await queue.SendMessageAsync("acme", Stop);
        var container = storage.Blobs(new BlobClientOptions { Transport = transport }).GetBlobContainerClient("documents");
        await container.CreateIfNotExistsAsync(cancellationToken: Stop);
        await container.GetBlobClient("RE-1.pdf").UploadAsync(BinaryData.FromString("%PDF"), Stop);

        Assert.Equal("{}", (await table.GetEntityAsync<TableEntity>("acme", "account", cancellationToken: Stop)).Value.GetString("State"));
        Assert.Equal(1, (await queue.GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount);
        // One token for the three of them, asked for the identity that the settings name.
        var asked = Assert.Single(_asked);
        Assert.Contains($"client_id={ClientId}", asked, StringComparison.Ordinal);
        Assert.Contains("resource=https://storage.azure.com", Uri.UnescapeDataString(asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_that_gets_no_token_is_an_outage()
    {
        await using var service = SettingsTests.Compose(SettingsTests.Complete());
        var http = new DefaultHttpContext { RequestServices = service, Response = { Body = new MemoryStream() } };

        var answer = await service.GetRequiredService<Functions.Http.Api>().OpenAsync(http.Request, () => throw new AuthenticationFailedException("The endpoint does not answer."));
        await answer.ExecuteAsync(http);

        Assert.Equal((503, true), (http.Response.StatusCode, http.Response.Headers.ContainsKey("Retry-After")));
    }

    /// <summary>What App Service has on every machine.</summary>
    async Task AnswerAsync()
    {
        while (_endpoint.IsListening)
        {
            try
            {
                var call = await _endpoint.GetContextAsync();
                _asked.Add(call.Request.Url!.PathAndQuery);
                var until = DateTimeOffset.UtcNow.AddHours(8).ToUnixTimeSeconds();
                await using var body = new StreamWriter(call.Response.OutputStream);
                call.Response.ContentType = "application/json";
                await body.WriteAsync($$"""{"access_token":"{{Token(until)}}","expires_on":"{{until}}","resource":"https://storage.azure.com","token_type":"Bearer","client_id":"{{ClientId}}"}""");
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    static string Token(long until)
    {
        static string Part(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var from = DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeSeconds();
        return $"{Part("""{"alg":"RS256","typ":"JWT"}""")}.{Part($$"""{"aud":"https://storage.azure.com","iss":"https://sts.windows.net/8f2c2a0e-3f0f-4f5e-9b0a-6b1f0d2d9c11/","iat":{{from}},"nbf":{{from}},"exp":{{until}}}""")}.{Part("unsigned")}";
    }

    static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        return new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", null);
        Environment.SetEnvironmentVariable("IDENTITY_HEADER", null);
        _endpoint.Close();
        _trusting.Dispose();
        _certificate.Dispose();
        _keys.Delete(recursive: true);
    }
}
