using Billing.Accounts;
using Billing.Invoices;
using Billing.Values;
using SkiaSharp;

namespace Billing.Documents;

/// <summary>
/// Lays a document out as a business letter on A4: DIN 5008 form B with its address window, fold marks and information block, then the lines with
/// header and carry-over on each page, totals, notes, and a footer in columns. Points from the top left; <see cref="Mm"/> makes them of millimetres.
/// </summary>
sealed class InvoicePage(Invoice invoice, Letterhead letterhead, DocumentWords words) : IDisposable
{
    const float Mm = 72 / 25.4f;
    const float Left = 25 * Mm, Right = 190 * Mm;

    // DIN 5008 form B: the window's zones for remarks and address, the information block, the folds.
    const float WindowTop = 45 * Mm, AddressTop = 62.7f * Mm, WindowBottom = 90 * Mm, WindowWidth = 80 * Mm;
    const float InfoLeft = 125 * Mm, InfoValues = 154 * Mm, InfoTop = 50 * Mm;
    const float UpperFold = 105 * Mm, LowerFold = 210 * Mm;

    const float TitleTop = 98.5f * Mm, NextTop = 36 * Mm, FooterBottom = 284 * Mm;
    const float Gap = 11, SumWidth = 88 * Mm, NoteIndent = 32 * Mm;

    static readonly SKColor Ink = new(0x1c, 0x22, 0x2b), Grey = new(0x5f, 0x68, 0x75), Faint = new(0xd8, 0xdd, 0xe3), Accent = new(0x1f, 0x55, 0x93), Ghost = new(0xec, 0xee, 0xf1);

    static readonly TextStyle
        Title = new(Typeface.SemiBold, 18, Ink),
        Body = new(Typeface.Regular, 9, Ink),
        Strong = new(Typeface.SemiBold, 9, Ink),
        Figures = new(Typeface.Regular, 9, Ink, Figures: true),
        StrongFigures = new(Typeface.SemiBold, 9, Ink, Figures: true),
        Sum = new(Typeface.SemiBold, 11.5f, Ink, Figures: true),
        Information = new(Typeface.Regular, 8.5f, Ink),
        Label = new(Typeface.Regular, 8, Grey),
        Small = new(Typeface.Regular, 7.5f, Grey),
        Footer = new(Typeface.Regular, 6.8f, Grey),
        FooterHead = new(Typeface.SemiBold, 6.8f, Grey);

    readonly PdfCanvas _canvas = new();

    /// <summary>What is drawn on each page beside its frame, once all pages are known.</summary>
    readonly List<List<Action>> _pages = [];

    /// <summary>A credit note's amounts are positive; on the page they are taken off.</summary>
    readonly int _sign = invoice.Kind == DocumentKind.CreditNote ? -1 : 1;

    float _y, _bottom;
    string[][] _footer = [];
    Table _table = null!;
    List<(string Label, List<string> Rows)> _notes = [];

    public byte[] Draw()
    {
        _footer = FooterColumns();
        _bottom = FooterTop - 7 * Mm;
        _table = new(invoice, words, _sign);
        _notes = [.. NoteTexts().Select(note => (note.Label, Wrap(Printable(note.Text), Body, Right - Left - NoteIndent)))];

        _pages.Add([]);
        Opening();
        Lines();
        Totals();
        Notes();

        for (var page = 0; page < _pages.Count; page++)
        {
            _canvas.StartPage();
            Frame(page);
            foreach (var draw in _pages[page]) draw();
        }
        return _canvas.Close();
    }

    public void Dispose() => _canvas.Dispose();

    // ---- the letter -------------------------------------------------------------------------------------------------------------------

