using System.Globalization;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Tests.Model;

/// <summary>
/// The rules of plans, add-ons, closes and corrections once more, as plainly as can be: lists, whole cents, a decimal where something is
/// rounded. It knows neither storage nor payment nor failure. What depends on payments it is told.
/// </summary>
sealed class Reference
{
    static readonly Dictionary<string, long> PlanPrices = new() { ["smart"] = 19_90, ["pro"] = 44_90, ["business"] = 79_90 };
    const long AddOnPrice = 5_90, DowngradeFee = 69_00, LeastCollected = 50;

    readonly List<Document> _documents = [];
    readonly List<Booking> _bookings = [];
    string _plan;

    /// <summary>Of the plan, monthly, since the last change or renewal. An upgrade credits it, as far as documents bill it.</summary>
    long _price;
    DateOnly _anchor;
    int _index;
    DateOnly? _endsOn;
    bool _hasEnded;
    Document? _draft;
    int _places;

    /// <param name="Booking">Its number; 0 of a line of the plan.</param>
    /// <param name="Monthly">The plan's price where it is one of a plan, negative where that is credited; else 0.</param>
    sealed record Line(DateOnly From, DateOnly To, long Net, int Booking = 0, long Monthly = 0);

    sealed record Document(string Kind, DateOnly Date)
    {
        /// <summary>In the history: where it was opened; an issued draft takes the newest.</summary>
        public int Place { get; set; }
        public bool IsIssued { get; set; }
        public List<Line> Lines { get; init; } = [];
        public HashSet<Line> Credited { get; } = new(ReferenceEqualityComparer.Instance);
        public long Vat { get; set; }
        public long Net => Lines.Sum(line => line.Net);
        public IEnumerable<Line> Left => Lines.Where(line => !Credited.Contains(line));
    }

    sealed record Booking(int Number, string AddOn, int Quantity, DateOnly BookedOn)
    {
        public string Status { get; set; } = "Active";
        public DateOnly? EndsOn { get; set; }

        /// <summary>What carries its lines: the draft, or what became of it.</summary>
        public required Document On { get; set; }
        public bool IsRunning => Status is "Active" or "Cancelled";
    }

    public Reference(string plan, DateOnly today)
    {
        _plan = plan;
        Start(today);
    }

    DateOnly PeriodStart => _anchor.AddMonths(_index);
    DateOnly NextStart => _anchor.AddMonths(_index + 1);
    DateOnly LastDay => NextStart.AddDays(-1);

    /// <summary>All closes that are due by then, each dated that day.</summary>
    public void Reach(DateOnly today)
    {
        while (!_hasEnded && NextStart <= today) Close(today);
    }

    /// <returns>Null if it is done, else the code of the refusal; so with all that follow.</returns>
    public string? ChangePlan(string to, DateOnly today, bool isSuspended)
    {
        if (_hasEnded) return "subscription_ended";
        if (to == _plan) return "plan_already_active";
        if (isSuspended) return "access_suspended";
        if (PlanPrices[to] > PlanPrices[_plan])
        {
            var unused = Math.Min(_price, Billed);
            List<Line> lines = unused > 0 ? [new(today, LastDay, -Prorated(unused, today), Monthly: -unused)] : [];
            _price = PlanPrices[to];
            Issue("Invoice", today, [.. lines, new(today, LastDay, Prorated(_price, today), Monthly: _price)]);
        }
        else if (_endsOn is not null) return "cancellation_pending";
        else
        {
            _price = PlanPrices[to];
            Issue("Invoice", today, [new(today, today, DowngradeFee)]);
        }
        _plan = to;
        return null;
    }

    public string? Book(string addOn, int quantity, DateOnly today, bool isSuspended)
    {
        if (_hasEnded) return "subscription_ended";
        if (isSuspended) return "access_suspended";
        _draft ??= new("Collective", today) { Place = ++_places };
        var booking = new Booking(_bookings.Count + 1, addOn, quantity, today) { On = _draft };
        _bookings.Add(booking);
        _draft.Lines.Add(new(today, LastDay, Prorated(AddOnPrice * quantity, today), booking.Number));
        return null;
    }

    public string? EndBooking(int number, DateOnly today)
    {
        var booking = _bookings[number - 1];
        if (booking.Status != "Withdrawn" && today <= BerlinCalendar.LastWithdrawalDay(booking.BookedOn)) return Withdraw(booking, today);
        if (booking.Status == "Cancelled") return "already_cancelled";
        if (!booking.IsRunning) return "already_ended";
        (booking.Status, booking.EndsOn) = ("Cancelled", LastDay);
        return null;
    }

    public string? KeepBooking(int number)
    {
        var booking = _bookings[number - 1];
        if (!booking.IsRunning) return "already_ended";
        if (booking.Status != "Cancelled") return "not_cancelled";
        (booking.Status, booking.EndsOn) = ("Active", null);
        return null;
    }

    public string? CancelSubscription()
    {
        if (_hasEnded) return "subscription_ended";
        if (_endsOn is not null) return "already_cancelled";
        _endsOn = LastDay;
        return null;
    }

    public string? TakeBack()
    {
        if (_hasEnded) return "already_ended";
        if (_endsOn is null) return "not_cancelled";
        _endsOn = null;
        return null;
    }

    public string? Reopen(string plan, DateOnly today, bool isOverdue)
    {
        if (!_hasEnded) return null;
        if (isOverdue) return "access_suspended";
        _plan = plan;
        Start(today);
        return null;
    }

    /// <param name="place">Of the document in the history, from 0.</param>
    public string? Void(int place, DateOnly today)
    {
        var document = History[place];
        List<Line> left = [.. document.Left];
        if (!document.IsIssued || document.Kind == "CreditNote" || !Credit(document, left, today)) return "invoice_not_payable";
        return null;
    }

