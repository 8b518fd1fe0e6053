using System.Text;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using PdfPage = UglyToad.PdfPig.Content.Page;

namespace Billing.Tests;

/// <summary>A document as a reader sees it.</summary>
sealed class ReadDocument : IDisposable
{
    readonly PdfDocument _file;

    public ReadDocument(byte[] pdf)
    {
        _file = PdfDocument.Open(pdf);
        Pages = [.. _file.GetPages()];
    }

    public IReadOnlyList<PdfPage> Pages { get; }

    /// <summary>All pages, line by line from the top, words parted by one blank; the watermark, which runs across, left out.</summary>
    public string Text => string.Join("\f\n", Pages.Select(TextOf));

    public string Title => _file.Information.Title!;

    public string Metadata
    {
        get
        {
            Assert.True(_file.TryGetXmpMetadata(out var metadata));
            return Encoding.UTF8.GetString(metadata!.GetXmlBytes());
        }
    }

    public IReadOnlyList<(string Name, byte[] Bytes)> Attachments =>
        _file.Advanced.TryGetEmbeddedFiles(out var files) ? [.. files.Select(file => (file.Name, file.Memory.ToArray()))] : [];

    public bool HasWatermark => Pages.All(page => page.Letters.Any(letter => !letter.TextOrientation.Equals(TextOrientation.Horizontal)));

    /// <summary>The words of a page with where they stand: millimetres from the left and the top.</summary>
    public static IEnumerable<(string Text, double Left, double Top, double Right, double Bottom)> WordsOf(PdfPage page)
    {
        const double mm = 72 / 25.4;
        return from word in page.GetWords()
               where word.TextOrientation == TextOrientation.Horizontal && word.Text.Trim().Length > 0
               let box = word.BoundingBox
               select (word.Text, box.Left / mm, (page.Height - box.Top) / mm, box.Right / mm, (page.Height - box.Bottom) / mm);
    }

    public void Dispose() => _file.Dispose();

    static string TextOf(PdfPage page)
    {
        var lines = from word in page.GetWords()
                    where word.TextOrientation == TextOrientation.Horizontal
                    group word by Math.Round(word.Letters[0].StartBaseLine.Y, 1) into line
                    orderby line.Key descending
                    select string.Join(' ', line.OrderBy(word => word.BoundingBox.Left).Select(word => word.Text.Replace('\u00a0', ' ')));
        return string.Join('\n', lines) + "\n";
    }
}