    void Frame(int page)
    {
        if (invoice.Number is null)
        {
            var across = new TextStyle(Typeface.SemiBold, 1, Ghost);
            _canvas.TextAcross(words.Draft, across with { Size = 235 * Mm / PdfCanvas.WidthOf(words.Draft, across) }, degrees: 52);
        }
        Masthead(height: page == 0 ? 11 * Mm : 7 * Mm, size: page == 0 ? 17 : 11);
        if (page == 0)
        {
            foreach (var fold in new[] { UpperFold, LowerFold }) _canvas.Line(5 * Mm, fold, 9 * Mm, fold, 0.4f, Grey);
        }
        else
        {
            _canvas.TextTo(Right, 21 * Mm, Printable($"{words.Title(invoice)} {invoice.Number ?? words.Draft}"), Strong with { Size = 8 });
            _canvas.TextTo(Right, 21 * Mm + 11, words.Day(invoice.Date), Label);
        }

        _canvas.Line(Left, FooterTop - 4 * Mm, Right, FooterTop - 4 * Mm, 0.5f, Faint);
        for (var column = 0; column < _footer.Length; column++)
        {
            for (var row = 0; row < _footer[column].Length; row++)
                _canvas.Text(FooterLeft(column), FooterTop + row * FooterLeading, _footer[column][row], row == 0 ? FooterHead : Footer);
        }
        _canvas.TextTo(Right, 290 * Mm, words.Page(page + 1, _pages.Count), Small);
    }

    void Masthead(float height, float size)
    {
        var middle = 20 * Mm;
        var x = Left;
        using var mark = letterhead.LogoPath is { } path ? SKPath.ParseSvgPathData(path) : null;
        if (mark is not null && _canvas.Shape(mark, x, middle - height / 2, height, 50 * Mm, Accent) is > 0 and var width) x += width + height * 0.32f;
        var name = Printable(invoice.Seller.Name);
        _canvas.Text(x, middle + size * 0.36f, name, Fitting(name, new(Typeface.SemiBold, size, Ink), (_pages.Count > 1 ? InfoLeft : Right) - x));
    }

    void Opening()
    {
        var seller = invoice.Seller;
        var sender = Printable($"{seller.Name} · {seller.Address.Line1} · {seller.Address.PostalCode} {seller.Address.City}");
        var (address, size, leading, top) = AddressBlock();
        Draw(() =>
        {
            _canvas.Text(Left, top - 9.5f, sender, Fitting(sender, Footer with { Size = 6.5f }, WindowWidth));
            _canvas.Line(Left, top - 6, Left + WindowWidth, top - 6, 0.4f, Faint);
            for (var row = 0; row < address.Count; row++) _canvas.Text(Left, top + (row + 1) * leading - leading * 0.22f, address[row], size);
        });

        var y = InfoTop;
        foreach (var (label, value) in InformationBlock())
        {
            // The first says which document it is: it stands out, and on one line.
            var style = y == InfoTop ? Fitting(value, Information with { Face = Typeface.SemiBold }, Right - InfoValues) : Information;
            var rows = Wrap(Printable(value), style, Right - InfoValues + 0.1f);
            var from = y;
            Draw(() =>
            {
                _canvas.Text(InfoLeft, from + 10, label, Label);
                for (var row = 0; row < rows.Count; row++) _canvas.Text(InfoValues, from + 10 + row * 11.5f, rows[row], style);
            });
            y += 2.7f + rows.Count * 11.5f;
        }

        _y = Math.Max(TitleTop, y + 5 * Mm);
        Paragraph(words.Title(invoice), Title, 22);
        if (invoice.CorrectsNumber is { } original)
        {
            _y += 4;
            Paragraph(invoice.IsFullCorrection ? words.CorrectsAll(original) : words.Corrects(original), Body, 13);
        }
        _y += 16;
    }

