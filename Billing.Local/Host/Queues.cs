using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Billing.Local.Host;

/// <summary>Polls the queues that trigger functions.</summary>
sealed class Queues(FunctionIndex index, FunctionRunner runner, HostSettings settings, IConfiguration configuration, ILogger<Queues> logger)
{
    /// <summary>A message is another's to take when its host has been silent for this long.</summary>
    static readonly TimeSpan MessageLock = TimeSpan.FromSeconds(10);
    static readonly TimeSpan LockRenewal = TimeSpan.FromSeconds(4);
    static readonly TimeSpan ShortestIdle = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan LongestIdle = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    readonly List<Listener> _listeners = [.. index.TriggeredBy<QueueTriggerAttribute>().Select(function => new Listener(function, configuration))];

    /// <summary>The queue of that name that triggers a function; null when none does.</summary>
    public QueueClient? Find(string name) => _listeners.Find(listener => listener.Queue.Name == name)?.Queue;

    public async Task CreateAsync()
    {
        foreach (var listener in _listeners) await listener.Queue.CreateIfNotExistsAsync();
    }

    /// <summary>Polls every queue until it is told to stop. Messages under way are left to finish.</summary>
    public Task LoopAsync(CancellationToken stopping) => Task.WhenAll(_listeners.Select(listener => LoopAsync(listener, stopping)));

    /// <summary>Polls now what would otherwise be polled in a moment.</summary>
    public void Nudge()
    {
        foreach (var listener in _listeners.Where(listener => listener.Nudged.CurrentCount == 0)) listener.Nudged.Release();
    }

    /// <summary>How many messages each queue holds, hidden ones included.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CountAsync(CancellationToken cancellation)
    {
        var counts = await Task.WhenAll(_listeners.Select(async listener =>
        {
            var properties = await listener.Queue.GetPropertiesAsync(cancellation);
            return (listener.Queue.Name, Count: properties.Value.ApproximateMessagesCount);
        }));
        return counts.DistinctBy(queue => queue.Name).ToDictionary(queue => queue.Name, queue => queue.Count);
    }

    async Task LoopAsync(Listener listener, CancellationToken stopping)
    {
        var idle = ShortestIdle;
        var running = new List<Task>();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                while (running.Count > settings.NewBatchThreshold) running.Remove(await Task.WhenAny(running));
                QueueMessage[] messages = await listener.Queue.ReceiveMessagesAsync(settings.BatchSize, MessageLock, stopping);
                running.RemoveAll(task => task.IsCompleted);
                running.AddRange(messages.Select(message => WorkAsync(listener, message)));
                idle = messages.Length > 0 ? ShortestIdle : Min(idle * 1.5, LongestIdle);
                if (messages.Length < settings.BatchSize) await listener.Nudged.WaitAsync(idle, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is RequestFailedException or AggregateException)
            {
                if (stopping.IsCancellationRequested) return;
                logger.LogWarning("Queue {Queue} cannot be read: {Reason}", listener.Queue.Name, failure.Message);
                await Task.Delay(AfterFailure, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task WorkAsync(Listener listener, QueueMessage message)
    {
        using var run = runner.Begin();
        var queue = listener.Queue;
        var receipt = message.PopReceipt;
        try
        {
            // A host that died with the message in hand has used up a try as well.
            var worked = message.DequeueCount <= settings.MaxDequeueCount && settings.Decode(message.MessageText) is { } text && await TryAsync(text);
            if (worked) await queue.DeleteMessageAsync(message.MessageId, receipt);
            else if (message.DequeueCount < settings.MaxDequeueCount) await queue.UpdateMessageAsync(message.MessageId, receipt, message.MessageText, settings.VisibilityTimeout);
            else await PoisonAsync();
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException)
        {
            // The lock was lost or storage is gone: the message comes back by itself.
            logger.LogWarning("Message {Message} of queue {Queue} comes again: {Reason}", message.MessageId, queue.Name, failure.Message);
        }

        async Task<bool> TryAsync(string text)
        {
            try
            {
                var working = runner.RunAsync(listener.Function, text);
                while (await Task.WhenAny(working, Task.Delay(LockRenewal)) != working) await RenewAsync();
                await working;
                return true;
            }
            catch (Exception failure)
            {
                logger.LogError(failure, "{Function} failed, try {Try} of {Tries}", listener.Function.Name, message.DequeueCount, settings.MaxDequeueCount);
                return false;
            }
        }

        async Task RenewAsync()
        {
            try
            {
                receipt = (await queue.UpdateMessageAsync(message.MessageId, receipt, message.MessageText, MessageLock)).Value.PopReceipt;
            }
            catch (RequestFailedException)
            {
                // Too late: another has the message. The function still runs to its end, as on the real host.
            }
        }

        async Task PoisonAsync()
        {
            logger.LogError("A message of queue {Queue} is given up after {Tries} tries and lies in {Queue}-poison", queue.Name, settings.MaxDequeueCount, queue.Name);
            await listener.Poison.CreateIfNotExistsAsync();
            await listener.Poison.SendMessageAsync(message.MessageText);
            await queue.DeleteMessageAsync(message.MessageId, receipt);
        }
    }

    static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    sealed class Listener
    {
        public Listener(IndexedFunction function, IConfiguration configuration)
        {
            var trigger = (QueueTriggerAttribute)function.Trigger;
            // The encoding is host.json's business: a message that breaks it has to reach the poison queue as it is.
            var service = new QueueServiceClient(configuration[trigger.Connection ?? "AzureWebJobsStorage"], new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None });
            Function = function;
            Queue = service.GetQueueClient(trigger.QueueName);
            Poison = service.GetQueueClient($"{trigger.QueueName}-poison");
        }

        public IndexedFunction Function { get; }

        public QueueClient Queue { get; }

        public QueueClient Poison { get; }

        public SemaphoreSlim Nudged { get; } = new(0);
    }
}
