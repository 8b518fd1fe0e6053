using Billing.Accounts;

namespace Billing.Payments;

/// <summary>What a change of the method on file means: a new one charges what is open, a missing one starts the clock of the suspension.</summary>
public static class PaymentMethods
{
    public static AccountChange Change(Account account, PaymentMethod? method, DateOnly today, DateTimeOffset at)
    {
        if (account.PaymentMethod == method) return new(account);
        // The same method of which more is known now: nobody has changed anything.
        if (method is not null && account.PaymentMethod is { } known && method == known with { Mandate = method.Mandate }) return new(account with { PaymentMethod = method });
        var changed = account with { PaymentMethod = method, WithoutMethodSince = method is not null || account.HasEnded ? null : account.WithoutMethodSince ?? today };
        if (method is not null && method.Id != account.PaymentMethod?.Id)
        {
            changed = changed with
            {
                Receivables = [.. changed.Receivables.Select(open => open with { CollectOn = today, FirstTriedOn = null, Failures = 0 })],
            };
        }
        return new AccountChange(changed)
            .Notify(new("payment_method.changed") { State = method?.Kind ?? "none" })
            .Journaled(at, Actor.System, method is null ? "payment_method.removed" : "payment_method.changed",
                method is null ? "Zahlungsmittel entfernt." : $"Zahlungsmittel hinterlegt: {method.Label}.");
    }
}
