using System.Threading.RateLimiting;
using Billing.Values;

namespace Billing.Functions.Http;

/// <summary>What the people of one account may ask for only so often: it costs us or Stripe work and leaves nothing that would bound it by itself.</summary>
public enum Limited
{
    Previews,
    /// <summary>Hosted pages of Stripe.</summary>
    Sessions,
}

/// <summary>So many at once, refilled by so many a minute.</summary>
public sealed record CallLimit(int AtOnce, int PerMinute);

/// <summary>
/// A token bucket for each account and kind, in real time whatever the service's clock shows. In the memory of one instance: on several an account
/// has as many times as much, which still bounds what one stolen token or one page gone wild can ask for.
/// </summary>
public sealed class CallLimits(CallLimit previews, CallLimit sessions) : IDisposable
{
    readonly PartitionedRateLimiter<AccountId> _previews = Of(previews), _sessions = Of(sessions);

    /// <summary>Takes one; null if there was one, otherwise how long until there is.</summary>
    public TimeSpan? Wait(Limited kind, AccountId account)
    {
        using var lease = (kind == Limited.Previews ? _previews : _sessions).AttemptAcquire(account);
        if (lease.IsAcquired) return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }

    static PartitionedRateLimiter<AccountId> Of(CallLimit limit) => PartitionedRateLimiter.Create<AccountId, AccountId>(account =>
        RateLimitPartition.GetTokenBucketLimiter(account, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = limit.AtOnce, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromMinutes(1) / limit.PerMinute, QueueLimit = 0,
        }));

    public void Dispose()
    {
        _previews.Dispose();
        _sessions.Dispose();
    }
}
