using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Billing.Local.World;

/// <summary>What .NET does not offer: leaving the terminal's process group, and asking another process to end.</summary>
static class Signal
{
    const int SigTerm = 15;

    /// <summary>A Ctrl-C or a closed terminal meant for whoever started this process no longer reaches it.</summary>
    public static void LeaveTerminal()
    {
        if (!OperatingSystem.IsWindows()) _ = NewSession();
    }

    /// <summary>Asks a process to end; on Windows, which has no such signal, ends it.</summary>
    public static void Terminate(int pid)
    {
        if (!OperatingSystem.IsWindows()) _ = Send(pid, SigTerm);
        else if (Find(pid) is { } process) process.Kill(entireProcessTree: true);
    }

    public static Process? Find(int pid)
    {
        try
        {
            return Process.GetProcessById(pid);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "setsid"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int NewSession();

    [DllImport("libc", EntryPoint = "kill"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Send(int pid, int signal);
}
