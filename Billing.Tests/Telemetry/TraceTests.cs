using System.Diagnostics;
using Azure.Storage.Queues;
using Billing.Accounts;
using Billing.Adapters.BlobStorage;
using Billing.Adapters.Queues;
using Billing.Adapters.StripeApi;
using Billing.Adapters.TableStorage;
using Billing.Documents;
using Billing.Functions;
using Billing.Outbox;
using Billing.Payments;
using Billing.Plans;
using Billing.Telemetry;
using Billing.Tests.StripeSimulator;
using Billing.Values;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Billing.Tests;

/// <summary>An account's work is one trace, on real tables and queues and the simulated Stripe.</summary>
[Collection(Alone.Name)]
public sealed class TraceTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    readonly FakeTimeProvider _clock = new(A.Instant("2026-01-10T10:00:00Z"));
    readonly AccountId _id = AccountId.Parse($"traced-{Interlocked.Increment(ref _accounts)}");
    SimulatedStripe _stripe = null!;
    WorkFunctions _functions = null!;
    Billing.Accounts.Accounts _billing = null!;
    Traced _traced = null!;
    static int _accounts;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _stripe = await SimulatedStripe.StartAsync(clock: _clock);
        var (store, due, findings, events) = (
            new TableAccounts(azurite.Tables), new TableDueIndex(azurite.Tables), new TableFindings(azurite.Tables, NullLogger<TableFindings>.Instance), new TableProviderEvents(azurite.Tables));
        var (work, crm, notifications) = (new AccountWorkQueue(azurite.Queues), new CrmQueue(azurite.Queues), new TableNotifications(azurite.Tables));
        await Task.WhenAll(work.CreateAsync(Stop), crm.CreateAsync(Stop));
        _billing = new(
            store, due, new TableDocumentNumbers(azurite.Tables), new(store, due, notifications, crm, findings),
            new(new BlobDocumentArchive(azurite.Blobs), new TableDocumentIndex(azurite.Tables), findings, _ => "%PDF"u8.ToArray(), NullLogger<ArchiveDocuments>.Instance),
            new(new byte[32]), A.Terms, crmListens: true, NullLogger<Billing.Accounts.Accounts>.Instance);
        var collections = new Collections(_billing, store, new StripeGateway(_stripe.Client, _clock), events, NullLogger<Collections>.Instance);
        _functions = new(
            _billing, collections, store, due, work, crm, notifications, new PoisonQueues(azurite.Queues), new TellCrm(notifications, store, due, findings, new Listener()), _clock, NullLogger<WorkFunctions>.Instance);

        var (customer, method) = await _stripe.CustomerWithAsync("4242424242424242", _id.Value);
        await events.LinkAsync(customer, _id, Stop);
        var at = _clock.GetUtcNow();
        await _billing.OpenAsync(new(_id, A.Service, at), today => OpenAccount.Open(_id, new(A.Company(), Language.German, "pro"), A.Terms, today, at, A.Service), Stop);
        // Its first period is paid, so that nothing but the close falls due.
        await _billing.ExecuteAsync(new(_id, A.Operator, at), (account, _, _) => Task.FromResult<Decision<Pending>>(Pending.Of(
            new(account with { Receivables = [], WithoutMethodSince = null, Customer = customer, CustomerDetails = account.Company, PaymentMethod = A.Card with { Id = method } }), new(200, ReplyKind.Account))), Stop);
        await ReceiveAsync(CrmQueue.Name);
        _traced = new();
    }

    public async ValueTask DisposeAsync()
    {
        _traced.Dispose();
        await _stripe.DisposeAsync();
    }

    [Fact]
    public async Task A_close_through_the_queue_is_one_trace()
    {
        using var counted = new Counted();
        _clock.SetUtcNow(A.Instant("2026-02-09T23:00:30Z"));
        using (new Activity("tick").Start()) await _functions.CloseDueCyclesAsync(new TimerInfo(), Stop);

        await _functions.WorkAccountAsync(await ReceiveAsync(AccountWorkQueue.Name), Stop);
        await _functions.NotifyCrmAsync(await ReceiveAsync(CrmQueue.Name), Stop);

        var spans = Mine();
        Assert.Equal(
            [
                "send account-work", "process account-work", "commit", "deliver outbox", "send crm-notifications", "payment", "stripe Charge", "decide",
                "commit", "deliver outbox", "send crm-notifications", "process crm-notifications",
            ],
            spans.Select(span => span.DisplayName));
        Assert.Single(spans.Select(span => span.TraceId).Distinct());
        // The tick found it, and a thousand others: it is linked, not above.
        Assert.Equal(default, spans[0].ParentSpanId);
        Assert.Single(spans[0].Links);
        Assert.All(spans, span => Assert.NotEqual(ActivityStatusCode.Error, span.Status));

        var close = spans.First(span => span.DisplayName == "commit");
        Assert.Equal("document.archived cycle.closed", close.GetTagItem(BillingTraces.Action));
        Assert.StartsWith("RE-", (string)close.GetTagItem(BillingTraces.Document)!, StringComparison.Ordinal);
        Assert.Equal($"{_id}-payment-1", spans.Single(span => span.DisplayName == "payment").GetTagItem(BillingTraces.Attempt));
        Assert.Equal(
            (1, 5343, 5343, 0, 1),
            (counted.Of(BillingMeter.Closes), counted.Of(BillingMeter.Issued), counted.Of(BillingMeter.Paid), counted.Of(BillingMeter.Open), counted.Of(BillingMeter.Charges, "outcome=succeeded")));
        Assert.Equal(30, counted.Each(BillingMeter.DueLag).Min());
    }

    [Fact]
    public async Task What_a_commit_promised_and_another_delivers_goes_on_with_its_trace()
    {
        ActivityTraceId trace;
        _clock.SetUtcNow(A.Instant("2026-02-09T23:00:30Z"));
        using (var request = new Activity("request").Start())
        {
            trace = request.TraceId;
            // Nobody goes on: the commit's charge is its due entry's, a minute later.
            await _billing.CurrentAsync(_id, _clock.GetUtcNow(), Stop);
        }

        _clock.Advance(TimeSpan.FromMinutes(2));
        await _functions.CloseDueCyclesAsync(new TimerInfo(), Stop);
        await _functions.WorkAccountAsync(await ReceiveAsync(AccountWorkQueue.Name), Stop);

        var charged = Assert.Single(Mine(), span => span.DisplayName == "stripe Charge");
        Assert.Equal(trace, charged.TraceId);
    }

    [Fact]
    public async Task What_falls_due_in_a_month_is_another_trace()
    {
        var (index, now) = (new TableDueIndex(azurite.Tables), _clock.GetUtcNow());
        DueAccount soon = new(_id, now.AddHours(1), 901, DuePurpose.Account), later = new(_id, now.AddHours(1).AddMinutes(1), 902, DuePurpose.Account);
        using var request = new Activity("request").Start();
        foreach (var entry in (DueAccount[])[soon, later]) await index.AddAsync(entry, now, Stop);

        var found = await index.DueAsync(later.Moment, Stop).Where(entry => entry.Account == _id).ToListAsync(Stop);

        Assert.Equal((request.Id, null), (found.Single(entry => entry == soon).Trace, found.Single(entry => entry == later).Trace));
        await index.RemoveAsync([soon, later], Stop);
    }

    [Fact]
    public async Task Work_that_fails_says_so_without_its_message()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            AccountQueue.ProcessAsync("account-work", _id.Value, (_, _) => throw new InvalidOperationException("of Müller & Söhne")));
        var span = Assert.Single(Mine());
        Assert.Equal((ActivityStatusCode.Error, "System.InvalidOperationException"), (span.Status, span.GetTagItem("error.type")));
        Assert.DoesNotContain("Müller", string.Concat(span.StatusDescription, string.Concat(span.TagObjects), string.Concat(span.Events.Select(happened => happened.Name))), StringComparison.Ordinal);
    }

    /// <summary>Of this test's account, and what Stripe was asked meanwhile.</summary>
    IReadOnlyList<Activity> Mine()
    {
        var traces = _traced.Spans.Where(span => span.GetTagItem(BillingTraces.Account) as string == _id.Value).Select(span => span.TraceId).ToHashSet();
        return [.. _traced.Spans.Where(span => traces.Contains(span.TraceId))];
    }

    /// <summary>The next message of this account; those of other tests are left alone.</summary>
    async Task<string> ReceiveAsync(string name)
    {
        var queue = azurite.Queues.GetQueueClient(name);
        string? mine = null;
        while (mine is null)
        {
            var messages = (await queue.ReceiveMessagesAsync(32, cancellationToken: Stop)).Value;
            Assert.NotEmpty(messages);
            foreach (var message in messages.Where(message => message.MessageText.Split(' ')[0] == _id.Value))
            {
                mine ??= message.MessageText;
                await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Stop);
            }
        }
        return mine;
    }

    sealed class Listener : ICrm
    {
        public Task<bool> SendAsync(CrmEvent notification, CancellationToken cancellation) => Task.FromResult(true);
    }
}
