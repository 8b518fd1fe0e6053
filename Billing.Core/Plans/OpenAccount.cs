using Billing.Access;
using Billing.Accounts;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Values;

namespace Billing.Plans;

/// <summary>The CRM opens an account, keeps its details up to date, and opens it again after its end. Each opening invoices the first period at once.</summary>
public static class OpenAccount
{
    /// <param name="Plan">Only counts where the account is opened, or opened again.</param>
    public sealed record Details(Company Company, Language Language, string? Plan);

    /// <summary>A new account: its cycle is anchored today.</summary>
    public static Decision<Pending> Open(AccountId id, Details details, Terms terms, DateOnly today, DateTimeOffset at, Actor by)
    {
        if (Check(details, terms, today, planCounts: true) is { } refusal) return refusal;
        var plan = terms.Catalog.Plan(details.Plan!);
        var account = new Account
        {
            Id = id,
            Company = details.Company,
            Language = details.Language,
            Plan = plan.Id,
            PlanPrice = plan.MonthlyNet(today),
            PlanBilled = plan.MonthlyNet(today),
            Since = today,
            Anchor = today,
            WithoutMethodSince = today,
        };
        return new Pending(true, number => Start(account, terms, today, at, by, number, 201, "account.opened"));
    }

    /// <summary>New details of a known account; with a plan, an ended one starts anew from today.</summary>
    public static Decision<Pending> Update(Account account, Details details, Terms terms, DateOnly today, DateTimeOffset at, Actor by)
    {
        if (Check(details, terms, today, planCounts: false) is { } refusal) return refusal;
        var updated = account with { Company = details.Company, Language = details.Language };
        if (account.HasEnded && details.Plan is not null)
        {
            if (AccessRules.IsPastDue(account, today)) return Refusals.OverdueInvoicesFirst;
            var plan = terms.Catalog.Plan(details.Plan);
            var reopened = updated with
            {
                Plan = plan.Id,
                PlanPrice = plan.MonthlyNet(today),
                PlanBilled = plan.MonthlyNet(today),
                Anchor = today,
                PeriodIndex = 0,
                EndsOn = null,
                HasEnded = false,
                WithoutMethodSince = account.PaymentMethod is null ? today : null,
            };
            return new Pending(true, number => Start(reopened, terms, today, at, by, number, 200, "account.reopened"));
        }

        var change = new AccountChange(updated);
        var moved = account.Company != updated.Company || account.Language != updated.Language;
        return Pending.Of(moved ? change.Journaled(at, by, "account.updated", "Stammdaten geändert.") : change, new Reply(200, ReplyKind.Account));
    }

    static Refusal? Check(Details details, Terms terms, DateOnly today, bool planCounts)
    {
        if (planCounts && details.Plan is null) return Refusal.Invalid("plan", "fehlt");
        if (details.Plan is not null && terms.Catalog.FindPlan(details.Plan, today) is null) return Refusals.PlanUnknown;
        return Tax.TreatmentOf(details.Company.Address.Country, details.Company.VatId) is null ? Refusals.VatIdRequired : null;
    }

    static Result Start(Account account, Terms terms, DateOnly today, DateTimeOffset at, Actor by, long number, int status, string action)
    {
        var plan = terms.Catalog.Plan(account.Plan);
        var period = account.Period;
        var (billed, invoice) = NewDocument.Issue(
            account, terms, DocumentKind.Invoice, [InvoiceLine.ForPlan(plan, account.PlanPrice, period, period.Days)], today, number);
        var change = new AccountChange(billed).Issued(invoice)
            .Notify(new Notification("plan.changed") { Plan = plan.Id })
            .Journaled(at, by, action, $"{plan.Name} ab {today:dd.MM.yyyy}, {invoice.Number} über {invoice.Gross}.");
        return new(change, new Reply(status, ReplyKind.Account));
    }
}
