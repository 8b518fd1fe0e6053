using Billing.Accounts;
using Billing.Adapters.Queues;
using Billing.Adapters.TableStorage;
using Billing.Values;

namespace Billing.Tests;

[Collection(OnStorage.Name)]
public class TableDueIndexTests(AzuriteFixture azurite)
{
    static readonly DateTimeOffset Now = A.Instant("2026-06-05T22:00:00Z");
    static int _accounts;

    readonly TableDueIndex _index = new(azurite.Tables);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static DueAccount Entry(DateTimeOffset moment, DuePurpose purpose = DuePurpose.Account) =>
        new(AccountId.Parse($"due-{Interlocked.Increment(ref _accounts)}"), moment, 12, purpose);

    Task<List<DueAccount>> DueBy(DateTimeOffset now) => _index.DueAsync(now, Stop).ToListAsync(Stop).AsTask();

    [Fact]
    public async Task An_entry_is_due_from_its_minute_on()
    {
        var (exact, outbox, yesterday, later, tomorrow) = (Entry(Now), Entry(Now, DuePurpose.Outbox), Entry(Now.AddDays(-1).AddHours(1)), Entry(Now.AddMinutes(1)), Entry(Now.AddHours(3)));
        foreach (var entry in (DueAccount[])[exact, outbox, yesterday, later, tomorrow]) await _index.AddAsync(entry, Now, Stop);

        var due = await DueBy(Now.AddSeconds(59));

        Assert.All([exact, outbox, yesterday], entry => Assert.Contains(entry, due));
        Assert.All([later, tomorrow], entry => Assert.DoesNotContain(entry, due));
        Assert.DoesNotContain(exact, await DueBy(Now.AddSeconds(-1)));
        Assert.Contains(tomorrow, await DueBy(Now.AddHours(3)));
    }

    [Fact]
    public async Task What_was_handed_out_is_left_alone_for_15_minutes()
    {
        var entry = Entry(Now);
        await _index.AddAsync(entry, Now, Stop);

        await _index.MarkAsync(entry, Now, Stop);

        Assert.DoesNotContain(entry, await DueBy(Now.AddMinutes(14)));
        Assert.Contains(entry, await DueBy(Now.AddMinutes(15)));
    }

    [Fact]
    public async Task It_knows_when_an_entry_was_written_until_it_is_removed()
    {
        var entry = Entry(Now);
        await _index.AddAsync(entry, Now.AddMinutes(-3), Stop);
        await _index.MarkAsync(entry, Now, Stop);
        Assert.Equal(Now.AddMinutes(-3), await _index.WrittenAtAsync(entry, Stop));

        await _index.RemoveAsync([entry], Stop);
        await _index.RemoveAsync([entry], Stop);

        Assert.Null(await _index.WrittenAtAsync(entry, Stop));
        await _index.MarkAsync(entry, Now, Stop); // marking what is gone brings nothing back
        Assert.DoesNotContain(entry, await DueBy(Now));
    }

    [Fact]
    public void Keys_say_all_of_an_entry()
    {
        var entry = new DueAccount(AccountId.Parse("acme-2"), A.Instant("2026-06-05T22:07:00Z"), 12, DuePurpose.Account);

        Assert.Equal(("20260605", "2207|acme-2|12"), TableDueIndex.KeyOf(entry));
        Assert.Equal(("20260605", "2207|acme-2|12|outbox"), TableDueIndex.KeyOf(entry with { Purpose = DuePurpose.Outbox }));
        Assert.All([entry, entry with { Purpose = DuePurpose.Outbox }], one => Assert.Equal(one, TableDueIndex.Parse(TableDueIndex.KeyOf(one).Partition, TableDueIndex.KeyOf(one).Row)));
    }

    [Theory]
    [InlineData("20260605", "2207|acme")]
    [InlineData("20260605", "2207|acme|12|outbox|more")]
    [InlineData("20260605", "2207|acme|12|inbox")]
    [InlineData("20260605", "2207|ACME|12")]
    [InlineData("20260605", "2507|acme|12")]
    [InlineData("20260635", "2207|acme|12")]
    [InlineData("20260605", "2207|acme|x")]
    public void Other_keys_are_no_entries(string partition, string row) => Assert.Throws<FormatException>(() => TableDueIndex.Parse(partition, row));

    [Theory]
    [InlineData("2026-06-05T22:00:00Z", "2026-06-05T22:00:00Z")]
    [InlineData("2026-06-05T22:00:00.0000001Z", "2026-06-05T22:01:00Z")]
    [InlineData("2026-06-05T23:59:59Z", "2026-06-06T00:00:00Z")]
    public void A_moment_is_rounded_up_to_the_minute(string moment, string minute) => Assert.Equal(A.Instant(minute), DueAccount.Minute(A.Instant(moment)));

    [Fact]
    public async Task A_message_to_the_work_queue_can_be_read_again()
    {
        var queue = new AccountWorkQueue(azurite.Queues);
        await queue.CreateAsync(Stop);
        await azurite.Queues.GetQueueClient(AccountWorkQueue.Name).ClearMessagesAsync(Stop); // Other tests leave theirs.
        var entry = Entry(Now, DuePurpose.Outbox);

        await queue.EnqueueAsync(entry.Account, entry, Stop);
        await queue.EnqueueAsync(entry.Account, null, Stop);

        var messages = await azurite.Queues.GetQueueClient(AccountWorkQueue.Name).ReceiveMessagesAsync(10, cancellationToken: Stop);
        Assert.Equal([(entry.Account, entry), (entry.Account, null)], messages.Value.Select(message => AccountQueue.Read(message.MessageText)));
    }
}
