using System.Collections.Immutable;
using Billing.Accounts;

namespace Billing.AddOns;

/// <summary>„Ihre Zusatzoptionen“: those in the state, then those that ended and left it, newest first.</summary>
public static class BookingHistory
{
    /// <param name="mostArchived">At most so many of those that have left the state.</param>
    public static async Task<ImmutableArray<AddOnBooking>> ListAsync(IAccountStore store, Account account, int mostArchived, CancellationToken cancellation)
    {
        // Each booking has taken a number: where the state holds as many as were given, none has left it, and storage need not be asked.
        var archived = account.Bookings.Length < account.NextBooking - 1 ? await store.ListArchivedBookingsAsync(account.Id, mostArchived, cancellation) : [];
        return [.. account.Bookings.Reverse(), .. archived];
    }
}
