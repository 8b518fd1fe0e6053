using System.Globalization;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace Billing.Tests.Api;

/// <summary>A service whose queues give up soon, for what goes wrong in operation.</summary>
public sealed class TroubledService : IAsyncLifetime
{
    public Service Service { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Service = await Service.StartAsync(
        Place.New("2026-05-06T08:00:00Z"), ("AzureFunctionsJobHost__extensions__queues__visibilityTimeout", "00:00:00.200"));

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}

/// <summary>What docs/operations.md tells an operator to do, done. Each story begins where the clock stands.</summary>
public class RehearsalTests(TroubledService troubled) : IClassFixture<TroubledService>
{
    Service Service => troubled.Service;

    string Storage => Service.Place.Storage;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_that_was_given_up_delays_nobody_else_and_its_account_goes_on_once_it_is_mended()
    {
        var (acme, other) = (await Service.OpenAsync("smart"), await Service.OpenAsync("smart"));
        var table = new TableClient(Storage, "Accounts");
        var row = (await table.GetEntityAsync<TableEntity>(acme.Id, "account", cancellationToken: Stop)).Value;
        await table.UpdateEntityAsync(new TableEntity(acme.Id, "account") { ["Json0"] = "{" }, ETag.All, TableUpdateMode.Merge, Stop);

        await Service.WalkAsync(await DueAsync(other));

        // What is to be seen: the message, and an account that cannot be read. Everybody else is closed.
        Assert.Equal(2, (await other.DocumentsAsync()).Count);
        var poison = new QueueClient(Storage, "account-work-poison");
        var given = (await poison.PeekMessagesAsync(32, Stop)).Value.Select(message => Encoding.UTF8.GetString(Convert.FromBase64String(message.MessageText))).ToList();
        Assert.Contains(given, message => message.Split(' ')[0] == acme.Id);
        (await acme.OperateAsync("")).Refused(500, "internal_error");

        // Mended, woken, cleared away.
        await table.UpdateEntityAsync(new TableEntity(acme.Id, "account") { ["Json0"] = row.GetString("Json0") }, ETag.All, TableUpdateMode.Merge, Stop);
        Assert.Equal(202, (await acme.OperateAsync("/wake", new { reason = "Zeile wiederhergestellt" })).Status);
        await poison.ClearMessagesAsync(Stop);
        await Service.WalkAsync(await Service.NowAsync());
        Assert.Equal(2, (await acme.DocumentsAsync()).Count);
        Assert.Contains((await acme.GetAsync("/journal")).Ok().Items("entries"), entry => entry.Text("action") == "account.woken");
    }

    [Fact]
    public async Task A_close_that_was_missed_is_seen_and_caught_up_by_hand_or_by_the_sweep()
    {
        var (acme, other) = (await Service.OpenAsync("smart"), await Service.OpenAsync("smart"));
        var due = await DueAsync(acme);
        await DueAsync(other);
        var index = new TableClient(Storage, "DueAccounts");
        await foreach (var entry in index.QueryAsync<TableEntity>(cancellationToken: Stop))
            if (entry.RowKey.Split('|')[1] is var account && (account == acme.Id || account == other.Id)) await index.DeleteEntityAsync(entry.PartitionKey, entry.RowKey, ETag.All, Stop);

        // More than an hour: before that the sweep takes an account for one that is just being worked on.
        await Service.WalkAsync(due.AddMinutes(90));

        var seen = (await acme.OperateAsync("")).Ok();
        Assert.True(seen.GetProperty("dueAt").GetDateTimeOffset() < await Service.NowAsync());
        Assert.Equal(202, (await acme.OperateAsync("/wake", new { reason = "Abschluss fehlt" })).Status);
        Assert.Equal(2, (await acme.DocumentsAsync()).Count);

        // Asked for, the sweep is not late itself: what it finds should not have been, and it says so.
        Assert.Equal(202, (await Service.SendAsync(HttpMethod.Post, "admin/functions/SweepAccounts", new { })).Status);
        await Service.WalkAsync(await Service.NowAsync());
        await SaidAsync($"Account {other.Id} was overdue although the due index did not say so");
        Assert.True((await other.OperateAsync("")).Ok().GetProperty("dueAt").GetDateTimeOffset() > await Service.NowAsync());
        Assert.Equal((2, 2), ((await acme.DocumentsAsync()).Count, (await other.DocumentsAsync()).Count));
    }

