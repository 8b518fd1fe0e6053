using Billing.Invoices;
using Billing.Telemetry;
using Billing.Values;

namespace Billing.Accounts;

/// <summary>Counts what a commit did, from the states before and after it and what was written with it.</summary>
static class MeasureCommit
{
    /// <param name="before">Null where the account is new.</param>
    public static void Record(Account? before, Account after, AccountChange change, DateTimeOffset at)
    {
        if (before is not null && (after.PeriodIndex > before.PeriodIndex || (after.HasEnded && !before.HasEnded))) BillingMeter.Closes.Add(1);
        if (before?.Due is { } due && due.Moment <= at && after.Due?.Moment != due.Moment) BillingMeter.DueLag.Record((at - due.Moment).TotalSeconds);

        foreach (var issued in Issued(before, change))
        {
            BillingMeter.Documents.Count("kind", issued.Kind.Code());
            (issued.Kind == DocumentKind.CreditNote ? BillingMeter.Credited : BillingMeter.Issued).Add(issued.Gross.Cents);
        }

        foreach (var line in change.Journal)
        {
            if (line.Action is "payment.succeeded" or "payment.failed" or "payment.action_required" or "payment.returned" or "payment.recorded")
                BillingMeter.Charges.Count("outcome", line.Action["payment.".Length..]);
            if (line.Action.StartsWith("refund.", StringComparison.Ordinal)) BillingMeter.Refunds.Count("outcome", line.Action["refund.".Length..]);
            var money = line.Action switch
            {
                "payment.succeeded" or "payment.recorded" => BillingMeter.Paid,
                "payment.returned" => BillingMeter.Returned,
                "refund.succeeded" or "refund.recorded" => BillingMeter.Refunded,
                _ => null,
            };
            money?.Add(line.Amount.Cents);
        }

        foreach (var open in after.Receivables)
        {
            var slotBefore = before?.FindReceivable(open.Invoice)?.Slot;
            if (open.IsProcessing && slotBefore is not { IsProcessing: true }) BillingMeter.Charges.Count("outcome", "processing");
            if (open.Slot is { IsSession: false } slot && slot.Id != slotBefore?.Id && open.Failures > 0) BillingMeter.Retries.Count("reason", "declined");
        }
        var owedMore = Due(after) - Due(before);
        if (owedMore != Money.Zero) BillingMeter.Open.Add(owedMore.Cents);
    }

    /// <summary>The documents that the commit issued: they took new places in the history, and a number.</summary>
    public static IEnumerable<Invoice> Issued(Account? before, AccountChange change) =>
        change.Invoices.Where(invoice => invoice.Number is not null && invoice.Sequence >= (before?.NextInvoice ?? 1));

    static Money Due(Account? account) => account?.AmountDue ?? Money.Zero;
}
