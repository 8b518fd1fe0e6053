using System.Text.Json.Serialization;

namespace Billing.Values;

/// <summary>What documents are written in.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Language>))]
public enum Language
{
    [JsonStringEnumMemberName("de")] German,
    [JsonStringEnumMemberName("en")] English,
}

/// <summary>The same words in both languages.</summary>
public sealed record LocalizedText(string De, string En)
{
    public string In(Language language) => language == Language.English ? En : De;
}
