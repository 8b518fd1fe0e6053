using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Billing.Accounts;
using Billing.Payments;
using Billing.Values;

namespace Billing.Invoices;

[JsonConverter(typeof(JsonStringEnumConverter<DocumentKind>))]
public enum DocumentKind
{
    [JsonStringEnumMemberName("invoice")] Invoice,
    [JsonStringEnumMemberName("collective")] Collective,
    [JsonStringEnumMemberName("credit_note")] CreditNote,
}

/// <summary>In Vorbereitung, Offen, Bezahlt, Storniert: the only four.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InvoiceStatus>))]
public enum InvoiceStatus
{
    [JsonStringEnumMemberName("draft")] Draft,
    [JsonStringEnumMemberName("open")] Open,
    [JsonStringEnumMemberName("paid")] Paid,
    [JsonStringEnumMemberName("void")] Void,
}

/// <summary>How far collecting (or, on a credit note, refunding) has come.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PaymentState>))]
public enum PaymentState
{
    [JsonStringEnumMemberName("none")] None,
    [JsonStringEnumMemberName("processing")] Processing,
    [JsonStringEnumMemberName("action_required")] ActionRequired,
    [JsonStringEnumMemberName("failed")] Failed,
    [JsonStringEnumMemberName("succeeded")] Succeeded,
    [JsonStringEnumMemberName("returned")] Returned,
    [JsonStringEnumMemberName("disputed")] Disputed,
    [JsonStringEnumMemberName("refund_pending")] RefundPending,
    [JsonStringEnumMemberName("refund_failed")] RefundFailed,
    [JsonStringEnumMemberName("partially_refunded")] PartiallyRefunded,
    [JsonStringEnumMemberName("refunded")] Refunded,
}

/// <summary>Who issues the documents. Copied onto each at issue.</summary>
/// <param name="CreditorId">The SEPA creditor identifier; null where debits are not announced with it.</param>
public sealed record Seller(
    string Name, Address Address, string Email, string VatId, string TaxNumber, string Register, string ManagingDirector, string BankName, string Iban, string Bic,
    string? CreditorId = null);

/// <summary>
/// A document of an account: invoice, collective invoice or credit note. Once it has a number its content never changes;
/// what changes is what was credited and paid.
/// </summary>
public sealed record Invoice
{
    public required InvoiceId Id { get; init; }

    /// <summary>Place in the account's history: a draft's is that of its <see cref="Id"/>, issuing gives it a new one.</summary>
    public required int Sequence { get; init; }

    /// <summary>Null on a draft and on a draft that was voided.</summary>
    public string? Number { get; init; }
    public required DocumentKind Kind { get; init; }

    /// <summary>Berlin day of issue; of a draft, the day it was opened.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>Last day to pay, included; null on drafts and credit notes.</summary>
    public DateOnly? DueOn { get; init; }
    public required ImmutableArray<InvoiceLine> Lines { get; init; }
    public required ImmutableArray<TaxTotal> Taxes { get; init; }
    public required TaxTreatment Treatment { get; init; }
    public required Language Language { get; init; }
    public required Seller Seller { get; init; }
    public required Company Buyer { get; init; }

    /// <summary>Of the archived PDF: SHA-256, lower-case hex. Null on drafts, and on what could not be rendered yet.</summary>
    public string? Sha256 { get; init; }
    /// <summary>The customer number: whose document it is.</summary>
    public AccountId? Account { get; init; }

    /// <summary>How it is to be paid; null on drafts and credit notes.</summary>
    public PaymentMeans? Means { get; init; }

    /// <summary>The document that a credit note corrects.</summary>
    public InvoiceId? Corrects { get; init; }
    public string? CorrectsNumber { get; init; }
    public DateOnly? CorrectsDate { get; init; }

    /// <summary>Of a credit note: it takes back everything that was left of the original (Stornorechnung).</summary>
    public bool IsFullCorrection { get; init; }
    public required InvoiceStatus Status { get; init; }

    /// <summary>Positions in <see cref="Lines"/> that credit notes have taken back.</summary>
    public ImmutableArray<int> CreditedLines { get; init; } = [];

    /// <summary>Gross of all credit notes so far.</summary>
    public Money Credited { get; init; }

    /// <summary>What came in for it, and what of that went back.</summary>
    public ImmutableArray<Payment> Payments { get; init; } = [];

    /// <summary>How the latest attempt to collect it stands: None, Processing, ActionRequired, Failed, Returned or Disputed.</summary>
    public PaymentState Collecting { get; init; }

