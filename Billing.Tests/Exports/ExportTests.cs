using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Billing.Documents;
using Billing.Exports;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests;

public class ExportTests
{
    static readonly Encoding Latin = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
    static readonly ExportRange Range = new(A.Day("2026-05-01"), A.Day("2026-06-30"));
    static readonly DateTimeOffset Now = A.Instant("2026-07-01T07:08:09.123Z");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static IssuedDocuments Of(BillingInMemory billing) => new(billing.Index, billing.Store);

    static async Task<byte[]> Csv(IAsyncEnumerable<IssuedDocument> documents)
    {
        var file = new MemoryStream();
        await InvoiceCsv.WriteAsync(documents, file, Stop);
        return file.ToArray();
    }

    static async Task<byte[]> Datev(IAsyncEnumerable<IssuedDocument> documents, DatevSettings? settings = null)
    {
        var file = new MemoryStream();
        await DatevBookings.WriteAsync(documents, Range, settings ?? Issued.Datev, Now, file, Stop);
        return file.ToArray();
    }

    /// <summary>The bookings' cells, without the quotes around them.</summary>
    static string[][] Bookings(byte[] datev) => [.. Latin.GetString(datev).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(2).Select(line => line.Split(';').Select(cell => cell.Trim('"')).ToArray())];

    static async Task<string[]> Cells(IssuedDocument document) => Encoding.UTF8.GetString(await Csv(Issued.Stream(document))).Split("\r\n")[1].Split(';');

    [Fact]
    public async Task The_table_is_as_approved() => Approved.Is("Exports", "invoices.csv", await Csv(Of(await Issued.MonthsOfManyAsync()).ListAsync(Range, Stop)));

    [Fact]
    public async Task The_bookings_are_as_approved() => Approved.Is("Exports", "datev.csv", await Datev(Of(await Issued.MonthsOfManyAsync()).ListAsync(Range, Stop)));

    [Fact]
    public async Task Both_come_to_the_sums_of_the_documents()
    {
        var billing = await Issued.MonthsOfManyAsync();
        var documents = await Of(billing).ListAsync(Range, Stop).ToListAsync(Stop);
        var gross = documents.Sum(document => document.Invoice.Kind == DocumentKind.CreditNote ? -document.Invoice.Gross : document.Invoice.Gross);
        Assert.Equal(billing.Store.Ids.Sum(id => billing.Store.InvoicesOf(id).Count(invoice => invoice.Number is not null)), documents.Count);

        var table = Encoding.UTF8.GetString(await Csv(Of(billing).ListAsync(Range, Stop))).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1);
        var bookings = Bookings(await Datev(Of(billing).ListAsync(Range, Stop)));

        Assert.Equal(gross, table.Sum(row => Cents(row.Split(';')[^3])));
        Assert.Equal(gross, bookings.Sum(row => row[1] == "H" ? -Cents(row[0]) : Cents(row[0])));

