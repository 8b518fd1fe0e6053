using Billing.Documents;
using Billing.Invoices;

namespace Billing.Tests;

public class PdfA3Tests
{
    [Fact]
    public void The_e_invoice_is_attached_byte_for_byte()
    {
        foreach (var invoice in new[] { Samples.Renewal, Samples.Collective, Samples.Correction })
        {
            using var document = new ReadDocument(InvoiceDocument.Render(invoice, Samples.Letterhead));
            var (name, bytes) = Assert.Single(document.Attachments);
            Assert.Equal("factur-x.xml", name);
            Assert.Equal(ElectronicInvoice.Write(invoice), bytes);
        }
    }

    [Fact]
    public void The_file_says_what_it_is()
    {
        var file = InvoiceDocument.Render(Samples.Correction, Samples.Letterhead);
        using var document = new ReadDocument(file);
        var raw = System.Text.Encoding.Latin1.GetString(file);

        Assert.Equal("Rechnungskorrektur zu RE-1780696802 RK-1780999200", document.Title);
        Assert.All(
            (string[])[
                "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>", "<fx:DocumentType>INVOICE</fx:DocumentType>",
                "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>", "<fx:Version>1.0</fx:Version>", "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
                "<pdfaSchema:prefix>fx</pdfaSchema:prefix>", "Rechnungskorrektur zu RE-1780696802 RK-1780999200", "<dc:language><rdf:Bag><rdf:li>de-DE</rdf:li>",
                "<xmp:CreateDate>2026-06-09T00:00:00Z</xmp:CreateDate>"],
            entry => Assert.Contains(entry, document.Metadata));
        Assert.All((string[])["/AFRelationship/Alternative", "/Subtype/text#2Fxml", "/Lang(de-DE)", "/AF[", "/S /GTS_PDFA1"], entry => Assert.Contains(entry, raw));
        Assert.Equal(1, raw.Split("/Type /Catalog").Length - 1);
    }

    [Fact]
    public void A_name_that_looks_like_markup_stays_a_name()
    {
        var invoice = Samples.Renewal with { Seller = Samples.Renewal.Seller with { Name = "A & <B> \"GmbH\"" } };
        using var document = new ReadDocument(InvoiceDocument.Render(invoice, Samples.Letterhead));
        Assert.Contains("<rdf:li>A &amp; &lt;B&gt; &quot;GmbH&quot;</rdf:li>", document.Metadata);
    }

    [Fact]
    public async Task VeraPdf_finds_PDF_A_3b()
    {
        var odd = Samples.Renewal with { Buyer = Samples.Renewal.Buyer with { CompanyName = "Ωμέγα 株式会社 Привет 😀 \u0007" } };
        Invoice[] all =
        [
            Samples.Renewal, Samples.Upgrade, Samples.DowngradeFee, Samples.Collective, Samples.WithLines(90), Samples.ReverseCharge, Samples.OutsideEu, Samples.InEnglish,
            Samples.TwoRates, Samples.Correction, Samples.FullCorrection, Samples.Draft, Samples.VoidedDraft, Samples.LongNames, odd,
        ];
        var files = all.Select(invoice => InvoiceDocument.Render(invoice, Samples.Letterhead)).ToList();
        // The check can fail: a file that claims another part of the standard.
        files.Add(files[0].AsSpan().IndexOf("pdfaid:part>3"u8) is var at and > 0 ? [.. files[0][..(at + 12)], (byte)'1', .. files[0][(at + 13)..]] : []);

        var answers = await CheckAsync(files);

        Assert.All(answers[..^1], answer => Assert.StartsWith("PASS", answer));
        Assert.StartsWith("FAIL", answers[^1]);
        Assert.Equal(files.Count, answers.Length);
    }

    /// <summary>One answer a file: PASS or FAIL, and what failed.</summary>
    static async Task<string[]> CheckAsync(List<byte[]> files)
    {
        var jar = Repository.File("node_modules", "@opendataloader", "pdf", "lib", "opendataloader-pdf-cli.jar");
        Assert.SkipUnless(File.Exists(jar), "veraPDF is not installed: npm ci");
        var java = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "java")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(java is null, "veraPDF needs a Java runtime, and there is no java on PATH.");

        var folder = Directory.CreateTempSubdirectory("billing-pdfa-");
        try
        {
            var paths = files.Select((_, place) => Path.Combine(folder.FullName, $"{place:00}.pdf")).ToList();
            for (var place = 0; place < files.Count; place++) await File.WriteAllBytesAsync(paths[place], files[place], TestContext.Current.CancellationToken);
            var check = await Programs.RunAsync(
                java!, ["-cp", jar, "org.mozilla.javascript.tools.shell.Main", Repository.File("Billing.Tests", "Documents", "pdfa-check.js"), .. paths]);
            Assert.True(check.Exit == 0, check.Said);
            return [.. check.Output.Split('\n').Aggregate(new List<string>(), (answers, row) =>
            {
                if (row.StartsWith("  ", StringComparison.Ordinal)) answers[^1] += $"\n{row}";
                else if (row.Length > 0) answers.Add(row);
                return answers;
            })];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
