using System.Globalization;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Documents;

/// <summary>All fixed words of a document, and how it writes numbers and days, in one language.</summary>
sealed record DocumentWords
{
    public required string Code { get; init; }
    public required string Invoice { get; init; }
    public required string CollectiveInvoice { get; init; }
    public required string Draft { get; init; }

    public required string InvoiceNumber { get; init; }
    public required string NoteNumber { get; init; }
    public required string InvoiceDate { get; init; }
    public required string NoteDate { get; init; }
    public required string DraftDate { get; init; }
    public required string DueOn { get; init; }
    public required string OriginalNumber { get; init; }
    public required string OriginalDate { get; init; }
    public required string ServicePeriod { get; init; }
    public required string CustomerNumber { get; init; }
    public required string YourVatId { get; init; }
    public required string OurVatId { get; init; }

    public required string Position { get; init; }
    public required string Description { get; init; }
    public required string Quantity { get; init; }
    public required string UnitPrice { get; init; }
    public required string Vat { get; init; }
    public required string NetAmount { get; init; }
    public required string CarriedOver { get; init; }
    public required string NetTotal { get; init; }
    public required string Total { get; init; }
    public required string CorrectionTotal { get; init; }
    public required string DraftTotal { get; init; }

    public required string Payment { get; init; }
    public required string Tax { get; init; }
    public required string Attachment { get; init; }
    public required string AttachmentNote { get; init; }
    public required string Notice { get; init; }
    public required string DraftNote { get; init; }
    public required string VoidedNote { get; init; }

    public required string ManagingDirector { get; init; }
    public required string Register { get; init; }
    public required string VatId { get; init; }
    public required string TaxNumber { get; init; }
    public required string CreditorId { get; init; }

    public required Func<Money, string> Amount { get; init; }
    public required Func<DateOnly, string> Day { get; init; }

    /// <summary>Two different days, both included.</summary>
    public required Func<DateOnly, DateOnly, string> Span { get; init; }
    public required Func<int, string> Number { get; init; }
    public required Func<int, int, string> Page { get; init; }

    /// <summary>Days billed, days of the period.</summary>
    public required Func<int, int, string> Prorated { get; init; }
    public required Func<int, string> VatRate { get; init; }

    /// <summary>Rate and the net total that it is worked out on.</summary>
    public required Func<int, string, string> VatRateOf { get; init; }
    public required Func<string, string> Corrects { get; init; }
    public required Func<string, string> CorrectsAll { get; init; }

    public required Func<string, string, string> ByCard { get; init; }
    public required Func<string, string, string, string> ByDebit { get; init; }
    public required Func<string, string> Mandate { get; init; }
    public required Func<string, string, string, string, string> ByTransfer { get; init; }
    public required Func<string, string> PayBy { get; init; }
    public required string IsRefunded { get; init; }
    public required Func<string, string> IsSetOff { get; init; }
    public required Func<string, string, string, string> IsSplit { get; init; }

    public static DocumentWords In(Language language) => language == Language.English ? English : German;

    /// <summary>„Rechnung“, „Sammelrechnung“, „Rechnungskorrektur zu RE-…“, „Stornorechnung zu RE-…“.</summary>
    public string Title(Invoice invoice) => InvoiceNotes.Correction(invoice)?.In(invoice.Language) ?? (invoice.Kind == DocumentKind.Collective ? CollectiveInvoice : Invoice);

    /// <summary><c>06.05.–05.06.2026</c>; one day stands alone.</summary>
    public string Days(DateOnly from, DateOnly to) => from == to ? Day(from) : Span(from, to);

    /// <summary>How it is paid, as a sentence; null on a draft.</summary>
    public string? PaymentNote(Invoice invoice)
    {
        if (invoice.Number is null) return null;
        var gross = Amount(invoice.Gross);
        if (invoice.Kind == DocumentKind.CreditNote) return RefundNote(invoice, gross);

        var seller = invoice.Seller;
        var due = invoice.DueOn is { } day ? Day(day) : "";
        return invoice.Means switch
        {
            { Kind: PaymentMeansKind.Card } card => ByCard(gross, Together(card.Label!)),
            { Kind: PaymentMeansKind.SepaDebit } debit => string.Join(
                " ", [ByDebit(gross, Day(debit.DebitOn!.Value), Together(debit.Label!)), .. MandateOf(debit, seller)]),
            { Kind: PaymentMeansKind.Transfer } => ByTransfer(gross, due, Iban(seller.Iban), invoice.Number),
            _ => PayBy(due),
        };
    }

