using Billing.Accounts;

namespace Billing.Functions.Http;

/// <summary>Who calls, as the verified token says.</summary>
/// <param name="Account">The only account an owner, super-admin or member can see; staff see every one.</param>
public sealed record Caller(string User, string? Account, IReadOnlySet<string> Roles)
{
    /// <summary>The CRM backend and the provider's people are not bound to one account.</summary>
    public bool IsStaff => Roles.Contains("service") || Roles.Contains("operator");

    public bool Sees(string accountId) => IsStaff || Account == accountId;

    /// <summary>As the journal names them: the role by which they were let in.</summary>
    public Actor As(IReadOnlySet<string> allowed) => new(User, Roles.First(allowed.Contains));
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
