using Billing.Values;

namespace Billing.Tests;

public class MoneyTests
{
    [Theory]
    [InlineData(5, 1, 2, 3)] // 2.5 cents
    [InlineData(-5, 1, 2, -3)]
    [InlineData(5, 1, 3, 2)]
    [InlineData(-4, 1, 3, -1)]
    [InlineData(1990, 31, 31, 1990)]
    [InlineData(1990, 0, 31, 0)]
    public void Halves_round_away_from_zero(long cents, int days, int periodDays, long expected) =>
        Assert.Equal(new Money(expected), new Money(cents).Prorate(days, periodDays));

    [Fact]
    public void No_more_days_than_the_period_has_and_none_below_zero()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Money(1).Prorate(32, 31));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Money(1).Prorate(-1, 31));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Money(1).Prorate(0, 0));
    }

    [Fact]
    public void Too_much_throws_instead_of_wrapping() => Assert.Throws<OverflowException>(() => new Money(long.MaxValue) + new Money(1));

    [Theory]
    [InlineData(1990, "19,90 €")]
    [InlineData(5, "0,05 €")]
    [InlineData(0, "0,00 €")]
    [InlineData(-1091, "−10,91 €")]
    [InlineData(123456789, "1.234.567,89 €")]
    public void Is_written_as_German_documents_write_it(long cents, string text) => Assert.Equal(text, new Money(cents).ToString());

    [Theory]
    [InlineData(1990, "€19.90")]
    [InlineData(0, "€0.00")]
    [InlineData(-1091, "−€10.91")]
    [InlineData(123456789, "€1,234,567.89")]
    public void Is_written_as_English_texts_write_it(long cents, string text) => Assert.Equal(text, new Money(cents).ToEnglish());
}
