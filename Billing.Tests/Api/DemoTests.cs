using System.Diagnostics;

namespace Billing.Tests.Api;

public class DemoTests
{
    /// <summary>It compares its own ledger with Stripe's, and fails when they differ.</summary>
    [Fact]
    public async Task The_demo_pays_all_its_invoices()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Billing.Functions.dll"));
        start.ArgumentList.Add("demo");
        using var demo = Process.Start(start)!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            var (said, complained) = (demo.StandardOutput.ReadToEndAsync(patience.Token), demo.StandardError.ReadToEndAsync(patience.Token));
            await demo.WaitForExitAsync(patience.Token);
            Assert.Equal("", await complained);
            Assert.Contains("5 Rechnungen über 247,45 €, bei Stripe 5 Zahlungen über 247,45 €: stimmt überein.", await said, StringComparison.Ordinal);
            Assert.Equal(0, demo.ExitCode);
        }
        finally
        {
            if (!demo.HasExited) demo.Kill(entireProcessTree: true);
        }
    }
}
