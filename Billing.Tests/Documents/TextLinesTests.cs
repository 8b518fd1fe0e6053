using Billing.Documents;
using CsCheck;

namespace Billing.Tests;

public class TextLinesTests
{
    static readonly TextStyle Style = new(Typeface.Regular, 10, default);

    [Theory]
    [InlineData("Müller & Söhne GmbH", new[] { "Müller &", "Söhne", "GmbH" })]
    [InlineData("internationale-beteiligungs", new[] { "internati", "onale-", "beteiligu", "ngs" })]
    [InlineData("a-b-c-d-e-f-g-h-i", new[] { "a-b-c-d-e-", "f-g-h-i" })]
    [InlineData("zu 23,68\u00a0€", new[] { "zu", "23,68\u00a0€" })]
    [InlineData("", new[] { "" })]
    public void Lines_break_at_blanks_then_after_hyphens(string text, string[] lines) => Assert.Equal(lines, TextLines.Wrap(text, Style, 46));

    [Fact]
    public void No_line_is_too_wide_and_no_character_is_lost() => Gen.Select(Gen.String[Gen.Char["abWi-äß 漢Я"], 0, 80], Gen.Int[20, 200]).Sample((text, width) =>
    {
        var lines = TextLines.Wrap(text, Style, width);
        Assert.All(lines, line => Assert.True(PdfCanvas.WidthOf(line, Style) <= width, line));
        Assert.Equal(text.Replace(" ", ""), string.Concat(lines).Replace(" ", ""));
    });
}
