using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Billing.Local.World;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Billing.Tests.Api;

/// <summary>Which tokens are believed.</summary>
[Collection(OnOneService.Name)]
public sealed class TokenTests(StandingService standing) : IDisposable
{
    readonly RSA _key = RSA.Create(2048);

    Service Service => standing.Service;

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task A_token_made_by_the_issuers_key_is_believed()
    {
        var acme = await Service.OpenAsync("smart");
        Assert.Equal(200, (await AskAsync(acme, await TokenAsync(acme))).Status);
    }

    [Fact]
    public Task No_token() => NotBelieved(_ => Task.FromResult<string?>(null));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("a.b.c")]
    public Task Nonsense(string token) => NotBelieved(_ => Task.FromResult<string?>(token));

    [Fact]
    public Task An_expired_token() => NotBelieved(async acme => await TokenAsync(acme, token => token.Expires = token.NotBefore!.Value.AddSeconds(1)));

    [Fact]
    public Task A_token_of_tomorrow() => NotBelieved(async acme => await TokenAsync(acme, token => token.NotBefore = token.NotBefore!.Value.AddDays(1)));

    [Fact]
    public Task A_token_without_an_end() => NotBelieved(async acme => await TokenAsync(acme, token => token.Expires = null));

    [Fact]
    public Task A_token_for_another_audience() => NotBelieved(async acme => await TokenAsync(acme, token => token.Audience = "crm"));

    [Fact]
    public Task A_token_of_another_issuer() => NotBelieved(async acme => await TokenAsync(acme, token => token.Issuer = "https://elsewhere.example"));

    [Fact]
    public Task A_token_of_nobody() => NotBelieved(async acme => await TokenAsync(acme, token => token.Claims.Remove("sub")));

    [Fact]
    public Task A_token_signed_by_a_foreign_key() => NotBelieved(async acme =>
        await TokenAsync(acme, token => token.SigningCredentials = new(new RsaSecurityKey(_key) { KeyId = token.SigningCredentials.Key.KeyId }, SecurityAlgorithms.RsaSha256)));

    [Fact]
    public Task A_token_signed_by_a_foreign_key_of_a_name_of_its_own() => NotBelieved(async acme =>
        await TokenAsync(acme, token => token.SigningCredentials = new(new RsaSecurityKey(_key) { KeyId = "mine" }, SecurityAlgorithms.RsaSha256)));

    [Fact]
    public Task A_token_that_was_altered() => NotBelieved(async acme =>
    {
        var parts = (await TokenAsync(acme, token => token.Claims["account"] = "someone-else")).Split('.');
        return $"{parts[0]}.{(await TokenAsync(acme)).Split('.')[1]}.{parts[2]}";
    });

    [Fact]
    public Task A_token_that_needs_no_signature() => NotBelieved(async acme =>
        $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{(await TokenAsync(acme)).Split('.')[1]}.");

    [Fact]
    public Task A_token_signed_with_the_public_key_as_a_secret() => NotBelieved(async acme =>
    {
        IssuersKey();
        var secret = Encoding.UTF8.GetBytes(_key.ExportSubjectPublicKeyInfoPem());
        var name = (await TokenAsync(acme)).Split('.')[0];
        var content = Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(name).Replace("RS256", "HS256", StringComparison.Ordinal)) + "." + (await TokenAsync(acme)).Split('.')[1];
        return $"{content}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(content)))}";
    });

    [Fact]
    public Task A_token_that_brings_its_own_key() => NotBelieved(async acme =>
    {
        var mine = JsonWebKeyConverter.ConvertFromRSASecurityKey(new(_key.ExportParameters(includePrivateParameters: false)));
        return await TokenAsync(acme, token =>
        {
            token.SigningCredentials = new(new RsaSecurityKey(_key) { KeyId = "mine" }, SecurityAlgorithms.RsaSha256);
            token.AdditionalHeaderClaims = new Dictionary<string, object>
            {
                ["jwk"] = new Dictionary<string, string> { ["kty"] = "RSA", ["kid"] = "mine", ["n"] = mine.N, ["e"] = mine.E },
                ["jku"] = $"http://localhost:{Service.Port}/local/jwks",
            };
        });
    });

    [Fact]
    public Task A_token_larger_than_any_of_ours() => NotBelieved(async acme => await TokenAsync(acme, token => token.Claims["more"] = new string('x', 20_000)));

    [Theory]
    [InlineData("Basic b3duZXI6b3duZXI=")]
    [InlineData("Bearer")]
    [InlineData("{0}")]
    [InlineData("Bearer {0}, Bearer {0}")]
    public async Task Another_kind_of_authorization_is_none(string header)
    {
        var acme = await Service.OpenAsync("smart");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://localhost:{Service.Port}/{acme.Path}");
        request.Headers.TryAddWithoutValidation("Authorization", header.Replace("{0}", await TokenAsync(acme), StringComparison.Ordinal));
        Assert.Equal(401, (int)(await http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("""{"sub":"anna","account":["{0}"],"roles":"owner"}""", 404)]
    [InlineData("""{"sub":"anna","account":{"id":"{0}"},"roles":["owner"]}""", 404)]
    [InlineData("""{"sub":"anna","account":"{0}","roles":{"owner":true}}""", 403)]
    [InlineData("""{"sub":"anna","account":"{0}","roles":"owner,super-admin"}""", 403)]
    [InlineData("""{"sub":"anna","account":"{0}","roles":["Owner"]}""", 403)]
    [InlineData("""{"sub":"anna","account":"{0}","role":"owner"}""", 403)]
    [InlineData("""{"sub":"anna","account":"{0} ","roles":["owner"]}""", 404)]
    [InlineData("""{"sub":"anna","account":"{0}","roles":"owner"}""", 200)]
    public async Task Claims_count_only_as_they_are_agreed(string claims, int status)
    {
        var acme = await Service.OpenAsync("smart");
        var token = await TokenAsync(acme, token =>
        {
            token.Claims.Clear();
            foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(claims.Replace("{0}", acme.Id, StringComparison.Ordinal))!) token.Claims[name] = value;
        });
        Assert.Equal(status, (await AskAsync(acme, token)).Status);
    }

    async Task NotBelieved(Func<Customer, Task<string?>> token)
    {
        var acme = await Service.OpenAsync("smart");
        var before = await acme.StateAsync();
        var made = await token(acme);
        (await AskAsync(acme, made)).Refused(401, "unauthenticated");
        (await Service.SendAsync(HttpMethod.Post, acme.Path + "/plan-changes", "{wrong", made)).Refused(401, "unauthenticated");
        Assert.Equal(before, await acme.StateAsync());
    }

    Task<Answer> AskAsync(Customer acme, string? token) => Service.SendAsync(HttpMethod.Get, acme.Path, token: token);

    /// <summary>An owner's token as the issuer makes it, but for one thing.</summary>
    async Task<string> TokenAsync(Customer acme, Action<SecurityTokenDescriptor>? but = null)
    {
        var now = (await Service.NowAsync()).UtcDateTime;
        using var issuer = RSA.Create();
        issuer.ImportFromPem(await File.ReadAllTextAsync(new WorldFolder(Service.Place.StoragePort).Key));
        var genuine = new JsonWebToken(await Service.TokenAsync("owner", acme.Id));
        var token = new SecurityTokenDescriptor
        {
            Issuer = genuine.Issuer,
            Audience = genuine.Audiences.Single(),
            Claims = new Dictionary<string, object> { ["sub"] = "owner", ["account"] = acme.Id, ["roles"] = new[] { "owner" } },
            NotBefore = now.AddHours(-1),
            IssuedAt = now.AddHours(-1),
            Expires = now.AddHours(1),
            SigningCredentials = new(new RsaSecurityKey(issuer.ExportParameters(includePrivateParameters: true)) { KeyId = genuine.Kid }, SecurityAlgorithms.RsaSha256),
        };
        but?.Invoke(token);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token);
    }

    void IssuersKey() => _key.ImportFromPem(File.ReadAllText(new WorldFolder(Service.Place.StoragePort).Key));
}
