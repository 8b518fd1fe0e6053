using Billing.Accounts;
using Billing.Values;

namespace Billing.Tests;

public class ConfirmationsTests
{
    static readonly AccountId Acme = AccountId.Parse("acme");
    readonly Confirmations _confirmations = new([.. Enumerable.Range(0, 32).Select(number => (byte)number)]);

    [Fact]
    public void A_token_fits_what_it_was_issued_for() => Assert.True(_confirmations.Fits(_confirmations.Issue(A.Owner, Acme, "terms", "shown"), A.Owner, Acme, "terms"));

    [Fact]
    public void It_fits_no_other_user_account_or_figures()
    {
        var token = _confirmations.Issue(A.Owner, Acme, "terms", "shown");

        Assert.False(_confirmations.Fits(token, A.Owner with { User = "berta" }, Acme, "terms"));
        Assert.False(_confirmations.Fits(token, A.Owner, AccountId.Parse("acme-2"), "terms"));
        Assert.False(_confirmations.Fits(token, A.Owner, Acme, "terms "));
        Assert.False(new Confirmations(new byte[32]).Fits(token, A.Owner, Acme, "terms"));
    }

    [Fact]
    public void Nothing_runs_over_from_one_part_into_the_next()
    {
        var token = _confirmations.Issue(new("anna", "owner"), AccountId.Parse("a"), "b\nc", "shown");

        Assert.False(_confirmations.Fits(token, new("ann", "owner"), AccountId.Parse("aa"), "b\nc"));
        Assert.False(_confirmations.Fits(token, new("anna", "owner"), AccountId.Parse("ab"), "c"));
        Assert.False(_confirmations.Fits(token, new("anna", "owner"), AccountId.Parse("a"), "bc"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("ä")]
    [InlineData("....")]
    [InlineData("AAAA")]
    public void Garbage_fits_nothing(string token) => Assert.False(_confirmations.Fits(token, A.Owner, Acme, "terms"));

    [Fact]
    public void A_token_with_any_character_changed_cut_or_added_fits_nothing()
    {
        var token = _confirmations.Issue(A.Owner, Acme, "terms", "shown");

        for (var place = 0; place < token.Length; place++)
        {
            var other = token[place] == 'A' ? 'B' : 'A';
            Assert.False(_confirmations.Fits(token[..place] + other + token[(place + 1)..], A.Owner, Acme, "terms"));
            Assert.False(_confirmations.Fits(token[..place], A.Owner, Acme, "terms"));
        }
        Assert.False(_confirmations.Fits(token + "AAAA", A.Owner, Acme, "terms"));
        Assert.False(_confirmations.Fits(token + new string('A', 100_000), A.Owner, Acme, "terms"));
    }

    [Fact]
    public void However_a_token_is_spelt_its_use_is_the_same()
    {
        var token = _confirmations.Issue(A.Owner, Acme, "terms", "shown");

        Assert.All([token + "\n", " " + token, token.Insert(20, "\r\n")], spelling =>
        {
            if (_confirmations.Fits(spelling, A.Owner, Acme, "terms")) Assert.Equal(Confirmations.UseOf(token), Confirmations.UseOf(spelling));
        });
    }

    [Fact]
    public void Two_tokens_for_the_same_are_two_uses() => Assert.NotEqual(
        Confirmations.UseOf(_confirmations.Issue(A.Owner, Acme, "terms", "shown")), Confirmations.UseOf(_confirmations.Issue(A.Owner, Acme, "terms", "shown")));
}
