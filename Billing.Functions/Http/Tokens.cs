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
    static readonly string[] Staff = ["service", "operator"];
    static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = 16 * 1024 };

    readonly TokenSettings _settings;
    readonly TimeProvider _clock;
    readonly ConfigurationManager<OpenIdConnectConfiguration> _authority;
    readonly ConfigurationManager<OpenIdConnectConfiguration>? _staffAuthority;

    // With an unknown key the caller waits for the new ones, which are fetched at most every few minutes; by default they come too late for this call.
    static Tokens() => AppContext.SetSwitch("Switch.Microsoft.IdentityModel.UpdateConfigAsBlocking", true);

    public Tokens(TokenSettings settings, TimeProvider clock)
    {
        (_settings, _clock) = (settings, clock);
        _authority = Discover(settings.Authority);
        _staffAuthority = settings.StaffAuthority is { } staff ? Discover(staff) : null;
    }

    /// <summary>The caller, or null where there is no token or none that is believed.</summary>
    public async Task<Caller?> VerifyAsync(HttpRequest request, CancellationToken cancellation)
    {
        var header = request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return null;
        var token = value["Bearer ".Length..].Trim();

        if (await VerifyAsync(token, _authority, cancellation) is { } caller)
            return _staffAuthority is null ? caller : caller with { Roles = caller.Roles.Except(Staff).ToHashSet() };
        if (_staffAuthority is not null && await VerifyAsync(token, _staffAuthority, cancellation) is { } member)
            return member with { Account = null, Roles = member.Roles.Intersect(Staff).ToHashSet() };
        return null;
    }

    async Task<Caller?> VerifyAsync(string token, ConfigurationManager<OpenIdConnectConfiguration> issuer, CancellationToken cancellation)
    {
        var published = await issuer.GetConfigurationAsync(cancellation);
        var result = await Handler.ValidateTokenAsync(token, Parameters(published));
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            // A key may just have been rotated: look once more.
            issuer.RequestRefresh();
            result = await Handler.ValidateTokenAsync(token, Parameters(await issuer.GetConfigurationAsync(cancellation)));
        }
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

    static string? Claim(JsonWebToken jwt, string type) => jwt.TryGetPayloadValue<string>(type, out var value) ? value : null;

    static ConfigurationManager<OpenIdConnectConfiguration> Discover(Uri authority) => new(
        authority.ToString().TrimEnd('/') + "/.well-known/openid-configuration",
        new OpenIdConnectConfigurationRetriever(),
        new HttpDocumentRetriever { RequireHttps = !authority.IsLoopback });
}