        static Money Cents(string amount) => new(long.Parse(amount.Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("Müller & Söhne", "Müller & Söhne")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+49 GmbH", "'+49 GmbH")]
    [InlineData("-1 GmbH", "'-1 GmbH")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\tx", "'\tx")]
    [InlineData("＝1+1", "'＝1+1")] // full width, as some spreadsheets read it
    [InlineData("\r=x", "\"'\r=x\"")]
    [InlineData("a=b", "a=b")]
    [InlineData("A;B", "\"A;B\"")]
    [InlineData("=A;\"B\"", "\"'=A;\"\"B\"\"\"")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void A_cell_is_nothing_but_text(string? value, string cell) => Assert.Equal(cell, InvoiceCsv.Text(value));

    [Theory]
    [InlineData(0, "0,00")]
    [InlineData(-1, "-0,01")]
    [InlineData(123456, "1234,56")]
    [InlineData(-123456789, "-1234567,89")]
    public void An_amount_is_a_number_also_when_negative(long cents, string cell) => Assert.Equal(cell, InvoiceCsv.Amount(new(cents)));

    [Fact]
    public async Task The_table_begins_with_a_byte_order_mark_and_keeps_every_character()
    {
        var file = await Csv(Issued.Stream(Issued.Document(A.Company(name: "株式会社 Łódź 😀"), A.Line(10))));
        Assert.Equal(Encoding.UTF8.Preamble.ToArray(), file[..3]);
        Assert.Contains("株式会社 Łódź 😀", Encoding.UTF8.GetString(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_of_two_rates_is_two_rows()
    {
        var both = Issued.Document(A.Company(), A.Line(100, "2026-05-06", "2026-05-31"), A.Line(-40, "2026-05-01", "2026-06-05"));
        var invoice = both.Invoice with
        {
            Lines = [both.Invoice.Lines[0], both.Invoice.Lines[1] with { VatPercent = 7 }],
            Taxes = [new(TaxTreatment.S, 19, A.Euro(100), A.Euro(19)), new(TaxTreatment.S, 7, A.Euro(-40), A.Euro(-2.80m))],
        };
        both = both with { Invoice = invoice };

        var rows = Encoding.UTF8.GetString(await Csv(Issued.Stream(both))).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(row => row.Split(';')).ToList();
        Assert.Equal(["06.05.2026 31.05.2026 19 100,00 19,00 119,00", "01.05.2026 05.06.2026 7 -40,00 -2,80 -42,80"],
            rows.Select(row => string.Join(' ', row[4], row[5], row[12], row[13], row[14], row[15])));

        // DATEV's amounts have no sign: what is less than nothing is booked the other way round.
        Assert.Equal(["119,00 S 10000 8400", "42,80 H 10000 8300"], Bookings(await Datev(Issued.Stream(both))).Select(row => string.Join(' ', row[0], row[1], row[6], row[7])));
    }

    [Fact]
    public async Task Each_treatment_has_its_account_and_reverse_charge_names_the_vat_id()
    {
        IssuedDocument[] documents =
        [
            Issued.Document(A.Company(), A.Line(100)), Issued.Document(A.Company("GR", "EL123456789"), A.Line(100)), Issued.Document(A.Company("CH", "CHE123"), A.Line(100)),
        ];
        var rows = Bookings(await Datev(Issued.Stream(documents)));
        Assert.Equal(["119,00 8400 ", "100,00 8336 EL123456789", "100,00 8338 "], rows.Select(row => $"{row[0]} {row[7]} {row[39]}"));
        Assert.All(rows, row => Assert.Equal((125, "EUR", "", "0605", "RE-1778018402", "20052026"), (row.Length, row[2], row[8], row[9], row[10], row[116])));
        Assert.Equal(["S", "AE", "O"], await Task.WhenAll(documents.Select(async document => (await Cells(document))[11])));
    }

    [Fact]
    public async Task Datevs_head_has_31_fields_and_says_range_and_fiscal_year()
    {
        var lines = Latin.GetString(await Datev(Issued.Stream(), Issued.Datev with { FiscalYearBegins = new(2023, 7, 1), Chart = "04", AccountLength = 5 })).Split("\r\n");

        Assert.Equal(
            "\"EXTF\";700;21;\"Buchungsstapel\";13;20260701090809123;;\"RE\";\"\";\"\";29098;55003;20250701;5;20260501;20260630;\"CloudCRM Rechnungen\";\"\";1;0;0;\"EUR\";;\"\";;;\"04\";;;\"\";\"\"",
            lines[0]);
        Assert.Equal(31, lines[0].Split(';').Length);
        Assert.Equal(125, lines[1].Split(';').Length);
        Assert.Equal(("", 3), (lines[^1], lines.Length)); // ends with a line's end
    }

    [Theory]
    [InlineData("Müller Öl €", "Müller Öl €")]
    [InlineData("Łódź Őrség", "Lódz Orség")]
    [InlineData("株式会社 😀", "???? ??")]
    [InlineData("＂a＂", "\"\"a\"\"")]   // full-width quotes become quotes, and are doubled
    [InlineData("a\nb\tc", "a b c")]
    [InlineData("=1+1", "=1+1")]
    public async Task Datev_gets_characters_of_Windows_1252(string name, string text)
    {
        var line = Latin.GetString(await Datev(Issued.Stream(Issued.Document(A.Company(name: name), A.Line(10))))).Split("\r\n")[2];
        Assert.Contains($";\"RE-1778018402\";\"\";;\"{text}\";", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_is_no_longer_than_Datev_takes()
    {
        var row = Bookings(await Datev(Issued.Stream(Issued.Document(A.Company(name: new string('ä', 200)), A.Line(10))))).Single();
        Assert.Equal(new string('ä', 60), row[13]);
    }

    [Fact]
    public async Task A_rate_without_account_breaks_the_file_off()
    {
        var document = Issued.Document(A.Company(), A.Line(10));
        var invoice = document.Invoice with { Taxes = [document.Invoice.Taxes[0] with { RatePercent = 16 }], Lines = [document.Invoice.Lines[0] with { VatPercent = 16 }] };
        var missing = await Assert.ThrowsAsync<InvalidOperationException>(() => Datev(Issued.Stream(document with { Invoice = invoice })));
        Assert.Contains("Datev__RevenueAccount16", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-05-01", "2026-05-31", null)]
    [InlineData("2026-05-01", "2026-05-01", null)]
    [InlineData("2026-01-01", "2026-12-31", null)]
    [InlineData("2026-05-06", "2027-05-05", null)]
    [InlineData("2026-05-06", "2027-05-06", "to")]
    [InlineData("2028-02-29", "2029-02-27", null)]
    [InlineData("2028-02-29", "2029-02-28", "to")]
    [InlineData("9999-01-01", "9999-12-31", null)]
    [InlineData("2026-05-02", "2026-05-01", "to")]
    [InlineData("2027-01-01", "2026-12-31", "to")]
    [InlineData("2025-12-31", "2026-05-31", "from")]
    [InlineData("0001-01-01", "0001-12-31", "from")]
    [InlineData("2026-02-29", "2026-05-31", "from")]
    [InlineData("2026-05-01", "31.05.2026", "to")]
    [InlineData("2026-05-01T00:00:00Z", "2026-05-31", "from")]
    [InlineData(null, "2026-05-31", "from")]
    [InlineData("2026-05-01", null, "to")]
    [InlineData("", "", "from")]
    public void A_range_is_at_most_a_year_and_not_older_than_the_archive(string? from, string? to, string? wrong)
    {
        var read = ExportRange.Read(from, to, A.Day("2026-05-06"));
        if (wrong is null) Assert.Equal(new(A.Day(from!), A.Day(to!)), read.Value());
        else Assert.Equal(wrong, read.IsRefused(out var refusal, out _) ? Assert.Single(refusal.Errors!).Key : "nothing");
    }

    [Fact]
    public void An_archive_without_documents_has_no_beginning() => Assert.NotNull(ExportRange.Read("2020-01-01", "2020-01-31", null).Value());

    [Fact]
    public async Task A_range_has_the_documents_of_its_days_and_none_that_was_never_issued()
    {
        var billing = await Issued.MonthsOfManyAsync();
        billing.Index.Entries.Add(new(A.Day("2026-05-20"), "RE-1", AccountId.Parse("acme"), InvoiceId.Of(1)));
        billing.Index.Entries.Add(new(A.Day("2026-05-20"), "RE-2", AccountId.Parse("nobody"), InvoiceId.Of(1)));

        async Task<int> Count(string from, string to) => await Of(billing).ListAsync(new(A.Day(from), A.Day(to)), Stop).CountAsync(Stop);

        Assert.Equal(4, await Count("2026-05-06", "2026-05-06"));
        Assert.Equal(1, await Count("2026-05-07", "2026-06-05"));
        Assert.Equal(4, await Count("2026-06-06", "2026-06-06"));
        Assert.Equal(2, await Count("2026-06-07", "2026-06-30"));
        Assert.Equal(0, await Count("2026-06-09", "2026-07-30"));
    }

    [Fact]
    public async Task Ten_thousand_documents_are_written_while_they_are_read()
    {
        const int Accounts = 100, Each = 100;
        var billing = new BillingInMemory();
        for (var number = 0; number < Accounts; number++)
        {
            var account = Issued.Account($"many-{number}");
            var invoices = Enumerable.Range(1, Each).Select(place =>
                Issued.Invoice(account, place, place <= 50 ? "2026-05-06" : "2026-06-06", 1_778_000_000 + number * Each + place, A.Line(44.90m))).ToList();
            await billing.Store.CommitAsync(new(null, account, [.. invoices], [], [], null, null, null, Now), Stop);
            billing.Index.Entries.AddRange(invoices.Select(invoice => new IndexedDocument(invoice.Date, invoice.Number!, account.Id, invoice.Id)));
        }
        var read = 0;
        async IAsyncEnumerable<IssuedDocument> Counted()
        {
            await foreach (var document in Of(billing).ListAsync(Range, Stop))
            {
                read++;
                yield return document;
            }
        }
        var csv = new Watched(() => read);
        await InvoiceCsv.WriteAsync(Counted(), csv, Stop);
        Assert.Equal(Accounts * Each + 1, csv.Lines);
        Assert.InRange(csv.ReadAtFirstByte, 1, 200);

        read = 0;
        var datev = new Watched(() => read);
        await DatevBookings.WriteAsync(Counted(), Range, Issued.Datev, Now, datev, Stop);
        Assert.Equal(Accounts * Each + 2, datev.Lines);
        Assert.InRange(datev.ReadAtFirstByte, 0, 200);
    }

    [Fact]
    public async Task The_zip_holds_every_file_with_its_hash()
    {
        var billing = await Issued.MonthsOfManyAsync();
        var file = new AsyncOnly();

        await new DocumentsZip(Of(billing), billing.Documents).WriteAsync(Range, Now, file, Stop);

        using var zip = new ZipArchive(new MemoryStream(file.ToArray()), ZipArchiveMode.Read);
        var documents = await Of(billing).ListAsync(Range, Stop).ToListAsync(Stop);
        Assert.Equal([.. documents.Select(document => $"{document.Invoice.Date:yyyy-MM}/{document.Invoice.Number}.pdf"), "index.csv", "SHA256SUMS"], zip.Entries.Select(entry => entry.FullName));
        Assert.All(documents, document => Assert.Equal(
            billing.Archive.Files[DocumentFile.NameOf(document.Account, document.Invoice)], Read(zip, $"{document.Invoice.Date:yyyy-MM}/{document.Invoice.Number}.pdf")));
        Assert.Equal(
            documents.Select(document => $"{document.Invoice.Sha256}  {document.Invoice.Date:yyyy-MM}/{document.Invoice.Number}.pdf"),
            Encoding.UTF8.GetString(Read(zip, "SHA256SUMS")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(Encoding.UTF8.GetString(Read(zip, "SHA256SUMS")).Split('\n', StringSplitOptions.RemoveEmptyEntries), line =>
            Assert.Equal(line[..64], Convert.ToHexStringLower(SHA256.HashData(Read(zip, line[66..])))));
        var index = Encoding.UTF8.GetString(Read(zip, "index.csv"));
        Assert.Equal(documents.Count + 1, index.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("\"'=HYPERLINK(\"\"http://x\"\";\"\"y\"\") AG\"", index, StringComparison.Ordinal);
        Assert.Equal(new DateTime(2026, 5, 6), zip.Entries[0].LastWriteTime.DateTime);
    }

    [Fact]
    public async Task A_file_that_is_damaged_or_gone_is_not_in_the_zip_and_the_index_says_so()
    {
        var billing = await Issued.MonthsOfManyAsync();
        var (damaged, gone) = (billing.Archive.Files.Keys.First(), billing.Archive.Files.Keys.Last());
        billing.Archive.Files[damaged] = "%PDF of someone else"u8.ToArray();
        billing.Archive.Files.Remove(gone);
        billing.Render = _ => throw new NotSupportedException();
        var file = new AsyncOnly();

        await new DocumentsZip(Of(billing), billing.Documents).WriteAsync(Range, Now, file, Stop);

        using var zip = new ZipArchive(new MemoryStream(file.ToArray()), ZipArchiveMode.Read);
        var index = Encoding.UTF8.GetString(Read(zip, "index.csv")).Split("\r\n");
        Assert.All([damaged, gone], missing =>
        {
            var name = missing.Split('/')[^1];
            Assert.DoesNotContain(zip.Entries, entry => entry.Name == name);
            Assert.Contains("fehlt oder ist verändert", index.Single(line => line.StartsWith(name[..^4], StringComparison.Ordinal)), StringComparison.Ordinal);
        });
        Assert.Equal(2, billing.Outside.Findings.Values.Count(finding => finding.Code == "document_damaged"));
    }

    [Fact]
    public async Task A_zip_that_breaks_off_cannot_be_opened()
    {
        var billing = await Issued.MonthsOfManyAsync();
        billing.Archive.Files.Remove(billing.Archive.Files.Keys.Last()); // is archived again, and nobody is told
        billing.Archive.LosesAnswers = true;
        var file = new AsyncOnly();

        await Assert.ThrowsAsync<IOException>(() => new DocumentsZip(Of(billing), billing.Documents).WriteAsync(Range, Now, file, Stop));

        Assert.NotEqual(0, file.Length);
        Assert.Throws<InvalidDataException>(() => new ZipArchive(new MemoryStream(file.ToArray()), ZipArchiveMode.Read));
    }

    static byte[] Read(ZipArchive zip, string name)
    {
        using var content = zip.GetEntry(name)!.Open();
        var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>Counts lines, and knows how much had been read when the first byte came.</summary>
    sealed class Watched(Func<int> read) : MemoryStream
    {
        public int Lines { get; private set; }
        public int ReadAtFirstByte { get; private set; } = -1;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (ReadAtFirstByte < 0) ReadAtFirstByte = read();
            Lines += buffer.Span.Count((byte)'\n');
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Takes nothing synchronously and cannot go back, as a response.</summary>
    sealed class AsyncOnly : MemoryStream
    {
        public override bool CanSeek => false;
        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("a synchronous write");
        public override void Write(ReadOnlySpan<byte> buffer) => throw new InvalidOperationException("a synchronous write");
        public override void WriteByte(byte value) => throw new InvalidOperationException("a synchronous write");
        public override void Flush() => throw new InvalidOperationException("a synchronous flush");
        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            base.Write(buffer.ToArray(), 0, buffer.Length);
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }
}
