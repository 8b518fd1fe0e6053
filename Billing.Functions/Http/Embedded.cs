namespace Billing.Functions.Http;

/// <summary>Files that come with the assembly.</summary>
static class Embedded
{
    public static IEnumerable<string> Names => typeof(Embedded).Assembly.GetManifestResourceNames();

    /// <param name="name">One of <see cref="Names"/>.</param>
    public static byte[] Read(string name)
    {
        using var stream = typeof(Embedded).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
