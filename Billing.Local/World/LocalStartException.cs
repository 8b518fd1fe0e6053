namespace Billing.Local.World;

/// <summary>Something outside keeps the local host from starting; the message is the sentence for its user.</summary>
public sealed class LocalStartException(string message) : Exception(message)
{
    /// <summary>Says why and ends the process with 1. Returns only for the compiler's sake.</summary>
    internal LocalStartException EndProcess()
    {
        Console.Error.WriteLine(Message);
        Environment.Exit(1);
        return this;
    }
}