    /// <summary>The address as large as it fits the window; a long one takes the zone for remarks as well.</summary>
    (List<string> Rows, TextStyle Style, float Leading, float Top) AddressBlock()
    {
        var (buyer, home) = (invoice.Buyer, invoice.Seller.Address.Country);
        string?[] parts =
        [
            buyer.CompanyName, buyer.Address.Line1, buyer.Address.Line2, $"{buyer.Address.PostalCode} {buyer.Address.City}",
            buyer.Address.Country == home ? null : Countries.NameOf(buyer.Address.Country, invoice.Language).ToUpperInvariant(),
        ];
        for (var size = 10f; ; size -= 0.5f)
        {
            var style = Body with { Size = size };
            var leading = size * 1.32f;
            List<string> rows = [.. parts.OfType<string>().SelectMany(part => Wrap(Printable(part), style, WindowWidth))];
            var height = rows.Count * leading;
            if (height <= WindowBottom - AddressTop) return (rows, style, leading, AddressTop);
            if (height <= WindowBottom - WindowTop - 5 * Mm && size <= 8 || size <= 5) return (rows, style, leading, WindowTop + 5 * Mm);
        }
    }

    IEnumerable<(string Label, string Value)> InformationBlock()
    {
        var isNote = invoice.Kind == DocumentKind.CreditNote;
        yield return (isNote ? words.NoteNumber : words.InvoiceNumber, invoice.Number ?? words.Draft);
        yield return (invoice.Number is null ? words.DraftDate : isNote ? words.NoteDate : words.InvoiceDate, words.Day(invoice.Date));
        if (invoice.CorrectsNumber is { } original) yield return (words.OriginalNumber, original);
        if (invoice.CorrectsDate is { } issued) yield return (words.OriginalDate, words.Day(issued));
        if (invoice.DueOn is { } due) yield return (words.DueOn, words.Day(due));
        yield return (words.ServicePeriod, words.Days(invoice.Lines.Min(line => line.From), invoice.Lines.Max(line => line.To)));
        if (invoice.Account is { } account) yield return (words.CustomerNumber, account.Value);
        if (invoice.Buyer.VatId is { } vatId) yield return (words.YourVatId, vatId);
        yield return (words.OurVatId, invoice.Seller.VatId);
    }

    // ---- the lines --------------------------------------------------------------------------------------------------------------------

    void Lines()
    {
        var carryHeight = _table.RowHeight(1);
        var carried = Money.Zero;
        TableHead();
        for (var place = 0; place < invoice.Lines.Length; place++)
        {
            var row = _table.Rows[place];
            // Totals and notes never stand on a page without a line.
            var below = place == invoice.Lines.Length - 1 ? TotalsHeight + NotesHeight : carryHeight;
            if (place > 0 && _y + row.Height + below > _bottom)
            {
                CarryOver(carried);
                NextPage();
                TableHead();
                CarryOver(carried);
            }
            var y = _y;
            Draw(() => Row(row, y));
            _y += row.Height;
            carried += invoice.Lines[place].Net * _sign;
        }
    }

    void TableHead()
    {
        var y = _y;
        Draw(() =>
        {
            foreach (var column in _table.Columns)
            {
                if (column.IsFigure) _canvas.TextTo(column.Right, y + 8, column.Title, Small);
                else _canvas.Text(column.Left, y + 8, column.Title, Small);
            }
            _canvas.Line(Left, y + 14, Right, y + 14, 0.8f, Ink);
        });
        _y += 14.5f;
    }

    void Row(Table.Row row, float y)
    {
        var baseline = y + _table.Padding + 9;
        foreach (var (column, text) in _table.Columns.Zip(row.Cells))
        {
            if (column.IsFigure) _canvas.TextTo(column.Right, baseline, text, Figures);
            else if (column.Title != words.Description) _canvas.Text(column.Left, baseline, text, Body);
        }
        for (var line = 0; line < row.Description.Count; line++) _canvas.Text(_table.Description.Left, baseline + line * Table.Leading, row.Description[line], Body);
        if (row.Remark is { } remark) _canvas.Text(_table.Description.Left, baseline + row.Description.Count * Table.Leading - 0.8f, remark, Small);
        _canvas.Line(Left, y + row.Height, Right, y + row.Height, 0.4f, Faint);
    }

