using System.Runtime.InteropServices;
using System.Text;
using HarfBuzzSharp;
using SkiaSharp;

namespace Billing.Documents;

/// <summary>
/// One weight of the documents' face (Noto Sans, embedded). It comes in two parts, so that a document carries Greek, Cyrillic and the rarer Latin
/// letters only where a name needs them. Its digits are equally wide as they are: no feature has to be asked for, and copied amounts stay amounts.
/// </summary>
sealed class Typeface
{
    /// <summary>Stands visibly for what the face lacks; a missing glyph would make the file invalid.</summary>
    const string Substitute = "\ufffd";

    // Ligatures would be glyphs that no character stands for: a reader could not find the word.
    static readonly Feature[] Words = [Feature.Parse("liga=0"), Feature.Parse("clig=0"), Feature.Parse("calt=0")];

    // Kerned, the digits of two amounts would not stand under each other.
    static readonly Feature[] Figures = [.. Words, Feature.Parse("kern=0")];

    // Never that of the machine: the same text gives the same glyphs everywhere.
    static readonly HarfBuzzSharp.Language Neutral = new("und");

    public static readonly Typeface Regular = new("Regular"), SemiBold = new("SemiBold");

    readonly Part _latin, _wide;

    Typeface(string weight) => (_latin, _wide) = (new($"fonts/{weight}-Latin"), new($"fonts/{weight}-Wide"));

    /// <summary>Glyphs of one part of the face, placed in em from the start of the text.</summary>
    public readonly record struct Run(SKTypeface Face, ushort[] Glyphs, SKPoint[] Places);

    /// <summary>The text as it is to be drawn, and how wide that is, in em.</summary>
    public (List<Run> Runs, float Width) Shape(string text, bool figures)
    {
        var runs = new List<Run>();
        var pen = 0f;
        foreach (var (part, piece) in Pieces(text))
        {
            using var buffer = new HarfBuzzSharp.Buffer { Direction = Direction.LeftToRight, Language = Neutral };
            buffer.AddUtf16(piece);
            buffer.GuessSegmentProperties();
            part.Shaper.Shape(buffer, figures ? Figures : Words);
            var infos = buffer.GetGlyphInfoSpan();
            var positions = buffer.GetGlyphPositionSpan();
            var run = new Run(part.Face, new ushort[infos.Length], new SKPoint[infos.Length]);
            for (var place = 0; place < infos.Length; place++)
            {
                run.Glyphs[place] = checked((ushort)infos[place].Codepoint);
                run.Places[place] = new(pen + positions[place].XOffset / part.Em, -positions[place].YOffset / part.Em);
                pen += positions[place].XAdvance / part.Em;
            }
            runs.Add(run);
        }
        return (runs, pen);
    }

    /// <summary>Cut where the other part of the face has to go on.</summary>
    IEnumerable<(Part Part, string Text)> Pieces(string text)
    {
        var piece = new StringBuilder();
        var part = _latin;
        foreach (var rune in text.EnumerateRunes())
        {
            // An accent goes with its letter if it can.
            var next = IsAccent(rune) && part.Has(rune) ? part : _latin.Has(rune) ? _latin : _wide.Has(rune) ? _wide : null;
            if (piece.Length > 0 && part != (next ?? _latin))
            {
                yield return (part, piece.ToString());
                piece.Clear();
            }
            part = next ?? _latin;
            piece.Append(next is null ? Substitute : rune.ToString());
        }
        if (piece.Length > 0) yield return (part, piece.ToString());
    }

    static bool IsAccent(Rune rune) => rune.Value is >= 0x300 and <= 0x36f;

    /// <summary>One part of the face, loaded once and never freed: the font that is drawn and embedded, and the same glyphs with what it takes to set a text.</summary>
    sealed class Part
    {
        // HarfBuzz reads the font where it lies, as long as the process lives: it must not move. (Blob.FromStream pins nothing.)
        readonly byte[] _set;

        public Part(string name)
        {
            Face = SKTypeface.FromData(SKData.CreateCopy(Read($"{name}.ttf"))) ?? throw new InvalidOperationException($"{name} is no font.");
            Em = Face.UnitsPerEm;
            _set = Read($"{name}-Set.ttf");
            var blob = new Blob(Marshal.UnsafeAddrOfPinnedArrayElement(_set, 0), _set.Length, MemoryMode.ReadOnly);
            Shaper = new(new HarfBuzzSharp.Face(blob, 0));
            Shaper.SetFunctionsOpenType();
            Shaper.SetScale(Face.UnitsPerEm, Face.UnitsPerEm);
        }

        public SKTypeface Face { get; }
        public Font Shaper { get; }
        public float Em { get; }

        public bool Has(Rune rune) => Face.GetGlyph(rune.Value) != 0;

        static byte[] Read(string resource)
        {
            using var file = typeof(Part).Assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"The build left {resource} out.");
            var bytes = GC.AllocateUninitializedArray<byte>((int)file.Length, pinned: true);
            file.ReadExactly(bytes);
            return bytes;
        }
    }
}
