using System.Text;
using Billing.Accounts;
using Billing.Documents;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests;

/// <summary>Every issued document is archived, once, and never another than its row says.</summary>
public class ArchiveTests
{
    readonly BillingInMemory _billing = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>All that there is of a document: whatever changes on it changes its bytes.</summary>
    static byte[] Everything(Invoice document) => Encoding.UTF8.GetBytes(JsonText.Of(document));

    Invoice Last(AccountId id) => _billing.Store.InvoicesOf(id)[^1];

    byte[]? Archived(AccountId id, Invoice invoice) => _billing.Archive.Files.GetValueOrDefault(DocumentFile.NameOf(id, invoice));

    Task<Decision<byte[]>> Open(AccountId id, Invoice invoice) => _billing.Documents.PdfAsync(id, invoice, _billing.Now, Stop);

    Task<Decision<byte[]>> OpenXml(AccountId id, Invoice invoice) => _billing.Documents.XmlAsync(id, invoice, _billing.Now, Stop);

    IEnumerable<JournalEntry> ArchiveEntries(AccountId id) => _billing.Store.JournalOf(id).Where(entry => entry.Action == "document.archived");

    async Task TickLater()
    {
        _billing.Now += TimeSpan.FromMinutes(1);
        await _billing.Tick();
    }

    /// <summary>An account whose last invoice was committed, and whose process died before anything else.</summary>
    async Task<AccountId> DiedAfterCommit()
    {
        var id = await _billing.Opened();
        _billing.Store.FailAfter.Add(_billing.Store.Commits + 1);
        await Assert.ThrowsAsync<IOException>(() => _billing.Ordered(id, _billing.PlanChange("pro")));
        return id;
    }

    [Fact]
    public async Task What_is_issued_is_archived_with_its_hash_in_the_row_and_the_journal()
    {
        var id = await _billing.Opened();

        var invoice = Last(id);

        var pdf = Archived(id, invoice)!;
        Assert.Equal(DocumentFile.HashOf(pdf), invoice.Sha256);
        Assert.Equal($"{invoice.Number} archiviert, SHA-256 {invoice.Sha256}.", Assert.Single(ArchiveEntries(id)).Text);
        Assert.Empty(await _billing.Store.ListOutboxAsync(id, Stop));
        Assert.Equal(pdf, (await Open(id, invoice)).Value());
        Assert.Equal($"acme/2026/{invoice.Number}.pdf", Assert.Single(_billing.Archive.Files).Key);
    }

    [Fact]
    public async Task Invoices_collective_invoices_and_credit_notes_are_archived_and_drafts_are_not()
    {
        var id = await _billing.Opened();
        var booking = (await _billing.Ordered(id, _billing.Booking("users", 2))).Value();
        var draft = booking.Account.Draft!;
        Assert.Single(_billing.Archive.Files);
        Assert.Equal("%PDF of ", Encoding.UTF8.GetString((await Open(id, draft.AsDraft(booking.Account, _billing.Terms))).Value()));

        _billing.Now += TimeSpan.FromDays(13);
        (await _billing.Ordered(id, BillingInMemory.End)).Value();
        _billing.Reached("2026-06-06");
        await _billing.State(id); // the last collective invoice
        var collective = Last(id);
        Assert.Equal(DocumentKind.Collective, collective.Kind);
        (await _billing.Executed(id, (account, today) => Payments.OperatorCorrections.Void(account, _billing.Terms, collective, "falsch", today, _billing.Now, A.Operator))).Value();

        Assert.Equal(3, _billing.Archive.Files.Count);
        Assert.All(_billing.Store.InvoicesOf(id), invoice => Assert.Equal(DocumentFile.HashOf(Archived(id, invoice)!), invoice.Sha256));
        Assert.Equal(3, ArchiveEntries(id).Count());
    }

    [Fact]
    public async Task A_draft_that_was_voided_is_shown_and_not_archived()
    {
        var id = await _billing.Opened();
        var booking = (await _billing.Ordered(id, _billing.Booking())).Value().Account.Bookings[0];
        (await _billing.Ordered(id, _billing.EndOf(booking.Id))).Value();

        Assert.Equal((null, InvoiceStatus.Void), (Last(id).Number, Last(id).Status));
        (await Open(id, Last(id))).Value();
        Assert.Single(_billing.Archive.Files);
    }

