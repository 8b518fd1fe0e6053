namespace Billing.Local.StripeSimulator;

/// <summary>One way in which requests fail on purpose.</summary>
/// <param name="On">Method and path, a <c>*</c> for any segment: <c>POST /v1/payment_intents/*/cancel</c>; <c>*</c> alone is every request.</param>
/// <param name="Times">How many requests it still meets.</param>
/// <param name="Do">
/// <c>429</c>: refused before anything; <c>500</c>: fails without acting; <c>500_after</c>: acts and fails (both are kept under the
/// request's key); <c>timeout</c>: no answer and no action; <c>timeout_after</c>: acts and does not answer.
/// </param>
sealed record Fault(string On, int Times, string Do)
{
    public static readonly string[] Known = ["429", "500", "500_after", "timeout", "timeout_after"];
}

/// <summary>The faults still to come.</summary>
sealed class Faults
{
    readonly Lock _gate = new();
    List<Fault> _faults = [];

    public IReadOnlyList<Fault> All
    {
        get
        {
            lock (_gate) return [.. _faults];
        }
        set
        {
            lock (_gate) _faults = [.. value.Where(fault => fault.Times > 0)];
        }
    }

    /// <summary>The fault that meets a request, which counts it; null when it is spared.</summary>
    /// <param name="replayed">A replayed answer fails on the way only: it is not worked on again.</param>
    public string? Take(string method, string path, bool replayed)
    {
        lock (_gate)
        {
            var place = _faults.FindIndex(fault => Meets(fault.On, method, path) && !(replayed && fault.Do.StartsWith("500", StringComparison.Ordinal)));
            if (place < 0) return null;
            var taken = _faults[place];
            if (taken.Times > 1) _faults[place] = taken with { Times = taken.Times - 1 };
            else _faults.RemoveAt(place);
            return taken.Do;
        }
    }

    static bool Meets(string on, string method, string path)
    {
        if (on == "*") return true;
        var (wanted, sent) = (on.Split(' ', '/'), $"{method} {path}".Split(' ', '/'));
        return wanted.Length == sent.Length && wanted.Zip(sent).All(pair => pair.First == "*" || pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase));
    }
}
