using Billing.Functions.Http;

namespace Billing.Tests.Api;

public class CallerTests
{
    static Caller With(string? account, params string[] roles) => new("anna", account, roles.ToHashSet());

    [Fact]
    public void Being_the_owner_of_one_account_says_nothing_of_another()
    {
        var both = With("acme", "owner", "operator");

        Assert.Equal("owner", both.As(Allow.Order, "acme")?.Role);
        Assert.Null(both.As(Allow.Order, "other"));
        Assert.Equal("operator", both.As(Allow.Read, "other")?.Role);
        Assert.True(both.Sees("other")); // as an operator
    }

    [Fact]
    public void Staff_never_order_and_owners_never_operate()
    {
        Assert.Null(With(null, "service", "operator").As(Allow.Order, "acme"));
        Assert.Null(With("acme", "owner", "super-admin").As(Allow.Operator));
        Assert.Null(With("acme", "owner").As(Allow.Service, "acme"));
        Assert.Null(With("acme", "member").As(Allow.Read, "acme"));
        Assert.False(With("acme", "owner").Sees("other"));
    }
}
