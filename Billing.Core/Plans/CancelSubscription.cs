using Billing.Accounts;
using Billing.Values;

namespace Billing.Plans;

/// <summary>The owner ends the subscription to the end of the paid period, or takes that back until then.</summary>
public static class CancelSubscription
{
    public static Decision<Order> Decide(Account account, DateOnly today)
    {
        if (account.HasEnded) return Refusals.SubscriptionEnded;
        if (account.EndsOn is not null) return Refusals.AlreadyCancelled;

        var endsOn = account.Period.LastDay;
        var preview = new EndPreview(
            "cancellation", "subscription", today, endsOn, Money.Zero, Money.Zero,
            new LocalizedText(
                $"Ihr Abonnement endet zum {endsOn:dd.MM.yyyy}. Bis dahin können Sie alles weiter nutzen und die Kündigung zurücknehmen.",
                $"Your subscription ends on {endsOn:d MMM yyyy}. Until then you can use everything and take the cancellation back.").In(account.Language));
        return new Order(preview, preview.BindingTerms(), today, NeedsNumber: false, (at, by, _) => new(
            new AccountChange(account with { EndsOn = endsOn })
                .Notify(new("subscription.cancelled") { EndsOn = endsOn })
                .Journaled(at, by, "subscription.cancelled", $"Abonnement zum {endsOn:dd.MM.yyyy} gekündigt."),
            new Reply(200, ReplyKind.Account)));
    }

    public static Decision<Pending> TakeBack(Account account, DateTimeOffset at, Actor by)
    {
        if (account.HasEnded) return Refusals.AlreadyEnded;
        if (account.EndsOn is null) return Refusals.NotCancelled;
        return Pending.Of(
            new AccountChange(account with { EndsOn = null })
                .Notify(new("subscription.continued"))
                .Journaled(at, by, "subscription.continued", "Kündigung des Abonnements zurückgenommen."),
            new Reply(200, ReplyKind.Account));
    }
}