    /// <summary>In groups of four.</summary>
    public static string Iban(string iban) => string.Join('\u00a0', iban.Replace(" ", "").Chunk(4).Select(group => new string(group)));

    string RefundNote(Invoice note, string gross) =>
        note.SetOff == note.Gross ? IsSetOff(note.CorrectsNumber!)
        : note.SetOff == Money.Zero ? IsRefunded
        : IsSplit(Amount(note.SetOff), note.CorrectsNumber!, Amount(note.Gross - note.SetOff));

    IEnumerable<string> MandateOf(PaymentMeans debit, Seller seller)
    {
        string[] parts =
        [
            .. debit.Mandate is { } mandate ? [Together(Mandate(mandate))] : Array.Empty<string>(),
            .. seller.CreditorId is { } creditor ? [Together($"{CreditorId} {creditor}")] : Array.Empty<string>(),
        ];
        return parts.Length == 0 ? [] : [string.Join(", ", parts) + "."];
    }

    /// <summary>Words that no line break parts.</summary>
    static string Together(string words) => words.Replace(' ', '\u00a0');

    static string Written(DateOnly day, string format) => Together(day.ToString(format, CultureInfo.InvariantCulture));

    static string Grouped(long number) => number.ToString("#,##0", CultureInfo.InvariantCulture);

    static readonly DocumentWords German = new()
    {
        Code = "de-DE",
        Invoice = "Rechnung",
        CollectiveInvoice = "Sammelrechnung",
        Draft = "ENTWURF – keine Rechnung",
        InvoiceNumber = "Rechnungsnummer",
        NoteNumber = "Belegnummer",
        InvoiceDate = "Rechnungsdatum",
        NoteDate = "Belegdatum",
        DraftDate = "Eröffnet am",
        DueOn = "Zahlbar bis",
        OriginalNumber = "Zu Rechnung",
        OriginalDate = "Rechnung vom",
        ServicePeriod = "Leistungszeitraum",
        CustomerNumber = "Kundennummer",
        YourVatId = "Ihre USt-IdNr.",
        OurVatId = "Unsere USt-IdNr.",
        Position = "Pos.",
        Description = "Leistung",
        Quantity = "Menge",
        UnitPrice = "Einzelpreis",
        Vat = "USt.",
        NetAmount = "Betrag netto",
        CarriedOver = "Übertrag",
        NetTotal = "Summe netto",
        Total = "Rechnungsbetrag",
        CorrectionTotal = "Korrekturbetrag",
        DraftTotal = "Summe brutto",
        Payment = "Zahlung",
        Tax = "Umsatzsteuer",
        Attachment = "E-Rechnung",
        AttachmentNote = "Diese Datei enthält den Beleg auch als E-Rechnung (ZUGFeRD, EN 16931).",
        Notice = "Hinweis",
        DraftNote = "Dies ist keine fertige Rechnung, sondern ein Entwurf.",
        VoidedNote = "Dieser Entwurf wurde storniert. Es wird nichts berechnet.",
        ManagingDirector = "Geschäftsführung",
        Register = "Registereintrag",
        VatId = "USt-IdNr.",
        TaxNumber = "Steuernummer",
        CreditorId = "Gläubiger-ID",
        Amount = amount => Together(amount.ToString()),
        Day = day => Written(day, "dd.MM.yyyy"),
        Span = (from, to) => $"{Written(from, from.Year == to.Year ? "dd.MM." : "dd.MM.yyyy")}–{Written(to, "dd.MM.yyyy")}",
        Number = number => Grouped(number).Replace(',', '.'),
        Page = (page, pages) => $"Seite {page} von {pages}",
        Prorated = (days, of) => $"anteilig {days} von {of} Tagen",
        VatRate = percent => $"Umsatzsteuer {percent} %",
        VatRateOf = (percent, net) => $"Umsatzsteuer {percent} % auf {net}",
        Corrects = original => $"Wir korrigieren die Rechnung {original} um die folgenden Positionen.",
        CorrectsAll = original => $"Wir stornieren die Rechnung {original} mit den folgenden Positionen.",
        ByCard = (gross, card) => $"Der Betrag von {gross} wird von Ihrer Karte {card} abgebucht.",
        ByDebit = (gross, day, account) => $"Der Betrag von {gross} wird zum {day} per SEPA-Lastschrift von Ihrem Konto {account} abgebucht.",
        Mandate = reference => $"Mandatsreferenz {reference}",
        ByTransfer = (gross, day, iban, number) => $"Bitte zahlen Sie bis {day} den Betrag von {gross} auf das Konto {iban}, Verwendungszweck {number}.",
        PayBy = day => $"Bitte zahlen Sie bis {day}.",
        IsRefunded = "Der Betrag wird Ihnen erstattet.",
        IsSetOff = original => $"Der Betrag wird mit der Rechnung {original} verrechnet. Was Sie darüber hinaus bezahlt haben, wird Ihnen erstattet.",
        IsSplit = (setOff, original, rest) => $"{setOff} werden mit der Rechnung {original} verrechnet, {rest} werden Ihnen erstattet.",
    };

