using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests;

public class InvoiceHistoryTests
{
    readonly BillingInMemory _billing = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Six documents: an invoice, the draft (opened second), and four invoices of plan changes.</summary>
    async Task<AccountId> WithADraftInTheMiddle()
    {
        var id = await _billing.Opened("smart");
        await _billing.Ordered(id, _billing.Booking());
        foreach (var plan in (string[])["pro", "business", "pro", "business"]) (await _billing.Ordered(id, _billing.PlanChange(plan))).Value();
        return id;
    }

    async Task<List<HistoryPageOfSummaries>> Pages(AccountId id, int limit)
    {
        var (pages, before) = (new List<HistoryPageOfSummaries>(), (int?)null);
        do
        {
            var page = await InvoiceHistory.ListAsync(_billing.Store, await _billing.State(id), _billing.Terms, before, limit, Stop);
            pages.Add(new([.. page.Rows.Select(row => row.Sequence)], page.Next));
            before = page.Next;
        }
        while (before is not null && pages.Count < 20);
        return pages;
    }

    sealed record HistoryPageOfSummaries(List<int> Places, int? Next);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task Every_document_comes_once_newest_first_whatever_the_pages(int limit)
    {
        var id = await WithADraftInTheMiddle();

        var pages = await Pages(id, limit);

        Assert.Equal([6, 5, 4, 3, 2, 1], pages.SelectMany(page => page.Places));
        Assert.All(pages, page => Assert.InRange(page.Places.Count, 1, limit));
        Assert.Equal((6 + limit - 1) / limit, pages.Count);
    }

    [Fact]
    public async Task The_draft_is_among_them_and_its_id_still_finds_it_when_it_is_issued()
    {
        var id = await WithADraftInTheMiddle();
        var account = await _billing.State(id);
        var draft = (await InvoiceHistory.FindAsync(_billing.Store, account, _billing.Terms, account.Draft!.Id, Stop))!;
        Assert.Equal((InvoiceStatus.Draft, null, "5,90"), (draft.Status, draft.Number, draft.Lines.Amounts()));

        _billing.Reached("2026-06-06");
        var closed = await _billing.State(id);
        var issued = (await InvoiceHistory.FindAsync(_billing.Store, closed, _billing.Terms, draft.Id, Stop))!;

        Assert.Equal((DocumentKind.Collective, InvoiceStatus.Open, 7), (issued.Kind, issued.Status, issued.Sequence));
        Assert.Null(await InvoiceHistory.FindAsync(_billing.Store, closed, _billing.Terms, InvoiceId.Of(7), Stop)); // its new place is nobody's id
        Assert.Equal([7, 6, 5, 4, 3, 1], (await Pages(id, 20)).Single().Places);
    }

    [Fact]
    public async Task A_voided_draft_stays_in_its_place()
    {
        var id = await WithADraftInTheMiddle();
        await _billing.Ordered(id, _billing.EndOf(BookingId.Of(1)));

        var page = await InvoiceHistory.ListAsync(_billing.Store, await _billing.State(id), _billing.Terms, null, 20, Stop);

        Assert.Equal((InvoiceStatus.Void, null, A.Euro(7.02m)), (page.Rows[4].Status, page.Rows[4].Number, page.Rows[4].Gross));
    }
}
