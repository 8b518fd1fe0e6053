using Billing.Accounts;

namespace Billing.Functions.Http;

/// <summary>Who calls, as the verified token says.</summary>
/// <param name="Account">The account to which the roles owner, super-admin and member refer.</param>
public sealed record Caller(string User, string? Account, IReadOnlySet<string> Roles)
{
    /// <summary>The CRM backend and the provider's people: their roles are of every account, and of none.</summary>
    internal static readonly HashSet<string> Staff = new HashSet<string> { "service", "operator" };

    /// <summary>Whether the account's existence may be told at all.</summary>
    public bool Sees(string accountId) => Account == accountId || Roles.Overlaps(Staff);

    /// <summary>
    /// The role by which the caller is let in, as the journal names it; null if none. Being the owner of one account says nothing of another.
    /// </summary>
    /// <param name="accountId">The account it is about; null where it is about none.</param>
    public Actor? As(IReadOnlySet<string> allowed, string? accountId = null)
    {
        var role = Roles.FirstOrDefault(role => allowed.Contains(role) && (Staff.Contains(role) || (accountId is not null && accountId == Account)));
        return role is null ? null : new(User, role);
    }
}

/// <summary>The roles a route admits.</summary>
public static class Allow
{
    /// <summary>Seeing: owner and super-admin of the account, the CRM backend and operators.</summary>
    public static readonly IReadOnlySet<string> Read = new HashSet<string> { "owner", "super-admin", "service", "operator" };

    /// <summary>Ordering and everything else that binds the customer.</summary>
    public static readonly IReadOnlySet<string> Order = new HashSet<string> { "owner", "super-admin" };

    public static readonly IReadOnlySet<string> Service = new HashSet<string> { "service" };
    public static readonly IReadOnlySet<string> Operator = new HashSet<string> { "operator" };
}
