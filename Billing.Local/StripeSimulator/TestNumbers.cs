namespace Billing.Local.StripeSimulator;

/// <summary>When a card asks its holder to confirm (3-D Secure).</summary>
enum Authentication
{
    Never,

    /// <summary>On-session; off-session only until it was set up for that.</summary>
    UntilSetUp,
    Always,
}

/// <summary>What comes after a refund was accepted.</summary>
enum RefundEnd
{
    Nothing,
    SucceedsLater,
    FailsLater,
}

/// <summary>A card or account of Stripe's documentation and what it stands for.</summary>
/// <param name="Number">Card number or IBAN.</param>
/// <param name="Aliases">Names of ready payment methods (<c>pm_card_visa</c>), without the prefix.</param>
sealed record TestNumber(string Number, params string[] Aliases)
{
    public string Brand { get; init; } = "visa";

    /// <summary>Why charges fail; for a bank account, after the days it takes.</summary>
    public string? DeclineCode { get; init; }

    /// <summary>Whether it can be put on file all the same.</summary>
    public bool DeclinesChargesOnly { get; init; }

    public Authentication Authentication { get; init; }

    /// <summary>Why a charge is disputed as soon as it succeeded.</summary>
    public string? Dispute { get; init; }

    public RefundEnd Refund { get; init; }

    /// <summary>A bank account whose debits take a business day longer.</summary>
    public bool Slow { get; init; }

    public bool IsIban => char.IsLetter(Number[0]);

    public string Last4 => Number[^4..];

    // https://docs.stripe.com/testing and https://docs.stripe.com/payments/sepa-debit/accept-a-payment#test-integration
    static readonly TestNumber[] All =
    [
        new("4242424242424242", "card_visa"),
        new("5555555555554444", "card_mastercard") { Brand = "mastercard" },
        new("378282246310005", "card_amex") { Brand = "amex" },
        new("4000002500003155", "card_authenticationRequiredOnSetup") { Authentication = Authentication.UntilSetUp },
        new("4000002760003184", "card_authenticationRequired") { Authentication = Authentication.Always },
        new("4000008260003178", "card_authenticationRequiredChargeDeclinedInsufficientFunds")
        {
            Authentication = Authentication.UntilSetUp, DeclineCode = "insufficient_funds", DeclinesChargesOnly = true,
        },
        new("4000000000000002", "card_chargeDeclined", "card_visa_chargeDeclined") { DeclineCode = "generic_decline" },
        new("4000000000009995", "card_chargeDeclinedInsufficientFunds", "card_visa_chargeDeclinedInsufficientFunds") { DeclineCode = "insufficient_funds" },
        new("4000000000009987", "card_visa_chargeDeclinedLostCard") { DeclineCode = "lost_card" },
        new("4000000000009979", "card_visa_chargeDeclinedStolenCard") { DeclineCode = "stolen_card" },
        new("4000000000000069", "card_chargeDeclinedExpiredCard") { DeclineCode = "expired_card" },
        new("4000000000000127", "card_chargeDeclinedIncorrectCvc") { DeclineCode = "incorrect_cvc" },
        new("4000000000000119", "card_chargeDeclinedProcessingError") { DeclineCode = "processing_error" },
        new("4000000000000341", "card_chargeCustomerFail") { DeclineCode = "generic_decline", DeclinesChargesOnly = true },
        new("4000000000000259", "card_createDispute") { Dispute = "fraudulent" },
        new("4000000000007726", "card_pendingRefund") { Refund = RefundEnd.SucceedsLater },
        new("4000000000005126", "card_refundFail") { Refund = RefundEnd.FailsLater },
        new("DE89370400440532013000"),
        new("DE08370400440532013003") { Slow = true },
        new("DE62370400440532013001") { DeclineCode = "insufficient_funds", DeclinesChargesOnly = true },
        new("DE78370400440532013004") { DeclineCode = "insufficient_funds", DeclinesChargesOnly = true, Slow = true },
        new("DE35370400440532013002") { Dispute = "debit_not_authorized" },
    ];

    public static TestNumber? Find(string number) => All.FirstOrDefault(one => one.Number == number);

    public static TestNumber? OfAlias(string id) =>
        id.StartsWith("pm_", StringComparison.Ordinal) ? All.FirstOrDefault(one => one.Aliases.Contains(id[3..])) : null;

    /// <summary>A card's <c>code</c> beside the <c>decline_code</c>: Stripe names some reasons themselves.</summary>
    public static string CodeOf(string declineCode) =>
        declineCode is "expired_card" or "incorrect_cvc" or "processing_error" or "authentication_required" ? declineCode : "card_declined";

    public static string MessageOf(string declineCode) => declineCode switch
    {
        "insufficient_funds" => "Your card has insufficient funds.",
        "expired_card" => "Your card has expired.",
        "incorrect_cvc" => "Your card's security code is incorrect.",
        "processing_error" => "An error occurred while processing your card. Try again in a little bit.",
        "authentication_required" => "Your card was declined. This transaction requires authentication.",
        _ => "Your card was declined.",
    };
}
