using System.Text;

namespace Billing.Tests;

/// <summary>Files that a person has looked at and approved: <c>{folder}/Approved/{name}</c>.</summary>
static class Approved
{
    /// <summary>What differs, or is new, is left beside as <c>….received.…</c>: look at it, and rename it if it is right.</summary>
    public static void Is(string folder, string name, byte[] actual)
    {
        var approved = Repository.File("Billing.Tests", folder, "Approved", name);
        var received = Path.ChangeExtension(approved, $".received{Path.GetExtension(approved)}");
        var expected = File.Exists(approved) ? File.ReadAllBytes(approved) : [];
        if (expected.AsSpan().SequenceEqual(actual))
        {
            File.Delete(received);
            return;
        }
        File.WriteAllBytes(received, actual);
        // As text it shows where; other bytes may come to the same text.
        Assert.Equal(Encoding.UTF8.GetString(expected), Encoding.UTF8.GetString(actual));
        Assert.Fail($"{name} differs from what was approved: compare {received}");
    }

    public static void Is(string folder, string name, string actual) => Is(folder, name, Encoding.UTF8.GetBytes(actual));
}