    /// <summary>All of it, as <see cref="Of"/> tells it of an account.</summary>
    public override string ToString() => Text(
        _plan, _hasEnded ? "ended" : $"{PeriodStart:O}", _endsOn,
        History.Select(document => $"{document.Kind} {document.Date:O} {(document.IsIssued ? "" : "void ")}{document.Net}+{document.Vat} {Lines(document.Lines)}"),
        Lines(_draft?.Lines ?? []), _bookings.Select(booking => $"{booking.AddOn} {booking.Quantity} {booking.Status} {booking.EndsOn:O}"));

    public static string Of(AccountPicture account) => Text(
        account.State.Plan, account.State.HasEnded ? "ended" : $"{account.State.Period.Start:O}", account.State.EndsOn,
        account.Documents.Select(document =>
            $"{document.Kind} {document.Date:O} {(document.Number is null ? "void " : "")}{document.Net.Cents}+{document.Vat.Cents} {Lines(document.Lines.Select(Read))}"),
        Lines(account.State.Draft?.Lines.Select(Read) ?? []),
        account.Bookings.OrderBy(booking => booking.Id.Sequence).Select(booking => $"{booking.AddOn} {booking.Quantity} {booking.Status} {booking.EndsOn:O}"));

    long Billed => _documents.Where(document => document.IsIssued && document.Kind != "CreditNote").SelectMany(document => document.Left).Where(line => line.To == LastDay).Sum(line => line.Monthly);

    IReadOnlyList<Document> History => [.. _documents.OrderBy(document => document.Place)];

    void Start(DateOnly today)
    {
        (_anchor, _index, _endsOn, _hasEnded) = (today, 0, null, false);
        _price = PlanPrices[_plan];
        Issue("Invoice", today, [new(today, LastDay, _price, Monthly: _price)]);
    }

    void Close(DateOnly today)
    {
        var collected = _draft?.Lines ?? [];
        if (_endsOn is not null)
        {
            if (_draft is not null && !IssueDraft(today, collected)) _documents.Add(_draft);
            foreach (var booking in _bookings.Where(booking => booking.IsRunning)) (booking.Status, booking.EndsOn) = ("Ended", _endsOn);
            (_hasEnded, _draft) = (true, null);
            return;
        }

        _index++;
        _price = PlanPrices[_plan];
        List<Line> lines =
        [
            new(PeriodStart, LastDay, _price, Monthly: _price),
            .. _bookings.Where(booking => booking.Status == "Active").Select(booking => new Line(PeriodStart, LastDay, AddOnPrice * booking.Quantity, booking.Number)),
            .. collected,
        ];
        if (_draft is null) Issue("Invoice", today, lines);
        else IssueDraft(today, lines);
        foreach (var booking in _bookings.Where(booking => booking.Status == "Cancelled")) booking.Status = "Ended";
        _draft = null;
    }

    string? Withdraw(Booking booking, DateOnly today)
    {
        if (booking.On == _draft)
        {
            List<Line> left = [.. _draft.Lines.Where(line => line.Booking != booking.Number)];
            if (left.Count > 0) _draft.Lines.RemoveAll(line => line.Booking == booking.Number);
            else
            {
                // It stays in the history with its last amount.
                _draft.Vat = VatOf(_draft.Net);
                _documents.Add(_draft);
                _draft = null;
            }
        }
        else if (booking.On.IsIssued) Credit(booking.On, [.. booking.On.Left.Where(line => line.Booking == booking.Number)], today);
        (booking.Status, booking.EndsOn) = ("Withdrawn", today);
        return null;
    }

    bool Credit(Document original, List<Line> lines, DateOnly today)
    {
        if (lines.Count == 0) return false;
        var before = VatOf(original.Left.Sum(line => line.Net));
        original.Credited.UnionWith(lines);
        Issue("CreditNote", today, lines).Vat = before - VatOf(original.Left.Sum(line => line.Net));
        return true;
    }

    Document Issue(string kind, DateOnly today, List<Line> lines)
    {
        var document = new Document(kind, today) { Place = ++_places, IsIssued = true, Lines = lines };
        document.Vat = VatOf(document.Net);
        _documents.Add(document);
        return document;
    }

    /// <summary>False where it is too small to be collected.</summary>
    bool IssueDraft(DateOnly today, List<Line> lines)
    {
        var net = lines.Sum(line => line.Net);
        if (net + VatOf(net) < LeastCollected)
        {
            _draft!.Vat = VatOf(net);
            return false;
        }
        var issued = Issue("Collective", today, lines);
        foreach (var booking in _bookings.Where(booking => booking.On == _draft)) booking.On = issued;
        return true;
    }

    long Prorated(long price, DateOnly today) =>
        (long)Math.Round((decimal)price * (NextStart.DayNumber - today.DayNumber) / (NextStart.DayNumber - PeriodStart.DayNumber), MidpointRounding.AwayFromZero);

    static long VatOf(long net) => (long)Math.Round(net * 0.19m, MidpointRounding.AwayFromZero);

    static Line Read(InvoiceLine line) => new(line.From, line.To, line.Net.Cents, line.Booking?.Sequence ?? 0);

    static string Lines(IEnumerable<Line> lines) => string.Join(' ', lines.Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.From:MMdd}-{line.To:MMdd}:{line.Net}:{line.Booking}")));

    static string Text(string plan, string period, DateOnly? endsOn, IEnumerable<string> documents, string draft, IEnumerable<string> bookings) =>
        string.Join('\n', (string[])[$"{plan} {period} {endsOn:O}", .. documents, $"draft {draft}", .. bookings]);
}
