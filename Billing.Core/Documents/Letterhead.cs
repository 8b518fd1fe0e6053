namespace Billing.Documents;

/// <summary>What only the page shows of the seller; all else stands frozen on the document itself.</summary>
/// <param name="LogoPath">The mark as SVG path data (<c>M… Z</c>) in any units, drawn as high as the letterhead; null, or data that is no path: none.</param>
/// <param name="CreditorId">The seller's SEPA creditor identifier, for the footer of documents issued before it was kept on them.</param>
public sealed record Letterhead(string? LogoPath, string? CreditorId);
