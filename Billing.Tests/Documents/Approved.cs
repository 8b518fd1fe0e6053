namespace Billing.Tests;

/// <summary>Text that a person has looked at and approved: <c>Documents/Approved/{name}.txt</c>.</summary>
static class Approved
{
    /// <summary>What differs, or is new, is left beside as <c>{name}.received.txt</c>: look at it, and rename it if it is right.</summary>
    public static void Is(string name, string text)
    {
        var approved = Repository.File("Billing.Tests", "Documents", "Approved", $"{name}.txt");
        var received = Path.ChangeExtension(approved, ".received.txt");
        var expected = File.Exists(approved) ? File.ReadAllText(approved) : "";
        if (text == expected) return;
        File.WriteAllText(received, text);
        Assert.Equal(expected, text);
    }
}
