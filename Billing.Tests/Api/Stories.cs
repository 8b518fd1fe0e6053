using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Billing.Local.World;

namespace Billing.Tests.Api;

/// <summary>
/// Walks the clock of one service forward once, through the dates of many stories. Each story waits for its next date; when all wait,
/// the clock goes on to the earliest. So every story reads as if it were alone, and none costs a walk of its own.
/// </summary>
public abstract class Walk : IAsyncLifetime
{
    readonly Lock _gate = new();
    readonly Dictionary<string, Func<Task>> _stories = [];
    readonly Dictionary<string, Task> _told = [];
    readonly List<(DateTimeOffset At, TaskCompletionSource Go)> _waiting = [];
    TaskCompletionSource _allWait = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _busy;

    public Service Service { get; private set; } = null!;

    /// <summary>Calls every test once: each hands in its story.</summary>
    protected abstract void Collect();

    public async ValueTask InitializeAsync()
    {
        Collect();
        _busy = _stories.Count;
        foreach (var (name, story) in _stories) _told[name] = TellAsync(story);
        while (true)
        {
            await _allWait.Task;
            if (_waiting.Count == 0) return;
            var at = _waiting.Min(story => story.At);
            try
            {
                if (Service is null) Service = await Service.StartAsync(Place.New(LocalClock.Text(at)));
                else await Service.WalkAsync(at);
            }
            catch (Exception stuck)
            {
                foreach (var (_, go) in _waiting) go.SetException(stuck);
                return;
            }
            Release(at);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Service is not null) await Service.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Before the walk, takes the story in; after it, tells how it ended.</summary>
    public Task StoryAsync(string name, Func<Task> story)
    {
        if (_told.TryGetValue(name, out var ended)) return ended;
        _stories.Add(name, story);
        return Task.CompletedTask;
    }

    public Task UntilAsync(DateTimeOffset at)
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate) _waiting.Add((at, go));
        Rest();
        return go.Task;
    }

    async Task TellAsync(Func<Task> story)
    {
        try
        {
            await story();
        }
        finally
        {
            Rest();
        }
    }

    void Rest()
    {
        lock (_gate)
        {
            if (--_busy == 0) _allWait.SetResult();
        }
    }

    void Release(DateTimeOffset at)
    {
        List<TaskCompletionSource> going;
        lock (_gate)
        {
            going = [.. _waiting.Where(story => story.At == at).Select(story => story.Go)];
            _waiting.RemoveAll(story => story.At == at);
            _busy = going.Count;
            _allWait = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        foreach (var go in going) go.SetResult();
    }
}

/// <summary>The walk through the stories of one class of tests.</summary>
public sealed class Walk<TStories> : Walk where TStories : Stories
{
    protected override void Collect()
    {
        foreach (var test in typeof(TStories).GetMethods().Where(method => method.IsDefined(typeof(FactAttribute))))
            test.Invoke(Activator.CreateInstance(typeof(TStories), this), null);
    }
}

/// <summary>Tests that live through time. A date alone is noon or so of that day in Berlin.</summary>
public abstract class Stories(Walk walk)
{
    protected const string Visa = "4242424242424242";

    /// <summary>Can be left as a method, and declines every charge.</summary>
    protected const string Declined = "4000000000000341";

    readonly List<Customer> _opened = [];

    protected Service Service => walk.Service;

    /// <summary>When it is over its accounts are cancelled: what they would go on to do costs those that still walk.</summary>
    protected Task Story(Func<Task> story, [CallerMemberName] string name = "") => walk.StoryAsync(name, async () =>
    {
        await story();
        foreach (var customer in _opened) await customer.OrderAsync("/cancellation");
    });

    protected Task Until(string at) => walk.UntilAsync(Moment.Of(at));

    /// <summary>What the operator is told of the account.</summary>
    protected async Task<IReadOnlyList<JsonElement>> Findings(Customer acme, string query = "") =>
        [.. (await Service.SendAsync(HttpMethod.Get, "api/operator/findings" + query, token: await Service.TokenAsync("operator"))).Ok().Items("findings")
            .Where(finding => finding.Text("account") == acme.Id)];

    /// <summary>The CRM opens an account on that date.</summary>
    protected async Task<Customer> Open(string plan, string on, object? details = null)
    {
        await Until(on);
        var customer = await Service.OpenAsync(plan, details);
        _opened.Add(customer);
        return customer;
    }

    /// <summary>An account that is opened on that date and leaves a card or an IBAN at once.</summary>
    protected async Task<Customer> OpenWith(string number, string plan, string on)
    {
        var customer = await Open(plan, on);
        await customer.LeavesAsync(number);
        return customer;
    }

    /// <summary>An account that is opened on that date and pays its first invoice at once.</summary>
    protected async Task<Customer> OpenPaid(string plan, string on, object? details = null)
    {
        var customer = await Open(plan, on, details);
        await customer.PaysAsync();
        return customer;
    }
}
