using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Identity;
using Billing.Accounts;
using Billing.Payments;
using Billing.Telemetry;
using Billing.Values;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Billing.Functions.Http;

/// <summary>A request on an account, let in.</summary>
/// <param name="At">When it was received: that moment decides.</param>
/// <param name="Today">The Berlin day it counts for.</param>
public sealed record AccountRequest(HttpRequest Http, AccountId Id, StoredAccount Stored, Actor By, DateTimeOffset At, DateOnly Today)
{
    public Account Account => Stored.Account;

    /// <summary>The command as it goes to the account.</summary>
    /// <param name="body">What was asked, for the idempotency key: the same key with another body is refused. Null where no key is taken.</param>
    public Command Command(object? body = null, string? confirmation = null) => new(Id, By, At, body is null ? null : Api.KeyOf(Http, By, body), confirmation, Stored);
}

/// <summary>The part of a list that was asked for.</summary>
/// <param name="Before">Only what is older than this place; null from the newest.</param>
public sealed record AskedPage(int? Before, int Limit);

/// <summary>
/// What every route does before and after its own work. Checked in this order: 401 token, 404 account, 403 role, 400 input. A refusal
/// becomes a problem, an outage a 503, anything unforeseen a 500 that tells nothing.
/// </summary>
public sealed class Api(Tokens tokens, Accounts.Accounts accounts, PageOrigins origins, CallLimits limits, TimeProvider clock, ILogger<Api> log)
{
    const int LongestKey = 255;

    /// <summary>A route anyone may call.</summary>
    public async Task<IResult> OpenAsync(HttpRequest request, Func<Task<Decision<IResult>>> work)
    {
        SecurityHeaders.Set(request);
        origins.Admit(request);
        using var span = BillingTraces.Start(
            $"{request.Method} {Template(request)}", AccountId.TryParse(request.RouteValues["accountId"] as string, out var account) ? account.Value : null);
        try
        {
            var decision = await work();
            span.Ended(decision.IsRefused(out var refusal, out var answer) ? refusal.Code : "ok");
            return refusal is not null ? Problems.Of(refusal, request) : answer!;
        }
        catch (Exception outage) when (outage is PaymentProviderUnavailableException or PaymentRefusedException)
        {
            // Not the exception: Stripe's sentence repeats what it was sent.
            log.LogError(LogEvents.StripeFailed, "{Method} {Path}: the payment provider does not do it, {Reason}", request.Method, request.Path, outage.Message);
            return Failed("payment_provider_unavailable", outage);
        }
        catch (Exception outage) when (IsOutage(outage) && !request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            log.LogError(LogEvents.RequestFailed, outage, "{Method} {Path} failed for an outage", request.Method, request.Path);
            return Failed("temporarily_unavailable", outage);
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            log.LogError(LogEvents.RequestFailed, bug, "{Method} {Path} failed", request.Method, request.Path);
            return Failed("internal_error", bug);
        }

        IResult Failed(string code, Exception cause)
        {
            span.Failed(cause);
            span.Ended(code);
            return Problems.Of(code, request);
        }
    }

    /// <summary>A route of no account.</summary>
    public Task<IResult> CallAsync(
        HttpRequest request, IReadOnlySet<string> allowed, Func<Actor, DateTimeOffset, Task<Decision<IResult>>> work, CancellationToken cancellation) =>
        OpenAsync(request, async () =>
        {
            var now = clock.GetUtcNow();
            if (await tokens.VerifyAsync(request, cancellation) is not { } caller) return new Refusal("unauthenticated");
            if (caller.As(allowed) is not { } by) return new Refusal("forbidden");
            return WrongKey(request) ?? await work(by, now);
        });

    /// <summary>A route of an account that may not be there yet.</summary>
    public Task<IResult> AccountIdAsync(
        HttpRequest request, string accountId, IReadOnlySet<string> allowed, Func<AccountId, Actor, DateTimeOffset, Task<Decision<IResult>>> work, CancellationToken cancellation) =>
        OpenAsync(request, async () =>
        {
            var now = clock.GetUtcNow();
            if (await tokens.VerifyAsync(request, cancellation) is not { } caller) return new Refusal("unauthenticated");
            if (!caller.Sees(accountId)) return Refusals.AccountNotFound;
            if (caller.As(allowed, accountId) is not { } by) return new Refusal("forbidden");
            return AccountId.TryParse(accountId, out var id) ? await work(id, by, now) : Refusal.Invalid("accountId", "ungültig");
        });

