using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Billing.Functions.Http;
using Billing.Values;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Billing.Tests.Api;

/// <summary>What the CRM can check of what it is told.</summary>
public sealed class CrmWebhookTests
{
    [Fact]
    public async Task While_its_secret_is_rotated_every_notification_is_signed_with_both()
    {
        byte[][] secrets = [RandomNumberGenerator.GetBytes(24), RandomNumberGenerator.GetBytes(32)];
        using var crm = new Crm();

        Assert.True(await TellAsync(crm, secrets));

        // Standard Webhooks: the receiver takes it if one of the signatures is of a secret that it has.
        Assert.Equal(secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"acme-7-0.1778054400.{crm.Body}")))), crm.Signatures);
    }

    /// <summary>It stays in the queue and is told again.</summary>
    [Fact]
    public async Task A_notification_whose_connection_ends_is_not_told()
    {
        using var crm = new Crm { Breaks = true };

        Assert.False(await TellAsync(crm, RandomNumberGenerator.GetBytes(24)));
    }

    static async Task<bool> TellAsync(Crm crm, params byte[][] secrets)
    {
        using var http = new HttpClient(crm, disposeHandler: false);
        var webhook = new CrmWebhook(
            http, new(new("https://crm.example.com/hook"), [.. secrets.Select(secret => CrmWebhook.ReadSecret($"whsec_{Convert.ToBase64String(secret)}")!)]), new FakeTimeProvider(A.Instant("2026-05-06T08:00:00Z")),
            NullLogger<CrmWebhook>.Instance);
        return await webhook.SendAsync(new(AccountId.Parse("acme"), 7, 0, A.Instant("2026-05-06T08:00:00Z"), new("invoice.issued")), TestContext.Current.CancellationToken);
    }

    sealed class Crm : HttpMessageHandler
    {
        public bool Breaks { get; init; }
        public string Body { get; private set; } = "";
        public string[] Signatures { get; private set; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Breaks) throw new SocketException((int)SocketError.NotConnected);
            Body = await request.Content!.ReadAsStringAsync(cancellationToken);
            Signatures = request.Headers.GetValues("webhook-signature").Single().Split(' ');
            return new(HttpStatusCode.OK);
        }
    }
}
