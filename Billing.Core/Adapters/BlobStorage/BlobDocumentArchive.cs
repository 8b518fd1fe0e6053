using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Billing.Documents;

namespace Billing.Adapters.BlobStorage;

/// <summary>Documents in a private container: no public access, no signed addresses. Each is written once, on the condition that nothing is there.</summary>
public sealed class BlobDocumentArchive(BlobServiceClient service) : IDocumentArchive
{
    readonly BlobContainerClient _container = service.GetBlobContainerClient("documents");

    public async Task<bool> AddAsync(DocumentFile file, CancellationToken cancellation)
    {
        var options = new BlobUploadOptions
        {
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/pdf" },
            // Names as the service allows them: those of C# identifiers.
            Metadata = new Dictionary<string, string>
            {
                ["account"] = file.Account.Value,
                ["number"] = file.Number,
                ["kind"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(file.Kind.ToString()),
                ["sha256"] = file.Sha256,
                ["retained_until"] = file.RetainedUntil.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            },
        };
        try
        {
            await _container.GetBlobClient(file.Name).UploadAsync(new BinaryData(file.Pdf), options, cancellation);
            return true;
        }
        catch (RequestFailedException there) when (there.Status is 409 or 412 && (there.ErrorCode == BlobErrorCode.BlobAlreadyExists || there.ErrorCode == BlobErrorCode.ConditionNotMet))
        {
            // Also our own, where the answer to the first attempt was lost.
            return false;
        }
    }

    public async Task<byte[]?> FindAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return (await _container.GetBlobClient(name).DownloadContentAsync(cancellation)).Value.Content.ToArray();
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    public Task CreateAsync(CancellationToken cancellation) => _container.CreateIfNotExistsAsync(PublicAccessType.None, cancellationToken: cancellation);

    /// <summary>Throws if the service does not answer.</summary>
    public Task PingAsync(CancellationToken cancellation) => service.GetPropertiesAsync(cancellation);
}
