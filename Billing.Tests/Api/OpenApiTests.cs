using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Billing.Functions;
using Billing.Functions.Http;
using Microsoft.Azure.Functions.Worker;

namespace Billing.Tests.Api;

/// <summary>The document and the service say the same. That its answers do is seen in every other test, by <see cref="ContractHandler"/>.</summary>
[Collection(OnOneService.Name)]
public class OpenApiTests(StandingService standing)
{
    [Fact]
    public void The_document_knows_exactly_the_routes_that_are_served()
    {
        var served = typeof(PlanFunctions).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).OfType<HttpTriggerAttribute>())
            .Where(trigger => trigger.Route != "{*path}")
            .SelectMany(trigger => trigger.Methods!.Select(method => $"{method.ToUpperInvariant()} /{Regex.Replace(trigger.Route!, @"\{(\w+):.*\}", "{$1}")}"));

        Assert.Equal(served.Order(), OpenApi.Document.Operations.Select(operation => $"{operation.Method} {operation.Path}").Order());
    }

    [Fact]
    public void The_document_knows_exactly_the_codes_that_are_given() =>
        Assert.Equal(Problems.All.Select(known => known.Code).Order(), OpenApi.Document.Codes.Order());

    [Fact]
    public void Each_operation_documents_the_status_of_each_of_its_codes()
    {
        var statusOf = Problems.All.ToDictionary(known => known.Code, known => known.Status);
        Assert.All(OpenApi.Document.Operations, operation => Assert.All(operation.Codes, code => Assert.Contains(statusOf[code], operation.Responses.Keys)));
        Assert.Empty(statusOf.Keys.Except(OpenApi.Document.Operations.SelectMany(operation => operation.Codes)));
    }

    [Fact]
    public async Task The_service_publishes_the_document()
    {
        var published = (await standing.Service.SendAsync(HttpMethod.Get, "api/openapi.json")).Ok();

        Assert.StartsWith("3.1.", published.Text("openapi"), StringComparison.Ordinal);
        Assert.Equal("/api", published.Items("servers").Single().Text("url"));
        Assert.True(JsonElement.DeepEquals(published.GetProperty("components").GetProperty("schemas").GetProperty("Problem"), OpenApi.Document.Schema("Problem")));
    }

    [Fact]
    public void Every_reference_in_the_document_leads_somewhere()
    {
        var seen = 0;
        void Follow(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array) foreach (var item in element.EnumerateArray()) Follow(item);
            if (element.ValueKind != JsonValueKind.Object) return;
            if (element.TryGetProperty("$ref", out _))
            {
                seen++;
                Assert.Equal(JsonValueKind.Object, OpenApi.Document.Resolve(element).ValueKind);
            }
            foreach (var member in element.EnumerateObject()) Follow(member.Value);
        }
        foreach (var operation in OpenApi.Document.Operations) Follow(operation.Json);
        foreach (var name in new[] { "Overview", "Invoice", "Preview", "Problem", "OperatorAccount" }) Follow(OpenApi.Document.Schema(name));
        Assert.True(seen > 100);
    }

    [Theory]
    [InlineData("""{"from":"2026-05-06","to":"2026-06-05"}""", null)]
    [InlineData("""{"from":"2026-05-06"}""", "$.to is missing")]
    [InlineData("""{"from":"2026-05-06","to":"2026-06-05","days":31}""", "$.days is not documented")]
    [InlineData("""{"from":"06.05.2026","to":"2026-06-05"}""", "$.from is '06.05.2026', no date")]
    [InlineData("""{"from":null,"to":"2026-06-05"}""", "$.from is Null, not string")]
    [InlineData("""[]""", "$ is Array, not object")]
    public void An_answer_that_is_not_as_documented_is_noticed(string json, string? objection)
    {
        using var answer = JsonDocument.Parse(json);
        Assert.Equal(objection is null ? [] : [objection], OpenApi.Document.Objections(OpenApi.Document.Schema("Period"), answer.RootElement, "$"));
    }

    [Theory]
    [InlineData("""{"state":"locked","reason":null,"suspendsOn":null}""")]
    [InlineData("""{"state":"active","reason":"because","suspendsOn":null}""")]
    [InlineData("""{"state":"active","reason":null,"suspendsOn":5}""")]
    public void A_value_outside_its_list_is_noticed(string json)
    {
        using var answer = JsonDocument.Parse(json);
        Assert.Single(OpenApi.Document.Objections(OpenApi.Document.Schema("Access"), answer.RootElement, "$"));
    }

    [Fact]
    public async Task The_catalogue_and_the_state_of_health_are_open_to_anyone()
    {
        var catalog = (await standing.Service.SendAsync(HttpMethod.Get, "api/catalog")).Ok();
        Assert.Equal(["smart 1990", "pro 4490", "business 7990"], catalog.Items("plans").Select(plan => $"{plan.Text("plan")} {plan.Cents("monthlyNetCents")}"));
        Assert.Equal(["users 590", "storage 590"], catalog.Items("addOns").Select(addOn => $"{addOn.Text("addOn")} {addOn.Cents("monthlyNetCents")}"));
        Assert.Equal(("EUR", 6900), (catalog.Text("currency"), catalog.Cents("downgradeFeeNetCents")));

        var health = (await standing.Service.SendAsync(HttpMethod.Get, "api/health")).Ok();
        Assert.Equal("ok", health.Text("status"));
        Assert.Equal(["blobs", "queues", "tables"], health.GetProperty("dependencies").EnumerateObject().Select(dependency => dependency.Name).Order());
    }

    [Theory]
    [InlineData("GET", "api/nothing")]
    [InlineData("GET", "api/accounts")]
    [InlineData("DELETE", "api/accounts/acme")]
    [InlineData("PATCH", "api/accounts/acme/plan-changes")]
    [InlineData("POST", "api/accounts/acme/invoices/inv-1")]
    public async Task What_no_route_takes_is_a_problem(string method, string path) =>
        (await standing.Service.SendAsync(new(method), path)).Refused(404, "not_found");
}
