using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Billing.Documents;
using Billing.Values;

namespace Billing.Adapters.TableStorage;

/// <summary>The index of documents: partition = day of the document <c>yyyyMMdd</c>, row = its number in twelve digits, so that a range reads in order.</summary>
public sealed class TableDocumentIndex(Tables tables) : IDocumentIndex
{
    readonly TableClient _table = tables.Documents;
    readonly SharedBatches _writes = new(tables.Documents);

    public Task AddAsync(IndexedDocument document, CancellationToken cancellation)
    {
        var digits = document.Number[(document.Number.IndexOf('-', StringComparison.Ordinal) + 1)..];
        return _writes.SubmitAsync([new(TableTransactionActionType.UpsertReplace, new TableEntity(Day(document.Date), digits.PadLeft(12, '0'))
        {
            ["Number"] = document.Number,
            ["Account"] = document.Account.Value,
            ["Invoice"] = document.Invoice.ToString(),
        })], cancellation);
    }

    public async IAsyncEnumerable<IndexedDocument> ListAsync(DateOnly first, DateOnly last, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {Day(first)} and PartitionKey le {Day(last)}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellation))
            yield return new(DayOf(row), row.GetString("Number"), AccountId.Parse(row.GetString("Account")), InvoiceId.Parse(row.GetString("Invoice")));
    }

    public async Task<DateOnly?> FirstDayAsync(CancellationToken cancellation)
    {
        await foreach (var row in _table.QueryAsync<TableEntity>(maxPerPage: 1, select: ["PartitionKey"], cancellationToken: cancellation)) return DayOf(row);
        return null;
    }

    static string Day(DateOnly day) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
    static DateOnly DayOf(TableEntity row) => DateOnly.ParseExact(row.PartitionKey, "yyyyMMdd", CultureInfo.InvariantCulture);
}
