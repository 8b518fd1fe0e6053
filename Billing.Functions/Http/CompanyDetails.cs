using System.Text.RegularExpressions;
using Billing.Accounts;
using Billing.Plans;
using Billing.Values;

namespace Billing.Functions.Http;

/// <summary>Reads what the CRM says of a company: trimmed, no control characters, of a length that fits a document, a country that exists.</summary>
static partial class CompanyDetails
{
    public static Decision<OpenAccount.Details> Read(AccountBody body)
    {
        var errors = new Dictionary<string, string[]>();
        string Text(string field, string? value, int most, bool required = true)
        {
            var text = value?.Trim() ?? "";
            if (text.Length > most) errors[field] = [$"höchstens {most} Zeichen"];
            else if (required && text.Length == 0) errors[field] = ["fehlt"];
            else if (text.Any(char.IsControl) || !IsPaired(text)) errors[field] = ["unzulässige Zeichen"];
            return text;
        }

        var name = Text("companyName", body.CompanyName, 200);
        var line2 = Text("address.line2", body.Address.Line2, 100, required: false);
        var address = new Address(
            Text("address.line1", body.Address.Line1, 100), line2.Length == 0 ? null : line2, Text("address.postalCode", body.Address.PostalCode, 20),
            Text("address.city", body.Address.City, 100), Text("address.country", body.Address.Country, 2));
        var email = Text("email", body.Email, 254);
        // One that is mistyped would be taxed as one outside the EU.
        if (!errors.ContainsKey("address.country") && !Countries.Contains(address.Country)) errors["address.country"] = ["kein Ländercode nach ISO 3166-1 alpha-2"];
        if (!errors.ContainsKey("email") && !Email().IsMatch(email)) errors["email"] = ["keine E-Mail-Adresse"];

        var vatId = body.VatId is null ? null : Separators().Replace(body.VatId, "").ToUpperInvariant();
        if (vatId is { Length: 0 }) vatId = null;
        if (vatId is not null && !VatId().IsMatch(vatId)) errors["vatId"] = ["keine USt-IdNr."];
        Language? language = body.Language switch { null or "de" => Language.German, "en" => Language.English, _ => null };
        if (language is null) errors["language"] = ["de oder en"];

        if (errors.Count > 0) return new Refusal("validation_failed", Errors: errors);
        return new OpenAccount.Details(new(name, address, email, vatId), language!.Value, body.Plan);
    }

    /// <summary>No half of a surrogate pair stands alone: such text could not be written as UTF-8.</summary>
    static bool IsPaired(string text)
    {
        for (var place = 0; place < text.Length; place++)
        {
            if (!char.IsSurrogate(text[place])) continue;
            if (place + 1 == text.Length || !char.IsSurrogatePair(text[place], text[place + 1])) return false;
            place++;
        }
        return true;
    }

    [GeneratedRegex(@"\A[^@\s]+@[^@\s]+\.[^@\s]+\z")]
    private static partial Regex Email();

    [GeneratedRegex(@"[\s.\-]")]
    private static partial Regex Separators();

    // The form that all members share; whether it is a real one only VIES knows.
    [GeneratedRegex(@"\A[A-Z]{2}[A-Z0-9+*]{2,13}\z")]
    private static partial Regex VatId();
}
