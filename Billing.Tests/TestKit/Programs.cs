using System.Diagnostics;
using System.Net.Sockets;

namespace Billing.Tests;

/// <summary>What a program that has ended leaves: its exit code, and what it said on either stream.</summary>
sealed record EndedProgram(int Exit, string Output, string Errors)
{
    public string Said => Output + Errors;
}

/// <summary>Programs that a test runs, and whether those it has started can be reached.</summary>
static class Programs
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Runs one to its end. Where that is not waited for, it is killed with all that it has started.</summary>
    /// <param name="environment">Changes the variables that it is given; null leaves them.</param>
    public static async Task<EndedProgram> RunAsync(string program, IEnumerable<string> arguments, string folder = "", Action<IDictionary<string, string?>>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        environment?.Invoke(start.Environment);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var process = Process.Start(start)!;
        try
        {
            // Both at once: a stream that nobody reads stops whoever writes to it.
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            return new(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Whether something listens on a port.</summary>
    public static async Task<bool> ListensAsync(int port, string host = "127.0.0.1")
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
