using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Billing.Local.World;
using Billing.Values;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Billing.Benchmarks;

/// <summary>
/// Overview, preview and booking over HTTP, and in turn a bare server that asks storage for the least each of them needs and answers as many bytes.
/// Both are processes of their own; eight callers ask.
/// </summary>
static class ApiLoad
{
    const int Callers = 8;
    static readonly DateTimeOffset Now = new(2026, 5, 20, 8, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(int requests)
    {
        await using var world = await World.StartAsync();
        var accounts = Enumerable.Range(0, Callers).Select(caller => $"caller-{caller}").ToArray();
        var first = Ports.Free(2);
        await using var service = await ServerAsync(
            "Billing.Functions.dll", [], first,
            [("Port", $"{first}"), ("StoragePort", $"{world.StoragePort}"), ("StripePort", $"{world.StripePort}"), ("Persist", "false"), ("Demo", "false")]);
        await using var floor = await ServerAsync("Billing.Benchmarks.dll", ["floor-server", $"{first + 1}", world.Storage], first + 1, []);
        using var ours = new HttpClient { BaseAddress = new($"http://127.0.0.1:{first}/") };
        using var bare = new HttpClient { BaseAddress = new($"http://127.0.0.1:{first + 1}/") };

        var tokens = new Dictionary<string, AuthenticationHeaderValue>();
        var crm = await TokenAsync(ours, "service", null);
        foreach (var account in accounts)
        {
            tokens[account] = await TokenAsync(ours, "owner", account);
            await SendAsync(ours, HttpMethod.Put, $"api/accounts/{account}", crm, """{"companyName":"Beispiel GmbH","address":{"line1":"Weg 1","postalCode":"10115","city":"Berlin","country":"DE"},"email":"a@b.example","plan":"pro"}""");
        }

        (string Name, Func<string, Task> Ours, Func<string, Task> Floor, int Of)[] asked =
        [
            ("overview", account => SendAsync(ours, HttpMethod.Get, $"api/accounts/{account}/overview", tokens[account]), account => SendAsync(bare, HttpMethod.Get, $"overview/{account}", null), requests),
            ("preview", account => PreviewAsync(account), account => SendAsync(bare, HttpMethod.Get, $"preview/{account}", null), requests),
            ("booking", async account => await SendAsync(
                ours, HttpMethod.Post, $"api/accounts/{account}/add-ons", tokens[account], $$"""{"addOn":"users","quantity":1,"confirmation":"{{await PreviewAsync(account)}}"}"""),
                async account =>
                {
                    await SendAsync(bare, HttpMethod.Get, $"preview/{account}", null);
                    await SendAsync(bare, HttpMethod.Get, $"booking/{account}", null);
                }, Callers * 100),
        ];
        async Task<string> PreviewAsync(string account) => JsonDocument.Parse(await SendAsync(
            ours, HttpMethod.Post, $"api/accounts/{account}/add-ons/preview", tokens[account], """{"addOn":"users","quantity":1}""")).RootElement.GetProperty("confirmation").GetString()!;

        foreach (var (name, mine, least, of) in asked)
        {
            // Until the runtime has compiled what is used most: what is measured is a service that has been up for a while.
            await TimeAsync(accounts, mine, of / 2);
            await TimeAsync(accounts, least, of / 2);
            var (taken, floorTaken) = (TimeSpan.Zero, TimeSpan.Zero);
            for (var round = 0; round < 4; round++)
            {
                taken += await TimeAsync(accounts, mine, of / 4);
                floorTaken += await TimeAsync(accounts, least, of / 4);
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-9} {of / taken.TotalSeconds,6:0}/s, floor {of / floorTaken.TotalSeconds,6:0}/s, ratio to floor: {floorTaken / taken:0.00}"));
        }
        await CountAsync();
    }

    /// <summary>What a preview and an order ask of storage, counted in this process.</summary>
    static async Task CountAsync()
    {
        using var requests = new Requests();
        await using var world = await World.StartAsync();
        await using var ours = await Ours.StartAsync(world, Now);
        var id = AccountId.Parse("counted");
        await ours.OpenAsync(id);
        var before = requests.ToStorage(world);
        for (var booking = 0; booking < 50; booking++) await ours.BookAsync(id);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"storage operations per booking, its preview included: {(requests.ToStorage(world) - before) / 50.0:0.00}"));
    }

    /// <summary>The bare server: the rows that the service wrote, and nothing decided.</summary>
    public static async Task ServeFloorAsync(int port, string storage)
    {
        var web = WebApplication.CreateSlimBuilder();
        web.Logging.ClearProviders();
        web.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        await using var app = web.Build();
        var table = new TableServiceClient(storage).GetTableClient("Accounts");
        var floor = new TableServiceClient(storage).GetTableClient("FloorBookings");
        await floor.CreateIfNotExistsAsync();
        var answer = new string('x', 4_000);

        app.MapGet("/ready", () => "ready");
        app.MapGet("/overview/{account}", async (string account) =>
        {
            await table.GetEntityAsync<TableEntity>(account, "account");
            await foreach (var page in table.QueryAsync<TableEntity>($"PartitionKey eq '{account}' and RowKey ge 'invoice|' and RowKey lt 'invoice}}'", maxPerPage: 21).AsPages()) break;
            return Results.Text(answer);
        });
        app.MapGet("/preview/{account}", async (string account) =>
        {
            await table.GetEntityAsync<TableEntity>(account, "account");
            return Results.Text(answer);
        });
        app.MapGet("/booking/{account}", async (string account) =>
        {
            var row = (await table.GetEntityAsync<TableEntity>(account, "account")).Value;
            var some = Guid.NewGuid().ToString("N");
            await floor.SubmitTransactionAsync(
                [
                    new(TableTransactionActionType.UpsertReplace, row),
                    new(TableTransactionActionType.Add, new TableEntity(account, $"confirmation|{some}") { ["At"] = DateTimeOffset.UtcNow }),
                    new(TableTransactionActionType.Add, new TableEntity(account, $"journal|{some}") { ["Json0"] = answer[..1_500] }),
                ]);
            return Results.Text(answer);
        });
        await app.RunAsync();
    }

    static async Task<TimeSpan> TimeAsync(string[] accounts, Func<string, Task> ask, int times)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(accounts.Select(async account =>
        {
            for (var time = 0; time < times / accounts.Length; time++) await ask(account);
        }));
        return clock.Elapsed;
    }

    static async Task<AuthenticationHeaderValue> TokenAsync(HttpClient http, string role, string? account)
    {
        using var answer = await http.PostAsJsonAsync("local/token", new { role, accountId = account });
        return new("Bearer", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString());
    }

    static async Task<string> SendAsync(HttpClient http, HttpMethod method, string path, AuthenticationHeaderValue? token, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = token;
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? text : throw new InvalidOperationException($"{path}: {text}");
    }

    static async Task<Server> ServerAsync(string program, string[] arguments, int port, (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments]) { RedirectStandardOutput = true };
        foreach (var (name, value) in settings) start.Environment[$"Local__{name}"] = value;
        start.Environment["Crm__WebhookUrl"] = "";
        start.Environment["Limits__PreviewsAtOnce"] = "1000000";
        start.Environment["Local__Clock"] = LocalClock.Text(Now);
        var server = new Server(Process.Start(start)!);
        server.Process.OutputDataReceived += (_, _) => { };
        server.Process.BeginOutputReadLine();
        using var http = new HttpClient();
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            if (server.Process.HasExited || waited.Elapsed > TimeSpan.FromMinutes(1)) throw new InvalidOperationException($"{program} does not start.");
            try
            {
                using var answer = await http.GetAsync($"http://127.0.0.1:{port}/{(settings.Length > 0 ? "local" : "ready")}");
                if (answer.IsSuccessStatusCode) return server;
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }
        }
    }

    sealed record Server(Process Process) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Signal.Terminate(Process.Id);
            await Process.WaitForExitAsync();
            Process.Dispose();
        }
    }
}
