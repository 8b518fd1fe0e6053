using System.Collections.Immutable;
using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Billing.Access;
using Billing.Accounts;
using Billing.Adapters.BlobStorage;
using Billing.Adapters.Queues;
using Billing.Adapters.StripeApi;
using Billing.Adapters.TableStorage;
using Billing.Catalogs;
using Billing.Documents;
using Billing.Exports;
using Billing.Functions.Http;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Payments;
using Billing.Values;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Stripe;

namespace Billing.Functions;

/// <summary>Puts the service together from its settings, all of which are named in <c>local.settings.sample.json</c>.</summary>
public static class BillingServices
{
    /// <exception cref="SettingsException">Settings are missing or wrong; the one message names them all.</exception>
    public static IServiceCollection AddBilling(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = new Settings(configuration);
        var terms = new Terms(Catalog.BuiltIn(), settings.Seller(), settings.Access(), settings.Enum("Calendar:Land", FederalState.None));
        var tokens = new TokenSettings(settings.Address("Auth:Authority"), settings.Text("Auth:Audience"), settings.OptionalAddress("Auth:StaffAuthority"));
        var crm = settings.Crm();
        var key = settings.Key("Confirmation:Key");
        var confirmations = new Confirmations(key);
        var stripe = settings.Stripe();
        var origins = settings.Origins("Page:Origins");
        var storage = settings.Storage();
        var letterhead = new Letterhead(settings.Logo("Seller:Logo"));
        var datev = settings.Datev(terms.Catalog);
        var retention = settings.Retention();
        // An account may have 200 running add-ons: who books them all in one go gets through.
        var (previews, sessions) = (settings.Limit("Previews", new(AtOnce: 300, PerMinute: 120)), settings.Limit("Sessions", new(AtOnce: 60, PerMinute: 30)));
        settings.ThrowIfWrong();

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(terms).AddSingleton(tokens).AddSingleton(crm).AddSingleton(confirmations);

        services.AddSingleton(provider => storage.Tables(Brisk(new TableClientOptions(), provider)));
        services.AddSingleton(provider => storage.Queues(Brisk(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }, provider)));
        services.AddSingleton(provider => storage.Blobs(Brisk(new BlobClientOptions(), provider)));
        services.AddSingleton<Tables>().AddSingleton<AccountWorkQueue>().AddSingleton<CrmQueue>().AddSingleton<StripeEventQueue>().AddSingleton<PoisonQueues>();
        services.AddSingleton<IAccountStore, TableAccounts>();
        services.AddSingleton<IDueIndex, TableDueIndex>();
        services.AddSingleton<IDocumentNumbers, TableDocumentNumbers>();
        services.AddSingleton<TableFindings>().AddSingleton<IFindings>(provider => provider.GetRequiredService<TableFindings>());
        services.AddSingleton<INotificationStore, TableNotifications>();
        services.AddSingleton<IAccountWork>(provider => provider.GetRequiredService<AccountWorkQueue>());
        services.AddSingleton<INotificationWork>(provider => provider.GetRequiredService<CrmQueue>());
        services.AddSingleton<IProviderEventWork>(provider => provider.GetRequiredService<StripeEventQueue>());
        services.AddSingleton<IDocumentIndex, TableDocumentIndex>();
        services.AddSingleton<BlobDocumentArchive>().AddSingleton<IDocumentArchive>(provider => provider.GetRequiredService<BlobDocumentArchive>());
        services.AddHostedService<StorageSetup>();

        services.AddSingleton<RenderDocument>(document => InvoiceDocument.Render(document, letterhead));
        services.AddSingleton<ArchiveDocuments>().AddSingleton<OpenDocument>();
        services.AddSingleton(new DatevExport(datev)).AddSingleton<IssuedDocuments>().AddSingleton<DocumentsZip>();
        services.AddSingleton<DeliverOutbox>();
        services.AddSingleton(provider => new Accounts.Accounts(
            provider.GetRequiredService<IAccountStore>(), provider.GetRequiredService<IDueIndex>(), provider.GetRequiredService<IDocumentNumbers>(),
            provider.GetRequiredService<DeliverOutbox>(), provider.GetRequiredService<ArchiveDocuments>(), confirmations, terms, crmListens: crm.WebhookUrl is not null,
            provider.GetRequiredService<ILogger<Accounts.Accounts>>()));

