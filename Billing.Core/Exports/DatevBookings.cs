using System.Globalization;
using System.Text;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Exports;

/// <summary>
/// Issued documents as a batch of bookings (Buchungsstapel) in the DATEV format: EXTF 700, category 21, version 13; Windows-1252, CRLF. One
/// booking per document and rate: the debtor against the revenue, gross; a credit note the other way round. See DATEV's format description
/// (developer.datev.de, „DATEV-Format“).
/// </summary>
public static class DatevBookings
{
    /// <summary>What DATEV takes in one file.</summary>
    public const int MostBookings = 99_999;

    const int LongestText = 60;

    /// <summary>The columns that hold text, counted from 1: they are quoted even where they are empty.</summary>
    static readonly HashSet<int> TextColumns =
        [2, 3, 6, 9, 11, 12, 14, 16, 20, .. Enumerable.Range(21, 18), 40, 42, .. Enumerable.Range(48, 40), 95, 96, 98, 102, 103, 105, 107, 109, 110, 112, 118, 120, 121, 123];

    static readonly string[] Columns =
    [
        "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz", "Konto",
        "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext", "Postensperre",
        "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre", "Beleglink",
        .. Enumerable.Range(1, 8).SelectMany(place => new[] { $"Beleginfo - Art {place}", $"Beleginfo - Inhalt {place}" }),
        "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart",
        "Sachverhalt L+L", "Funktionsergänzung L+L", "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung",
        .. Enumerable.Range(1, 20).SelectMany(place => new[] { $"Zusatzinformation - Art {place}", $"Zusatzinformation- Inhalt {place}" }),
        "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp", "Auftragsnummer", "Buchungstyp",
        "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)", "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)",
        "Herkunft-Kz", "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername", "Beteiligtennummer",
        "Identifikationsnummer", "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung",
        "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position",
        "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
    ];

    /// <summary>What has no place in it becomes the nearest letter (ő → o), or a question mark.</summary>
    static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    /// <param name="range">Within one fiscal year: the bookings' own dates have none.</param>
    /// <param name="now">When the file was made.</param>
    /// <exception cref="InvalidOperationException">There are more than <see cref="MostBookings"/>, or a rate has no account.</exception>
    public static async Task WriteAsync(
        IAsyncEnumerable<IssuedDocument> documents, ExportRange range, DatevSettings settings, DateTimeOffset now, Stream to, CancellationToken cancellation)
    {
        var text = new StreamWriter(to, Windows1252, leaveOpen: true) { NewLine = "\r\n" };
        await text.WriteLineAsync(Head(range, settings, now).AsMemory(), cancellation);
        await text.WriteLineAsync(string.Join(';', Columns).AsMemory(), cancellation);
        var bookings = 0;
        await foreach (var document in documents.WithCancellation(cancellation))
        {
            foreach (var row in InvoiceRow.Of(document).Where(row => row.Gross != Money.Zero))
            {
                if (++bookings > MostBookings) throw new InvalidOperationException($"More than {MostBookings} bookings from {range.From:O} to {range.To:O}: ask for fewer days.");
                await text.WriteLineAsync(Booking(row, settings).AsMemory(), cancellation);
            }
        }
        await text.FlushAsync(cancellation);
    }

    static string Head(ExportRange range, DatevSettings settings, DateTimeOffset now)
    {
        var made = BerlinCalendar.TimeOf(now).ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture);
        return string.Join(';',
            Quoted("EXTF"), 700, 21, Quoted("Buchungsstapel"), 13, made, "", Quoted("RE"), Quoted(""), Quoted(""), settings.Consultant, settings.Client,
            Date(settings.FiscalYearOf(range.From)), settings.AccountLength, Date(range.From), Date(range.To), Quoted("CloudCRM Rechnungen"), Quoted(""), 1, 0, 0,
            Quoted("EUR"), "", Quoted(""), "", "", Quoted(settings.Chart), "", "", Quoted(""), Quoted(""));
    }

    static string Booking(InvoiceRow row, DatevSettings settings)
    {
        var invoice = row.Document.Invoice;
        var cells = new string[Columns.Length];
        for (var column = 1; column <= cells.Length; column++) cells[column - 1] = TextColumns.Contains(column) ? Quoted("") : "";
        cells[0] = InvoiceCsv.Amount(row.Gross < Money.Zero ? -row.Gross : row.Gross);
        cells[1] = Quoted(row.Gross < Money.Zero ? "H" : "S");
        cells[2] = Quoted("EUR");
        cells[6] = settings.Debtor;
        cells[7] = row.Treatment switch
        {
            TaxTreatment.AE => settings.ReverseCharge,
            TaxTreatment.O => settings.OutsideEu,
            _ => settings.Revenue.GetValueOrDefault(row.RatePercent) ?? throw new InvalidOperationException($"{invoice.Number}: Datev__RevenueAccount{row.RatePercent} is not set."),
        };
        cells[9] = invoice.Date.ToString("ddMM", CultureInfo.InvariantCulture);
        cells[10] = Quoted(invoice.Number!);
        cells[13] = Quoted(invoice.CorrectsNumber is { } original ? $"zu {original} {invoice.Buyer.CompanyName}" : invoice.Buyer.CompanyName);
        // For the recapitulative statement: the VAT ID begins with its country.
        if (row.Treatment == TaxTreatment.AE) cells[39] = Quoted(invoice.Buyer.VatId!);
        if (invoice.DueOn is { } due) cells[116] = due.ToString("ddMMyyyy", CultureInfo.InvariantCulture);
        return string.Join(';', cells);
    }

    static string Date(DateOnly day) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    /// <summary>As the file's characters have it before it is quoted: a nearest letter may be a quote. Control characters are not allowed.</summary>
    static string Quoted(string text)
    {
        var plain = new string([.. Windows1252.GetString(Windows1252.GetBytes(text)).Select(letter => char.IsControl(letter) ? ' ' : letter)]);
        return $"\"{(plain.Length > LongestText ? plain[..LongestText] : plain).Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
