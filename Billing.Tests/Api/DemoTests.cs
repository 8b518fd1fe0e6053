namespace Billing.Tests.Api;

public class DemoTests
{
    /// <summary>It compares its own ledger with Stripe's, and fails when they differ.</summary>
    [Fact]
    public async Task The_demo_pays_all_its_invoices()
    {
        var demo = await Programs.RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "Billing.Functions.dll"), "demo"]);

        foreach (var line in demo.Said.Split('\n')) NothingSecretIsSaid.Hear(line);
        Assert.Equal("", demo.Errors);
        Assert.Contains("5 Rechnungen über 247,45 €, bei Stripe 5 Zahlungen über 247,45 €: stimmt überein.", demo.Output, StringComparison.Ordinal);
        Assert.Equal(0, demo.Exit);
    }
}
