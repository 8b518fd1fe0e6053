using System.Collections.Immutable;
using System.Diagnostics;
using Billing.Access;
using Billing.Accounts;
using Billing.Catalogs;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Plans;

/// <summary>
/// Changes the plan at once; the cycle does not move. An upgrade credits the unused days of the old plan and bills those of the new one;
/// a downgrade costs a fee and gives nothing back.
/// </summary>
public static class ChangePlan
{
    /// <param name="Price">Monthly net price of the new plan from now on.</param>
    /// <param name="Billing">A separate invoice, or the draft where the amount is too small to be collected.</param>
    public sealed record PlanChanged(OrderKind Kind, Plan From, Plan To, Money Price, ImmutableArray<InvoiceLine> Lines, OrderBilling Billing);

    public static Decision<PlanChanged> Decide(Account account, Terms terms, string? planId, DateOnly today)
    {
        if (terms.Catalog.FindPlan(planId, today) is not { } plan) return Refusals.PlanUnknown;
        if (account.HasEnded) return Refusals.SubscriptionEnded;
        if (plan.Id == account.Plan) return Refusals.PlanAlreadyActive;
        if (account.Access.State == AccessState.Suspended) return Refusals.AccessSuspended;

        Debug.Assert(account.Period.Contains(today), "the account has not been advanced: never prorate over a past period");
        var current = terms.Catalog.Plan(account.Plan);
        var price = plan.MonthlyNet(today);
        if (!terms.Catalog.IsUpgrade(current, plan))
        {
            if (account.EndsOn is not null) return Refusals.CancellationPending;
            var fee = InvoiceLine.ForDowngradeFee(terms.Catalog.DowngradeFeeNet(today), today, account.Language);
            return new PlanChanged(OrderKind.Downgrade, current, plan, price, [fee], OrderBilling.InvoiceNow);
        }

        var (rest, days) = (account.Period.From(today), account.Period.Days);
        var bought = InvoiceLine.ForPlan(plan, price, rest, days);
        // Nothing is left of a plan whose invoice was taken back.
        var unused = Money.Min(account.PlanPrice, account.PlanBilled);
        ImmutableArray<InvoiceLine> lines = unused <= Money.Zero ? [bought] : [InvoiceLine.ForUnusedPlan(current, unused, rest, days, account.Language), bought];
        var gross = NewDocument.Totals(account, terms, lines).Sum(tax => tax.Net + tax.Vat);
        return new PlanChanged(OrderKind.Upgrade, current, plan, price, lines, gross < Terms.LeastCollected ? OrderBilling.CollectiveInvoice : OrderBilling.InvoiceNow);
    }

    public static (AccountChange Change, InvoiceId Billed) Apply(Account account, Terms terms, PlanChanged changed, DateOnly today, long number)
    {
        var onNewPlan = account with { Plan = changed.To.Id, PlanPrice = changed.Price, PlanBilled = account.PlanBilled + Billed(account, changed.Lines) };
        AccountChange change;
        InvoiceId billed;
        if (changed.Billing == OrderBilling.CollectiveInvoice)
        {
            change = new(CollectiveInvoice.Collect(onNewPlan, today, changed.Lines));
            billed = change.Account.Draft!.Id;
        }
        else
        {
            var (invoiced, invoice) = NewDocument.Issue(onNewPlan, terms, DocumentKind.Invoice, changed.Lines, today, number);
            change = new AccountChange(invoiced).Issued(invoice);
            billed = invoice.Id;
        }
        return (change.Notify(new("plan.changed") { Plan = changed.To.Id, PreviousPlan = changed.From.Id }), billed);
    }

    /// <summary>
    /// The account after plan lines of an issued document were taken back: an upgrade later in the same period credits what is still billed
    /// for it, never what was given back already.
    /// </summary>
    public static Account TakeBack(Account account, IEnumerable<InvoiceLine> lines) => account with { PlanBilled = account.PlanBilled - Billed(account, lines) };

    /// <summary>The order as it is shown and confirmed.</summary>
    public static Order Order(Account account, Terms terms, PlanChanged changed, DateOnly today)
    {
        var totals = NewDocument.Totals(account, terms, changed.Lines);
        var (net, vat) = (totals.Sum(tax => tax.Net), totals.Sum(tax => tax.Vat));
        var fee = changed.Kind == OrderKind.Downgrade ? net : (Money?)null;
        var preview = new OrderPreview(
            changed.Kind, changed.To.Id, null, null, today, changed.Lines, net, vat, net + vat, changed.Billing, account.PaymentMethod is not null,
            fee, fee is { } price ? DowngradeNotice(price).In(account.Language) : null,
            CloseCycle.NextRenewal(Apply(account, terms, changed, today, 0).Change.Account, terms),
            fee is null ? null : NotRefunded(account, changed).In(account.Language), null);
        // Whoever confirmed leaving one plan did not confirm leaving another, though it cost the same.
        return new Order(preview, $"{changed.From.Id} {preview.BindingTerms()}", today, changed.Billing == OrderBilling.InvoiceNow, (at, by, number) =>
        {
            var (change, billed) = Apply(account, terms, changed, today, number);
            var text = $"{(fee is null ? "Upgrade" : "Downgrade")} von {changed.From.Name} auf {changed.To.Name}, {net + vat} brutto.";
            return new(
                change.Journaled(at, by, fee is null ? "plan.upgraded" : "plan.downgraded", text),
                new Reply(200, ReplyKind.PlanChange, billed.ToString()));
        });
    }

    /// <summary>What these lines bill of the running period, as a monthly net price.</summary>
    static Money Billed(Account account, IEnumerable<InvoiceLine> lines) =>
        lines.Where(line => line.Kind is LineKind.Plan or LineKind.PlanCredit && line.To == account.Period.LastDay).Sum(line => line.UnitNet);

    static LocalizedText DowngradeNotice(Money fee) => new(
        $"Bei einem Downgrade wird eine einmalige technische Bearbeitungspauschale in Höhe von {fee} (netto) fällig.",
        $"A downgrade costs a one-off technical processing fee of {fee.ToEnglish()} (net).");

    static LocalizedText NotRefunded(Account account, PlanChanged changed) => new(
        $"Für die restlichen Tage bis zum {account.Period.LastDay:dd.MM.yyyy} wird nichts erstattet. "
        + $"Ein späteres Upgrade von {changed.To.Name} wird auch in diesem Zeitraum wieder berechnet.",
        $"For the remaining days until {account.Period.LastDay:d MMM yyyy} nothing is refunded. "
        + $"A later upgrade from {changed.To.Name} is charged again, in this period too.");
}
