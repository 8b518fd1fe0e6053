using System.Globalization;
using System.IO.Compression;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Billing.Documents;

/// <summary>What a file says of itself.</summary>
/// <param name="Language">BCP 47.</param>
/// <param name="Day">Its creation date: the document's, so that the same document gives the same bytes.</param>
sealed record FileDescription(string Title, string Author, string Language, DateOnly Day);

/// <summary>
/// Makes PDF/A-3b of what Skia wrote. Skia writes PDF/A-2b with the time and a random id in it: every object is taken over as it is but for the catalogue,
/// the document information and the metadata, which are written anew, with the e-invoice attached (Factur-X 1.0, profile EN 16931).
/// </summary>
static partial class PdfA3
{
    const string AttachmentName = "factur-x.xml", Producer = "CloudCRM Billing";

    /// <param name="skia">A file as Skia writes it: one table of objects, none compressed into another.</param>
    /// <param name="attachment">The e-invoice; null for a file without one.</param>
    public static byte[] Finish(byte[] skia, FileDescription about, byte[]? attachment)
    {
        var read = new SkiaFile(skia);
        using var file = new Writer(read.Objects.Count);
        file.Raw("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n");
        foreach (var (number, content) in read.Objects.Where(old => old.Number != read.Catalog && old.Number != read.Info && old.Number != read.Metadata))
            file.Object(number, content.Span);

        // Midnight in UTC stands for the day: whoever looks at it wants the document's date.
        var day = about.Day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var attached = "";
        if (attachment is not null)
        {
            var embedded = file.Stream(file.Next(), $"/Type/EmbeddedFile/Subtype/text#2Fxml/Params<</Size {attachment.Length}/ModDate(D:{day}000000Z)>>", attachment, compressed: true);
            var specification = file.Object(
                file.Next(),
                $"<</Type/Filespec/F({AttachmentName})/UF({AttachmentName})/AFRelationship/Alternative/EF<</F {embedded} 0 R/UF {embedded} 0 R>>>>");
            attached = $"/AF[{specification} 0 R]/Names<</EmbeddedFiles<</Names[({AttachmentName}){specification} 0 R]>>>>";
        }

        file.Stream(read.Metadata, "/Type/Metadata/Subtype/XML", Encoding.UTF8.GetBytes(Xmp(about, attachment is not null)), compressed: false);
        file.Object(read.Info, $"<</Title{Text(about.Title)}/Author{Text(about.Author)}/Producer({Producer})/CreationDate(D:{day}000000Z)/ModDate(D:{day}000000Z)>>");
        file.Object(read.Catalog, $"<<{read.CatalogEntries}/Metadata {read.Metadata} 0 R/Lang({about.Language}){attached}/ViewerPreferences<</DisplayDocTitle true>>>>");
        return file.Close(read.Catalog, read.Info);
    }

    /// <summary>The e-invoice that <see cref="Finish"/> attached.</summary>
    /// <exception cref="InvalidOperationException">The file has none.</exception>
    public static byte[] AttachmentOf(byte[] file)
    {
        // What comes before it are objects of Skia's, whose texts are compressed.
        var stream = file.AsSpan().IndexOf(EmbeddedFile) is var entries and >= 0 ? entries + file.AsSpan(entries).IndexOf("stream\n"u8) + "stream\n".Length
            : throw new InvalidOperationException("A file without e-invoice.");
        using var zip = new ZLibStream(new MemoryStream(file, stream, file.Length - stream), CompressionMode.Decompress);
        using var attachment = new MemoryStream();
        zip.CopyTo(attachment);
        return attachment.ToArray();
    }

    static ReadOnlySpan<byte> EmbeddedFile => "<</Type/EmbeddedFile"u8;

    /// <summary>A text string of PDF, in UTF-16.</summary>
    static string Text(string text) => $"<FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}>";

    static string Xmp(FileDescription about, bool withInvoice)
    {
        var day = about.Day.ToString("yyyy-MM-dd'T00:00:00Z'", CultureInfo.InvariantCulture);
        return $"""
            <?xpacket begin="{'\ufeff'}" id="W5M0MpCehiHzreSzNTczkc9d"?>
            <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
            <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
            <dc:format>application/pdf</dc:format>
            <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{SecurityElement.Escape(about.Title)}</rdf:li></rdf:Alt></dc:title>
            <dc:creator><rdf:Seq><rdf:li>{SecurityElement.Escape(about.Author)}</rdf:li></rdf:Seq></dc:creator>
            <dc:language><rdf:Bag><rdf:li>{about.Language}</rdf:li></rdf:Bag></dc:language></rdf:Description>
            <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:CreateDate>{day}</xmp:CreateDate><xmp:ModifyDate>{day}</xmp:ModifyDate></rdf:Description>
            <rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><pdf:Producer>{Producer}</pdf:Producer></rdf:Description>
            {(withInvoice ? FacturX : "")}</rdf:RDF></x:xmpmeta>
            <?xpacket end="w"?>
            """.ReplaceLineEndings("\n");
    }

