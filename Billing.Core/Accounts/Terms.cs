using Billing.Access;
using Billing.Catalogs;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Accounts;

/// <summary>Everything a decision is made under beside the account itself: prices, seller, days. The same for all accounts.</summary>
/// <param name="HolidaysOf">The seller's Land, for the last day of a withdrawal.</param>
public sealed record Terms(Catalog Catalog, Seller Seller, AccessTerms Access, FederalState HolidaysOf = FederalState.None)
{
    /// <summary>Every invoice is due this many days after its date.</summary>
    public const int DaysToPay = 14;

    /// <summary>Gross; below it Stripe collects nothing and so do we.</summary>
    public static readonly Money LeastCollected = new(50);

    /// <summary>Bookings that an account can have running at once: the whole account must fit a row, and a close one batch.</summary>
    public const int MostBookings = 200;

    /// <summary>Add-on pieces in one booking.</summary>
    public const int MostPieces = 10_000;
}
