using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Billing.Local.World;

namespace Billing.Benchmarks;

/// <summary>
/// How long the local service takes from the start of its process to the first answered request, and what takes it: the median of several starts in a world that runs
/// already, so that neither the storage emulator's start nor the first making of tables is in it.
/// </summary>
static class Start
{
    const int Starts = 10;

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <param name="program">The service to start, of this or of another build.</param>
    public static async Task RunAsync(string program)
    {
        await using var world = await World.StartAsync();
        var port = Ports.Free(1);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new($"http://127.0.0.1:{port}/") };
        await OnceAsync(program, world, port, http);
        var starts = new List<IReadOnlyList<(string Phase, double At)>>();
        for (var start = 0; start < Starts; start++) starts.Add(await OnceAsync(program, world, port, http));

        Console.WriteLine($"{program}\nmedian of {Starts} starts, milliseconds\n\n   at  took  until");
        var before = 0.0;
        for (var place = 0; place < starts[0].Count; place++)
        {
            var at = starts.Select(start => start[place].At).Order().ElementAt(Starts / 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{at,5:0} {at - before,5:0}  {starts[0][place].Phase}"));
            before = at;
        }
    }

    /// <summary>One start: its phases as the local host tells them, then the first answers.</summary>
    static async Task<IReadOnlyList<(string, double)>> OnceAsync(string program, World world, int port, HttpClient http)
    {
        var told = new ConcurrentQueue<(string, double)>();
        var start = new ProcessStartInfo("dotnet") { ArgumentList = { program }, RedirectStandardOutput = true, RedirectStandardError = true };
        (string Name, string Value)[] settings =
            [("Port", $"{port}"), ("StoragePort", $"{world.StoragePort}"), ("StripePort", $"{world.StripePort}"), ("Persist", "false"), ("Demo", "false"), ("StartTimes", "true")];
        foreach (var (name, value) in settings) start.Environment[$"Local__{name}"] = value;
        var since = Stopwatch.StartNew();
        using var service = Process.Start(start)!;
        service.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Split('\t') is ["start", var at, var phase]) told.Enqueue((phase, double.Parse(at, CultureInfo.InvariantCulture)));
        };
        service.BeginOutputReadLine();
        service.BeginErrorReadLine();
        try
        {
            await UntilAsync(service, () => AnswersAsync(http, "api/catalog"));
            var first = since.Elapsed.TotalMilliseconds;
            await UntilAsync(service, () => AnswersAsync(http, "api/health"));
            return [.. told, ("the first request is answered (GET /api/catalog)", first), ("storage has answered through the service (GET /api/health)", since.Elapsed.TotalMilliseconds)];
        }
        finally
        {
            Signal.Terminate(service.Id);
            await service.WaitForExitAsync();
        }
    }

    static async Task UntilAsync(Process process, Func<Task<bool>> reached)
    {
        for (var waited = Stopwatch.StartNew(); !await reached(); await Task.Delay(1))
        {
            if (process.HasExited || waited.Elapsed > Patience) throw new InvalidOperationException($"{process.StartInfo.ArgumentList[0]} does not start.");
        }
    }

    static async Task<bool> AnswersAsync(HttpClient http, string path)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
