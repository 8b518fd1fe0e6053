using Azure.Data.Tables;
using Billing.Adapters.TableStorage;
using Billing.Outbox;
using Billing.Values;

namespace Billing.Tests;

[Collection(OnStorage.Name)]
public class TableNotificationsTests(AzuriteFixture azurite)
{
    static readonly DateTimeOffset At = A.Instant("2026-05-20T10:00:00Z");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whose_oldest_notification_is_overdue_is_found()
    {
        var tables = new Tables(new TableServiceClient(azurite.ConnectionToNew()));
        await tables.CreateAsync(Stop);
        var store = new TableNotifications(tables);
        foreach (var account in (string[])["fresh", "late", "planned"]) await store.AddAsync([Of(account, 9), Of(account, 10)], Stop);
        await store.PostponeAsync(Of("planned", 9), At.AddHours(6), Stop);
        await store.PostponeAsync(Of("fresh", 9), At.AddMinutes(1), Stop);

        Assert.Equal(["late"], await FoundAsync(At.AddSeconds(30)));
        Assert.Equal(["fresh", "late"], await FoundAsync(At.AddHours(6)));

        // Told by somebody else meanwhile: it stays away.
        await store.DeleteAsync([Of("planned", 9)], Stop);
        await store.PostponeAsync(Of("planned", 9), At.AddHours(6), Stop);
        Assert.Equal([10], (await store.ListAsync(AccountId.Parse("planned"), 100, Stop)).Select(told => told.Version));
        Assert.Equal(["fresh", "late", "planned"], await FoundAsync(At.AddHours(6)));

        ValueTask<List<string>> FoundAsync(DateTimeOffset before) => store.FindStalledAsync(before, Stop).Select(account => account.Value).ToListAsync(Stop);
    }

    [Fact]
    public async Task Notifications_wait_in_the_order_in_which_they_were_promised()
    {
        var notifications = new TableNotifications(azurite.Tables);
        var acme = AccountId.Parse("acme-told");
        CrmEvent Event(long version, int place) => new(acme, version, place, At, new Notification("add_on.booked") { AddOn = "users", Quantity = 3 });
        await notifications.AddAsync([Event(10, 0), Event(9, 1), Event(9, 0), Event(100, 0)], Stop);
        await notifications.AddAsync([Event(9, 0)], Stop); // promised again: the same one

        Assert.Equal([Event(9, 0), Event(9, 1), Event(10, 0), Event(100, 0)], await notifications.ListAsync(acme, 100, Stop));
        Assert.Equal([Event(9, 0), Event(9, 1)], await notifications.ListAsync(acme, 2, Stop));

        await notifications.DeleteAsync([Event(9, 0)], Stop);
        Assert.Equal("acme-told-9-1", (await notifications.ListAsync(acme, 1, Stop)).Single().Id);

        // Some of them told by somebody else meanwhile.
        await notifications.DeleteAsync([Event(9, 0), Event(9, 1), Event(10, 0)], Stop);
        Assert.Equal([Event(100, 0)], await notifications.ListAsync(acme, 100, Stop));
    }

    static CrmEvent Of(string account, long version) => new(AccountId.Parse(account), version, 0, At, new("invoice.issued"));
}
