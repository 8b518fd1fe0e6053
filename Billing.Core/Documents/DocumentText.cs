using System.Globalization;
using System.Text;

namespace Billing.Documents;

/// <summary>Customers' text as a document can carry it.</summary>
static class DocumentText
{
    /// <summary>What XML can hold: control characters become blanks, what is no character the replacement character. All else stays as it was written.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        // A half of a surrogate pair is enumerated as the replacement character.
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune)) clean.Append(' ');
            else clean.Append((rune.Value & 0xfffe) == 0xfffe ? Rune.ReplacementChar : rune);
        }
        return clean.ToString();
    }

    /// <summary>What a page can show: without characters that only steer how others are set.</summary>
    public static string Printable(string text) =>
        string.Concat(Clean(text).EnumerateRunes().Where(rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format && !IsVariationSelector(rune)));

    static bool IsVariationSelector(Rune rune) => rune.Value is >= 0xfe00 and <= 0xfe0f;
}
