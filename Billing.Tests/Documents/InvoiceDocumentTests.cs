using System.Diagnostics;
using System.Security.Cryptography;
using Billing.Documents;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests;

public class InvoiceDocumentTests
{
    static readonly Dictionary<string, Func<Invoice>> Kinds = new()
    {
        ["renewal"] = () => Samples.Renewal,
        ["upgrade"] = () => Samples.Upgrade,
        ["downgrade-fee"] = () => Samples.DowngradeFee,
        ["collective"] = () => Samples.Collective,
        ["collective-20-lines"] = () => Samples.WithLines(20),
        ["reverse-charge"] = () => Samples.ReverseCharge,
        ["outside-eu"] = () => Samples.OutsideEu,
        ["english"] = () => Samples.InEnglish,
        ["two-rates"] = () => Samples.TwoRates,
        ["correction"] = () => Samples.Correction,
        ["full-correction"] = () => Samples.FullCorrection,
        ["draft"] = () => Samples.Draft,
        ["voided-draft"] = () => Samples.VoidedDraft,
    };

    public static TheoryData<string> EveryKind => [.. Kinds.Keys];
    public static TheoryData<string> EveryIssuedKind => [.. Kinds.Keys.Where(kind => Kinds[kind]().Number is not null)];

    static ReadDocument Read(Invoice invoice) => new(InvoiceDocument.Render(invoice, Samples.Letterhead));

    [Theory, MemberData(nameof(EveryKind))]
    public void The_page_is_as_it_was_approved(string kind)
    {
        using var document = Read(Kinds[kind]());
        Approved.Is("Documents", $"{kind}.page.txt", document.Text);
    }

    [Theory, MemberData(nameof(EveryIssuedKind))]
    public void The_e_invoice_is_as_it_was_approved(string kind) =>
        Approved.Is("Documents", $"{kind}.xml.txt", (byte[])[.. ElectronicInvoice.Write(Kinds[kind]()), (byte)'\n']);

