namespace Billing.Functions.Http;

/// <summary>Where customers may be sent back to after Stripe's pages: pages of these origins and no others.</summary>
public sealed class ReturnAddresses(IEnumerable<Uri> origins)
{
    readonly HashSet<string> _allowed = [.. origins.Select(origin => origin.GetLeftPart(UriPartial.Authority))];

    /// <summary>The address, if it is of an allowed origin; null otherwise.</summary>
    public Uri? Find(string? address) =>
        // Browsers read a backslash as a slash and skip what others stumble over: what is not plainly an address is none.
        address is { Length: <= 2000 } && !address.Contains('\\', StringComparison.Ordinal) && !address.Any(character => char.IsControl(character) || char.IsWhiteSpace(character))
        && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && _allowed.Contains(uri.GetLeftPart(UriPartial.Authority))
            ? uri
            : null;
}