    [Fact]
    public async Task A_dead_archive_neither_fails_the_order_nor_loses_the_document()
    {
        var id = await _billing.Opened();
        _billing.Archive.IsDown = true;

        (await _billing.Ordered(id, _billing.PlanChange("pro"))).Value();
        var invoice = Last(id);
        Assert.NotNull(invoice.Sha256);
        Assert.Equal([invoice.Id], (await _billing.Store.ListOutboxAsync(id, Stop)).Single().Documents);
        await Assert.ThrowsAsync<IOException>(() => Open(id, invoice));

        _billing.Archive.IsDown = false;
        await TickLater();
        Assert.Equal(invoice.Sha256, DocumentFile.HashOf(Archived(id, invoice)!));
        Assert.Empty(await _billing.Store.ListOutboxAsync(id, Stop));
        Assert.DoesNotContain(_billing.Due.Entries, entry => entry.Purpose == DuePurpose.Outbox);
    }

    [Fact]
    public async Task What_died_between_commit_and_upload_is_archived_a_minute_later_as_it_was_committed()
    {
        var id = await DiedAfterCommit();
        var invoice = Last(id);
        Assert.Null(Archived(id, invoice));

        await TickLater();

        Assert.Equal(invoice.Sha256, DocumentFile.HashOf(Archived(id, invoice)!));
        Assert.Equal(invoice.Sha256, Last(id).Sha256);
        Assert.Equal(2, ArchiveEntries(id).Count()); // as many as documents
        Assert.Empty(await _billing.Store.ListOutboxAsync(id, Stop));
    }

    [Fact]
    public async Task What_died_between_upload_and_answer_is_there_once()
    {
        var id = await _billing.Opened();
        _billing.Archive.LosesAnswers = true;
        (await _billing.Ordered(id, _billing.PlanChange("pro"))).Value();
        _billing.Archive.LosesAnswers = false;
        var pdf = Archived(id, Last(id));

        await TickLater();

        Assert.Same(pdf, Archived(id, Last(id)));
        Assert.Equal(2, ArchiveEntries(id).Count());
        Assert.Empty(await _billing.Store.ListOutboxAsync(id, Stop));
    }

    [Fact]
    public async Task What_other_software_renders_after_a_crash_takes_its_hash_into_the_row_and_tells_nobody()
    {
        var id = await DiedAfterCommit();
        var before = Last(id);
        _billing.Render = document => Encoding.UTF8.GetBytes($"%PDF 2.0 of {document.Number}");
        await TickLater();

        var now = Last(id);
        Assert.NotEqual(before.Sha256, now.Sha256);
        Assert.Equal(now.Sha256, DocumentFile.HashOf(Archived(id, now)!));
        Assert.Equal($"{now.Number} neu erzeugt und archiviert, SHA-256 {now.Sha256}.", ArchiveEntries(id).Last().Text);
        Assert.Equal(JsonText.Of(before with { Sha256 = null }), JsonText.Of(now with { Sha256 = null }));
        Assert.Single(_billing.Outside.Told.Values, told => told.Data.Number == now.Number);
        Assert.Empty(await _billing.Store.ListOutboxAsync(id, Stop));

        var commits = _billing.Store.Commits;
        await _billing.Accounts.ArchiveAsync(id, now.Id, _billing.Now, Stop);
        await TickLater();
        Assert.Equal(commits, _billing.Store.Commits);
    }

    [Fact]
    public async Task A_file_that_an_earlier_attempt_left_is_what_is_archived()
    {
        // It was uploaded by other software, which died before its hash was committed.
        var id = await DiedAfterCommit();
        var invoice = Last(id);
        _billing.Archive.Files[DocumentFile.NameOf(id, invoice)] = "%PDF of an earlier attempt"u8.ToArray();

        Assert.Equal("%PDF of an earlier attempt"u8.ToArray(), (await Open(id, invoice)).Value());

        Assert.Equal(DocumentFile.HashOf("%PDF of an earlier attempt"u8.ToArray()), Last(id).Sha256);
        await TickLater();
        Assert.Equal("%PDF of an earlier attempt"u8.ToArray(), Archived(id, invoice));
        Assert.Empty(_billing.Outside.Findings);
    }

