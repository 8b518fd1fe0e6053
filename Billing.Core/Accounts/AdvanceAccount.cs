using Billing.Access;
using Billing.Invoices;
using Billing.Payments;
using Billing.Telemetry;
using Billing.Values;

namespace Billing.Accounts;

/// <summary>One thing that falls due on an account with time. Each is one commit.</summary>
public abstract record Advance
{
    public abstract bool NeedsNumber(Account account, Terms terms);

    /// <param name="today">The real Berlin day: the date of documents, also where the period is long past.</param>
    /// <param name="number">A document number; 0 if none is needed.</param>
    public abstract AccountChange Apply(Account account, Terms terms, DateOnly today, DateTimeOffset at, long number);
}

/// <summary>Decides everything that falls due on an account by time alone.</summary>
public static class AdvanceAccount
{
    /// <summary>The next thing that is due by now, the oldest period first; null if the account stands where it should.</summary>
    public static Advance? Next(Account account, Terms terms, DateTimeOffset now)
    {
        var today = BerlinCalendar.DayOf(now);
        if (!account.HasEnded && account.Period.Next <= today) return CloseCycle.Decide(account, terms);
        if (AccessRules.LongSuspension(account, terms.Access) <= today) return new SuspensionLasts();
        if (AccessRules.Assess(account, terms.Access, account.DayOf(now)) != account.Access) return new Reassessed();
        if (Dunning.IsDue(account, terms.Access, today)) return new DunningRises();
        if (CollectInvoice.IsDue(account, today)) return new Reassessed();
        // Other days in the settings, and a moment passes at which nothing happens: without a commit it would stay due for ever.
        if (account.Due?.Moment <= now && !(CollectInvoice.NextLook(account) <= now)) return new Reassessed();
        return null;
    }

    /// <summary>The moment at which <see cref="Next"/> has something again, or the provider is to be asked; null if never.</summary>
    public static DateTimeOffset? DueAt(Account account, Terms terms, DateOnly today)
    {
        DateOnly? close = account.HasEnded ? null : account.Period.Next;
        var access = AccessRules.NextChange(account, terms.Access, today);
        IEnumerable<DateOnly?> days = [close, access, Dunning.NextDay(account, terms.Access, today), CollectInvoice.NextDay(account, today)];
        var midnight = days.Min() is { } day ? BerlinCalendar.StartOf(day) : (DateTimeOffset?)null;
        var look = CollectInvoice.NextLook(account);
        return midnight is null || look < midnight ? look : midnight;
    }

    /// <summary>
    /// What every commit ends with: access as it now is (told if it changed), and ended bookings on their way out of the state, at most
    /// <see cref="MostAtOnce"/> a commit and none that could still be withdrawn.
    /// </summary>
    public static AccountChange Conclude(AccountChange change, Terms terms, DateOnly today, DateTimeOffset at)
    {
        change = change.With(CollectInvoice.Plan(change.Account, today, at));
        var account = change.Account;
        var access = AccessRules.Assess(account, terms.Access, today);
        if (access != account.Access)
        {
            change = change
                .With(account with { Access = access, LongSuspensionTold = access.State == AccessState.Suspended && account.LongSuspensionTold })
                .Notify(new("access.changed") { State = access.State.Code(), Reason = access.Reason?.Code(), SuspendsOn = access.SuspendsOn })
                .Journaled(at, Actor.System, $"access.{access.State.Code()}", Sentence(access));
        }

        var leaving = change.Account.Bookings.Where(booking => !booking.IsRunning && !booking.CanBeWithdrawn(today)).Take(MostAtOnce).ToList();
        return leaving.Count == 0 ? change : change with
        {
            Account = change.Account with { Bookings = change.Account.Bookings.RemoveRange(leaving) },
            Archived = [.. change.Archived, .. leaving],
        };
    }

    /// <summary>Of what has rows of its own: keeps a commit below the 100 rows of a batch.</summary>
    public const int MostAtOnce = 40;

    static string Sentence(AccessStatus access) => access.State switch
    {
        AccessState.Active => "Zugang frei.",
        AccessState.Warned => $"Sperre zum {access.SuspendsOn:dd.MM.yyyy} angekündigt.",
        _ => "Zugang gesperrt.",
    };

    /// <summary>Access, and with it the next due moment, are worked out anew: <see cref="Conclude"/> does it, at the end of this as of any commit.</summary>
    sealed record Reassessed : Advance
    {
        public override bool NeedsNumber(Account account, Terms terms) => false;
        public override AccountChange Apply(Account account, Terms terms, DateOnly today, DateTimeOffset at, long number) => new(account);
    }

    sealed record DunningRises : Advance
    {
        public override bool NeedsNumber(Account account, Terms terms) => false;

        public override AccountChange Apply(Account account, Terms terms, DateOnly today, DateTimeOffset at, long number) =>
            Dunning.Apply(account, terms.Access, today, at);
    }

    /// <summary>The contract goes on while suspended; after a while a person should look at it.</summary>
    sealed record SuspensionLasts : Advance
    {
        public override bool NeedsNumber(Account account, Terms terms) => false;

        public override AccountChange Apply(Account account, Terms terms, DateOnly today, DateTimeOffset at, long number) =>
            new AccountChange(account with { LongSuspensionTold = true })
                .Report(new("suspension_lasts", $"Seit {account.Access.SuspendedOn:dd.MM.yyyy} gesperrt, offen sind {account.AmountDue}."))
                .Journaled(at, Actor.System, "access.suspension_lasts", "Betreiber auf die anhaltende Sperre hingewiesen.");
    }
}
