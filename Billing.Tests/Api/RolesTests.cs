using System.Text.Json;

namespace Billing.Tests.Api;

/// <summary>
/// Every route of the document, asked by every role, for its own account, another one and one that is not there. What is not let in is refused in
/// the order 401, 404, 403, 400, so all refusals here are of requests whose body is wrong as well.
/// </summary>
[Collection(OnOneService.Name)]
public class RolesTests(StandingService standing)
{
    static readonly string[] Anyone = ["none", "member", "owner", "super-admin", "service", "operator"];
    static readonly string[] Sees = ["owner", "super-admin", "service", "operator"];
    static readonly string[] Orders = ["owner", "super-admin"];
    static readonly string[] Crm = ["service"];
    static readonly string[] Operates = ["operator"];

    /// <param name="Who">The roles that are let in.</param>
    /// <param name="Body">A right one, where the route takes one.</param>
    /// <param name="Answer">What it is then answered with, in this order of the routes.</param>
    sealed record Row(string[] Who, object? Body, int Answer, string? Code = null);

    static readonly object Reason = new { reason = "Probe" };

    static readonly Dictionary<string, Row> Rows = new()
    {
        ["GET /catalog"] = new(Anyone, null, 200),
        ["GET /health"] = new(Anyone, null, 200),
        ["GET /openapi.json"] = new(Anyone, null, 200),
        ["GET /element.js"] = new(Anyone, null, 200),
        ["GET /element/{version}/{file}"] = new(Anyone, null, 404, "not_found"),
        ["POST /stripe/webhook"] = new(Anyone, new { }, 400, "validation_failed"),

        ["PUT /accounts/{accountId}"] = new(Crm, Customer.Details("smart"), 200),
        ["GET /accounts/{accountId}"] = new(Sees, null, 200),
        ["GET /accounts/{accountId}/overview"] = new(Sees, null, 200),
        ["GET /accounts/{accountId}/entitlements"] = new(Sees, null, 200),
        ["GET /accounts/{accountId}/journal"] = new(Sees, null, 200),
        ["GET /accounts/{accountId}/add-ons"] = new(Sees, null, 200),
        ["GET /accounts/{accountId}/invoices"] = new(Sees, null, 200),
        ["GET /accounts/{accountId}/invoices/upcoming"] = new(Sees, null, 200),
        ["GET /accounts/{accountId}/invoices/{id}"] = new(Sees, null, 200),
        ["GET /accounts/{accountId}/invoices/{id}/pdf"] = new(Sees, null, 200),
        ["GET /accounts/{accountId}/invoices/{id}/xml"] = new(Sees, null, 200),

        ["POST /accounts/{accountId}/plan-changes/preview"] = new(Orders, new { plan = "pro" }, 200),
        ["POST /accounts/{accountId}/plan-changes"] = new(Orders, new { plan = "pro" }, 409, "confirmation_required"),
        ["POST /accounts/{accountId}/add-ons/preview"] = new(Orders, new { addOn = "users", quantity = 1 }, 200),
        ["POST /accounts/{accountId}/add-ons"] = new(Orders, new { addOn = "users", quantity = 1 }, 409, "confirmation_required"),
        ["POST /accounts/{accountId}/add-ons/{id}/cancellation/preview"] = new(Orders, new { }, 404, "add_on_not_found"),
        ["POST /accounts/{accountId}/add-ons/{id}/cancellation"] = new(Orders, new { }, 404, "add_on_not_found"),
        ["DELETE /accounts/{accountId}/add-ons/{id}/cancellation"] = new(Orders, null, 404, "add_on_not_found"),
        ["POST /accounts/{accountId}/cancellation/preview"] = new(Orders, new { }, 200),
        ["POST /accounts/{accountId}/cancellation"] = new(Orders, new { }, 409, "confirmation_required"),
        ["DELETE /accounts/{accountId}/cancellation"] = new(Orders, null, 409, "not_cancelled"),
        ["POST /accounts/{accountId}/invoices/{id}/payment-session"] = new(Orders, new { returnUrl = "https://elsewhere.example" }, 400, "return_url_not_allowed"),
        ["POST /accounts/{accountId}/payment-method/session"] = new(Orders, new { returnUrl = "https://elsewhere.example" }, 400, "return_url_not_allowed"),

        ["GET /operator/findings"] = new(Operates, null, 200),
        ["POST /operator/findings/{id}/resolve"] = new(Operates, Reason, 404, "finding_not_found"),
        ["GET /operator/exports/invoices"] = new(Operates, null, 400, "validation_failed"),
        ["GET /operator/exports/documents"] = new(Operates, null, 400, "validation_failed"),
        ["GET /operator/accounts/{accountId}"] = new(Operates, null, 200),
        ["POST /operator/accounts/{accountId}/wake"] = new(Operates, Reason, 202),
        ["POST /operator/accounts/{accountId}/invoices/{id}/void"] = new(Operates, Reason, 200),
        ["POST /operator/accounts/{accountId}/invoices/{id}/payments"] = new(Operates, Customer.Transfer(1, "2026-05-06"), 409, "invoice_not_payable"),
        ["POST /operator/accounts/{accountId}/invoices/{id}/write-off"] = new(Operates, Reason, 409, "invoice_not_payable"),
    };