    /// <summary>A route of an account: it is advanced to now before anything else is decided or shown.</summary>
    /// <param name="limited">Where it may be asked only so often.</param>
    /// <param name="asItStands">Not advanced: what is overdue is seen.</param>
    public Task<IResult> AccountAsync(
        HttpRequest request, string accountId, IReadOnlySet<string> allowed, Func<AccountRequest, Task<Decision<IResult>>> work, CancellationToken cancellation,
        Limited? limited = null, bool asItStands = false) =>
        OpenAsync(request, async () =>
        {
            var now = clock.GetUtcNow();
            if (await tokens.VerifyAsync(request, cancellation) is not { } caller) return new Refusal("unauthenticated");
            if (!caller.Sees(accountId)) return Refusals.AccountNotFound;
            var by = caller.As(allowed, accountId);
            if (!AccountId.TryParse(accountId, out var id)) return by is null ? new Refusal("forbidden") : Refusal.Invalid("accountId", "ungültig");
            if (by is not null && limited is { } kind && TooMany(request, kind, id) is { } tooMany) return tooMany;
            var current = asItStands ? await accounts.FindAsync(id, cancellation) : await accounts.CurrentAsync(id, now, cancellation);
            if (current.IsRefused(out var refusal, out var stored)) return refusal;
            if (by is null) return new Refusal("forbidden");
            if (WrongKey(request) is { } wrong) return wrong;
            var decision = await work(new(request, id, stored, by, now, stored.Account.DayOf(now)));
            // An order that shows what it would come to now is a preview like any other.
            return decision.IsRefused(out var refused, out _) && refused.Preview is not null && TooMany(request, Limited.Previews, id) is { } many ? many : decision;
        });

    /// <summary>A route of an account with a body.</summary>
    public Task<IResult> AccountAsync<TBody>(
        HttpRequest request, string accountId, IReadOnlySet<string> allowed, Func<AccountRequest, TBody, Task<Decision<IResult>>> work,
        CancellationToken cancellation, bool bodyIsOptional = false, Limited? limited = null) where TBody : class =>
        AccountAsync(request, accountId, allowed, async call =>
        {
            var read = await Bodies.ReadAsync<TBody>(request, bodyIsOptional, cancellation);
            return read.IsRefused(out var refusal, out var body) ? refusal : await work(call, body);
        }, cancellation, limited);

    public static IResult Json<T>(T value, int status = 200) => Results.Json(value, Contract.Json, "application/json", status);

    /// <summary>The page of a list that the query asks for.</summary>
    public static Decision<AskedPage> Page(HttpRequest request)
    {
        if (!TryCursor(request, out var before)) return Refusal.Invalid("cursor", "ungültig");
        return Limit(request) is { } limit ? new AskedPage(before, limit) : Refusal.Invalid("limit", "1 bis 100");
    }

    /// <summary>A page's size from the query, or null if it is none; 1 to 100, 20 where nothing is said.</summary>
    static int? Limit(HttpRequest request) => request.Query["limit"] switch
    {
        { Count: 0 } => 20,
        [var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= 100 => limit,
        _ => null,
    };

    /// <summary>A page's cursor from the query; false if it is none that was given out.</summary>
    static bool TryCursor(HttpRequest request, out int? before)
    {
        before = null;
        if (request.Query["cursor"] is not { Count: > 0 } cursor) return true;
        if (cursor is not [var text] || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var place)) return false;
        before = place;
        return true;
    }

    /// <summary>Keeps the command's key, if it has one, with what was asked; asked again, it is done again, and another request with that key is refused.</summary>
    public async Task RememberAsync(Command command, CancellationToken cancellation)
    {
        if (command.Key is null) return;
        await accounts.ExecuteAsync(command with { Read = null }, (account, _, _) => Task.FromResult<Decision<Pending>>(
            Pending.Of(new AccountChange(account), new Reply(200, ReplyKind.Account))), cancellation);
    }

    internal static RequestKey? KeyOf(HttpRequest request, Actor by, object body)
    {
        if (request.Headers["Idempotency-Key"] is not [{ } key]) return null;
        var asked = $"{by.User}\n{request.Method} {request.Path}\n{JsonSerializer.Serialize(body, body.GetType(), Contract.Json)}";
        return new(Hash(key), Hash(asked));
    }

    /// <summary>For what is to be done once whoever asks how often; no caller can name it.</summary>
    public static RequestKey KeyFor(string what) => new(Hash($"\n{what}"), Hash(what));

    /// <summary>Takes one of so many; a refusal if there is none, with the time until there is.</summary>
    Refusal? TooMany(HttpRequest request, Limited kind, AccountId account)
    {
        if (limits.Wait(kind, account) is not { } wait) return null;
        request.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return new Refusal("too_many_requests");
    }

    static Decision<IResult>? WrongKey(HttpRequest request) =>
        request.Headers["Idempotency-Key"] is { Count: > 0 } keys && (keys.Count > 1 || keys[0] is not { Length: > 0 and <= LongestKey })
            ? (Decision<IResult>?)Refusal.Invalid("Idempotency-Key", $"1 bis {LongestKey} Zeichen")
            : null;

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The path with the names of its values in their places, so that all requests of a route have one name.</summary>
    static string Template(HttpRequest request) => request.RouteValues.Where(value => value.Value is string { Length: > 0 })
        .Aggregate($"{request.Path.Value}/", (path, value) => path.Replace($"/{value.Value}/", $"/{{{value.Key}}}/", StringComparison.Ordinal)).TrimEnd('/');

    static bool IsOutage(Exception exception) => exception switch
    {
        RequestFailedException failed => failed.Status is 0 or 408 or 429 or >= 500,
        AggregateException several => several.InnerExceptions.Any(IsOutage),
        HttpRequestException or SocketException or IOException or TimeoutException or OperationCanceledException => true,
        // The identity that opens storage got no token.
        AuthenticationFailedException => true,
        // The discovery document of the authority could not be fetched.
        InvalidOperationException { InnerException: { } inner } => IsOutage(inner),
        _ => false,
    };
}
