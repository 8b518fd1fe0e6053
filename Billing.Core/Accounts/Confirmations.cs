using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Billing.Values;

namespace Billing.Accounts;

/// <summary>
/// The token that a preview returns and a binding order brings back. It proves that this user was shown these figures for this account
/// on this day: nothing is stored until it is used, and then only that it was.
/// </summary>
/// <param name="key">Secret, at least 32 bytes, the same on every instance.</param>
public sealed class Confirmations(byte[] key)
{
    const int NonceLength = 16;

    /// <summary>A fresh token; each call gives another one, each can be used once.</summary>
    public string Issue(Actor user, AccountId account, string terms)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceLength);
        return Base64Url.EncodeToString([.. nonce, .. Sign(nonce, user, account, terms)]);
    }

    /// <summary>Whether the token was issued to this user for exactly these terms. That it was not used before is seen at the commit.</summary>
    public bool Fits(string token, Actor user, AccountId account, string terms) =>
        Decode(token) is { } bytes
        && CryptographicOperations.FixedTimeEquals(bytes.AsSpan(NonceLength), Sign(bytes.AsSpan(0, NonceLength), user, account, terms));

    /// <summary>What names a token that was used, however it was spelt; it tells nothing of the signature.</summary>
    public static string UseOf(string token) => Convert.ToHexStringLower(Decode(token).AsSpan(0, NonceLength));

    byte[] Sign(ReadOnlySpan<byte> nonce, Actor user, AccountId account, string terms) =>
        // No part can run into the next: the user's name is hashed, an account id has no line break.
        HMACSHA256.HashData(key, (byte[])[.. nonce, .. SHA256.HashData(Encoding.UTF8.GetBytes(user.User)), .. Encoding.UTF8.GetBytes($"{account}\n{terms}")]);

    static byte[]? Decode(string token)
    {
        var bytes = new byte[NonceLength + HMACSHA256.HashSizeInBytes];
        return token.Length <= 100
            && Base64Url.DecodeFromChars(token, bytes, out _, out var length) == OperationStatus.Done
            && length == bytes.Length ? bytes : null;
    }
}
