using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace Billing.Functions;

/// <summary>
/// Where storage is and what opens it: a connection string, as the emulator has one, or the addresses of an account and a managed identity, as in Azure. The
/// settings are those from which the Functions host makes its own clients, so that both use one account.
/// </summary>
public abstract record StorageAccess
{
    public abstract TableServiceClient Tables(TableClientOptions options);
    public abstract QueueServiceClient Queues(QueueClientOptions options);
    public abstract BlobServiceClient Blobs(BlobClientOptions options);

    /// <summary>By the key in a connection string.</summary>
    public sealed record ByConnectionString(string ConnectionString) : StorageAccess
    {
        public override TableServiceClient Tables(TableClientOptions options) => new(ConnectionString, options);
        public override QueueServiceClient Queues(QueueClientOptions options) => new(ConnectionString, options);
        public override BlobServiceClient Blobs(BlobClientOptions options) => new(ConnectionString, options);
    }

    /// <summary>By a user-assigned identity: no secret to keep or to rotate.</summary>
    /// <param name="ClientId">The identity's; an application may have several.</param>
    public sealed record ByIdentity(Uri BlobService, Uri QueueService, Uri TableService, string ClientId) : StorageAccess
    {
        // One for all: it keeps the token, which is the same for the three services.
        readonly TokenCredential _identity = new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(ClientId));

        public override TableServiceClient Tables(TableClientOptions options) => new(TableService, _identity, options);
        public override QueueServiceClient Queues(QueueClientOptions options) => new(QueueService, _identity, options);
        public override BlobServiceClient Blobs(BlobClientOptions options) => new(BlobService, _identity, options);
    }
}
