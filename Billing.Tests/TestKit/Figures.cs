using System.Globalization;
using Billing.Accounts;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests;

/// <summary>Amounts as the rules write them: <c>13,71/2,60/16,31</c> is net, VAT, gross.</summary>
static class Figures
{
    public static string Text(this Money amount) => (amount.Cents / 100m).ToString("0.00", CultureInfo.InvariantCulture).Replace('.', ',');

    public static string Figure(this Invoice invoice) => Of(invoice.Net, invoice.Vat);
    public static string Figure(this OrderPreview preview)
    {
        Assert.Equal(preview.Net + preview.Vat, preview.Gross);
        return Of(preview.Net, preview.Vat);
    }

    public static string Figure(this IEnumerable<TaxTotal> taxes)
    {
        var all = taxes.ToList();
        return Of(all.Sum(tax => tax.Net), all.Sum(tax => tax.Vat));
    }

    /// <summary>The net amounts of the lines in their order: <c>-10,91 24,62</c>.</summary>
    public static string Amounts(this IEnumerable<InvoiceLine> lines) => string.Join(" ", lines.Select(line => line.Net.Text()));

    /// <summary>The same with each line's days: <c>79,90 (06.06.–05.07.)</c>.</summary>
    public static string[] AmountsWithDays(this IEnumerable<InvoiceLine> lines) =>
        [.. lines.Select(line => $"{line.Net.Text()} ({line.From:dd.MM.}–{line.To:dd.MM.})")];

    static string Of(Money net, Money vat) => $"{net.Text()}/{vat.Text()}/{(net + vat).Text()}";
}

static class Decisions
{
    /// <summary>What was decided; fails the test if it was refused.</summary>
    public static T Value<T>(this Decision<T> decision) where T : class
    {
        if (decision.IsRefused(out var refusal, out var value)) Assert.Fail($"refused: {refusal.Code} {refusal.Detail}");
        return value!;
    }

    /// <summary>The code of the refusal; fails the test if it was decided.</summary>
    public static string Refusal<T>(this Decision<T> decision) where T : class
    {
        if (!decision.IsRefused(out var refusal, out _)) Assert.Fail("not refused");
        return refusal!.Code;
    }
}
