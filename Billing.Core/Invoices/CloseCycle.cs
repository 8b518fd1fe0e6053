using System.Collections.Immutable;
using Billing.Accounts;
using Billing.AddOns;
using Billing.Values;

namespace Billing.Invoices;

/// <summary>
/// Closes a billing cycle at the Berlin midnight at which the next period starts. The draft becomes the collective invoice: next period's
/// plan fee, one line per active booking for the next period, and the prorated lines collected. Without a draft it is the plain renewal.
/// A cancelled subscription ends instead, and its last collective invoice bills only what was collected. What comes to less than can be
/// collected (credits of an upgrade after prices fell) is not issued: all of it waits on the draft for the next close.
/// </summary>
public static class CloseCycle
{
    /// <summary>What the close of the running period issues.</summary>
    /// <param name="Lines">Empty where nothing is billed.</param>
    /// <param name="Next">The period that starts; null where the subscription ends.</param>
    public sealed record CycleClosed(DocumentKind Kind, ImmutableArray<InvoiceLine> Lines, BillingPeriod? Next) : Advance
    {
        /// <summary>No document that is too small to be collected.</summary>
        public bool IssuesDocument(Account account, Terms terms) =>
            NewDocument.Totals(account, terms, Lines).Sum(tax => tax.Net + tax.Vat) >= Terms.LeastCollected;

        public override bool NeedsNumber(Account account, Terms terms) => IssuesDocument(account, terms);

        public override AccountChange Apply(Account account, Terms terms, DateOnly today, DateTimeOffset at, long number)
        {
            var closed = Next is { } next ? Renew(account, terms, next) : End(account);
            var change = new AccountChange(closed with { Draft = null });
            if (IssuesDocument(account, terms))
            {
                var (billed, invoice) = NewDocument.Issue(change.Account, terms, Kind, Lines, today, number, account.Draft?.Id);
                change = change.With(billed).Issued(invoice)
                    .Journaled(at, Actor.System, "cycle.closed", $"Abrechnungszyklus geschlossen: {invoice.Number} über {invoice.Gross}.");
            }
            else if (Next is not null)
            {
                var carried = account.Draft is { } open ? open with { Lines = [] } : null;
                change = change.With(CollectiveInvoice.Collect(change.Account with { Draft = carried }, today, Lines))
                    .Journaled(at, Actor.System, "cycle.carried_over", "Abrechnungszyklus geschlossen, der Betrag wird mit dem nächsten abgerechnet.");
            }
            else if (account.Draft is { } draft)
            {
                change = change.With(draft.AsVoid(account, terms))
                    .Journaled(at, Actor.System, "draft.voided", "Sammelrechnung unter dem Mindestbetrag storniert.");
            }

            foreach (var ended in change.Account.Bookings.Where(booking => booking.Status == BookingStatus.Ended && account.FindBooking(booking.Id)!.IsRunning))
                change = change.Notify("add_on.ended", ended);
            return Next is null
                ? change.Notify(new("subscription.ended") { EndsOn = account.EndsOn }).Journaled(at, Actor.System, "subscription.ended", "Abonnement beendet.")
                : change;
        }
    }

    /// <summary>What closing the running period comes to.</summary>
    public static CycleClosed Decide(Account account, Terms terms)
    {
        var collected = account.Draft?.Lines ?? [];
        if (account.EndsOn is not null) return new(DocumentKind.Collective, collected, null);

        var next = BillingPeriod.Of(account.Anchor, account.PeriodIndex + 1);
        var plan = terms.Catalog.Plan(account.Plan);
        return new(
            account.Draft is null ? DocumentKind.Invoice : DocumentKind.Collective,
            [
                InvoiceLine.ForPlan(plan, plan.MonthlyNet(next.Start), next, next.Days),
                .. account.Bookings.Where(booking => booking.Status == BookingStatus.Active).Select(booking => BookAddOn.Line(account, terms, booking, next)),
                .. collected,
            ],
            next);
    }

    /// <summary>The document as the next close would issue it now, without a number; null if it would issue none.</summary>
    public static Invoice? Upcoming(Account account, Terms terms)
    {
        if (account.HasEnded) return null;
        var closed = Decide(account, terms);
        if (!closed.IssuesDocument(account, terms)) return null;
        return NewDocument.Draft(account, terms, account.Draft?.Id ?? InvoiceId.Of(account.NextInvoice), account.Period.Next, closed.Lines) with { Kind = closed.Kind };
    }

    /// <summary>What the customer is told of the next close.</summary>
    public static Renewal? NextRenewal(Account account, Terms terms) =>
        Upcoming(account, terms) is { } invoice ? new(invoice.Date, invoice.Net, invoice.Gross) : null;

    static Account Renew(Account account, Terms terms, BillingPeriod next)
    {
        var price = terms.Catalog.Plan(account.Plan).MonthlyNet(next.Start);
        return account with
        {
            PeriodIndex = account.PeriodIndex + 1,
            PlanPrice = price,
            PlanBilled = price,
            Bookings =
            [
                .. account.Bookings.Select(booking => booking.Status switch
                {
                    BookingStatus.Active => booking with { BilledThrough = next.LastDay, MonthlyNet = terms.Catalog.AddOn(booking.AddOn).MonthlyNet(next.Start) },
                    BookingStatus.Cancelled => booking with { Status = BookingStatus.Ended },
                    _ => booking,
                }),
            ],
        };
    }

    static Account End(Account account) => account with
    {
        HasEnded = true,
        WithoutMethodSince = null,
        Bookings = [.. account.Bookings.Select(booking => booking.IsRunning ? booking with { Status = BookingStatus.Ended, EndsOn = account.EndsOn } : booking)],
    };
}
