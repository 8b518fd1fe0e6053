using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Billing.Values;

namespace Billing.Accounts;

/// <summary>
/// The token that a preview returns and a binding order brings back. It proves that this user was shown these figures for this account
/// on this day, and carries what was shown to the letter: nothing is stored until it is used, and then only that it was.
/// </summary>
/// <param name="key">Secret, at least 32 bytes, the same on every instance.</param>
public sealed class Confirmations(byte[] key)
{
    const int NonceLength = 16, SignatureLength = HMACSHA256.HashSizeInBytes;
    const int LongestToken = 16 * 1024;

    /// <summary>A fresh token; each call gives another one, each can be used once.</summary>
    /// <param name="terms">What the order is bound to.</param>
    /// <param name="shown">All that the user sees, for the journal.</param>
    public string Issue(Actor user, AccountId account, string terms, string shown)
    {
        var (nonce, packed) = (RandomNumberGenerator.GetBytes(NonceLength), Pack(shown));
        return Base64Url.EncodeToString([.. nonce, .. Sign(nonce, packed, user, account, terms), .. packed]);
    }

    /// <summary>Whether the token was issued to this user for exactly these terms. That it was not used before is seen at the commit.</summary>
    public bool Fits(string token, Actor user, AccountId account, string terms) =>
        Decode(token) is { } parts && CryptographicOperations.FixedTimeEquals(parts.Signature, Sign(parts.Nonce, parts.Packed, user, account, terms));

    /// <summary>What was shown with a token that fits.</summary>
    public static string ShownWith(string token) => Unpack(Decode(token)!.Packed);

    /// <summary>What names a token that was used, however it was spelt; it tells nothing of the signature.</summary>
    public static string UseOf(string token) => Convert.ToHexStringLower(Decode(token)!.Nonce);

    byte[] Sign(byte[] nonce, byte[] packed, Actor user, AccountId account, string terms) =>
        // No part can run into the next: what is of no fixed length is hashed, and an account id has no line break.
        HMACSHA256.HashData(key, (byte[])[
            .. nonce, .. SHA256.HashData(packed), .. SHA256.HashData(Encoding.UTF8.GetBytes(user.User)), .. Encoding.UTF8.GetBytes($"{account}\n{terms}")]);

    sealed record Parts(byte[] Nonce, byte[] Signature, byte[] Packed);

    static Parts? Decode(string token)
    {
        if (token.Length > LongestToken) return null;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(token.Length)];
        if (Base64Url.DecodeFromChars(token, bytes, out _, out var length) != OperationStatus.Done || length < NonceLength + SignatureLength) return null;
        return new(bytes[..NonceLength], bytes[NonceLength..(NonceLength + SignatureLength)], bytes[(NonceLength + SignatureLength)..length]);
    }

    static byte[] Pack(string text)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal)) deflate.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    static string Unpack(byte[] packed)
    {
        using var reader = new StreamReader(new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
