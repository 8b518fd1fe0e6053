using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Billing.Functions.Http;

/// <summary>Whose tokens are believed.</summary>
/// <param name="Authority">Base address of an OpenID Connect authority; its discovery document names issuer and keys.</param>
/// <param name="StaffAuthority">Where set, only tokens of this one may carry the roles service and operator, and no others.</param>
public sealed record TokenSettings(Uri Authority, string Audience, Uri? StaffAuthority);

/// <summary>Verifies bearer tokens: signature by a published key, issuer, audience and life time, asymmetric algorithms only.</summary>
public sealed class Tokens
{
    static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = 16 * 1024 };

    readonly TokenSettings _settings;
    readonly TimeProvider _clock;
    readonly Keys _authority;
    readonly Keys? _staffAuthority;

    public Tokens(TokenSettings settings, TimeProvider clock)
    {
        (_settings, _clock) = (settings, clock);
        _authority = new(settings.Authority);
        _staffAuthority = settings.StaffAuthority is { } staff && !IsSame(staff, settings.Authority) ? new(staff) : null;
    }

    /// <summary>The caller, or null where there is no token or none that is believed.</summary>
    public async Task<Caller?> VerifyAsync(HttpRequest request, CancellationToken cancellation)
    {
        var header = request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return null;
        var token = value["Bearer ".Length..].Trim();

        if (await VerifyAsync(token, _authority, cancellation) is { } caller)
            return _staffAuthority is null ? caller : caller with { Roles = caller.Roles.Except(Caller.Staff).ToHashSet() };
        if (_staffAuthority is not null && await VerifyAsync(token, _staffAuthority, cancellation) is { } member)
            return member with { Account = null, Roles = member.Roles.Intersect(Caller.Staff).ToHashSet() };
        return null;
    }

    async Task<Caller?> VerifyAsync(string token, Keys issuer, CancellationToken cancellation)
    {
        var published = await issuer.PublishedAsync(cancellation);
        var result = await Handler.ValidateTokenAsync(token, Parameters(published));
        // A key may just have been rotated: look once more.
        if (result.Exception is SecurityTokenInvalidSignatureException && await issuer.NewerThanAsync(published, cancellation) is { } newer)
            result = await Handler.ValidateTokenAsync(token, Parameters(newer));
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt || string.IsNullOrEmpty(jwt.Subject)) return null;
        return new(jwt.Subject, Claim(jwt, "account"), jwt.Claims.Where(claim => claim.Type == "roles").Select(claim => claim.Value).ToHashSet());
    }

    TokenValidationParameters Parameters(OpenIdConnectConfiguration published) => new()
    {
        ValidIssuer = published.Issuer,
        ValidAudience = _settings.Audience,
        IssuerSigningKeys = published.SigningKeys,
        ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256],
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        // The service's own clock, so that a clock that was moved moves tokens as well.
        LifetimeValidator = (notBefore, expires, _, _) =>
            _clock.GetUtcNow().UtcDateTime is var now && (notBefore is null || notBefore <= now + Skew) && expires > now - Skew,
    };

    /// <summary>How far the clocks of issuer and service may be apart.</summary>
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>With or without a slash in the end, as its discovery document is found.</summary>
    static bool IsSame(Uri one, Uri other) => one.AbsoluteUri.TrimEnd('/') == other.AbsoluteUri.TrimEnd('/');

    static string? Claim(JsonWebToken jwt, string type) => jwt.TryGetPayloadValue<string>(type, out var value) ? value : null;

    /// <summary>
    /// What an authority publishes. It is read again now and then, and at once where a signature fits none of its keys: the library's own refresh comes
    /// too late for the caller who needs it. What is known stays until there is something newer.
    /// </summary>
    sealed class Keys(Uri authority)
    {
        /// <summary>However many tokens of unknown keys come, the authority is asked only so often; meanwhile its last answer counts.</summary>
        static readonly TimeSpan Between = TimeSpan.FromMinutes(1);

        readonly Lock _gate = new();
        ConfigurationManager<OpenIdConnectConfiguration> _published = Discover(authority);
        (ConfigurationManager<OpenIdConnectConfiguration> Source, Task<OpenIdConnectConfiguration> Answer, long At)? _asked;

        public Task<OpenIdConnectConfiguration> PublishedAsync(CancellationToken cancellation) => _published.GetConfigurationAsync(cancellation);

        /// <summary>What the authority publishes now; null if it is what was seen already, or the authority does not answer.</summary>
        public async Task<OpenIdConnectConfiguration?> NewerThanAsync(OpenIdConnectConfiguration seen, CancellationToken cancellation)
        {
            var asked = Ask();
            try
            {
                var newer = await asked.Answer.WaitAsync(cancellation);
                _published = asked.Source;
                return newer == seen ? null : newer;
            }
            catch (Exception outage) when (outage is InvalidOperationException or IOException)
            {
                return null;
            }
        }

        (ConfigurationManager<OpenIdConnectConfiguration> Source, Task<OpenIdConnectConfiguration> Answer, long At) Ask()
        {
            lock (_gate)
            {
                if (_asked is { } before && Stopwatch.GetElapsedTime(before.At) < Between) return before;
                var source = Discover(authority);
                var asked = (source, source.GetConfigurationAsync(CancellationToken.None), Stopwatch.GetTimestamp());
                _asked = asked;
                return asked;
            }
        }

        static ConfigurationManager<OpenIdConnectConfiguration> Discover(Uri authority) => new(
            authority.ToString().TrimEnd('/') + "/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever { RequireHttps = !authority.IsLoopback });
    }
}
