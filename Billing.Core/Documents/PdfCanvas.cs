using SkiaSharp;

namespace Billing.Documents;

/// <summary>How a text looks.</summary>
/// <param name="Size">In points.</param>
/// <param name="Figures">Amounts that stand under each other: not kerned.</param>
readonly record struct TextStyle(Typeface Face, float Size, SKColor Color, bool Figures = false);

/// <summary>A4 pages to draw on, in points from the top left; a text stands on its baseline.</summary>
sealed class PdfCanvas : IDisposable
{
    public const float Width = 595.276f, Height = 841.89f;

    readonly MemoryStream _pdf = new();
    readonly SKDocument _document;
    readonly Dictionary<(SKTypeface Face, float Size), SKFont> _fonts = [];
    readonly SKPaint _paint = new() { IsAntialias = true };
    readonly SKTextBlobBuilder _text = new();
    SKCanvas? _page;

    // Skia writes the colour profile that PDF/A asks for; what it says of the document PdfA3 replaces.
    public PdfCanvas() => _document = SKDocument.CreatePdf(_pdf, new SKDocumentPdfMetadata { PdfA = true, RasterDpi = 300, EncodingQuality = 101 });

    SKCanvas Page => _page ?? throw new InvalidOperationException("No page was started.");

    /// <summary>Begins a page, and ends the one before.</summary>
    public void StartPage()
    {
        if (_page is not null) _document.EndPage();
        _page = _document.BeginPage(Width, Height);
    }

    public static float WidthOf(string text, TextStyle style) => style.Face.Shape(text, style.Figures).Width * style.Size;

    public void Text(float x, float baseline, string text, TextStyle style)
    {
        var runs = style.Face.Shape(text, style.Figures).Runs;
        if (runs.Count == 0) return;
        foreach (var run in runs)
        {
            var places = Array.ConvertAll(run.Places, place => new SKPoint(place.X * style.Size, place.Y * style.Size));
            _text.AddPositionedRun(run.Glyphs, Font(run.Face, style.Size), places);
        }
        using var blob = _text.Build();
        _paint.Color = style.Color;
        _paint.Style = SKPaintStyle.Fill;
        Page.DrawText(blob, x, baseline, _paint);
    }

    /// <summary>A text that ends at <paramref name="right"/>.</summary>
    public void TextTo(float right, float baseline, string text, TextStyle style) => Text(right - WidthOf(text, style), baseline, text, style);

    /// <summary>A text in the middle of the page, rising to the right.</summary>
    public void TextAcross(string text, TextStyle style, float degrees)
    {
        Page.Save();
        Page.Translate(Width / 2, Height / 2);
        Page.RotateDegrees(-degrees);
        Text(-WidthOf(text, style) / 2, style.Size / 3, text, style);
        Page.Restore();
    }

    public void Line(float fromX, float fromY, float toX, float toY, float thickness, SKColor color)
    {
        _paint.Color = color;
        _paint.Style = SKPaintStyle.Stroke;
        _paint.StrokeWidth = thickness;
        Page.DrawLine(fromX, fromY, toX, toY, _paint);
    }

    /// <summary>A filled shape, as large as it gets in a box of that height; its width.</summary>
    /// <param name="limit">The width it may take at most.</param>
    public float Shape(SKPath shape, float x, float y, float height, float limit, SKColor color)
    {
        var bounds = shape.TightBounds;
        if (bounds.Width <= 0 || bounds.Height <= 0) return 0;
        var scale = Math.Min(height / bounds.Height, limit / bounds.Width);
        Page.Save();
        Page.Translate(x, y + (height - bounds.Height * scale) / 2);
        Page.Scale(scale);
        Page.Translate(-bounds.Left, -bounds.Top);
        _paint.Color = color;
        _paint.Style = SKPaintStyle.Fill;
        Page.DrawPath(shape, _paint);
        Page.Restore();
        return bounds.Width * scale;
    }

    /// <summary>The finished file.</summary>
    public byte[] Close()
    {
        _document.EndPage();
        _document.Close();
        return _pdf.ToArray();
    }

    public void Dispose()
    {
        foreach (var font in _fonts.Values) font.Dispose();
        _text.Dispose();
        _paint.Dispose();
        _document.Dispose();
        _pdf.Dispose();
    }

    SKFont Font(SKTypeface face, float size)
    {
        if (_fonts.TryGetValue((face, size), out var known)) return known;
        return _fonts[(face, size)] = new(face, size) { Hinting = SKFontHinting.None, LinearMetrics = true, Subpixel = true };
    }
}
