using Azure.Data.Tables;

namespace Billing.Adapters.TableStorage;

/// <summary>The tables, each named in one place: another casing would break a rollback in the emulator.</summary>
public sealed class Tables(TableServiceClient service)
{
    public TableClient Accounts { get; } = service.GetTableClient("Accounts");
    public TableClient Due { get; } = service.GetTableClient("DueAccounts");
    public TableClient Numbers { get; } = service.GetTableClient("Numbers");
    public TableClient Notifications { get; } = service.GetTableClient("Notifications");
    public TableClient StripeEvents { get; } = service.GetTableClient("StripeEvents");
    public TableClient Customers { get; } = service.GetTableClient("StripeCustomers");
    public TableClient Findings { get; } = service.GetTableClient("Findings");
    public TableClient Documents { get; } = service.GetTableClient("Documents");
    public TableClient StaffActions { get; } = service.GetTableClient("StaffActions");

    public Task CreateAsync(CancellationToken cancellation) =>
        Task.WhenAll(((TableClient[])[Accounts, Due, Numbers, Notifications, StripeEvents, Customers, Findings, Documents, StaffActions]).Select(table => table.CreateIfNotExistsAsync(cancellation)));

    /// <summary>Throws if the service does not answer.</summary>
    public Task PingAsync(CancellationToken cancellation) => service.GetPropertiesAsync(cancellation);
}
