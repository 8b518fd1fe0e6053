using System.Diagnostics;
using Billing.Accounts;
using Billing.Adapters.Queues;
using Billing.Telemetry;

namespace Billing.Tests;

/// <summary>A message of a queue, and the trace that it may have come with.</summary>
[Collection(Alone.Name)]
public sealed class MessageTraceTests : IDisposable
{
    readonly Traced _traced = new();

    public void Dispose() => _traced.Dispose();

    [Theory]
    [InlineData("acme", null)]
    [InlineData("acme 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736")]
    [InlineData("acme 20260605 2200|acme|12|outbox", null)]
    [InlineData("acme 20260605 2200|acme|12|outbox 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736")]
    public async Task A_message_is_read_with_and_without_a_trace(string message, string? trace)
    {
        var worked = false;

        await AccountQueue.ProcessAsync("account-work", message, (account, entry) =>
        {
            Assert.Equal("acme", account.Value);
            Assert.Equal(message.Contains('|', StringComparison.Ordinal) ? DuePurpose.Outbox : null, entry?.Purpose);
            if (trace is not null) Assert.Equal(trace, Activity.Current!.TraceId.ToHexString());
            worked = true;
            return Task.CompletedTask;
        });

        Assert.True(worked);
    }

    [Fact]
    public void A_message_without_a_trace_is_all_message() => Assert.Equal(("evt_1", null), BillingTraces.Split("evt_1"));
}
