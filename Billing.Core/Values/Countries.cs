namespace Billing.Values;

/// <summary>The countries there are (ISO 3166-1 alpha-2), and what they are called in an address (<c>countries.csv</c>, names after CLDR).</summary>
public static class Countries
{
    static readonly Dictionary<string, LocalizedText> Names = Read();

    public static bool Contains(string code) => Names.ContainsKey(code);

    /// <param name="code">ISO 3166-1 alpha-2; one that is unknown is given back as it is.</param>
    public static string NameOf(string code, Language language) => Names.TryGetValue(code, out var name) ? name.In(language) : code;

    static Dictionary<string, LocalizedText> Read()
    {
        using var reader = new StreamReader(typeof(Countries).Assembly.GetManifestResourceStream("countries.csv")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split(';')).ToDictionary(row => row[0], row => new LocalizedText(row[1], row[2]));
    }
}
