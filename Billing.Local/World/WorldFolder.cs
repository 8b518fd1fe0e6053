using System.Globalization;
using System.Text;

namespace Billing.Local.World;

/// <summary>
/// The files by which the processes of one world find each other, in the temporary folder under its storage port. Who owns
/// and who runs the world is told by locks: unlike pids they end with their process, however it ends.
/// </summary>
sealed class WorldFolder
{
    const string OwnerLock = "owner.lock";
    const string WorldLock = "world.lock";

    readonly string _path;

    public WorldFolder(int storagePort)
    {
        _path = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"cloudcrm-billing-{storagePort}"));
        // The signing key in here is nobody else's business.
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(_path);
        else Directory.CreateDirectory(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Clock => In("clock");

    public string Key => In("signing-key.pem");

    public string WorldLog => In("world.log");

    public string StorageLog => In("azurite.log");

    /// <summary>Where this world keeps what outlives it; null when it keeps nothing.</summary>
    public string? KeptIn => File.Exists(In("kept-in")) ? File.ReadAllText(In("kept-in")) : null;

    /// <summary>Held by the process that stops the world when it ends. Null when another holds it.</summary>
    public FileStream? TryOwn()
    {
        if (TryLock(OwnerLock) is not { } owned) return null;
        Write("owner", Environment.ProcessId);
        return owned;
    }

    /// <summary>Held by the process that runs the world. Null when another holds it.</summary>
    public FileStream? TryRun() => TryLock(WorldLock);

    public int? Owner => Pid("owner");

    public int? World { get => Pid("world"); set => Write("world", value); }

    public int? Storage { get => Pid("azurite"); set => Write("azurite", value); }

    /// <summary>Empties the folder for a new world.</summary>
    public void Clear()
    {
        foreach (var file in Directory.GetFiles(_path).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
            File.Delete(file);
    }

    /// <summary>Makes clock and key where they are missing: those of the world kept before, or new ones.</summary>
    public void Furnish(string? keptIn, DateTimeOffset? wishedClock)
    {
        if (keptIn is not null)
        {
            Directory.CreateDirectory(keptIn);
            CreateOnce(In("kept-in"), () => Encoding.UTF8.GetBytes(keptIn));
            CreateOnce(KeptKey(keptIn), NewKey);
        }

        CreateOnce(Key, () => keptIn is null ? NewKey() : File.ReadAllBytes(KeptKey(keptIn)));
        CreateOnce(Clock, () =>
        {
            var value = LocalClock.FirstValue(KeptClock(keptIn), wishedClock);
            if (KeptClock(keptIn) is { } kept) LocalClock.Keep(kept, value);
            return BitConverter.GetBytes(value);
        });
    }

    public static string? KeptClock(string? keptIn) => keptIn is null ? null : Path.Combine(keptIn, "clock");

    static string KeptKey(string keptIn) => Path.Combine(keptIn, "signing-key.pem");

    static byte[] NewKey() => Encoding.UTF8.GetBytes(SigningKey.NewPem());

    // Complete or not there: another process never reads half a file, and the first to make it has made it for all.
    static void CreateOnce(string path, Func<byte[]> content)
    {
        if (File.Exists(path)) return;
        var draft = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(draft, content());
        try
        {
            File.Move(draft, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }

    FileStream? TryLock(string name)
    {
        try
        {
            return new FileStream(In(name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    string In(string name) => Path.Combine(_path, name);

    int? Pid(string name) =>
        File.Exists(In(name)) && int.TryParse(File.ReadAllText(In(name)), CultureInfo.InvariantCulture, out var pid) ? pid : null;

    void Write(string name, int? pid)
    {
        if (pid is null) File.Delete(In(name));
        else File.WriteAllText(In(name), pid.Value.ToString(CultureInfo.InvariantCulture));
    }
}