        services.AddSingleton(stripe).AddSingleton(new PageOrigins(origins));
        services.AddSingleton(provider => new StripeClient(new StripeClientOptions
        {
            ApiKey = stripe.ApiKey,
            ApiBase = stripe.ApiBase?.ToString().TrimEnd('/'),
            // One attempt a call: what is unknown is looked up, not repeated blindly.
            HttpClient = new SystemNetHttpClient(
                new HttpClient(provider.GetService<HttpMessageHandler>() ?? new HttpClientHandler()) { Timeout = TimeSpan.FromSeconds(8) }, maxNetworkRetries: 0),
        }));
        services.AddSingleton<IPaymentGateway, StripeGateway>().AddSingleton<TableProviderEvents>().AddSingleton<IProviderEvents>(provider => provider.GetRequiredService<TableProviderEvents>()).AddSingleton<StripeEvents>();
        services.AddSingleton<Collections>().AddSingleton<WorkProviderEvent>();
        services.AddSingleton<Tokens>().AddSingleton(_ => new CallLimits(previews, sessions)).AddSingleton<Api>().AddSingleton<Answers>();
        services.AddSingleton<TellCrm>();
        services.AddSingleton(retention).AddSingleton(new Pseudonyms(key)).AddSingleton<TableStaffActions>();
        // A redirect would be followed, and what answers there, a login page perhaps, has been told nothing.
        services.AddHttpClient<ICrm, CrmWebhook>(http => http.Timeout = TimeSpan.FromSeconds(8))
            .ConfigurePrimaryHttpMessageHandler((handler, _) => ((SocketsHttpHandler)handler).AllowAutoRedirect = false);
        return services;
    }

    /// <summary>
    /// A caller waits: storage that hangs is an outage after seconds, not minutes. Where a handler is registered, everything that leaves for storage
    /// and Stripe goes through it: tests count it there, and make it fail.
    /// </summary>
    static T Brisk<T>(T options, IServiceProvider provider) where T : ClientOptions
    {
        if (provider.GetService<HttpMessageHandler>() is { } handler) options.Transport = new HttpClientTransport(handler);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(10);
        options.Retry.MaxRetries = 2;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(2);
        return options;
    }

    /// <summary>Tables, queues and the container are made where they are missing; in Azure they are there already.</summary>
    sealed class StorageSetup(Tables tables, AccountWorkQueue work, CrmQueue crm, StripeEventQueue stripe, BlobDocumentArchive archive) : IHostedLifecycleService
    {
        // Before anything else starts: the first invocation needs them.
        public Task StartingAsync(CancellationToken cancellationToken) =>
            Task.WhenAll(
                tables.CreateAsync(cancellationToken), work.CreateAsync(cancellationToken), crm.CreateAsync(cancellationToken), stripe.CreateAsync(cancellationToken),
                archive.CreateAsync(cancellationToken));

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Reads settings and collects what is wrong with them, so that all of it is told at once.</summary>
    sealed class Settings(IConfiguration configuration)
    {
        readonly List<string> _wrong = [];

        public string? Optional(string name) => configuration[name] is { Length: > 0 } value ? value : null;

        public string Text(string name) => Optional(name) ?? Wrong(name, "is missing", "");

        /// <summary>Both forms under the names that the Functions host knows.</summary>
        public StorageAccess Storage()
        {
            const string name = "AzureWebJobsStorage", blobs = $"{name}:blobServiceUri", queues = $"{name}:queueServiceUri", tables = $"{name}:tableServiceUri", identity = $"{name}:clientId";
            if (Optional(name) is null && ((string[])[blobs, queues, tables, identity]).Any(part => Optional(part) is not null))
                return new StorageAccess.ByIdentity(Address(blobs), Address(queues), Address(tables), Optional(identity) ?? Wrong(identity, "is missing", "none"));
            return new StorageAccess.ByConnectionString(Text(name));
        }

        public Uri Address(string name) => OptionalAddress(name) ?? (Optional(name) is null ? Wrong(name, "is missing", Nowhere) : Nowhere);

        public Uri? OptionalAddress(string name) => Optional(name) switch
        {
            null => null,
            var text when Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback)) => uri,
            _ => Wrong<Uri?>(name, "is no https address", null),
        };

        public byte[] Key(string name)
        {
            var bytes = new byte[256];
            if (Optional(name) is not { } text) return Wrong(name, "is missing", bytes);
            return Convert.TryFromBase64String(text, bytes, out var length) && length >= 32 ? bytes[..length] : Wrong(name, "is not base64 of at least 32 bytes", bytes);
        }

        public T Enum<T>(string name, T otherwise) where T : struct, System.Enum =>
            Optional(name) is not { } text ? otherwise : System.Enum.TryParse<T>(text, out var value) && System.Enum.IsDefined(value) ? value : Wrong(name, $"is none of {string.Join(", ", System.Enum.GetNames<T>())}", otherwise);

        public CrmSettings Crm()
        {
            var url = OptionalAddress("Crm:WebhookUrl");
            ImmutableArray<byte[]?> secrets = [.. (Optional("Crm:WebhookSecret") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(CrmWebhook.ReadSecret)];
            if (url is not null && (secrets.IsEmpty || secrets.Contains(null))) Wrong("Crm:WebhookSecret", "is missing, or none of the form whsec_<base64 of at least 24 bytes>", 0);
            return new(url, [.. secrets.OfType<byte[]>()]);
        }

        public string? Logo(string name) => Optional(name) is not { } path || Letterhead.IsLogo(path) ? Optional(name) : Wrong<string?>(name, "is no SVG path data", null);

        public StripeSettings Stripe() => new(
            Text("Stripe:ApiKey"), OptionalAddress("Stripe:ApiBase"), Text("Stripe:WebhookSecret").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

        public IReadOnlyList<Uri> Origins(string name) =>
        [
            .. (Optional(name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(text =>
                Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : Wrong(name, "holds what is no address", Nowhere)),
        ];

        public Retention Retention() => new(Number("Retention:StaffMonths", 1, 120, 24));

        public CallLimit Limit(string name, CallLimit usual) => new(
            Number($"Limits:{name}AtOnce", 1, 1_000_000, usual.AtOnce), Number($"Limits:{name}PerMinute", 1, 1_000_000, usual.PerMinute));

        public AccessTerms Access()
        {
            var usual = new AccessTerms();
            return new(
                Days("Access:ReminderAfter", usual.ReminderAfter), Days("Access:NoticeAfter", usual.NoticeAfter), Days("Access:WarningAfter", usual.WarningAfter), Days("Access:SuspensionAfter", usual.SuspensionAfter),
                Optional("Access:WithoutMethodAfter") == "off" ? null : Days("Access:WithoutMethodAfter", usual.WithoutMethodAfter!.Value),
                Days("Access:FindingAfter", usual.FindingAfter));
        }

        public Seller Seller() => new(
            Text("Seller:Name"),
            new(Text("Seller:Line1"), Optional("Seller:Line2"), Text("Seller:PostalCode"), Text("Seller:City"), Text("Seller:Country")),
            Text("Seller:Email"), Text("Seller:VatId"), Text("Seller:TaxNumber"), Text("Seller:Register"), Text("Seller:ManagingDirector"),
            Text("Seller:BankName"), Text("Seller:Iban"), Text("Seller:Bic"), Optional("Seller:CreditorId"));

        /// <summary>Null unless the tax adviser's numbers are set. The accounts' defaults are those of SKR03 and SKR04.</summary>
        public DatevSettings? Datev(Catalog catalog)
        {
            if (Optional("Datev:Consultant") is null && Optional("Datev:Client") is null) return null;
            var length = Number("Datev:AccountLength", 4, 8, 4);
            var chart = Optional("Datev:Chart") ?? "03";
            // Revenue at 19 %, under reverse charge, and outside the EU.
            var (revenue, reverseCharge, outsideEu) = chart switch
            {
                "03" => ("8400", "8336", "8338"),
                "04" => ("4400", "4336", "4338"),
                _ => Wrong("Datev:Chart", "is neither 03 nor 04", ("", "", "")),
            };
            string Account(string name, string usual, int digits) =>
                (Optional(name) ?? usual.PadRight(digits, '0')) is var account && account.Length <= digits && account.All(char.IsAsciiDigit)
                    ? account : Wrong(name, $"is no account of up to {digits} digits", "");
            return new(
                Number("Datev:Consultant", 1001, 9_999_999), Number("Datev:Client", 1, 99_999), chart, length, MonthAndDay("Datev:FiscalYearBegins"),
                Account("Datev:DebtorAccount", "1", length + 1),
                // A rate of the past that no document has needs no account.
                catalog.VatRates.Select(rate => (rate.Percent, Name: string.Create(CultureInfo.InvariantCulture, $"Datev:RevenueAccount{rate.Percent}"))).Distinct()
                    .Where(rate => rate.Percent == 19 || Optional(rate.Name) is not null)
                    .ToImmutableDictionary(rate => rate.Percent, rate => Account(rate.Name, revenue, length)),
                Account("Datev:RevenueAccountReverseCharge", reverseCharge, length), Account("Datev:RevenueAccountOutsideEu", outsideEu, length));
        }

        public void ThrowIfWrong()
        {
            if (_wrong.Count > 0) throw new SettingsException($"The settings are incomplete: {string.Join("; ", _wrong)}.");
        }

        int Days(string name, int otherwise) =>
            Optional(name) is not { } text ? otherwise
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days
            : Wrong(name, "is no number of days", otherwise);

        int Number(string name, int least, int most, int? otherwise = null) =>
            Optional(name) is not { } text ? otherwise ?? Wrong(name, "is missing", 0)
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
            : Wrong(name, $"is no number from {least} to {most}", least);

        DateOnly MonthAndDay(string name) =>
            // A year without 29 February: it must begin every year.
            DateOnly.TryParseExact($"2023-{Optional(name) ?? "01-01"}", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                ? day : Wrong(name, "is no day of the year as MM-dd", new DateOnly(2023, 1, 1));

        T Wrong<T>(string name, string what, T instead)
        {
            _wrong.Add($"{name.Replace(":", "__")} {what}");
            return instead;
        }

        static readonly Uri Nowhere = new("https://invalid.example");
    }
}

/// <summary>The service cannot start; the message says what to set.</summary>
public sealed class SettingsException(string message) : Exception(message);
