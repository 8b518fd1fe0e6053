using System.Net;
using System.Net.Sockets;

namespace Billing.Local.World;

/// <summary>Ports for a world of one's own.</summary>
static class Ports
{
    /// <summary>The first of a run of ports that nothing listens on now. Another program may still be quicker; then the start says so.</summary>
    /// <exception cref="LocalStartException">None are left.</exception>
    public static int Free(int count)
    {
        for (var first = 20000 + (Environment.ProcessId % 2000 * 5); first < ushort.MaxValue - count; first += count)
        {
            if (Enumerable.Range(first, count).All(IsFree)) return first;
        }

        throw new LocalStartException($"No {count} free ports in a row are left.");
    }

    /// <summary>Whether nothing listens there on this machine.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