    [Theory, MemberData(nameof(EveryKind))]
    public void Every_figure_can_be_read_from_the_page(string kind) => AssertFigures(Kinds[kind]());

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(90)]
    [InlineData(300)]
    public void However_many_lines(int count) => AssertFigures(Samples.WithLines(count));

    static void AssertFigures(Invoice invoice)
    {
        using var document = Read(invoice);
        var text = document.Text.Split('\n');
        var words = DocumentWords.In(invoice.Language);
        string Amount(Money amount) => words.Amount(invoice.Kind == DocumentKind.CreditNote ? -amount : amount).Replace('\u00a0', ' ');

        for (var place = 0; place < invoice.Lines.Length; place++)
        {
            var line = invoice.Lines[place];
            var row = Assert.Single(text, row => row.StartsWith($"{place + 1} {line.Description} ", StringComparison.Ordinal));
            Assert.Contains($" {line.Quantity} {Amount(line.UnitNet)} ", row);
            Assert.EndsWith($" {Amount(line.Net)}", row);
            Assert.Contains(words.Days(line.From, line.To).Replace('\u00a0', ' '), row);
        }
        Assert.Contains($"{words.NetTotal} {Amount(invoice.Net)}", text);
        Assert.All(invoice.Taxes, tax => Assert.Contains(text, row =>
            row.StartsWith(words.VatRate(tax.RatePercent), StringComparison.Ordinal) && row.EndsWith($" {Amount(tax.Vat)}", StringComparison.Ordinal)));
        Assert.Contains(text, row => row.EndsWith($" {Amount(invoice.Gross)}", StringComparison.Ordinal));
        Assert.Contains(text, row => row.Contains(invoice.Number ?? words.Draft));
    }

    [Fact]
    public void Each_page_carries_over_what_stood_before_it()
    {
        var invoice = Samples.WithLines(90);
        using var document = Read(invoice);

        var carried = Money.Zero;
        for (var page = 0; page < document.Pages.Count; page++)
        {
            var rows = document.Text.Split('\f')[page].Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Contains(rows, row => row == "Pos. Leistung Leistungszeitraum Menge Einzelpreis Betrag netto");
            Assert.Contains($"Seite {page + 1} von {document.Pages.Count}", rows);
            if (page > 0) Assert.Equal($"Übertrag {carried}", rows.First(row => row.StartsWith("Übertrag", StringComparison.Ordinal)));
            carried += rows.Select(row => invoice.Lines.Select((line, place) => (line, place)).FirstOrDefault(line =>
                row.StartsWith($"{line.place + 1} {line.line.Description} ", StringComparison.Ordinal)).line?.Net ?? Money.Zero).Sum(net => net);
            if (page < document.Pages.Count - 1) Assert.Equal($"Übertrag {carried}", rows.Last(row => row.StartsWith("Übertrag", StringComparison.Ordinal)));
        }
        Assert.Equal(invoice.Net, carried);
    }

    [Fact]
    public void The_last_line_the_totals_and_the_notes_stand_on_one_page()
    {
        for (var count = 12; count < 42; count++)
        {
            using var document = Read(Samples.WithLines(count));
            var last = document.Text.Split('\f')[^1].Split('\n');
            Assert.All((string[])[$"{count} ", "Summe netto ", "Rechnungsbetrag ", "Zahlung ", "E-Rechnung "], start =>
                Assert.Contains(last, row => row.StartsWith(start, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Amounts_stand_digit_under_digit()
    {
        using var document = Read(Samples.WithLines(8));

        var rights = ReadDocument.WordsOf(document.Pages[0]).Where(word => word.Text == "€" && word.Right > 185).Select(word => Math.Round(word.Right, 1)).ToList();

        Assert.True(rights.Count >= 11);
        Assert.Single(rights.Distinct());
        Assert.Single(document.Pages[0].Letters.Where(letter => char.IsAsciiDigit(letter.Value[0]) && letter.FontName!.Contains("Regular"))
            .Select(letter => Math.Round(letter.Width / letter.FontSize, 3)).Distinct());
    }

    [Fact]
    public void The_address_stands_in_the_window_of_DIN_5008_form_B()
    {
        using var document = Read(Samples.Renewal);
        var words = ReadDocument.WordsOf(document.Pages[0]).ToList();

        var name = words.First(word => word.Text == "Müller");
        var city = words.First(word => word.Text == "10115");
        Assert.InRange(name.Left, 20, 30);
        Assert.InRange(name.Top, 62, 70);
        Assert.True(city.Bottom < 90);
        Assert.DoesNotContain(words, word => word.Left < 110 && word.Top is > 30 and < 45);
    }

    /// <summary>Names of all lengths that the CRM lets through: nothing lies over anything else, or beyond the margins and the window.</summary>
    [Fact]
    public void Long_names_wrap_and_never_overlap()
    {
        using var document = Read(Samples.LongNames);
        foreach (var page in document.Pages)
        {
            var words = ReadDocument.WordsOf(page).ToList();
            Assert.All(words, word => Assert.True(word is { Left: >= 24.9, Right: <= 190.2, Top: > 10, Bottom: < 295 }, word.ToString()));
            for (var first = 0; first < words.Count; first++)
            {
                for (var second = first + 1; second < words.Count; second++) Assert.False(Overlap(words[first], words[second]), $"{words[first]} lies on {words[second]}");
            }
        }
        Assert.All(
            ReadDocument.WordsOf(document.Pages[0]).Where(word => word.Text.StartsWith("WWW", StringComparison.Ordinal)),
            word => Assert.True(word is { Top: > 45, Bottom: < 90, Right: <= 105 }, word.ToString()));
        Assert.Contains("ÖSTERREICH", document.Text);

        static bool Overlap((string, double Left, double Top, double Right, double Bottom) one, (string, double Left, double Top, double Right, double Bottom) other)
        {
            const double touch = 0.05;
            return one.Left < other.Right - touch && other.Left < one.Right - touch && one.Top < other.Bottom - touch && other.Top < one.Bottom - touch;
        }
    }

    [Fact]
    public void What_the_fonts_lack_is_replaced_visibly_and_stays_in_the_e_invoice()
    {
        var invoice = Named("Ωμέγα 株式会社 Łódź Привет 😀 Şükrü Đặng");
        using var document = Read(invoice);

        Assert.Contains("Ωμέγα ���� Łódź Привет � Şükrü Đặng", document.Text);
        Assert.Contains("Ωμέγα 株式会社 Łódź Привет 😀 Şükrü Đặng", System.Text.Encoding.UTF8.GetString(document.Attachments.Single().Bytes));
    }

    [Fact]
    public void Characters_that_are_no_text_are_cleaned()
    {
        var invoice = Named("Bell\u0007 & <Söhne>\u200b \u202eGmbH\ufffe \ud83d");
        using var document = Read(invoice);

        Assert.Contains("Bell & <Söhne> GmbH� �", document.Text);
        Assert.Contains("<ram:Name>Bell  &amp; &lt;Söhne&gt;\u200b \u202eGmbH� �</ram:Name>", System.Text.Encoding.UTF8.GetString(document.Attachments.Single().Bytes));
    }

    [Fact]
    public void An_accent_written_apart_is_set_with_its_letter()
    {
        using var document = Read(Named("Mu\u0308ller"));
        Assert.Contains("Müller\n", document.Text);
    }

    static Invoice Named(string name) => Samples.Renewal with { Buyer = Samples.Renewal.Buyer with { CompanyName = name } };

    [Theory, MemberData(nameof(EveryKind))]
    public void The_same_document_gives_the_same_bytes(string kind) =>
        Assert.Equal(InvoiceDocument.Render(Kinds[kind](), Samples.Letterhead), InvoiceDocument.Render(Kinds[kind](), Samples.Letterhead));

    [Fact]
    public void What_becomes_of_a_document_after_its_issue_does_not_change_the_file()
    {
        var issued = Samples.Collective;
        var later = issued with
        {
            Status = InvoiceStatus.Paid, Payments = [new("pi_1", issued.Gross, Money.Zero, Money.Zero)], CreditedLines = [1], Credited = A.Euro(5m), Collecting = PaymentState.Returned,
            ReopenedUntil = A.Day("2026-08-01"), WrittenOff = A.Euro(1m),
        };
        Assert.Equal(InvoiceDocument.Render(issued, Samples.Letterhead), InvoiceDocument.Render(later, Samples.Letterhead));
    }

    [Fact]
    public void Documents_rendered_side_by_side_are_the_same_as_one_by_one()
    {
        var alone = Kinds.Keys.ToDictionary(kind => kind, kind => InvoiceDocument.Render(Kinds[kind](), Samples.Letterhead));
        // The fonts lie in memory that native code reads: a collection must not move them.
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        Parallel.ForEach(Enumerable.Range(0, 4).SelectMany(_ => Kinds.Keys), new ParallelOptions { MaxDegreeOfParallelism = 8 }, kind =>
            Assert.Equal(alone[kind], InvoiceDocument.Render(Kinds[kind](), Samples.Letterhead)));
    }

    /// <summary>Runs itself in a process of its own, which leaves the hashes in a file.</summary>
    [Fact]
    public async Task Another_process_gives_the_same_bytes()
    {
        const string Told = "BILLING_TESTS_HASHES";
        var hashes = string.Join('\n', Kinds.Select(kind => $"{kind.Key} {Convert.ToHexString(SHA256.HashData(InvoiceDocument.Render(kind.Value(), Samples.Letterhead)))}"));
        if (Environment.GetEnvironmentVariable(Told) is { } file)
        {
            await File.WriteAllTextAsync(file, hashes, TestContext.Current.CancellationToken);
            return;
        }

        var told = Path.GetTempFileName();
        using var other = new Process { StartInfo = new(Environment.ProcessPath!) { RedirectStandardOutput = true, Environment = { [Told] = told, ["LANG"] = "tr_TR.UTF-8", ["TZ"] = "Asia/Tokyo" } } };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") other.StartInfo.ArgumentList.Add(typeof(InvoiceDocumentTests).Assembly.Location);
        foreach (var argument in new[] { "-method", $"{typeof(InvoiceDocumentTests).FullName}.{nameof(Another_process_gives_the_same_bytes)}" }) other.StartInfo.ArgumentList.Add(argument);
        other.Start();
        await other.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await other.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(hashes, await File.ReadAllTextAsync(told, TestContext.Current.CancellationToken));
        File.Delete(told);
    }

    [Fact]
    public void A_draft_says_across_each_page_that_it_is_none()
    {
        using var document = Read(Samples.Draft with { Lines = Samples.WithLines(90).Lines });
        Assert.True(document.Pages.Count > 1);
        Assert.True(document.HasWatermark);
        Assert.Empty(document.Attachments);
        Assert.Contains("Rechnungsnummer ENTWURF – keine Rechnung", document.Text);

        using var issued = Read(Samples.Collective);
        Assert.False(issued.HasWatermark);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("M0 0Z")]
    [InlineData("no path at all")]
    public void A_letterhead_without_a_mark_is_the_name_alone(string? mark)
    {
        var file = InvoiceDocument.Render(Samples.Renewal, new(mark));
        using var document = new ReadDocument(file);
        Assert.StartsWith("CloudCRM GmbH\n", document.Text);
        Assert.Equal(InvoiceDocument.Render(Samples.Renewal, new(null)), file);
        Assert.NotEqual(InvoiceDocument.Render(Samples.Renewal, Samples.Letterhead), file);
    }
}
