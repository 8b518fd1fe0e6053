using System.Collections.Immutable;
using Billing.Values;

namespace Billing.Invoices;

/// <summary>The sentences that a document must carry, in its language.</summary>
public static class InvoiceNotes
{
    public static ImmutableArray<string> Of(Invoice invoice) =>
        [.. new[] { Tax.Note(invoice.Treatment), Correction(invoice) }.Where(note => note is not null).Select(note => note!.In(invoice.Language))];

    /// <summary>What a credit note is called, with the document it corrects; null on any other document.</summary>
    public static LocalizedText? Correction(Invoice invoice) => invoice.CorrectsNumber switch
    {
        null => null,
        var original when invoice.IsFullCorrection => new($"Stornorechnung zu {original}", $"Full correction of {original}"),
        var original => new($"Rechnungskorrektur zu {original}", $"Correction of {original}"),
    };
}