    void CarryOver(Money carried)
    {
        var y = _y;
        Draw(() =>
        {
            _canvas.Text(_table.Description.Left, y + _table.Padding + 9, words.CarriedOver, Strong);
            _canvas.TextTo(Right, y + _table.Padding + 9, words.Amount(carried), StrongFigures);
            _canvas.Line(Left, y + _table.RowHeight(1), Right, y + _table.RowHeight(1), 0.4f, Faint);
        });
        _y += _table.RowHeight(1);
    }

    // ---- below the lines --------------------------------------------------------------------------------------------------------------

    float TotalsHeight => 14 + (1 + invoice.Taxes.Length) * 15 + 54;

    float NotesHeight => _notes.Sum(note => NoteHeight(note.Rows));

    static float NoteHeight(List<string> rows) => rows.Count * 13 + 6;

    void Totals()
    {
        var y = _y;
        Draw(() =>
        {
            _canvas.Line(Left, y, Right, y, 0.8f, Ink);
            var left = Right - SumWidth;
            void Add(string label, Money amount, TextStyle style)
            {
                _canvas.Text(left, y, label, style with { Figures = false });
                _canvas.TextTo(Right, y, words.Amount(amount * _sign), style);
            }

            y += 18;
            Add(words.NetTotal, invoice.Net, Figures);
            foreach (var tax in invoice.Taxes)
            {
                y += 15;
                Add(invoice.Taxes.Length > 1 ? words.VatRateOf(tax.RatePercent, words.Amount(tax.Net * _sign)) : words.VatRate(tax.RatePercent), tax.Vat, Figures);
            }
            y += 8;
            _canvas.Line(left, y, Right, y, 1.2f, Accent);
            y += 18;
            Add(invoice.Number is null ? words.DraftTotal : invoice.Kind == DocumentKind.CreditNote ? words.CorrectionTotal : words.Total, invoice.Gross, Sum);
        });
        _y += TotalsHeight;
    }

    IEnumerable<(string Label, string Text)> NoteTexts()
    {
        if (invoice.Number is null) yield return (words.Notice, invoice.Status == InvoiceStatus.Void ? words.VoidedNote : words.DraftNote);
        if (words.PaymentNote(invoice) is { } payment) yield return (words.Payment, payment);
        if (Tax.Note(invoice.Treatment) is { } tax) yield return (words.Tax, tax.In(invoice.Language) + ".");
        if (invoice.Number is not null) yield return (words.Attachment, words.AttachmentNote);
    }

    void Notes()
    {
        foreach (var (label, rows) in _notes)
        {
            var y = _y;
            Draw(() =>
            {
                _canvas.Text(Left, y + 9, label, Label);
                for (var row = 0; row < rows.Count; row++) _canvas.Text(Left + NoteIndent, y + 9 + row * 13, rows[row], Body);
            });
            _y += NoteHeight(rows);
        }
    }

    // ---- the footer -------------------------------------------------------------------------------------------------------------------

    const float FooterLeading = 9.4f;

    float FooterTop => FooterBottom - (_footer.Max(column => column.Length) - 1) * FooterLeading;

    /// <summary>Wider where the longer texts are: address, contact, bank, register and tax.</summary>
    static readonly float[] FooterStarts = [0, 34, 72, 115];

    static float FooterLeft(int column) => Left + FooterStarts[column] * Mm;

    string[][] FooterColumns()
    {
        var seller = invoice.Seller;
        string?[][] columns =
        [
            [seller.Name, seller.Address.Line1, seller.Address.Line2, $"{seller.Address.PostalCode} {seller.Address.City}", Country(seller.Address)],
            [words.ManagingDirector, seller.ManagingDirector, seller.Email],
            [seller.BankName, $"IBAN {DocumentWords.Iban(seller.Iban)}", $"BIC {seller.Bic}", seller.CreditorId is { } id ? $"{words.CreditorId} {id}" : null],
            [words.Register, seller.Register, $"{words.VatId} {seller.VatId}", $"{words.TaxNumber} {seller.TaxNumber}"],
        ];
        return
        [
            .. columns.Select((column, place) =>
            {
                var width = (place + 1 < columns.Length ? FooterLeft(place + 1) : Right + Gap / 2) - FooterLeft(place) - Gap / 2;
                return column.OfType<string>().SelectMany((text, row) => Wrap(Printable(text), row == 0 ? FooterHead : Footer, width)).ToArray();
            }),
        ];
    }

