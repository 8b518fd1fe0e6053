using System.Collections.Immutable;

namespace Billing.Exports;

/// <summary>The tax adviser's numbers and accounts. Accounts are those of the chart, digits only.</summary>
/// <param name="Consultant">Beraternummer, 1001 to 9999999.</param>
/// <param name="Client">Mandantennummer, 1 to 99999.</param>
/// <param name="Chart">Standardkontenrahmen, like <c>03</c>.</param>
/// <param name="AccountLength">Digits of an impersonal account, 4 to 8; a debtor's has one more.</param>
/// <param name="FiscalYearBegins">In any year; only month and day count.</param>
/// <param name="Debtor">The account that all customers are collected on.</param>
/// <param name="Revenue">By VAT rate in percent. They must be accounts that carry their tax by themselves (Automatikkonten): rows have no tax key.</param>
/// <param name="ReverseCharge">Services in other EU countries for which the recipient owes the tax.</param>
/// <param name="OutsideEu">Services that are taxable in third countries.</param>
public sealed record DatevSettings(
    int Consultant, int Client, string Chart, int AccountLength, DateOnly FiscalYearBegins, string Debtor, ImmutableDictionary<int, string> Revenue,
    string ReverseCharge, string OutsideEu)
{
    /// <summary>The first day of the fiscal year in which a day lies.</summary>
    public DateOnly FiscalYearOf(DateOnly day)
    {
        var begins = new DateOnly(day.Year, FiscalYearBegins.Month, FiscalYearBegins.Day);
        return begins <= day ? begins : begins.AddYears(-1);
    }
}
