using Billing.Access;
using Billing.Accounts;
using Billing.Values;

namespace Billing.Payments;

/// <summary>Reminder, notice, warning, suspension: so many days after the due date, told once each. It stands still while a payment is processing.</summary>
public static class Dunning
{
    static readonly string[] Names = ["", "reminder", "notice", "warning", "suspension"];

    /// <summary>The level that the days since the due date have reached: 0 to 4.</summary>
    public static int LevelOn(Receivable open, AccessTerms terms, DateOnly today) =>
        !open.IsOverdue(today) ? 0 : DaysOf(terms).Count(days => open.DueOn.AddDays(days) <= today);

    /// <summary>The receivables whose level has risen.</summary>
    public static bool IsDue(Account account, AccessTerms terms, DateOnly today) =>
        account.Receivables.Any(open => LevelOn(open, terms, today) > open.DunningLevel);

    /// <summary>The next day on which a level rises.</summary>
    public static DateOnly? NextDay(Account account, AccessTerms terms, DateOnly today) => account.Receivables
        .Where(open => open.AmountDue > Money.Zero && open.Slot is not { IsProcessing: true })
        .SelectMany(open => DaysOf(terms).Select(days => (DateOnly?)open.DueOn.AddDays(days)))
        .Where(day => day > today).Min();

    public static AccountChange Apply(Account account, AccessTerms terms, DateOnly today, DateTimeOffset at)
    {
        var change = new AccountChange(account);
        foreach (var open in account.Receivables)
        {
            var level = LevelOn(open, terms, today);
            if (level <= open.DunningLevel) continue;
            change = change.With(change.Account.WithReceivable(open with { DunningLevel = level }))
                .Notify(new("invoice.overdue") { InvoiceId = open.Invoice.ToString(), Number = open.Number, State = Names[level], AmountDueCents = open.AmountDue.Cents, DueOn = open.DueOn })
                .Journaled(at, Actor.System, "invoice.overdue", $"{open.Number}: {open.AmountDue} überfällig seit {open.DueOn:dd.MM.yyyy}, Stufe {Names[level]}.");
        }
        return change;
    }

    static int[] DaysOf(AccessTerms terms) => [terms.ReminderAfter, terms.NoticeAfter, terms.WarningAfter, terms.SuspensionAfter];
}
