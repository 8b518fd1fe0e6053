namespace Billing.Accounts;

/// <param name="Country">ISO 3166-1 alpha-2, upper case.</param>
public sealed record Address(string Line1, string? Line2, string PostalCode, string City, string Country);

/// <summary>The customer company as it stands on documents: copied onto each at issue.</summary>
/// <param name="VatId">Without blanks, upper case; null where there is none.</param>
public sealed record Company(string CompanyName, Address Address, string Email, string? VatId);
