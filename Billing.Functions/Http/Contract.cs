using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Billing.Access;
using Billing.Accounts;
using Billing.AddOns;
using Billing.Catalogs;
using Billing.Invoices;
using Billing.Outbox;
using Billing.Payments;
using Billing.Values;

namespace Billing.Functions.Http;

// What callers send. Unknown fields are refused; what is optional is nullable with a default.

public sealed record AddressBody(string Line1, string PostalCode, string City, string Country, string? Line2 = null);
public sealed record AccountBody(string CompanyName, AddressBody Address, string Email, string? VatId = null, string? Language = null, string? Plan = null);
public sealed record PlanBody(string Plan);
public sealed record PlanOrderBody(string Plan, string? Confirmation = null);
public sealed record AddOnBody(string AddOn, int Quantity);
public sealed record AddOnOrderBody(string AddOn, int Quantity, string? Confirmation = null);
public sealed record ConfirmationBody(string? Confirmation = null);
public sealed record NoBody;
public sealed record ReturnBody(string ReturnUrl, string? CancelUrl = null);
public sealed record ReasonBody(string Reason);
public sealed record TransferBody(long GrossCents, DateOnly ReceivedOn, string Reference, string Reason);

// What callers get. Money in integer cents, days as yyyy-MM-dd, instants as RFC 3339 UTC.

public sealed record PeriodView(DateOnly From, DateOnly To);
public sealed record AddressView(string Line1, string? Line2, string PostalCode, string City, string Country);
public sealed record AccountView(
    string Id, string CompanyName, AddressView Address, string Email, string? VatId, Language Language, string Plan, DateOnly Since,
    PeriodView Period, DateOnly? EndsOn, string Status);
public sealed record LineView(
    LineKind Kind, string Description, int Quantity, Money UnitNetCents, DateOnly From, DateOnly To, int Days, int PeriodDays, Money NetCents);
public sealed record RenewalView(DateOnly On, Money NetCents, Money GrossCents);