    /// <summary>The last day to pay, where it was moved because a payment was taken back; the document keeps <see cref="DueOn"/>.</summary>
    public DateOnly? ReopenedUntil { get; init; }

    /// <summary>The last day to pay as it now is, included; null on drafts and credit notes.</summary>
    [JsonIgnore] public DateOnly? PayableUntil => ReopenedUntil ?? DueOn;

    /// <summary>Of a credit note: what was refunded on it.</summary>
    public Money PaidOut { get; init; }

    /// <summary>The provider could not refund what is owed on it; a person has to.</summary>
    public bool RefundHasFailed { get; init; }

    /// <summary>Of a credit note: the part that lowered what was still due, so that only the rest is refunded.</summary>
    public Money SetOff { get; init; }
    public Money WrittenOff { get; init; }

    [JsonIgnore] public Money Net => Taxes.Sum(tax => tax.Net);
    [JsonIgnore] public Money Vat => Taxes.Sum(tax => tax.Vat);
    [JsonIgnore] public Money Gross => Net + Vat;

    [JsonIgnore] public Money Paid => Payments.Sum(payment => payment.Amount);
    [JsonIgnore] public Money Refunded => Payments.Sum(payment => payment.Refunded);
    [JsonIgnore] public Money Returned => Payments.Sum(payment => payment.Returned);

    /// <summary>Gross − credited − (paid − refunded − returned) − written off, on an open invoice; never negative.</summary>
    [JsonIgnore]
    public Money AmountDue => Kind == DocumentKind.CreditNote || Status != InvoiceStatus.Open ? Money.Zero : Money.Max(Balance, Money.Zero);

    /// <summary>What the customer still owes on it; negative: what is owed to the customer.</summary>
    [JsonIgnore]
    public Money Balance => Gross - Credited - (Paid - Refunded - Returned) - WrittenOff;

    [JsonIgnore]
    public PaymentState Payment => Kind == DocumentKind.CreditNote ? Refunding : Status switch
    {
        InvoiceStatus.Open => Collecting,
        InvoiceStatus.Paid when Balance < Money.Zero => RefundHasFailed ? PaymentState.RefundFailed : PaymentState.RefundPending,
        InvoiceStatus.Paid when Refunded > Money.Zero => Refunded < Paid - Returned ? PaymentState.PartiallyRefunded : PaymentState.Refunded,
        InvoiceStatus.Paid when Paid > Returned => PaymentState.Succeeded,
        _ => PaymentState.None,
    };

    PaymentState Refunding =>
        Owed > Money.Zero ? (RefundHasFailed ? PaymentState.RefundFailed : PaymentState.RefundPending)
        : PaidOut > Money.Zero ? PaymentState.Refunded : PaymentState.None;

    /// <summary>Of a credit note: what is neither set off nor paid out yet.</summary>
    [JsonIgnore] public Money Owed => Gross - SetOff - PaidOut;

    /// <summary>Of a credit note: with so much more paid out.</summary>
    public Invoice WithPaidOut(Money amount)
    {
        var paidOut = this with { PaidOut = PaidOut + amount };
        return paidOut with { Status = paidOut.Owed > Money.Zero ? InvoiceStatus.Open : InvoiceStatus.Paid };
    }

    /// <summary>
    /// The document as it was issued: without what was credited, paid and archived since. Pages and XML are made of this, so that they come
    /// out the same whenever they are made. A draft is what it is.
    /// </summary>
    [JsonIgnore]
    public Invoice AsIssued => Number is null ? this : this with
    {
        Status = InvoiceStatus.Open,
        Sha256 = null,
        CreditedLines = [],
        Credited = Money.Zero,
        Payments = [],
        Collecting = PaymentState.None,
        ReopenedUntil = null,
        PaidOut = Money.Zero,
        RefundHasFailed = false,
        WrittenOff = Money.Zero,
    };

    /// <summary>
    /// The invoice with its status as the figures say: nothing due and something paid or written off: paid; all credited and nothing paid that
    /// was not taken back: void. A remainder that is too small to be collected is written off; more than is owed settles what was written off.
    /// </summary>
    public Invoice Settled()
    {
        var givenUp = Balance < Money.Zero ? Money.Max(Balance, -WrittenOff)
            : Balance < Terms.LeastCollected && Balance < Gross ? Balance : Money.Zero;
        var settled = this with { WrittenOff = WrittenOff + givenUp };
        return settled with
        {
            Status = settled.Balance > Money.Zero ? InvoiceStatus.Open
                : Credited >= Gross && Paid == Returned ? InvoiceStatus.Void
                : InvoiceStatus.Paid,
        };
    }
}
