using System.Security.Cryptography;
using System.Text;

namespace Billing.Accounts;

/// <summary>
/// What stands for a member of staff once their name is no longer needed: still the same for the same person, and nobody's without the key. Whoever
/// has it can tell whether a line is a given person's.
/// </summary>
/// <param name="key">A secret of at least 32 bytes; one of its own is derived from it.</param>
public sealed class Pseudonyms(byte[] key)
{
    const string Prefix = "pseudonym:";
    readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: "journal pseudonyms"u8.ToArray());

    public string Of(string user) => Prefix + Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(user)).AsSpan(0, 8));

    public static bool IsOne(string user) => user.StartsWith(Prefix, StringComparison.Ordinal);
}
