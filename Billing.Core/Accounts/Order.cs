using System.Text.Json.Serialization;

namespace Billing.Accounts;

[JsonConverter(typeof(JsonStringEnumConverter<ReplyKind>))]
public enum ReplyKind { Account, Booking, PlanChange, Invoice }

/// <summary>What a command is answered with, now and whenever its idempotency key comes again: the status, and whose present state to show.</summary>
/// <param name="Id">The booking's or invoice's id; null for the account itself.</param>
public sealed record Reply(int Status, ReplyKind Kind, string? Id = null);

/// <summary>What a decided command does, and its answer.</summary>
public sealed record Result(AccountChange Change, Reply Reply);

/// <summary>A decided command that only lacks what comes from outside.</summary>
/// <param name="Apply">With a document number, or 0 if none is needed.</param>
public sealed record Pending(bool NeedsNumber, Func<long, Result> Apply, string? UsedConfirmation = null)
{
    /// <summary>A command that issues no document.</summary>
    public static Pending Of(AccountChange change, Reply reply) => new(false, _ => new(change, reply));
}

/// <summary>A binding order: decided, shown, but carried out only with a confirmation that fits.</summary>
/// <param name="Preview">What the customer is shown.</param>
/// <param name="Terms">What a confirmation is bound to.</param>
/// <param name="Day">The Berlin day it is decided for; a confirmation is good until its end.</param>
/// <param name="NeedsNumber">Whether it issues a document.</param>
/// <param name="Apply">Carries it out: when, by whom, with which document number (0 if none is needed).</param>
public sealed record Order(object Preview, string Terms, DateOnly Day, bool NeedsNumber, Func<DateTimeOffset, Actor, long, Result> Apply);

/// <summary>A preview together with the token that confirms it.</summary>
/// <param name="ValidUntil">The end of that Berlin day.</param>
public sealed record Confirmable(object Preview, string Confirmation, DateTimeOffset ValidUntil);