    static readonly DocumentWords English = new()
    {
        Code = "en",
        Invoice = "Invoice",
        CollectiveInvoice = "Collective invoice",
        Draft = "DRAFT – not an invoice",
        InvoiceNumber = "Invoice number",
        NoteNumber = "Document number",
        InvoiceDate = "Invoice date",
        NoteDate = "Document date",
        DraftDate = "Opened on",
        DueOn = "Payable by",
        OriginalNumber = "Corrects invoice",
        OriginalDate = "Invoice of",
        ServicePeriod = "Service period",
        CustomerNumber = "Customer number",
        YourVatId = "Your VAT ID",
        OurVatId = "Our VAT ID",
        Position = "Pos.",
        Description = "Service",
        Quantity = "Quantity",
        UnitPrice = "Unit price",
        Vat = "VAT",
        NetAmount = "Net amount",
        CarriedOver = "Carried over",
        NetTotal = "Net total",
        Total = "Invoice total",
        CorrectionTotal = "Correction total",
        DraftTotal = "Gross total",
        Payment = "Payment",
        Tax = "VAT",
        Attachment = "E-invoice",
        AttachmentNote = "This file also holds the document as an e-invoice (Factur-X, EN 16931).",
        Notice = "Please note",
        DraftNote = "This is not a finished invoice but a draft.",
        VoidedNote = "This draft was voided. Nothing will be charged.",
        ManagingDirector = "Managing director",
        Register = "Registered at",
        VatId = "VAT ID",
        TaxNumber = "Tax number",
        CreditorId = "Creditor ID",
        Amount = amount => amount.ToEnglish(),
        Day = day => Written(day, "d MMM yyyy"),
        Span = (from, to) => $"{Written(from, from.Year == to.Year ? "d MMM" : "d MMM yyyy")} – {Written(to, "d MMM yyyy")}",
        Number = number => Grouped(number),
        Page = (page, pages) => $"Page {page} of {pages}",
        Prorated = (days, of) => $"pro rata, {days} of {of} days",
        VatRate = percent => $"VAT {percent}%",
        VatRateOf = (percent, net) => $"VAT {percent}% on {net}",
        Corrects = original => $"We correct invoice {original} by the following items.",
        CorrectsAll = original => $"We void invoice {original} with the following items.",
        ByCard = (gross, card) => $"The amount of {gross} will be charged to your card {card}.",
        ByDebit = (gross, day, account) => $"The amount of {gross} will be collected from your account {account} by SEPA direct debit on {day}.",
        Mandate = reference => $"Mandate reference {reference}",
        ByTransfer = (gross, day, iban, number) => $"Please pay the amount of {gross} by {day} to the account {iban}, reference {number}.",
        PayBy = day => $"Please pay by {day}.",
        IsRefunded = "The amount will be refunded to you.",
        IsSetOff = original => $"The amount is set off against invoice {original}. What you have paid beyond that will be refunded to you.",
        IsSplit = (setOff, original, rest) => $"{setOff} is set off against invoice {original}, {rest} will be refunded to you.",
    };
}
