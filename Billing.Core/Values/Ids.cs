using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Billing.Values;

/// <summary>The CRM's id of a customer company, at once the partition key of everything the account owns.</summary>
[JsonConverter(typeof(Converter))]
public readonly partial record struct AccountId
{
    AccountId(string value) => Value = value;

    public string Value { get; }

    /// <summary>1 to 63 of a–z, 0–9 and hyphen, not beginning with a hyphen. Anything else is no account id.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AccountId id)
    {
        var valid = text is not null && Form().IsMatch(text);
        id = valid ? new(text!) : default;
        return valid;
    }

    public static AccountId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException("not an account id");

    public override string ToString() => Value;

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}\z")]
    private static partial Regex Form();

    internal sealed class Converter() : StringValueConverter<AccountId>(Parse, id => id.Value);
}

/// <summary>Names a document of an account, draft or issued. It is given when the draft opens and stays when it is issued.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct InvoiceId
{
    InvoiceId(int sequence) => Sequence = sequence;

    /// <summary>The place in the account's history that was taken when the document began, from 1.</summary>
    public int Sequence { get; }

    public static InvoiceId Of(int sequence) => new(sequence);

    public static InvoiceId Parse(string? text) => TryParse(text, out var id) ? id : throw new FormatException("not the id of a document");

    public static bool TryParse(string? text, out InvoiceId id)
    {
        var valid = NumberedId.TryParse("inv-", text, out var sequence);
        id = new(sequence);
        return valid;
    }

    public override string ToString() => NumberedId.Format("inv-", Sequence);

    internal sealed class Converter() : StringValueConverter<InvoiceId>(Parse, id => id.ToString());
}

/// <summary>Names a booking of an add-on within its account.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct BookingId
{
    BookingId(int sequence) => Sequence = sequence;

    /// <summary>Counts the account's bookings, from 1.</summary>
    public int Sequence { get; }

    public static BookingId Of(int sequence) => new(sequence);

    public static BookingId Parse(string? text) => TryParse(text, out var id) ? id : throw new FormatException("not the id of a booking");

    public static bool TryParse(string? text, out BookingId id)
    {
        var valid = NumberedId.TryParse("bkg-", text, out var sequence);
        id = new(sequence);
        return valid;
    }

    public override string ToString() => NumberedId.Format("bkg-", Sequence);

    internal sealed class Converter() : StringValueConverter<BookingId>(Parse, id => id.ToString());
}

static class NumberedId
{
    public static string Format(string prefix, int number) => prefix + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Only the one spelling that <see cref="Format"/> writes: no sign, space or leading zero.</summary>
    public static bool TryParse(string prefix, string? text, out int number)
    {
        number = 0;
        return text is not null
            && text.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number > 0
            && text == Format(prefix, number);
    }
}

abstract class StringValueConverter<T>(Func<string, T> parse, Func<T, string> format) : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => parse(reader.GetString()!);
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(format(value));
}