    string? Country(Address address) => invoice.Buyer.Address.Country == address.Country ? null : Countries.NameOf(address.Country, invoice.Language);

    // ---- setting text -----------------------------------------------------------------------------------------------------------------

    void Draw(Action draw) => _pages[^1].Add(draw);

    void NextPage()
    {
        _pages.Add([]);
        _y = NextTop;
    }

    void Paragraph(string text, TextStyle style, float leading)
    {
        foreach (var row in Wrap(Printable(text), style, Right - Left))
        {
            var baseline = _y + leading * 0.8f;
            Draw(() => _canvas.Text(Left, baseline, row, style));
            _y += leading;
        }
    }

    static string Printable(string text) => DocumentText.Printable(text);

    static TextStyle Fitting(string text, TextStyle style, float width) => style with { Size = style.Size * Math.Min(1, width / PdfCanvas.WidthOf(text, style)) };

    static List<string> Wrap(string text, TextStyle style, float width) => TextLines.Wrap(text, style, width);

    /// <summary>The columns, as wide as what stands in them needs; the description takes the rest.</summary>
    sealed class Table
    {
        public const float Leading = 12;

        public Table(Invoice invoice, DocumentWords words, int sign)
        {
            // Several rates on one document: each line says its own.
            var withRates = invoice.Taxes.Length > 1;
            Padding = invoice.Lines.Length > 12 ? 3 : 5;

            var cells = invoice.Lines.Select((line, place) => (string[])
            [
                words.Number(place + 1), "", words.Days(line.From, line.To), words.Number(line.Quantity), words.Amount(line.UnitNet * sign),
                .. withRates ? [$"{line.VatPercent} %"] : Array.Empty<string>(),
                words.Amount(line.Net * sign),
            ]).ToList();
            (string Title, bool IsFigure)[] titles =
            [
                (words.Position, false), (words.Description, false), (words.ServicePeriod, false), (words.Quantity, true), (words.UnitPrice, true),
                .. withRates ? [(words.Vat, true)] : Array.Empty<(string, bool)>(),
                (words.NetAmount, true),
            ];
            // A document may carry more over than any of its lines has.
            var total = invoice.Lines.Sum(line => line.Net < Money.Zero ? -line.Net : line.Net) * sign;
            var widths = titles.Select((title, column) => Math.Max(
                PdfCanvas.WidthOf(title.Title, Small), cells.Max(row => PdfCanvas.WidthOf(row[column], Figures)))).ToArray();
            widths[^1] = Math.Max(widths[^1], PdfCanvas.WidthOf(words.Amount(total), StrongFigures));
            widths[1] = Right - Left - Gap * (widths.Length - 1) - widths.Where((_, column) => column != 1).Sum();

            var left = Left;
            Columns = [.. titles.Zip(widths, (title, width) =>
            {
                var column = new Column(title.Title, title.IsFigure, left, left + width);
                left += width + Gap;
                return column;
            })];
            Description = Columns[1];
            Rows = [.. invoice.Lines.Zip(cells, (line, row) =>
            {
                var description = TextLines.Wrap(DocumentText.Printable(line.Description), Body, Description.Right - Description.Left);
                var remark = line.Days == line.PeriodDays ? null : words.Prorated(line.Days, line.PeriodDays);
                return new Row(row, description, remark, RowHeight(description.Count) + (remark is null ? 0 : 10.5f));
            })];
        }

        public sealed record Column(string Title, bool IsFigure, float Left, float Right);

        public sealed record Row(string[] Cells, List<string> Description, string? Remark, float Height);

        public IReadOnlyList<Column> Columns { get; }
        public Column Description { get; }
        public IReadOnlyList<Row> Rows { get; }
        public float Padding { get; }

        public float RowHeight(int lines) => lines * Leading + 2 * Padding;
    }
}
