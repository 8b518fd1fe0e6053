using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Azure.Storage.Blobs;

namespace Billing.Tests.Api;

/// <summary>Ids that try to be more than an id: another partition, a filter of OData, another file, another spelling of someone else.</summary>
[Collection(OnOneService.Name)]
public partial class HostileIdTests(StandingService standing)
{
    /// <summary>As they stand in the address; <c>{0}</c> is an account that the caller must not reach.</summary>
    static readonly string[] Ids =
    [
        "..%2f{0}", "..%2F..%2F{0}", "%2e%2e%2f{0}", "%252e%252e%252f{0}", "..%5c{0}", "x%2f..%2f{0}", "{0}%2f..%2f{0}", "%c0%ae%c0%ae%c0%af{0}", "%ef%bc%8e%ef%bc%8e%ef%bc%8f{0}",
        "'", "%27", "x'%20or%20'1'%20eq%20'1", "x%27%20or%20PartitionKey%20eq%20%27{0}", "x%27)%20or%20(RowKey%20ne%20%27", "%22", "%5c", "%7c", "{0}%7caccount", "{0}%7dx", "account%7c", "{0}%3f", "{0}%23", "{0};v=1",
        "{0}%0d%0aX-Evil:%201", "{0}%0a", "%09{0}", "{0}%20", "%20{0}", "{0}%e2%80%8b", "{0}%cc%88", "%ef%bd%83-1", "%c7%85", "%e2%80%ae", "%ff%fe", "%ed%a0%80", "%f0%9f%92%a9", "C-1", "%00", "{0}%00", "%2500",
        "$filter", "*", "-1", "inv-0", "inv--1", "inv-2147483648", "inv-99999999999999999999", "inv-1%20", "inv-1%2f..", "INV-1", "inv-%d9%a1", "bkg-01", "bkg-0x1", "~", "_", "x%2fy",
    ];

    Service Service => standing.Service;

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}\z")]
    private static partial Regex AccountPartition();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}/\d{4}/R[EK]-\d+\.pdf\z")]
    private static partial Regex DocumentFile();

    [Fact]
    public async Task An_id_reaches_nothing_but_what_it_names()
    {
        var (acme, other) = (await Service.OpenAsync("smart"), await Service.OpenAsync("business", new { companyName = "Geheim & Cie" }));
        await acme.BooksAsync("users");
        var (before, othersBefore) = (await acme.StateAsync(), await other.StateAsync());
        var (owner, crm, staff) = (await Service.TokenAsync("owner", acme.Id), await Service.TokenAsync("service"), await Service.TokenAsync("operator"));
        var reason = new { reason = "x" };
        (string Method, string Path, object? Body, string Token)[] places =
        [
            ("GET", "api/accounts/{id}", null, crm), ("GET", "api/accounts/{id}", null, owner), ("GET", "api/accounts/{id}/overview", null, staff), ("PUT", "api/accounts/{id}", Customer.Details("smart"), crm),
            ("GET", "api/operator/accounts/{id}", null, staff), ("POST", "api/operator/accounts/{id}/wake", reason, staff),
            ("GET", $"{acme.Path}/invoices/{{id}}", null, owner), ("GET", $"{acme.Path}/invoices/{{id}}/pdf", null, owner), ("GET", $"{acme.Path}/invoices/{{id}}/xml", null, owner),
            ("POST", $"{acme.Path}/invoices/{{id}}/payment-session", new { returnUrl = acme.Back }, owner), ("POST", $"api/operator/accounts/{acme.Id}/invoices/{{id}}/void", reason, staff),
            ("POST", $"{acme.Path}/add-ons/{{id}}/cancellation/preview", null, owner), ("POST", $"{acme.Path}/add-ons/{{id}}/cancellation", new { }, owner), ("DELETE", $"{acme.Path}/add-ons/{{id}}/cancellation", null, owner),
            ("POST", "api/operator/findings/{id}/resolve", reason, staff), ("GET", "api/element/{id}/billing-element.js", null, owner), ("GET", "api/element/1/{id}", null, owner),
        ];
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        foreach (var (method, path, body, token) in places)
        {
            foreach (var id in Ids.Select(id => id.Replace("{0}", other.Id, StringComparison.Ordinal)).Append(new string('a', 7_000)).Append(new string('a', 10_000)))
            {
                // Odd to look at, and an account's as good as any: the CRM may call one so.
                if (path.Contains("accounts/{id}", StringComparison.Ordinal) && AccountPartition().IsMatch(id)) continue;
                // Sent as it is written: no client tidies it up first.
                var address = new Uri($"http://localhost:{Service.Port}/{path.Replace("{id}", id, StringComparison.Ordinal)}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
                using var request = new HttpRequestMessage(new(method), address);
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
                if (body is not null) request.Content = System.Net.Http.Json.JsonContent.Create(body);
                using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
                var answer = await Answer.OfAsync(response);
                var shown = $"{method} {address} {answer.Status} {System.Text.Encoding.UTF8.GetString(answer.Bytes)}";
                Assert.True(answer.Status is 400 or 404 or 414 or 429, shown);
                Assert.DoesNotContain("Geheim", shown, StringComparison.Ordinal);
                Assert.False(answer.Headers.Contains("X-Evil"), shown);
            }
        }

        Assert.Equal((before, othersBefore), (await acme.StateAsync(), await other.StateAsync()));
        var storage = Service.Place.Storage;
        await foreach (var row in new TableClient(storage, "Accounts").QueryAsync<TableEntity>(select: ["PartitionKey"], cancellationToken: TestContext.Current.CancellationToken)) Assert.Matches(AccountPartition(), row.PartitionKey);
        await foreach (var blob in new BlobContainerClient(storage, "documents").GetBlobsAsync(cancellationToken: TestContext.Current.CancellationToken)) Assert.Matches(DocumentFile(), blob.Name);
    }

    /// <summary>Whatever an issuer lets into its claims: an account is one only by its form.</summary>
    [Theory]
    [InlineData("a|b")]
    [InlineData("a' or PartitionKey ne 'a")]
    [InlineData("../demo")]
    public async Task A_token_of_such_an_account_is_of_none(string account)
    {
        var path = $"api/accounts/{Uri.EscapeDataString(account)}/overview";
        Assert.True((await Service.SendAsync(HttpMethod.Get, path, token: await Service.TokenAsync("owner", account))).Status is 400 or 404);
    }
}
