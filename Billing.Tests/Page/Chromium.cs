using Billing.Tests.Api;
using Microsoft.Playwright;

namespace Billing.Tests.Page;

/// <summary>One browser for all tests of the page; each visitor has a context of its own, without what another left behind.</summary>
public sealed class Chromium : IAsyncLifetime
{
    const string Debian = "/usr/bin/chromium";

    IPlaywright? playwright;

    public IBrowser? Browser { get; private set; }

    /// <summary>Why there is no browser here.</summary>
    public string Missing { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        try
        {
            Browser = await playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = File.Exists(Debian) ? Debian : null,
                Args =
                [
                    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                ],
            });
        }
        catch (PlaywrightException none) when (!File.Exists(Debian))
        {
            Missing = $"There is no Chromium: neither {Debian} nor one installed by Playwright ({none.Message.Split('\n')[0]}).";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.CloseAsync();
        playwright?.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class InABrowser : ICollectionFixture<Chromium>
{
    public const string Name = "in a browser";
}

/// <summary>A service and who visits its page.</summary>
public abstract class PageService(Chromium chromium) : IAsyncLifetime
{
    Service? service;

    /// <summary>Where the clock starts.</summary>
    protected abstract string Clock { get; }

    protected virtual IReadOnlyDictionary<string, string>? Settings => null;

    public Service Service => service ?? throw new InvalidOperationException("The service has not been started.");

    public async ValueTask InitializeAsync()
    {
        if (chromium.Browser is not null) service = await Service.StartAsync(Place.New(Clock), Settings);
    }

    public async ValueTask DisposeAsync()
    {
        if (service is not null) await service.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A visitor with an empty browser; skips the test where there is none.</summary>
    public async Task<Visitor> VisitorAsync(int width = 1280)
    {
        Assert.SkipUnless(chromium.Browser is not null, chromium.Missing);
        var context = await chromium.Browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = width < 600 ? 780 : 900 }, Locale = "de-DE", AcceptDownloads = true });
        context.SetDefaultTimeout(15_000);
        return await Visitor.ComeAsync(context, Service);
    }
}
