using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Billing.Tests.Api;

/// <summary>Documents as files, and the exports, as their callers get them.</summary>
[Collection(OnOneService.Name)]
public class DocumentTests(StandingService standing)
{
    Service Service => standing.Service;

    BlobClient Blob(Customer customer, JsonElement document) =>
        new BlobServiceClient(Service.Place.Storage).GetBlobContainerClient("documents").GetBlobClient($"{customer.Id}/{document.Text("date")[..4]}/{document.Text("number")}.pdf");

    async Task<Answer> OperatorAsync(string path) => await Service.SendAsync(HttpMethod.Get, $"api/operator/{path}", token: await Service.TokenAsync("operator"));

    [Fact]
    public async Task An_issued_document_is_shown_as_it_is_archived()
    {
        var acme = await Service.OpenAsync("smart");
        var document = await acme.LastDocumentAsync();
        var number = document.Text("number");

        var pdf = await acme.GetAsync("/invoices/inv-1/pdf");

        Assert.Equal((200, "application/pdf"), (pdf.Status, pdf.MediaType));
        Assert.Equal((await Blob(acme, document).DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content.ToArray(), pdf.Bytes);
        Assert.StartsWith("%PDF-", Encoding.ASCII.GetString(pdf.Bytes), StringComparison.Ordinal);
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(pdf.Bytes))}\"", pdf.Headers.ETag!.Tag);
        Assert.Equal((true, true, "nosniff"), (pdf.Headers.CacheControl!.Private, pdf.Headers.CacheControl.NoCache, pdf.Headers.GetValues("X-Content-Type-Options").Single()));
        Assert.Equal($"inline; filename=CloudCRM-{number}.pdf", pdf.Content.ContentDisposition!.ToString());
        Assert.Equal($"attachment; filename=CloudCRM-{number}.pdf", (await acme.GetAsync("/invoices/inv-1/pdf?download=1")).Content.ContentDisposition!.ToString());
        Assert.Equal(pdf.Bytes, (await acme.GetAsync("/invoices/inv-1/pdf?download=1")).Bytes);

        using var read = new ReadDocument(pdf.Bytes);
        var (name, attached) = Assert.Single(read.Attachments);
        Assert.Equal("factur-x.xml", name);
        Assert.Equal((await acme.GetAsync("/invoices/inv-1/xml")).Bytes, attached);
        Assert.Contains(number, read.Text, StringComparison.Ordinal);

        var entry = (await acme.GetAsync("/journal")).Ok().Items("entries").First(entry => entry.Text("action") == "document.archived");
        Assert.Contains(pdf.Headers.ETag.Tag.Trim('"'), entry.Text("text"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pdf")]
    [InlineData("xml")]
    public async Task Who_has_it_is_told_so_once_let_in(string kind)
    {
        var acme = await Service.OpenAsync("smart");
        var path = $"/invoices/inv-1/{kind}";
        var tag = (await acme.GetAsync(path)).Headers.ETag!.Tag;

        foreach (var known in new[] { tag, $"W/{tag}", $"\"other\", {tag}", "*" })
        {
            var unchanged = await acme.GetAsync(path, known);
            Assert.Equal((304, 0, tag), (unchanged.Status, unchanged.Bytes.Length, unchanged.Headers.ETag!.Tag));
        }
        Assert.Equal(200, (await acme.GetAsync(path, "\"other\"")).Status);

        var foreign = await Service.OpenAsync("smart");
        async Task<Answer> AskAsync(string? token) => await Service.SendAsync(HttpMethod.Get, acme.Path + path, token: token, ifNoneMatch: tag);
        (await AskAsync(null)).Refused(401, "unauthenticated");
        (await AskAsync(await Service.TokenAsync("owner", foreign.Id))).Refused(404, "account_not_found");
        (await AskAsync(await Service.TokenAsync("member", acme.Id))).Refused(403, "forbidden");
        Assert.Equal(304, (await AskAsync(await Service.TokenAsync("operator"))).Status);
        Assert.Equal(304, (await AskAsync(await Service.TokenAsync("service"))).Status);
    }

    [Fact]
    public async Task An_id_names_a_document_of_ones_own_account_only()
    {
        var (acme, other) = (await Service.OpenAsync("smart"), await Service.OpenAsync("business"));
        Assert.NotEqual((await acme.GetAsync("/invoices/inv-1/pdf")).Bytes, (await other.GetAsync("/invoices/inv-1/pdf")).Bytes);
        Assert.NotEqual((await acme.GetAsync("/invoices/inv-1/xml")).Bytes, (await other.GetAsync("/invoices/inv-1/xml")).Bytes);
    }

    [Fact]
    public async Task A_draft_is_made_when_it_is_asked_for_and_has_no_e_invoice()
    {
        var acme = await Service.OpenAsync("smart");
        var booked = await acme.BooksAsync("users", 5);

        var draft = await acme.GetAsync("/invoices/inv-2/pdf?download=1", "*");

        Assert.Equal((200, "application/pdf", null, true), (draft.Status, draft.MediaType, draft.Headers.ETag, draft.Headers.CacheControl!.NoStore));
        Assert.Equal("attachment; filename=CloudCRM-ENTWURF.pdf", draft.Content.ContentDisposition!.ToString());
        (await acme.GetAsync("/invoices/inv-2/xml")).Refused(409, "document_not_issued");

        await acme.EndsAsync(booked); // the last line gone voids it
        Assert.Equal((200, true), (await acme.GetAsync("/invoices/inv-2/pdf") is var voided ? voided.Status : 0, voided.Headers.CacheControl!.NoStore));
        (await acme.GetAsync("/invoices/inv-2/xml")).Refused(409, "document_not_issued");
    }

    [Fact]
    public async Task The_e_invoice_of_an_issued_document_is_a_file_as_well()
    {
        var acme = await Service.OpenAsync("smart");
        var number = (await acme.LastDocumentAsync()).Text("number");
        var xml = await acme.GetAsync("/invoices/inv-1/xml?download=1");
        Assert.Equal((200, "application/xml", $"attachment; filename=CloudCRM-{number}.xml"), (xml.Status, xml.MediaType, xml.Content.ContentDisposition!.ToString()));
        Assert.Contains(number, Encoding.UTF8.GetString(xml.Bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inv-9")]
    [InlineData("inv-01")]
    [InlineData("upcoming")]
    [InlineData("RE-1")]
    public async Task A_document_that_is_not_there_has_no_file(string id)
    {
        var acme = await Service.OpenAsync("smart");
        (await acme.GetAsync($"/invoices/{id}/pdf")).Refused(404, "invoice_not_found");
        (await acme.GetAsync($"/invoices/{id}/xml")).Refused(404, "invoice_not_found");
    }

    [Fact]
    public async Task A_file_that_was_changed_is_not_given_out_and_is_a_finding()
    {
        var acme = await Service.OpenAsync("smart");
        await Blob(acme, await acme.LastDocumentAsync()).UploadAsync(BinaryData.FromString("%PDF over 1 cent"), overwrite: true, TestContext.Current.CancellationToken);

        (await acme.GetAsync("/invoices/inv-1/pdf")).Refused(500, "document_damaged");
        (await acme.GetAsync("/invoices/inv-1/pdf")).Refused(500, "document_damaged");

        var finding = Assert.Single((await OperatorAsync("findings")).Ok().Items("findings"), finding => finding.Text("account") == acme.Id);
        Assert.Equal("document_damaged", finding.Text("code"));
        (await acme.GetAsync("/invoices/inv-1/xml")).Refused(500, "document_damaged");
        (await acme.GetAsync("/invoices/inv-1/pdf", "*")).Refused(500, "document_damaged");
        (await Service.SendAsync(HttpMethod.Post, $"api/operator/findings/{finding.Text("id")}/resolve", new { reason = "wiederhergestellt" }, await Service.TokenAsync("operator"))).Ok();
    }

    [Fact]
    public async Task A_file_that_is_gone_is_archived_again_when_it_is_asked_for()
    {
        var acme = await Service.OpenAsync("smart");
        var blob = Blob(acme, await acme.LastDocumentAsync());
        var before = await acme.GetAsync("/invoices/inv-1/pdf");
        await blob.DeleteAsync(DeleteSnapshotsOption.None, null, TestContext.Current.CancellationToken);

        Assert.Equal(before.Bytes, (await acme.GetAsync("/invoices/inv-1/pdf")).Bytes);
        Assert.True((await blob.ExistsAsync(TestContext.Current.CancellationToken)).Value);
    }

    [Fact]
    public async Task The_exports_have_the_documents_of_their_days()
    {
        var acme = await Service.OpenAsync("smart", new { companyName = "=cmd|' /C calc'!A0 Łódź" });
        var document = await acme.LastDocumentAsync();
        var (number, day) = (document.Text("number"), A.Day(document.Text("date")));
        var (days, range) = ($"from={day:yyyy-MM-dd}&to={day:yyyy-MM-dd}", $"{day:yyyyMMdd}_{day:yyyyMMdd}");

        var csv = await OperatorAsync($"exports/invoices?{days}&format=csv");
        Assert.Equal((200, "text/csv", "utf-8"), (csv.Status, csv.MediaType, csv.Content.ContentType!.CharSet));
        Assert.Equal($"attachment; filename=Rechnungen_{range}.csv", csv.Content.ContentDisposition!.ToString());
        var row = Encoding.UTF8.GetString(csv.Bytes).Split("\r\n").Single(row => row.StartsWith(number, StringComparison.Ordinal));
        Assert.Contains($";{acme.Id};'=cmd|' /C calc'!A0 Łódź;DE;", row, StringComparison.Ordinal);
        Assert.Contains(";S;19;19,90;3,78;23,68;EUR;", row, StringComparison.Ordinal);

        var datev = await OperatorAsync($"exports/invoices?{days}&format=datev");
        Assert.Equal((200, "text/csv", "windows-1252"), (datev.Status, datev.MediaType, datev.Content.ContentType!.CharSet));
        Assert.Equal($"attachment; filename=EXTF_Buchungsstapel_{range}.csv", datev.Content.ContentDisposition!.ToString());
        Assert.StartsWith("\"EXTF\";700;21;\"Buchungsstapel\";13;", Encoding.Latin1.GetString(datev.Bytes), StringComparison.Ordinal);
        Assert.Contains($"23,68;\"S\";\"EUR\";;;\"\";10000;8400;\"\";{day:ddMM};\"{number}\"", Encoding.Latin1.GetString(datev.Bytes), StringComparison.Ordinal);

        var zip = await OperatorAsync($"exports/documents?{days}");
        Assert.Equal((200, "application/zip", $"attachment; filename=Belege_{range}.zip"), (zip.Status, zip.MediaType, zip.Content.ContentDisposition!.ToString()));
        using var archive = new ZipArchive(new MemoryStream(zip.Bytes));
        using var file = archive.GetEntry($"{day:yyyy-MM}/{number}.pdf")!.Open();
        var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        Assert.Equal((await acme.GetAsync("/invoices/inv-1/pdf")).Bytes, bytes.ToArray());
        Assert.Equal(["index.csv", "SHA256SUMS"], archive.Entries.TakeLast(2).Select(entry => entry.FullName));

        Assert.Equal(1, Encoding.UTF8.GetString((await OperatorAsync("exports/invoices?from=2026-01-01&to=2026-01-31&format=csv")).Bytes).Count(letter => letter == '\n'));
    }

    [Theory]
    [InlineData("invoices?from=2026-05-31&to=2026-05-01&format=csv", "to")]
    [InlineData("invoices?from=2027-05-01&to=2026-05-01&format=csv", "to")]
    [InlineData("invoices?from=2026-05-01&to=2027-05-01&format=csv", "to")]
    [InlineData("invoices?from=2025-06-01&to=2026-05-31&format=csv", "from")]
    [InlineData("invoices?from=2026-02-30&to=2026-05-31&format=csv", "from")]
    [InlineData("invoices?to=2026-05-31&format=csv", "from")]
    [InlineData("invoices?from=2026-05-01&format=csv", "to")]
    [InlineData("invoices?from=2026-05-01&from=2026-05-02&to=2026-05-31&format=csv", "from")]
    [InlineData("invoices?from=2026-05-01&to=2026-05-31", "format")]
    [InlineData("invoices?from=2026-05-01&to=2026-05-31&format=xlsx", "format")]
    [InlineData("invoices?from=2026-05-06&to=2027-01-01&format=datev", "to")]
    [InlineData("documents?from=2026-05-31&to=2026-05-01", "to")]
    [InlineData("documents?from=2019-01-01&to=2019-12-31", "from")]
    [InlineData("documents?from=%3Cscript%3E&to=2026-05-31", "from")]
    public async Task An_export_of_no_days_is_refused(string query, string field)
    {
        await Service.OpenAsync("smart");
        var problem = (await OperatorAsync($"exports/{query}")).Refused(400, "validation_failed");
        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }
}

/// <summary>What is archived stays, whatever changes about the service.</summary>
public class ArchivedTests
{
    [Fact]
    public async Task A_document_survives_a_restart_with_another_address_of_the_seller()
    {
        var place = Place.New("2026-05-06T08:00:00Z");
        await using var world = await Running.WorldAsync(place);
        Answer pdf, xml;
        Customer acme;
        await using (var before = await Service.StartAsync(place))
        {
            acme = await before.OpenAsync("smart");
            (pdf, xml) = (await acme.GetAsync("/invoices/inv-1/pdf"), await acme.GetAsync("/invoices/inv-1/xml"));
            await before.KillAsync();
        }

        await using var after = await Service.StartAsync(place, ("Seller__Line1", "Neue Straße 2"), ("Seller__City", "Bonn"), ("Seller__CreditorId", "DE98ZZZ09999999999"), ("Seller__Logo", "M0 0 L10 0 L5 10 Z"));
        acme = acme.On(after);
        var now = await acme.GetAsync("/invoices/inv-1/pdf");
        Assert.Equal((200, pdf.Headers.ETag), (now.Status, now.Headers.ETag));
        Assert.Equal(pdf.Bytes, now.Bytes);
        Assert.Equal(xml.Bytes, (await acme.GetAsync("/invoices/inv-1/xml")).Bytes);
        Assert.Equal("Berlin", (await acme.InvoiceAsync("inv-1")).GetProperty("seller").GetProperty("address").Text("city"));

        var next = await acme.ChangesAsync("pro");
        Assert.Equal("Bonn", next.GetProperty("seller").GetProperty("address").Text("city"));
        Assert.Equal(200, (await acme.GetAsync($"/invoices/{next.Text("id")}/pdf")).Status);
    }
}
