using System.Globalization;
using Billing.Exports;
using Billing.Functions.Http;
using Billing.Values;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Billing.Functions;

/// <summary>What the tax adviser gets: the documents of a range as a table, as bookings, and as files.</summary>
/// <param name="datev">What is missing of its settings is told to who asks for bookings; the rest works without.</param>
public sealed class ExportFunctions(Api api, IssuedDocuments issued, DocumentsZip zip, DatevExport datev)
{
    [Function("ExportInvoices")]
    public Task<IResult> InvoicesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "operator/exports/invoices")] HttpRequest request, CancellationToken cancellation) =>
        OfRangeAsync(request, (range, now) => Query(request, "format") switch
        {
            "csv" => Answers.Decided(new ExportAnswer(
                "text/csv; charset=utf-8", $"Rechnungen_{Name(range)}.csv", (to, stop) => InvoiceCsv.WriteAsync(issued.ListAsync(range, stop), to, stop))),
            "datev" => Datev(range, now),
            _ => Refusal.Invalid("format", "csv oder datev"),
        }, cancellation);

    [Function("ExportDocuments")]
    public Task<IResult> DocumentsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "operator/exports/documents")] HttpRequest request, CancellationToken cancellation) =>
        OfRangeAsync(request, (range, now) => Answers.Decided(new ExportAnswer(
            "application/zip", $"Belege_{Name(range)}.zip", (to, stop) => zip.WriteAsync(range, now, to, stop))), cancellation);

    Decision<IResult> Datev(ExportRange range, DateTimeOffset now)
    {
        if (datev.Settings is not { } settings) return Refusal.Invalid("format", "DATEV ist nicht eingerichtet: Datev__Consultant und Datev__Client fehlen");
        var year = settings.FiscalYearOf(range.From);
        if (settings.FiscalYearOf(range.To) != year)
            return Refusal.Invalid("to", $"ein Buchungsstapel endet mit dem Wirtschaftsjahr, hier am {year.AddYears(1).AddDays(-1):dd.MM.yyyy}");
        return Answers.Decided(new ExportAnswer(
            "text/csv; charset=windows-1252", $"EXTF_Buchungsstapel_{Name(range)}.csv",
            (to, stop) => DatevBookings.WriteAsync(issued.ListAsync(range, stop), range, settings, now, to, stop)));
    }

    Task<IResult> OfRangeAsync(HttpRequest request, Func<ExportRange, DateTimeOffset, Decision<IResult>> answer, CancellationToken cancellation) =>
        api.CallAsync(request, Allow.Operator, async (_, now) =>
            ExportRange.Read(Query(request, "from"), Query(request, "to"), await issued.FirstDayAsync(cancellation)).Then(range => answer(range, now)), cancellation);

    /// <summary>Null where it is missing, or given more than once.</summary>
    static string? Query(HttpRequest request, string name) => request.Query[name] is [var value] ? value : null;

    static string Name(ExportRange range) => string.Create(CultureInfo.InvariantCulture, $"{range.From:yyyyMMdd}_{range.To:yyyyMMdd}");
}

/// <param name="Settings">Null where the adviser's numbers are not set.</param>
public sealed record DatevExport(DatevSettings? Settings);
