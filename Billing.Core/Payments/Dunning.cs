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

    /// <summary>Whether the level of any receivable has risen.</summary>
    public static bool IsDue(Account account, AccessTerms terms, DateOnly today) => Risen(account, terms, today).Any();

    /// <summary>The next day on which a level rises.</summary>
    public static DateOnly? NextDay(Account account, AccessTerms terms, DateOnly today) => account.Receivables
        .Where(open => open.AmountDue > Money.Zero && !open.IsProcessing)
        .SelectMany(open => DaysOf(terms).Select(days => (DateOnly?)open.DueOn.AddDays(days)))
        .Where(day => day > today).Min();

    public static AccountChange Apply(Account account, AccessTerms terms, DateOnly today, DateTimeOffset at)
    {
        var change = new AccountChange(account);
        // Each has a line in the journal: so many fit into one commit, the next one does the rest.
        foreach (var (open, level) in Risen(account, terms, today).Take(AdvanceAccount.MostAtOnce))
        {
            change = change.With(change.Account.WithReceivable(open with { DunningLevel = level }))
                .Notify(new("invoice.overdue") { InvoiceId = open.Invoice.ToString(), Number = open.Number, State = Names[level], AmountDueCents = open.AmountDue.Cents, DueOn = open.DueOn })
                .Journaled(at, Actor.System, "invoice.overdue", $"{open.Number}: {open.AmountDue} überfällig seit {open.DueOn:dd.MM.yyyy}, Stufe {Names[level]}.");
        }
        return change;
    }

    /// <summary>The receivables whose level has risen, and to which.</summary>
    static IEnumerable<(Receivable Open, int Level)> Risen(Account account, AccessTerms terms, DateOnly today) =>
        account.Receivables.Select(open => (Open: open, Level: LevelOn(open, terms, today))).Where(risen => risen.Level > risen.Open.DunningLevel);

    static int[] DaysOf(AccessTerms terms) => [terms.ReminderAfter, terms.NoticeAfter, terms.WarningAfter, terms.SuspensionAfter];
}
