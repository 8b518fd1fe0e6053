using Billing.Tests.Api;
using Microsoft.Playwright;

namespace Billing.Tests.Page;

/// <summary>One browser for all tests of the page, and the whole one for those that need its PDF viewer; each visitor has a context of its own, without what another left behind.</summary>
public sealed class Chromium : IAsyncLifetime
{
    const string Whole = "/usr/bin/chromium", Headless = "/usr/bin/chromium-headless-shell";

    IPlaywright? _playwright;
    IBrowser? _browser, _whole;

    /// <summary>Why there is no browser here; empty where there is one.</summary>
    public string Missing { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(15_000);
        try
        {
            // Debian's browser without a window needs half the time of the one that has one.
            _browser = await LaunchAsync(File.Exists(Headless) ? Headless : Whole);
        }
        catch (PlaywrightException none) when (!File.Exists(Whole))
        {
            Missing = $"There is no Chromium: neither Debian's nor one installed by Playwright ({none.Message.Split('\n')[0]}).";
        }
    }

    public async Task<IBrowser> BrowserAsync(bool showsPdf) => showsPdf && File.Exists(Headless) ? _whole ??= await LaunchAsync(Whole) : _browser!;

    public async ValueTask DisposeAsync()
    {
        foreach (var one in new[] { _browser, _whole }) await (one?.CloseAsync() ?? Task.CompletedTask);
        _playwright?.Dispose();
    }

    Task<IBrowser> LaunchAsync(string program) => _playwright!.Chromium.LaunchAsync(new()
    {
        ExecutablePath = File.Exists(program) ? program : null,
        // Playwright's own, as a whole: left to itself it takes the one that shows no PDF.
        Channel = File.Exists(program) ? null : "chromium",
        Args =
        [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        ],
    });
}

/// <summary>The browser, and the services whose page is visited; each is started when a test first needs it.</summary>
public sealed class PageWorld : IAsyncLifetime
{
    const string Opening = "2026-05-06T08:00:00Z";

    readonly Chromium _chromium = new();
    readonly List<Service> _services = [];
    Service? _standing, _moving;

    public ValueTask InitializeAsync() => _chromium.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _chromium.DisposeAsync();
        foreach (var service in _services) await service.DisposeAsync();
    }

    /// <summary>One whose clock stands on 6 May 2026.</summary>
    public async Task<Service> StandingAsync() => _standing ??= await StartAsync();

    /// <summary>One on which time passes.</summary>
    public async Task<Service> MovingAsync() => _moving ??= await StartAsync();

    /// <summary>One with settings of its own.</summary>
    public async Task<Service> StartAsync(params (string Name, string Value)[] settings)
    {
        Assert.SkipWhen(_chromium.Missing.Length > 0, _chromium.Missing);
        var service = await Service.StartAsync(Place.New(Opening), settings);
        _services.Add(service);
        return service;
    }

    /// <summary>A visitor with an empty browser.</summary>
    public async Task<Visitor> VisitorAsync(Service service, int width = Visitor.Desk, bool showsPdf = false)
    {
        var context = await (await _chromium.BrowserAsync(showsPdf)).NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = width < 600 ? 780 : 900 }, Locale = "de-DE", ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(15_000);
        return await Visitor.ComeAsync(context, service);
    }
}

[CollectionDefinition(Name)]
public sealed class InABrowser : ICollectionFixture<PageWorld>
{
    public const string Name = "in a browser";
}
