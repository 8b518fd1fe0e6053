using System.Security.Cryptography;
using System.Text;
using Billing.Local.World;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Billing.Tests.Api;

/// <summary>Who is let in: 401 before 404 before 403 before 400.</summary>
[Collection(OnOneService.Name)]
public sealed class TokenTests(StandingService standing) : IDisposable
{
    readonly RSA key = RSA.Create(2048);

    Service Service => standing.Service;

    public void Dispose() => key.Dispose();

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
        await TokenAsync(acme, token => token.SigningCredentials = new(new RsaSecurityKey(key) { KeyId = token.SigningCredentials.Key.KeyId }, SecurityAlgorithms.RsaSha256)));

    [Fact]
    public Task A_token_signed_by_a_foreign_key_of_a_name_of_its_own() => NotBelieved(async acme =>
        await TokenAsync(acme, token => token.SigningCredentials = new(new RsaSecurityKey(key) { KeyId = "mine" }, SecurityAlgorithms.RsaSha256)));

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
        var secret = Encoding.UTF8.GetBytes(key.ExportSubjectPublicKeyInfoPem());
        var name = (await TokenAsync(acme)).Split('.')[0];
        var content = Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(name).Replace("RS256", "HS256", StringComparison.Ordinal)) + "." + (await TokenAsync(acme)).Split('.')[1];
        return $"{content}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(content)))}";
    });

    [Theory]
    [InlineData("owner")]
    [InlineData("super-admin")]
    [InlineData("member")]
    public async Task Someone_elses_account_is_not_there(string role)
    {
        var (acme, other) = (await Service.OpenAsync("smart"), await Service.OpenAsync("smart"));
        var token = await Service.TokenAsync(role, other.Id);
        var before = await acme.StateAsync();
        foreach (var (method, path) in Everything(acme))
            (await Service.SendAsync(method, path, method == HttpMethod.Get || method == HttpMethod.Delete ? null : "{wrong", token)).Refused(404, "account_not_found");
        Assert.Equal(before, await acme.StateAsync());
    }

    [Theory]
    [InlineData("member")]
    [InlineData("service")]
    [InlineData("operator")]
    public async Task Only_its_own_people_order_for_an_account(string role)
    {
        var acme = await Service.OpenAsync("smart");
        var token = await Service.TokenAsync(role, acme.Id);
        var confirmation = (await acme.PreviewAsync("/plan-changes", new { plan = "pro" })).Text("confirmation");
        var before = await acme.StateAsync();

        (await Service.SendAsync(HttpMethod.Post, acme.Path + "/plan-changes", new { plan = "pro", confirmation }, token)).Refused(403, "forbidden");
        foreach (var (method, path) in Everything(acme).Where(request => request.Method != HttpMethod.Get && request.Method != HttpMethod.Put))
            (await Service.SendAsync(method, path, method == HttpMethod.Delete ? null : "{wrong", token)).Refused(403, "forbidden");
        Assert.Equal(before, await acme.StateAsync());
    }

    [Fact]
    public async Task A_member_sees_nothing()
    {
        var acme = await Service.OpenAsync("smart");
        foreach (var (method, path) in Everything(acme).Where(request => request.Method == HttpMethod.Get))
            (await Service.SendAsync(method, path, token: await Service.TokenAsync("member", acme.Id))).Refused(403, "forbidden");
    }

    [Theory]
    [InlineData("owner")]
    [InlineData("super-admin")]
    [InlineData("member")]
    [InlineData("operator")]
    public async Task Only_the_CRM_opens_accounts(string role)
    {
        var id = Customer.NewId();
        (await Service.SendAsync(HttpMethod.Put, $"api/accounts/{id}", Customer.Details("smart"), await Service.TokenAsync(role, id))).Refused(403, "forbidden");
        (await Service.SendAsync(HttpMethod.Get, $"api/accounts/{id}", token: await Service.TokenAsync("service"))).Refused(404, "account_not_found");
    }

    [Theory]
    [InlineData("super-admin")]
    [InlineData("service")]
    [InlineData("operator")]
    public async Task Whoever_may_see_an_account_sees_all_of_it(string role)
    {
        var acme = await Service.OpenAsync("smart");
        foreach (var (method, path) in Everything(acme).Where(request => request.Method == HttpMethod.Get))
            Assert.Equal(200, (await Service.SendAsync(method, path, token: await Service.TokenAsync(role, role == "super-admin" ? acme.Id : null))).Status);
    }

    [Fact]
    public async Task A_malformed_account_id_is_told_only_to_those_who_may_call()
    {
        (await Service.SendAsync(HttpMethod.Get, "api/accounts/ACME")).Refused(401, "unauthenticated");
        (await Service.SendAsync(HttpMethod.Post, "api/accounts/ACME/plan-changes", new { plan = "pro" }, await Service.TokenAsync("service"))).Refused(403, "forbidden");
    }

    static IEnumerable<(HttpMethod Method, string Path)> Everything(Customer acme) =>
    [
        (HttpMethod.Get, acme.Path), (HttpMethod.Get, acme.Path + "/overview"), (HttpMethod.Get, acme.Path + "/add-ons"), (HttpMethod.Get, acme.Path + "/invoices"),
        (HttpMethod.Get, acme.Path + "/invoices/upcoming"), (HttpMethod.Get, acme.Path + "/invoices/inv-1"), (HttpMethod.Get, acme.Path + "/entitlements"),
        (HttpMethod.Get, acme.Path + "/journal"), (HttpMethod.Put, acme.Path), (HttpMethod.Post, acme.Path + "/plan-changes/preview"),
        (HttpMethod.Post, acme.Path + "/plan-changes"), (HttpMethod.Post, acme.Path + "/add-ons/preview"), (HttpMethod.Post, acme.Path + "/add-ons"),
        (HttpMethod.Post, acme.Path + "/add-ons/bkg-1/cancellation/preview"), (HttpMethod.Post, acme.Path + "/add-ons/bkg-1/cancellation"),
        (HttpMethod.Delete, acme.Path + "/add-ons/bkg-1/cancellation"), (HttpMethod.Post, acme.Path + "/cancellation/preview"),
        (HttpMethod.Post, acme.Path + "/cancellation"), (HttpMethod.Delete, acme.Path + "/cancellation"),
    ];

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

    void IssuersKey() => key.ImportFromPem(File.ReadAllText(new WorldFolder(Service.Place.StoragePort).Key));
}