    Service Service => standing.Service;

    [Fact]
    public void Every_route_of_the_document_has_its_row_and_the_row_its_roles()
    {
        Assert.Equal(Rows.Keys.Order(), OpenApi.Document.Operations.Select(operation => $"{operation.Method} {operation.Path}").Order());
        Assert.All(OpenApi.Document.Operations, operation => Assert.Equal(
            Rows[$"{operation.Method} {operation.Path}"].Who.Order(),
            (operation.Json.TryGetProperty("x-roles", out var roles) ? roles.EnumerateArray().Select(role => role.GetString()!) : Anyone).Order()));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("member")]
    [InlineData("owner")]
    [InlineData("super-admin")]
    [InlineData("service")]
    [InlineData("operator")]
    public async Task A_role_may_what_its_rows_say_and_nothing_else(string role)
    {
        var (own, other) = (await Service.OpenAsync("smart"), await Service.OpenAsync("smart"));
        var token = role == "none" ? null : await Service.TokenAsync(role, own.Id);
        var isStaff = role is "service" or "operator";
        var before = await other.StateAsync();
        var wrong = new List<string>();
        // Last what opens an account that is not there.
        foreach (var operation in OpenApi.Document.Operations.OrderBy(operation => operation.Method == "PUT"))
        {
            var (row, ofAccount) = (Rows[$"{operation.Method} {operation.Path}"], operation.Path.Contains("{accountId}", StringComparison.Ordinal));
            foreach (var (whose, id) in new[] { ("its own", own.Id), ("another's", other.Id), ("nobody's", $"nobody-{own.Id}") }.Take(ofAccount ? 3 : 1))
            {
                var opens = operation.Method == "PUT" && whose == "nobody's" ? 201 : row.Answer;
                var (status, code) =
                    role == "none" && row.Who != Anyone ? (401, "unauthenticated")
                    : ofAccount && !isStaff && id != own.Id ? (404, "account_not_found")
                    // Who may open accounts is asked before there is one.
                    : ofAccount && whose == "nobody's" && operation.Method != "PUT" ? (404, "account_not_found")
                    : !row.Who.Contains(role) ? (403, "forbidden")
                    : (opens, row.Code);
                var path = "api" + operation.Path.Replace("{accountId}", id, StringComparison.Ordinal).Replace("{id}", operation.Path.Contains("/invoices/", StringComparison.Ordinal) ? "inv-1" : "bkg-1", StringComparison.Ordinal)
                    .Replace("{version}", "1", StringComparison.Ordinal).Replace("{file}", "x.js", StringComparison.Ordinal);
                var takesBody = row.Body is not null;
                await AskAsync(takesBody ? "{wrong" : null, status == opens && code == row.Code && takesBody ? (400, "validation_failed") : (status, code));
                if (status == opens && code == row.Code && takesBody) await AskAsync(row.Body, (status, code));

                async Task AskAsync(object? body, (int, string?) expected)
                {
                    var answer = await Service.SendAsync(new(operation.Method), path, body, token);
                    if ((answer.Status, answer.Code) != expected) wrong.Add($"{operation.Method} {operation.Path}, {whose}, {JsonSerializer.Serialize(body)}: {(answer.Status, answer.Code)}, not {expected}");
                }
            }
        }
        Assert.Empty(wrong);
        if (!isStaff) Assert.Equal(before, await other.StateAsync());
    }

    [Fact]
    public async Task A_malformed_account_id_is_told_only_to_those_who_may_call()
    {
        (await Service.SendAsync(HttpMethod.Get, "api/accounts/ACME")).Refused(401, "unauthenticated");
        (await Service.SendAsync(HttpMethod.Get, "api/accounts/ACME", token: await Service.TokenAsync("owner", "acme"))).Refused(404, "account_not_found");
        (await Service.SendAsync(HttpMethod.Post, "api/accounts/ACME/plan-changes", new { plan = "pro" }, await Service.TokenAsync("service"))).Refused(403, "forbidden");
        (await Service.SendAsync(HttpMethod.Get, "api/accounts/ACME", token: await Service.TokenAsync("service"))).Refused(400, "validation_failed");
    }
}