public sealed record PreviewView(
    OrderKind Kind, DateOnly EffectiveOn, IEnumerable<LineView> Lines, Money NetCents, Money VatCents, Money GrossCents, OrderBilling Billing,
    bool PaidAutomatically, RenewalView? NextRenewal, string Confirmation, DateTimeOffset ValidUntil)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Plan { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? AddOn { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? Quantity { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public Money? FeeNetCents { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Notice { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? NotRefunded { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateOnly? WithdrawableThrough { get; init; }
}

public sealed record EndPreviewView(string Kind, DateOnly EndsOn, Money RefundGrossCents, Money TakenBackNetCents, string Notice, string Confirmation, DateTimeOffset ValidUntil);

public sealed record BookingView(
    string Id, string AddOn, string Label, int Quantity, Money MonthlyNetCents, DateOnly BookedOn, DateOnly BilledThrough, BookingStatus Status,
    DateOnly? EndsOn, DateOnly WithdrawableThrough, string StatusText);
public sealed record BookingsView(IEnumerable<BookingView> AddOns);

public sealed record SummaryView(
    string Id, string? Number, DocumentKind Kind, DateOnly Date, DateOnly? DueOn, InvoiceStatus Status, string StatusText, PaymentState Payment,
    Money NetCents, Money VatCents, Money GrossCents, Money AmountDueCents, string? Corrects, bool IsFullCorrection);
public sealed record TaxView(TaxTreatment Category, int RatePercent, Money NetCents, Money VatCents);
public sealed record PartyView(string Name, AddressView Address, string Email, string? VatId);
public sealed record SellerView(
    string Name, AddressView Address, string Email, string VatId, string TaxNumber, string Register, string ManagingDirector, string BankName, string Iban, string Bic);
public sealed record InvoiceView(
    string Id, string? Number, DocumentKind Kind, DateOnly Date, DateOnly? DueOn, InvoiceStatus Status, string StatusText, PaymentState Payment,
    Money NetCents, Money VatCents, Money GrossCents, Money AmountDueCents, string? Corrects, bool IsFullCorrection,
    IEnumerable<LineView> Lines, IEnumerable<TaxView> Taxes, SellerView Seller, PartyView Buyer, IEnumerable<string> Notes)
{
    /// <summary>What came in and stayed: paid, less what was refunded or taken back. Of a credit note, what was refunded on it.</summary>
    public required Money PaidCents { get; init; }

    /// <summary>Gross of all credit notes on it so far.</summary>
    public required Money CreditedCents { get; init; }
}
public sealed record InvoicesView(IEnumerable<SummaryView> Invoices, string? NextCursor);
public sealed record PlanChangedView(string Plan, SummaryView Invoice);

public sealed record AccessView(AccessState State, AccessReason? Reason, DateOnly? SuspendsOn);
public sealed record EntitlementsView(string Plan, int ExtraUsers, int ExtraStorageGb, AccessView Access);
public sealed record PlanView(string Plan, string Name, Money MonthlyNetCents);
public sealed record PlanOfferView(string Plan, string Name, Money MonthlyNetCents, string Action);
public sealed record AddOnOfferView(string AddOn, string Name, string Unit, Money MonthlyNetCents);
public sealed record PaymentMethodView(string Kind, string Label, string? Expires);
public sealed record OverviewView(
    AccountView Account, DateOnly Today, string Plan, PeriodView Period, IEnumerable<PlanOfferView> Plans, PaymentMethodView? PaymentMethod,
    IEnumerable<AddOnOfferView> AddOnOffers, IEnumerable<BookingView> AddOns, IEnumerable<SummaryView> Invoices, string? NextCursor, Money AmountDueCents,
    Money CollectableCents, Money DowngradeFeeNetCents, AccessView Access);
public sealed record CatalogView(string Currency, IEnumerable<PlanView> Plans, IEnumerable<AddOnOfferView> AddOns, Money DowngradeFeeNetCents);
public sealed record JournalEntryView(DateTimeOffset At, string User, string Role, string Action, string Text, JsonElement? Confirmed);
public sealed record JournalView(IEnumerable<JournalEntryView> Entries, string? NextCursor);
public sealed record FindingView(string Id, string Account, DateTimeOffset At, string Code, string Text, DateTimeOffset? ResolvedAt, string? ResolvedBy, string? Reason);
public sealed record FindingsView(IEnumerable<FindingView> Findings);
public sealed record OutboxView(long Version, DateTimeOffset At, IEnumerable<string> Notifications, IEnumerable<string> Findings, IEnumerable<string> Documents);
public sealed record OperatorAccountView(AccountView Account, long Version, DateTimeOffset? DueAt, AccessView Access, string? Draft, Money AmountDueCents, IEnumerable<OutboxView> Outbox, IEnumerable<string> Inbox);
public sealed record SessionView(string Url, string Kind);
public sealed record PaymentSessionView(string Url);
public sealed record HealthView(string Status, IReadOnlyDictionary<string, string> Dependencies);
public sealed record CrmEventView(string Id, string Type, string Account, DateTimeOffset At, Notification Data);

/// <summary>From the rules' words to the contract's.</summary>
public static class Contract
{
    /// <summary>Answers. Text may hold customers' names; it is JSON, never part of a page, so umlauts stay as they are.</summary>
    public static readonly JsonSerializerOptions Json = new(ContractJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new InstantConverter() },
    };

    /// <summary>Requests: numbers are JSON numbers, nothing is missing, unknown or there twice.</summary>
    public static readonly JsonSerializerOptions Strict = new(ContractJson.Default.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        MaxDepth = 8,
    };

    public static AccountView Account(Account account) => new(
        account.Id.Value, account.Company.CompanyName, Address(account.Company.Address), account.Company.Email, account.Company.VatId, account.Language,
        account.Plan, account.Since, Period(account.Period), account.EndsOn, account.HasEnded ? "ended" : "active");

    public static PeriodView Period(BillingPeriod period) => new(period.Start, period.LastDay);

    static AddressView Address(Address address) => new(address.Line1, address.Line2, address.PostalCode, address.City, address.Country);

    /// <summary>An <see cref="OrderPreview"/> or an <see cref="EndPreview"/>, with its confirmation.</summary>
    public static object Preview(Confirmable shown) => shown.Preview switch
    {
        OrderPreview order => new PreviewView(
            order.Kind, order.EffectiveOn, order.Lines.Select(Line), order.Net, order.Vat, order.Gross, order.Billing, order.PaidAutomatically,
            order.NextRenewal is { } renewal ? new(renewal.On, renewal.Net, renewal.Gross) : null, shown.Confirmation, shown.ValidUntil)
        {
            Plan = order.Plan,
            AddOn = order.AddOn,
            Quantity = order.Quantity,
            FeeNetCents = order.Fee,
            Notice = order.Notice,
            NotRefunded = order.NotRefunded,
            WithdrawableThrough = order.WithdrawableThrough,
        },
        EndPreview end => new EndPreviewView(end.Kind, end.EndsOn, end.RefundGross, end.TakenBackNet, end.Notice, shown.Confirmation, shown.ValidUntil),
        _ => throw new ArgumentException($"no preview: {shown.Preview.GetType()}", nameof(shown)),
    };

    static LineView Line(InvoiceLine line) => new(
        line.Kind, line.Description, line.Quantity, line.UnitNet, line.From, line.To, line.Days, line.PeriodDays, line.Net);

    public static BookingView Booking(AddOnBooking booking, Account account, Terms terms) => new(
        booking.Id.ToString(), booking.AddOn, terms.Catalog.AddOn(booking.AddOn).Label(booking.Quantity, account.Language), booking.Quantity,
        booking.MonthlyNet, booking.BookedOn, booking.BilledThrough, booking.Status, booking.EndsOn, booking.WithdrawableThrough,
        StatusText(booking, account.Language));

    static string StatusText(AddOnBooking booking, Language language) => (booking.Status switch
    {
        BookingStatus.Active => new LocalizedText("Aktiv", "Active"),
        BookingStatus.Cancelled => new($"Kündigung zum {booking.EndsOn:dd.MM.yyyy}", $"Cancelled as of {booking.EndsOn:d MMM yyyy}"),
        BookingStatus.Ended => new($"Beendet zum {booking.EndsOn:dd.MM.yyyy}", $"Ended on {booking.EndsOn:d MMM yyyy}"),
        _ => new("Widerrufen", "Withdrawn"),
    }).In(language);

    public static SummaryView Summary(InvoiceSummary invoice, Account account) => new(
        invoice.Id.ToString(), invoice.Number, invoice.Kind, invoice.Date, invoice.DueOn, invoice.Status, StatusText(invoice.Status, account.Language),
        CollectInvoice.IsCharging(account, invoice.Id) ? PaymentState.Processing : invoice.Payment,
        invoice.Net, invoice.Vat, invoice.Gross, invoice.AmountDue, invoice.Corrects?.ToString(), invoice.IsFullCorrection);

    static string StatusText(InvoiceStatus status, Language language) => (status switch
    {
        InvoiceStatus.Draft => new LocalizedText("In Vorbereitung", "In preparation"),
        InvoiceStatus.Open => new("Offen", "Open"),
        InvoiceStatus.Paid => new("Bezahlt", "Paid"),
        _ => new("Storniert", "Void"),
    }).In(language);

    public static InvoiceView Invoice(Invoice invoice, Account account)
    {
        var summary = Summary(InvoiceSummary.Of(invoice), account);
        return new(
            summary.Id, summary.Number, summary.Kind, summary.Date, summary.DueOn, summary.Status, summary.StatusText, summary.Payment,
            summary.NetCents, summary.VatCents, summary.GrossCents, summary.AmountDueCents, summary.Corrects, summary.IsFullCorrection,
            invoice.Lines.Select(Line), invoice.Taxes.Select(tax => new TaxView(tax.Category, tax.RatePercent, tax.Net, tax.Vat)),
            Seller(invoice.Seller),
            new(invoice.Buyer.CompanyName, Address(invoice.Buyer.Address), invoice.Buyer.Email, invoice.Buyer.VatId),
            InvoiceNotes.Of(invoice))
        {
            PaidCents = invoice.Kind == DocumentKind.CreditNote ? invoice.PaidOut : invoice.Paid - invoice.Refunded - invoice.Returned,
            CreditedCents = invoice.Credited,
        };
    }

    /// <summary>What the next close would issue: the draft by its id, otherwise nothing that could be asked for yet.</summary>
    public static InvoiceView Upcoming(Invoice invoice, Account account)
    {
        var view = Invoice(invoice, account);
        return account.Draft is null ? view with { Id = "upcoming" } : view;
    }

    static SellerView Seller(Seller seller) => new(
        seller.Name, Address(seller.Address), seller.Email, seller.VatId, seller.TaxNumber, seller.Register, seller.ManagingDirector,
        seller.BankName, seller.Iban, seller.Bic);

    /// <summary>What a payment method that is left now will be charged with: what is open and not on its way already.</summary>
    public static Money Collectable(Account account) =>
        account.Receivables.Where(open => !CollectInvoice.IsCharging(account, open.Invoice)).Sum(open => open.AmountDue);

    public static AccessView Access(AccessStatus access) => new(access.State, access.Reason, access.SuspendsOn);

    public static EntitlementsView Entitlements(Account account, Terms terms)
    {
        int Extra(Entitlement of) => account.Bookings.Where(booking => booking.IsRunning)
            .Select(booking => (booking.Quantity, AddOn: terms.Catalog.AddOn(booking.AddOn)))
            .Where(booked => booked.AddOn.Grants == of)
            .Sum(booked => booked.Quantity * booked.AddOn.UnitSize);
        return new(account.Plan, Extra(Entitlement.Users), Extra(Entitlement.StorageGb), Access(account.Access));
    }

    public static IEnumerable<PlanOfferView> Plans(Account account, Terms terms, DateOnly today)
    {
        var current = terms.Catalog.Plan(account.Plan);
        return terms.Catalog.Plans.Where(plan => plan.IsSold(today)).Select(plan => new PlanOfferView(
            plan.Id, plan.Name, plan.MonthlyNet(today), plan == current ? "current" : terms.Catalog.IsUpgrade(current, plan) ? "upgrade" : "downgrade"));
    }

    public static IEnumerable<AddOnOfferView> AddOns(Terms terms, DateOnly today, Language language) =>
        terms.Catalog.AddOns.Where(addOn => addOn.IsSold(today)).Select(addOn => new AddOnOfferView(addOn.Id, addOn.Name.In(language), addOn.Unit.In(language), addOn.MonthlyNet(today)));

    public static JournalEntryView Journal(JournalEntry entry) => new(
        entry.At, entry.By.User, entry.By.Role, entry.Action, entry.Text,
        entry.Confirmed is { } shown ? JsonSerializer.Deserialize<JsonElement>(shown, Json) : null);

    public static FindingView Finding(OperatorFinding finding) => new(
        finding.Id, finding.Account.Value, finding.At, finding.Code, finding.Text, finding.ResolvedAt, finding.ResolvedBy, finding.Reason);

    public static string? Cursor(int? place) => place?.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Instants as <c>2026-05-21T22:00:00Z</c>, with fractions of a second where there are any.</summary>
sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AccountBody))]
[JsonSerializable(typeof(PlanBody))]
[JsonSerializable(typeof(PlanOrderBody))]
[JsonSerializable(typeof(AddOnBody))]
[JsonSerializable(typeof(AddOnOrderBody))]
[JsonSerializable(typeof(ConfirmationBody))]
[JsonSerializable(typeof(NoBody))]
[JsonSerializable(typeof(ReturnBody))]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(PaymentSessionView))]
[JsonSerializable(typeof(ReasonBody))]
[JsonSerializable(typeof(TransferBody))]
[JsonSerializable(typeof(AccountView))]
[JsonSerializable(typeof(PreviewView))]
[JsonSerializable(typeof(EndPreviewView))]
[JsonSerializable(typeof(BookingView))]
[JsonSerializable(typeof(BookingsView))]
[JsonSerializable(typeof(InvoiceView))]
[JsonSerializable(typeof(InvoicesView))]
[JsonSerializable(typeof(PlanChangedView))]
[JsonSerializable(typeof(EntitlementsView))]
[JsonSerializable(typeof(OverviewView))]
[JsonSerializable(typeof(CatalogView))]
[JsonSerializable(typeof(JournalView))]
[JsonSerializable(typeof(FindingView))]
[JsonSerializable(typeof(FindingsView))]
[JsonSerializable(typeof(OperatorAccountView))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(CrmEventView))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(JsonElement))]
sealed partial class ContractJson : JsonSerializerContext;
