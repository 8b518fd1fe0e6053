using Billing.Accounts;
using Billing.Values;

namespace Billing.Access;

/// <summary>
/// Who is warned and who is suspended. Overdue: warned and suspended so many days after the oldest due date. No payment method on a
/// running subscription: warned at once, suspended on the later of so many days and the end of the then current period. A suspension is
/// lifted at once, and only, when nothing is overdue and a method is on file: a payment that is still processing stops the clock, but pays nothing yet.
/// </summary>
public static class AccessRules
{
    public static AccessStatus Assess(Account account, AccessTerms terms, DateOnly today)
    {
        if (account.HasEnded) return Suspended(account, AccessReason.SubscriptionEnded, today);

        var overdueSince = OverdueSince(account, today);
        var withoutMethod = WithoutMethodUntil(account, terms);
        var suspendsForOverdue = overdueSince?.AddDays(terms.SuspensionAfter);

        if (suspendsForOverdue <= today) return Suspended(account, AccessReason.Overdue, today);
        if (withoutMethod <= today) return Suspended(account, AccessReason.PaymentMethodMissing, today);
        if (account.Access is { State: AccessState.Suspended, Reason: not AccessReason.SubscriptionEnded } current)
        {
            if (IsPastDue(account, today)) return current with { Reason = AccessReason.Overdue };
            if (withoutMethod is not null) return current with { Reason = AccessReason.PaymentMethodMissing };
        }

        var warnedForOverdue = overdueSince?.AddDays(terms.WarningAfter) <= today;
        if (warnedForOverdue && (withoutMethod is null || suspendsForOverdue <= withoutMethod))
            return new(AccessState.Warned, AccessReason.Overdue, suspendsForOverdue);
        if (withoutMethod is not null) return new(AccessState.Warned, AccessReason.PaymentMethodMissing, withoutMethod);
        return AccessStatus.Active;
    }

    /// <summary>The next day on which <see cref="Assess"/> comes out otherwise although nothing happens, or the operator is to be told; null if there is none.</summary>
    public static DateOnly? NextChange(Account account, AccessTerms terms, DateOnly today)
    {
        if (account.HasEnded) return null;
        IEnumerable<DateOnly?> days = [
            .. account.Receivables.SelectMany<Receivable, DateOnly?>(
                open => [open.DueOn.AddDays(1), open.DueOn.AddDays(terms.WarningAfter), open.DueOn.AddDays(terms.SuspensionAfter)]),
            WithoutMethodUntil(account, terms),
        ];
        var change = days.Where(day => day > today && Assess(account, terms, day.Value) != account.Access).Min();
        var told = LongSuspension(account, terms);
        return change is null || told < change ? told : change;
    }

    /// <summary>The day on which the operator is told of a suspension that lasts; null if told, or not suspended.</summary>
    public static DateOnly? LongSuspension(Account account, AccessTerms terms) =>
        account.HasEnded || account.LongSuspensionTold ? null : account.Access.SuspendedOn?.AddDays(terms.FindingAfter);

    /// <summary>Whether an invoice is open after its last day to pay, be a payment of it processing or not.</summary>
    public static bool IsPastDue(Account account, DateOnly today) => account.Receivables.Any(open => open.IsPastDue(today));

    /// <summary>The oldest due date that has passed.</summary>
    static DateOnly? OverdueSince(Account account, DateOnly today) =>
        account.Receivables.Where(open => open.IsOverdue(today)).Min(open => (DateOnly?)open.DueOn);

    static DateOnly? WithoutMethodUntil(Account account, AccessTerms terms)
    {
        if (account.WithoutMethodSince is not { } since || terms.WithoutMethodAfter is not { } days) return null;
        var endOfPeriod = BillingPeriod.Containing(account.Anchor, since).Next;
        var afterDays = since.AddDays(days);
        return afterDays > endOfPeriod ? afterDays : endOfPeriod;
    }

    static AccessStatus Suspended(Account account, AccessReason reason, DateOnly today) =>
        new(AccessState.Suspended, reason, SuspendedOn: account.Access.SuspendedOn ?? today);
}