    [Fact]
    public async Task What_is_asked_for_before_it_is_archived_is_archived_at_once()
    {
        var id = await DiedAfterCommit();
        var invoice = Last(id);

        var pdf = (await Open(id, invoice)).Value();

        Assert.Equal(pdf, Archived(id, invoice));
        Assert.Equal(invoice.Sha256, DocumentFile.HashOf(pdf));
    }

    [Fact]
    public async Task A_file_that_was_changed_is_not_given_out_and_the_operator_is_told_once()
    {
        var id = await _billing.Opened();
        var invoice = Last(id);
        _billing.Archive.Files[DocumentFile.NameOf(id, invoice)] = "%PDF over 1 cent"u8.ToArray();

        Assert.Equal("document_damaged", (await Open(id, invoice)).Refusal());
        Assert.Equal("document_damaged", (await OpenXml(id, invoice)).Refusal());

        var finding = Assert.Single(_billing.Outside.Findings.Values);
        Assert.Equal(("document_damaged", "acme-inv-1-damaged"), (finding.Code, finding.Id));
        Assert.Equal("%PDF over 1 cent"u8.ToArray(), Archived(id, invoice));
        Assert.Equal(invoice.Sha256, Last(id).Sha256);
    }

    [Fact]
    public async Task A_file_that_is_gone_comes_back_if_it_is_the_same_to_the_bit_and_never_otherwise()
    {
        var id = await _billing.Opened();
        var invoice = Last(id);
        _billing.Archive.Files.Clear();
        Assert.Equal(invoice.Sha256, DocumentFile.HashOf((await Open(id, invoice)).Value()));
        Assert.NotNull(Archived(id, invoice));

        _billing.Archive.Files.Clear();
        _billing.Render = document => Encoding.UTF8.GetBytes($"%PDF 2.0 of {document.Number}");
        Assert.Equal("document_damaged", (await Open(id, invoice)).Refusal());
        Assert.Empty(_billing.Archive.Files);
        Assert.Contains("fehlt im Archiv", Assert.Single(_billing.Outside.Findings.Values).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_address_of_the_seller_changes_no_archived_file()
    {
        _billing.Render = Everything;
        var id = await _billing.Opened();
        var invoice = Last(id);
        var pdf = Archived(id, invoice);
        var moved = new BillingInMemory(A.Terms with { Seller = A.Seller with { Address = A.Seller.Address with { City = "Bonn" } } });

        // The same stores under other terms: what a restart with other settings is.
        var accounts = new Billing.Accounts.Accounts(
            _billing.Store, _billing.Due, _billing.Numbers, new(_billing.Store, _billing.Due, _billing.Outside, _billing.Outside, _billing.Outside),
            new(_billing.Archive, _billing.Index, _billing.Outside, Everything, Microsoft.Extensions.Logging.Abstractions.NullLogger<ArchiveDocuments>.Instance),
            new(new byte[32]), moved.Terms, crmListens: true, Microsoft.Extensions.Logging.Abstractions.NullLogger<Billing.Accounts.Accounts>.Instance);
        await accounts.ArchiveAsync(id, invoice.Id, _billing.Now, Stop);
        await accounts.CurrentAsync(id, A.Instant("2026-06-06T10:00:00Z"), Stop);

        Assert.Equal("Bonn", Last(id).Seller.Address.City);
        Assert.Same(pdf, Archived(id, invoice));
        Assert.Equal(pdf, (await Open(id, _billing.Store.InvoicesOf(id)[0])).Value());
    }

    [Fact]
    public async Task The_e_invoice_is_what_the_archived_file_holds_whatever_would_be_written_by_now()
    {
        _billing.Render = document => InvoiceDocument.Render(document with { Buyer = document.Buyer with { CompanyName = "Other words" } }, Samples.Letterhead);
        var id = await _billing.Opened();
        _billing.Render = document => InvoiceDocument.Render(document, Samples.Letterhead);

        var xml = (await OpenXml(id, Last(id))).Value();

        using var archived = new ReadDocument(Archived(id, Last(id))!);
        Assert.Equal(Assert.Single(archived.Attachments).Bytes, xml);
        Assert.Contains("Other words", Encoding.UTF8.GetString(xml), StringComparison.Ordinal);

        var booked = (await _billing.Ordered(id, _billing.Booking())).Value().Account;
        Assert.Equal("document_not_issued", (await OpenXml(id, booked.Draft!.AsDraft(booked, _billing.Terms))).Refusal());
    }

    [Fact]
    public async Task What_happens_to_a_document_later_is_not_on_it()
    {
        _billing.Render = Everything;
        var id = await DiedAfterCommit();
        var invoice = Last(id);
        await _billing.PaidEverything(id);
        (await _billing.Executed(id, (account, today) => Payments.OperatorCorrections.Void(account, _billing.Terms, Last(id), "falsch", today, _billing.Now, A.Operator))).Value();

        await TickLater();

        Assert.Equal(invoice.Sha256, DocumentFile.HashOf(Archived(id, invoice)!));
        Assert.All(_billing.Store.InvoicesOf(id), document => Assert.Equal(document.Sha256, DocumentFile.HashOf(Everything(document.AsIssued))));
    }

    [Fact]
    public async Task A_document_that_cannot_be_rendered_is_issued_all_the_same()
    {
        var id = await _billing.Opened();
        var render = _billing.Render;
        _billing.Render = _ => throw new NotSupportedException("no glyph");

        (await _billing.Ordered(id, _billing.PlanChange("pro"))).Value();
        Assert.Null(Last(id).Sha256);
        await TickLater();
        Assert.Equal(("document_not_rendered", "acme-inv-2-unrendered"), _billing.Outside.Findings.Values.Select(finding => (finding.Code, finding.Id)).Single());
        Assert.Empty(await _billing.Store.ListOutboxAsync(id, Stop));
        Assert.Equal("internal_error", (await Open(id, Last(id))).Refusal());

        _billing.Render = render;
        var pdf = (await Open(id, Last(id))).Value();
        Assert.Equal(Last(id).Sha256, DocumentFile.HashOf(pdf));
        Assert.Equal(pdf, Archived(id, Last(id)));
    }

    [Fact]
    public async Task However_many_find_a_close_due_one_document_is_archived()
    {
        var id = await _billing.Opened();
        _billing.Reached("2026-06-06");
        var rendered = 0;
        _billing.Render = document => Encoding.UTF8.GetBytes($"{Interlocked.Increment(ref rendered)} {document.Number}");
        var instances = new[] { _billing.Instance(), _billing.Instance() };

        await Task.WhenAll(Enumerable.Range(0, 20).Select(place => instances[place % 2].CurrentAsync(id, _billing.Now, Stop)));

        Assert.Equal(2, _billing.Archive.Files.Count);
        Assert.InRange(rendered, 1, 20); // at most once an attempt to commit
        Assert.Equal(Last(id).Sha256, DocumentFile.HashOf(Archived(id, Last(id))!));
    }

    [Fact]
    public async Task The_index_knows_a_document_before_it_is_issued()
    {
        var id = await _billing.Opened();
        _billing.Store.FailBefore.Add(_billing.Store.Commits + 1);
        await Assert.ThrowsAsync<IOException>(() => _billing.Ordered(id, _billing.PlanChange("pro")));
        Assert.Equal(["inv-1", "inv-2"], _billing.Index.Entries.Select(entry => entry.Invoice.ToString()));
        Assert.Single(_billing.Store.InvoicesOf(id));

        (await _billing.Ordered(id, _billing.PlanChange("pro"))).Value();
        Assert.Contains(_billing.Index.Entries, entry => entry.Number == Last(id).Number && entry.Date == Last(id).Date);
        Assert.Equal(3, _billing.Index.Entries.Count); // one of a commit that never happened
    }

    [Fact]
    public void It_is_kept_eight_years_from_the_end_of_the_year() => Assert.Equal(
        [A.Day("2034-12-31"), A.Day("2034-12-31"), A.Day("2036-12-31")],
        new[] { "2026-01-01", "2026-12-31", "2028-02-29" }.Select(day => new DocumentFile(AccountId.Parse("acme"), "RE-1", DocumentKind.Invoice, A.Day(day), []).RetainedUntil));
}
