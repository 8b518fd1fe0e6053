namespace Billing.Documents;

/// <summary>Breaks text into lines.</summary>
static class TextLines
{
    /// <summary>Lines no wider than that, broken at blanks; a word that is wider itself is cut, after a hyphen if it has one.</summary>
    public static List<string> Wrap(string text, TextStyle style, float width)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(word => Cut(word, style, width)))
        {
            var longer = line.Length == 0 ? word : $"{line} {word}";
            if (line.Length > 0 && PdfCanvas.WidthOf(longer, style) > width)
            {
                lines.Add(line);
                longer = word;
            }
            line = longer;
        }
        lines.Add(line);
        return lines;
    }

    static IEnumerable<string> Cut(string word, TextStyle style, float width)
    {
        while (PdfCanvas.WidthOf(word, style) > width)
        {
            // Never within a character of two code units, and always at least one of them.
            var length = word.Length - 1;
            while (length > 1 && (char.IsLowSurrogate(word[length]) || PdfCanvas.WidthOf(word[..length], style) > width)) length--;
            if (length < 1) break;
            if (word.LastIndexOf('-', length - 1) is > 0 and var hyphen) length = hyphen + 1;
            yield return word[..length];
            word = word[length..];
        }
        yield return word;
    }
}
