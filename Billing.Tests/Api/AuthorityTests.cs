using System.Security.Cryptography;
using Billing.Functions.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Billing.Tests.Api;

/// <summary>Authorities that publish their keys, change them, and are two: the CRM's for its users, the provider's for its staff.</summary>
public sealed class AuthorityTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_key_is_believed_at_once()
    {
        await using var crm = await Authority.StartAsync();
        var tokens = Believing(crm);
        Assert.NotNull(await CallerAsync(tokens, crm.Token("owner")));

        var before = crm.Token("owner");
        crm.RotateKey();

        Assert.NotNull(await CallerAsync(tokens, crm.Token("owner")));
        Assert.Null(await CallerAsync(tokens, before));
    }

    [Fact]
    public async Task Staff_is_who_its_own_authority_says_and_the_CRMs_people_are_who_the_CRM_says()
    {
        await using var crm = await Authority.StartAsync();
        await using var staff = await Authority.StartAsync();
        var tokens = Believing(crm, staff);

        Assert.Equal("owner", Assert.Single((await CallerAsync(tokens, crm.Token("owner", "operator", "service")))!.Roles));
        var member = (await CallerAsync(tokens, staff.Token("owner", "operator", "service")))!;
        Assert.Equal((null, "operator service"), (member.Account, string.Join(' ', member.Roles.Order())));
    }

    [Theory]
    [InlineData(false)]
    // Named as its own, which it is by default.
    [InlineData(true)]
    public async Task Without_an_authority_of_its_own_staff_is_who_the_one_says(bool named)
    {
        await using var crm = await Authority.StartAsync();
        await using var other = await Authority.StartAsync();
        var tokens = named ? Believing(crm, crm) : Believing(crm);
        Assert.Equal("operator", Assert.Single((await CallerAsync(tokens, crm.Token("operator")))!.Roles));
        Assert.Null(await CallerAsync(tokens, other.Token("operator")));
    }

    static Tokens Believing(Authority crm, Authority? staff = null) => new(new(crm.Address, Authority.Audience, staff?.Address), TimeProvider.System);

    static Task<Caller?> CallerAsync(Tokens tokens, string token)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.Authorization = $"Bearer {token}";
        return tokens.VerifyAsync(request, Stop);
    }

    sealed class Authority : IAsyncDisposable
    {
        public const string Audience = "cloudcrm-billing";

        readonly WebApplication _app;
        RSA _key = RSA.Create(2048);
        int _generation = 1;

        Authority(WebApplication app) => _app = app;

        public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

        public static async Task<Authority> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var authority = new Authority(builder.Build());
            authority._app.Urls.Add("http://127.0.0.1:0");
            authority._app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = authority.Address.ToString(), jwks_uri = new Uri(authority.Address, "keys").ToString() }));
            authority._app.MapGet("/keys", () => Results.Json(new { keys = new[] { authority.Published() } }));
            await authority._app.StartAsync(Stop);
            return authority;
        }

        public void RotateKey()
        {
            _key.Dispose();
            (_key, _generation) = (RSA.Create(2048), _generation + 1);
        }

        public string Token(params string[] roles) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Address.ToString(),
            Audience = Audience,
            Claims = new Dictionary<string, object> { ["sub"] = "anna", ["account"] = "acme", ["roles"] = roles },
            SigningCredentials = new(new RsaSecurityKey(_key.ExportParameters(includePrivateParameters: true)) { KeyId = $"key-{_generation}" }, SecurityAlgorithms.RsaSha256),
        });

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            _key.Dispose();
        }

        object Published()
        {
            var published = _key.ExportParameters(includePrivateParameters: false);
            return new { kty = "RSA", use = "sig", alg = "RS256", kid = $"key-{_generation}", n = Base64UrlEncoder.Encode(published.Modulus), e = Base64UrlEncoder.Encode(published.Exponent) };
        }
    }
}