    [Fact]
    public async Task A_sweep_that_comes_late_itself_takes_nothing_for_overlooked()
    {
        var acme = await Service.OpenAsync("smart");
        await acme.LeavesAsync("DE89370400440532013000"); // Underway, so that it is looked up by day.

        await Service.WalkAsync((await Service.NowAsync()).AddDays(7));

        Assert.Equal("paid", (await acme.DocumentsAsync())[0].Text("status"));
        Assert.DoesNotContain(Service.Said, line => line.Contains($"Account {acme.Id} was overdue although the due index did not say so", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_document_that_was_changed_is_served_again_once_it_is_restored_and_the_finding_is_closed_with_a_reason()
    {
        var acme = await Service.OpenAsync("smart");
        var document = await acme.LastDocumentAsync();
        var blob = new BlobContainerClient(Storage, "documents").GetBlobClient($"{acme.Id}/{document.Text("date")[..4]}/{document.Text("number")}.pdf");
        var original = (await blob.DownloadContentAsync(Stop)).Value.Content;
        await blob.UploadAsync(BinaryData.FromString("%PDF over 1 cent"), overwrite: true, Stop);
        (await acme.GetAsync("/invoices/inv-1/pdf")).Refused(500, "document_damaged");
        var operators = await Service.TokenAsync("operator");
        var finding = (await Service.SendAsync(HttpMethod.Get, "api/operator/findings", token: operators)).Ok().Items("findings").Single(finding => finding.Text("account") == acme.Id);

        await blob.UploadAsync(original, overwrite: true, Stop);
        Assert.Equal(original.ToArray(), (await acme.GetAsync("/invoices/inv-1/pdf")).Bytes);
        for (var time = 0; time < 2; time++)
            (await Service.SendAsync(HttpMethod.Post, $"api/operator/findings/{finding.Text("id")}/resolve", new { reason = "Aus der Sicherung" }, operators)).Ok();

        var line = Assert.Single((await acme.GetAsync("/journal")).Ok().Items("entries"), entry => entry.Text("action") == "finding.resolved");
        Assert.Equal(("operator", "operator", "Befund document_damaged erledigt. Grund: Aus der Sicherung"), (line.Text("user"), line.Text("role"), line.Text("text")));
    }

    [Fact]
    public async Task With_another_confirmation_key_an_open_dialog_shows_the_figures_anew_and_nothing_else_happens()
    {
        await using var rotated = await Service.StartAsync(Service.Place, ("Confirmation__Key", Convert.ToBase64String(new byte[32])));
        var acme = await Service.OpenAsync("smart");
        var shown = (await acme.PreviewAsync("/plan-changes", new { plan = "pro" })).Text("confirmation");

        var stale = (await acme.On(rotated).PostAsync("/plan-changes", new { plan = "pro", confirmation = shown })).Refused(409, "confirmation_stale");

        Assert.Single(await acme.DocumentsAsync());
        (await acme.On(rotated).PostAsync("/plan-changes", new { plan = "pro", confirmation = stale.GetProperty("preview").Text("confirmation") })).Ok();
    }

    /// <summary>The log is written beside the work: a line may come a moment later.</summary>
    Task SaidAsync(string text) =>
        Waiting.UntilAsync(() => Task.FromResult(Service.Said.Any(line => line.Contains(text, StringComparison.Ordinal))), $"It was not said: {text}");

    /// <summary>The moment at which the account's period closes.</summary>
    static async Task<DateTimeOffset> DueAsync(Customer customer)
    {
        // Paid and with a method, nothing but the close falls due.
        await customer.LeavesAsync("4242424242424242");
        var to = DateOnly.Parse((await customer.AccountAsync()).GetProperty("period").Text("to"), CultureInfo.InvariantCulture);
        return Billing.Values.BerlinCalendar.StartOf(to.AddDays(1)).AddMinutes(1);
    }
}
