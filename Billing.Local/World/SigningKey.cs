using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Billing.Local.World;

/// <summary>The world's key: it signs the tokens of every service in the world and is what their secrets derive from.</summary>
sealed class SigningKey : IDisposable
{
    public const string Issuer = "http://localhost/local";
    public const string Audience = "cloudcrm-billing";
    public static readonly string[] Roles = ["owner", "super-admin", "service", "operator", "member"];

    readonly string _pem;
    readonly RSA _rsa = RSA.Create();
    readonly string _id;

    public SigningKey(string path)
    {
        _pem = File.ReadAllText(path);
        _rsa.ImportFromPem(_pem);
        _id = Base64UrlEncoder.Encode(SHA256.HashData(_rsa.ExportSubjectPublicKeyInfo()).AsSpan(0, 12).ToArray());
    }

    public static string NewPem()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>The public key as a JSON Web Key Set.</summary>
    public object KeySet()
    {
        var key = _rsa.ExportParameters(includePrivateParameters: false);
        return new { keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = _id, n = Base64UrlEncoder.Encode(key.Modulus), e = Base64UrlEncoder.Encode(key.Exponent) } } };
    }

    /// <summary>A token of one role, valid for ten years of the local clock.</summary>
    public string Token(string role, string? account, string? subject, DateTimeOffset now)
    {
        var claims = new Dictionary<string, object>
        {
            ["sub"] = subject ?? (account is null ? role : $"{role}@{account}"),
            ["roles"] = new[] { role },
        };
        if (account is not null) claims["account"] = account;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            Claims = claims,
            IssuedAt = now.UtcDateTime.AddMinutes(-1),
            NotBefore = now.UtcDateTime.AddMinutes(-1),
            Expires = now.UtcDateTime.AddYears(10),
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(_rsa) { KeyId = _id }, SecurityAlgorithms.RsaSha256),
        });
    }

    /// <summary>A secret of this world for one purpose, the same for each of its services; at most 32 bytes.</summary>
    public string Secret(string purpose, int bytes) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose}\n{_pem}")).AsSpan(0, bytes));

    public void Dispose() => _rsa.Dispose();
}
