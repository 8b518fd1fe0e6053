using SkiaSharp;

namespace Billing.Documents;

/// <summary>What only the page shows of the seller; all else stands frozen on the document itself.</summary>
/// <param name="LogoPath">The mark as SVG path data (<c>M… Z</c>) in any units, drawn as high as the letterhead; null: none.</param>
public sealed record Letterhead(string? LogoPath)
{
    /// <summary>Whether a text is SVG path data that draws something.</summary>
    public static bool IsLogo(string path)
    {
        using var drawn = SKPath.ParseSvgPathData(path);
        return drawn is { IsEmpty: false };
    }
}
