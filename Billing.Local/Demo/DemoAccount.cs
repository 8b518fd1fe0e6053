namespace Billing.Local.Demo;

/// <summary>The account there is to look at on a first start.</summary>
static class DemoAccount
{
    public const string Id = "demo";

    public const string Path = $"api/accounts/{Id}";

    public static object Details(string plan) => new
    {
        companyName = "Muster & Söhne GmbH",
        address = new { line1 = "Musterstraße 1", postalCode = "10115", city = "Berlin", country = "DE" },
        email = "rechnung@muster-soehne.example",
        plan,
    };

    /// <summary>Opens the account where there is none yet. Returns the sentence to print when that fails.</summary>
    public static async Task<string?> OpenAsync(LocalClient client)
    {
        try
        {
            if (!await client.ExistsAsync(Path, "service")) await client.PutAsync(Path, Details("pro"), "service");
            return null;
        }
        catch (Exception failure) when (failure is HttpRequestException or UnexpectedAnswerException or TaskCanceledException)
        {
            return $"The demo account could not be opened: {failure.Message}";
        }
    }
}