    /// <summary>What Factur-X asks for: its four properties, and the schema that declares them, since PDF/A knows none of them.</summary>
    static readonly string FacturX = $"""
        <rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"><fx:DocumentType>INVOICE</fx:DocumentType>
        <fx:DocumentFileName>{AttachmentName}</fx:DocumentFileName><fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>
        <rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
        <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
        <pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
        <pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
        <pdfaSchema:prefix>fx</pdfaSchema:prefix>
        <pdfaSchema:property><rdf:Seq>
        {Property("DocumentFileName", "The name of the embedded XML document")}
        {Property("DocumentType", "The type of the hybrid document in capital letters")}
        {Property("Version", "The version of the standard that the embedded XML document follows")}
        {Property("ConformanceLevel", "The conformance level of the embedded XML document")}
        </rdf:Seq></pdfaSchema:property>
        </rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>

        """;

    static string Property(string name, string description) =>
        $"""<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>{description}</pdfaProperty:description></rdf:li>""";

    /// <summary>Skia's file, cut into its objects.</summary>
    sealed partial class SkiaFile
    {
        public SkiaFile(byte[] file)
        {
            // Read as Latin-1 a place in the text is a place in the file.
            var tail = Encoding.Latin1.GetString(file, Math.Max(0, file.Length - 64), Math.Min(64, file.Length));
            var table = Number(StartOfTable(), tail);
            var end = Encoding.Latin1.GetString(file, table, file.Length - table);
            Catalog = Number(Root(), end);
            Info = Number(InfoEntry(), end);

            var starts = Rows().Matches(end).Select(row => int.Parse(row.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).ToList();
            var ends = starts.Append(table).Order().ToList();
            Objects = [.. starts.Select((start, place) => (place + 1, Content(file.AsMemory(start..ends[ends.BinarySearch(start) + 1]))))];

            var catalog = Encoding.Latin1.GetString(Objects[Catalog - 1].Content.Span).Trim();
            Metadata = Number(MetadataEntry(), catalog);
            CatalogEntries = MetadataEntry().Replace(catalog[2..^2], "").Trim();
        }

        /// <summary>By their numbers, from 1; without the words around them.</summary>
        public IReadOnlyList<(int Number, ReadOnlyMemory<byte> Content)> Objects { get; }
        public int Catalog { get; }
        public int Info { get; }
        public int Metadata { get; }
        public string CatalogEntries { get; }

        static ReadOnlyMemory<byte> Content(ReadOnlyMemory<byte> written)
        {
            var from = written.Span.IndexOf(" obj\n"u8) + " obj\n".Length;
            return written[from..written.Span.LastIndexOf("\nendobj"u8)];
        }

        static int Number(Regex entry, string text) => entry.Match(text) is { Success: true } found
            ? int.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"Skia wrote a file of another form: {entry} is missing.");

        [GeneratedRegex(@"startxref\s+(\d+)")] private static partial Regex StartOfTable();
        [GeneratedRegex(@"/Root (\d+) 0 R")] private static partial Regex Root();
        [GeneratedRegex(@"/Info (\d+) 0 R")] private static partial Regex InfoEntry();
        [GeneratedRegex(@"/Metadata (\d+) 0 R")] private static partial Regex MetadataEntry();
        [GeneratedRegex(@"^(\d{10}) 00000 n", RegexOptions.Multiline)] private static partial Regex Rows();
    }

    /// <summary>Writes objects and keeps where they are.</summary>
    sealed class Writer(int objects) : IDisposable
    {
        readonly MemoryStream _file = new();
        readonly List<long> _starts = [.. new long[objects + 1]];

        /// <summary>A new number.</summary>
        public int Next()
        {
            _starts.Add(0);
            return _starts.Count - 1;
        }

        public void Raw(string text) => _file.Write(Encoding.Latin1.GetBytes(text));

        public int Object(int number, string content) => Object(number, Encoding.Latin1.GetBytes(content));

        public int Object(int number, ReadOnlySpan<byte> content)
        {
            _starts[number] = _file.Position;
            Raw($"{number} 0 obj\n");
            _file.Write(content);
            Raw("\nendobj\n");
            return number;
        }

        public int Stream(int number, string entries, byte[] content, bool compressed)
        {
            if (compressed)
            {
                using var target = new MemoryStream();
                using (var zip = new ZLibStream(target, CompressionLevel.Optimal, leaveOpen: true)) zip.Write(content);
                content = target.ToArray();
            }
            _starts[number] = _file.Position;
            Raw($"{number} 0 obj\n<<{entries}{(compressed ? "/Filter/FlateDecode" : "")}/Length {content.Length}>>\nstream\n");
            _file.Write(content);
            Raw("\nendstream\nendobj\n");
            return number;
        }

        /// <summary>The table of objects and the end; the file's id is the hash of what stands before it.</summary>
        public byte[] Close(int catalog, int info)
        {
            var table = _file.Position;
            var id = Convert.ToHexString(SHA256.HashData(_file.GetBuffer().AsSpan(0, (int)table)).AsSpan(0, 16));
            var end = new StringBuilder($"xref\n0 {_starts.Count}\n0000000000 65535 f \n");
            foreach (var start in _starts.Skip(1)) end.Append(CultureInfo.InvariantCulture, $"{start:0000000000} 00000 n \n");
            end.Append(CultureInfo.InvariantCulture, $"trailer\n<</Size {_starts.Count}/Root {catalog} 0 R/Info {info} 0 R/ID[<{id}><{id}>]>>\nstartxref\n{table}\n%%EOF\n");
            Raw(end.ToString());
            return _file.ToArray();
        }

        public void Dispose() => _file.Dispose();
    }
}
