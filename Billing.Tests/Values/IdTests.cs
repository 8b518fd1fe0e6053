using Billing.Values;

namespace Billing.Tests;

public class IdTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("0-")]
    [InlineData("acme-gmbh-42")]
    public void An_account_id_is_the_CRMs(string text) => Assert.Equal(text, AccountId.Parse(text).Value);

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("Acme")]
    [InlineData("ä")]
    [InlineData("a b")]
    [InlineData("a|b")]
    [InlineData("a/b")]
    [InlineData("a\n")]
    [InlineData(null)]
    public void Anything_else_is_no_account_id(string? text) => Assert.False(AccountId.TryParse(text, out _));

    [Fact]
    public void An_account_id_has_at_most_63_characters()
    {
        Assert.True(AccountId.TryParse(new string('a', 63), out _));
        Assert.False(AccountId.TryParse(new string('a', 64), out _));
    }

    [Fact]
    public void Our_ids_have_one_spelling()
    {
        Assert.True(InvoiceId.TryParse("inv-17", out var id));
        Assert.Equal((InvoiceId.Of(17), "inv-17"), (id, id.ToString()));
        Assert.All(["inv-0", "inv-017", "inv--1", "inv-+1", "inv- 1", "INV-1", "bkg-1", "inv-", "inv-99999999999", "1"], text => Assert.False(InvoiceId.TryParse(text, out _)));
    }
}
