using System.Globalization;
using System.Text;
using Azure.Data.Tables;
using Billing.Accounts;
using Billing.AddOns;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Values;

namespace Billing.Adapters.TableStorage;

/// <summary>
/// How an account's partition is laid out, and the limits of real Table Storage that the emulator does not enforce: 64 KiB a property
/// (32K UTF-16 characters), 1 MiB a row.
/// </summary>
static class Rows
{
    const int CharactersPerProperty = 32_000;
    const int BytesPerRow = 1024 * 1024;
    public const string Account = "account";

    // Newest first is a plain range read: places count down in the key.
    public static string Invoice(int sequence) => "invoice|" + Descending(sequence);
    public static string Journal(int sequence) => "journal|" + Descending(sequence);
    public static string Booking(BookingId id) => "booking|" + Descending(id.Sequence);
    public static string Reply(string key) => "reply|" + key;
    public static string UsedConfirmation(string use) => "confirmation|" + use;
    public static string Outbox(long version) => "outbox|" + version.ToString("D12", CultureInfo.InvariantCulture);

    /// <summary>The end of a range of keys that begin with <c>prefix|</c>: '}' follows '|'.</summary>
    public static string EndOf(string prefix) => prefix + "}";

    static string Descending(int sequence) => (int.MaxValue - sequence).ToString("D10", CultureInfo.InvariantCulture);

    public static TableEntity Of(Account account, string commit)
    {
        var row = Json(account.Id, Account, account);
        row["Commit"] = commit;
        row["Version"] = account.Version;
        if (account.Due is { } due) row["DueAt"] = due.Moment;
        return row;
    }

    public static TableEntity Of(AccountId account, Invoice invoice)
    {
        var row = Json(account, Invoice(invoice.Sequence), invoice);
        row["Summary"] = JsonText.Of(InvoiceSummary.Of(invoice));
        return row;
    }

    /// <summary>Stands in a draft's place once the draft was issued: its id still finds it.</summary>
    public static TableEntity MovedTo(AccountId account, Invoice invoice) =>
        new(account.Value, Invoice(invoice.Id.Sequence)) { ["MovedTo"] = invoice.Sequence };

    public static TableEntity Of(AccountId account, AddOnBooking booking) => Json(account, Booking(booking.Id), booking);
    public static TableEntity Of(AccountId account, JournalEntry entry) => Json(account, Journal(entry.Sequence), entry);
    public static TableEntity Of(OutboxEntry entry)
    {
        var row = Json(entry.Account, Outbox(entry.Version), entry);
        row["PromisedAt"] = entry.At;
        return row;
    }

    public static TableEntity Of(AccountId account, RememberedReply reply) => new(account.Value, Reply(reply.Key))
    {
        ["Request"] = reply.Request,
        ["Status"] = reply.Reply.Status,
        ["Kind"] = reply.Reply.Kind.ToString(),
        ["Id"] = reply.Reply.Id,
        ["At"] = reply.At,
    };

    public static TableEntity UsedConfirmation(AccountId account, string use, DateTimeOffset at) => new(account.Value, UsedConfirmation(use)) { ["At"] = at };

    public static RememberedReply ReadReply(TableEntity row, string key) => new(
        key, row.GetString("Request"), new(row.GetInt32("Status")!.Value, Enum.Parse<ReplyKind>(row.GetString("Kind")), row.GetString("Id")),
        row.GetDateTimeOffset("At")!.Value);

    public static T Read<T>(TableEntity row)
    {
        if (row.GetString("Json1") is null) return JsonText.Read<T>(row.GetString("Json0"));
        var json = new StringBuilder();
        for (var part = 0; row.GetString($"Json{part}") is { } text; part++) json.Append(text);
        return JsonText.Read<T>(json.ToString());
    }

    static TableEntity Json<T>(AccountId account, string key, T value)
    {
        var row = new TableEntity(account.Value, key);
        var json = JsonText.Of(value);
        for (var (start, part) = (0, 0); start < json.Length; start += CharactersPerProperty, part++)
            row[$"Json{part}"] = json.Substring(start, Math.Min(CharactersPerProperty, json.Length - start));
        var size = SizeOf(row);
        if (size > BytesPerRow) throw new InvalidOperationException($"Row {key} of account {account} would have {size} bytes, more than a table row holds.");
        return row;
    }

    /// <summary>The size as Table Storage counts it: UTF-16 for names and text, 8 bytes for the rest, plus a little for each.</summary>
    public static int SizeOf(TableEntity row) => 4 + row.Sum(property => 8 + 2 * property.Key.Length + (property.Value is string text ? 4 + 2 * text.Length : 8));
}
