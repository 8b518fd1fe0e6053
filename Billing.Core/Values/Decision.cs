using System.Diagnostics.CodeAnalysis;

namespace Billing.Values;

/// <summary>Why a command was not carried out: a value, not an exception. Nothing has changed.</summary>
/// <param name="Code">Stable, snake case, as the contract lists it.</param>
/// <param name="Detail">A German sentence for the one case at hand, where the code's own title does not say enough.</param>
/// <param name="Errors">Per request field what is wrong with it.</param>
public sealed record Refusal(string Code, string? Detail = null, IReadOnlyDictionary<string, string[]>? Errors = null)
{
    /// <summary>Where a confirmation no longer fits: what would be ordered now, with a confirmation for it.</summary>
    public object? Preview { get; init; }

    public static Refusal Invalid(string field, string what) => new("validation_failed", null, new Dictionary<string, string[]> { [field] = [what] });
}

/// <summary>The refusals of the rules, by code.</summary>
public static class Refusals
{
    public static readonly Refusal AccountNotFound = new("account_not_found");
    public static readonly Refusal InvoiceNotFound = new("invoice_not_found");
    public static readonly Refusal DocumentNotIssued = new("document_not_issued");
    public static readonly Refusal DocumentDamaged = new("document_damaged");
    public static readonly Refusal DocumentNotRendered = new("internal_error");
    public static readonly Refusal AddOnNotFound = new("add_on_not_found");
    public static readonly Refusal FindingNotFound = new("finding_not_found");
    public static readonly Refusal PlanUnknown = new("plan_unknown");
    public static readonly Refusal AddOnUnknown = new("add_on_unknown");
    public static readonly Refusal VatIdRequired = new("vat_id_required");
    public static readonly Refusal PlanAlreadyActive = new("plan_already_active");
    public static readonly Refusal ConfirmationRequired = new("confirmation_required");
    public static readonly Refusal AlreadyCancelled = new("already_cancelled");
    public static readonly Refusal NotCancelled = new("not_cancelled");
    public static readonly Refusal AlreadyEnded = new("already_ended");
    public static readonly Refusal SubscriptionEnded = new("subscription_ended");
    public static readonly Refusal CancellationPending = new("cancellation_pending");
    public static readonly Refusal TooManyBookings = new("too_many_bookings");
    public static readonly Refusal AccessSuspended = new("access_suspended");
    public static readonly Refusal OverdueInvoicesFirst = new("access_suspended", "Bitte begleichen Sie zuerst die überfälligen Rechnungen.");
    public static readonly Refusal InvoiceNotPayable = new("invoice_not_payable");
    public static readonly Refusal PaymentInProgress = new("payment_in_progress");
    public static readonly Refusal ReturnUrlNotAllowed = new("return_url_not_allowed");
    public static readonly Refusal IdempotencyKeyReused = new("idempotency_key_reused");
    public static readonly Refusal Busy = new("busy");

    public static Refusal ConfirmationStale(object preview) => new("confirmation_stale") { Preview = preview };
}

/// <summary>Either what was decided or why it was refused.</summary>
public readonly record struct Decision<T> where T : class
{
    readonly T? _value;
    readonly Refusal? _refusal;

    internal Decision(T? value, Refusal? refusal) => (_value, _refusal) = (value, refusal);

    /// <summary>True with the reason; false with the value.</summary>
    public bool IsRefused([NotNullWhen(true)] out Refusal? why, [NotNullWhen(false)] out T? decided)
    {
        why = _refusal;
        decided = _value;
        return _refusal is not null;
    }

    /// <summary>What follows from the decision, if it was not refused.</summary>
    public Decision<TNext> Then<TNext>(Func<T, Decision<TNext>> next) where TNext : class =>
        IsRefused(out var why, out var decided) ? why : next(decided);

    public static implicit operator Decision<T>(T value) => new(value, null);
    public static implicit operator Decision<T>(Refusal refusal) => new(null, refusal);
}

public static class Decision
{
    /// <summary>For values whose type is an interface, which no implicit conversion reaches.</summary>
    public static Decision<T> Of<T>(T value) where T : class => new(value, null);
}
