namespace Billing.Tests.Api;

/// <summary>What is refused, how, and that it changes nothing.</summary>
[Collection(OnOneService.Name)]
public class BadInputTests(StandingService standing)
{
    Service Service => standing.Service;

    [Theory]
    [InlineData("/plan-changes", """{"plan":"gold"}""", 400, "plan_unknown", null)]
    [InlineData("/plan-changes", """{"plan":"Pro"}""", 400, "plan_unknown", null)]
    [InlineData("/plan-changes", """{"plan":"pro","coupon":"X"}""", 400, "validation_failed", "coupon")]
    [InlineData("/plan-changes", """{"Plan":"pro"}""", 400, "validation_failed", "Plan")]
    [InlineData("/plan-changes", """{"plan":null}""", 400, "validation_failed", "plan")]
    [InlineData("/plan-changes", """{"plan":1}""", 400, "validation_failed", "plan")]
    [InlineData("/plan-changes", """{}""", 400, "validation_failed", "plan")]
    [InlineData("/plan-changes", """{"plan":"pro","plan":"business"}""", 400, "validation_failed", "plan")]
    [InlineData("/plan-changes", """{"plan":"smart"}""", 409, "plan_already_active", null)]
    [InlineData("/plan-changes", null, 400, "validation_failed", "body")]
    [InlineData("/plan-changes", "", 400, "validation_failed", "body")]
    [InlineData("/plan-changes", "null", 400, "validation_failed", "body")]
    [InlineData("/plan-changes", "[]", 400, "validation_failed", "body")]
    [InlineData("/plan-changes", "\"pro\"", 400, "validation_failed", "body")]
    [InlineData("/plan-changes", """{"plan":"pro",}""", 400, "validation_failed", null)]
    [InlineData("/plan-changes", """{"plan":"pro"}{}""", 400, "validation_failed", null)]
    [InlineData("/plan-changes", """{"plan":"pro" // yes""", 400, "validation_failed", null)]
    [InlineData("/add-ons", """{"addOn":"rockets","quantity":1}""", 400, "add_on_unknown", null)]
    [InlineData("/add-ons", """{"addOn":"users","quantity":0}""", 400, "validation_failed", "quantity")]
    [InlineData("/add-ons", """{"addOn":"users","quantity":-1}""", 400, "validation_failed", "quantity")]
    [InlineData("/add-ons", """{"addOn":"users","quantity":10001}""", 400, "validation_failed", "quantity")]
    [InlineData("/add-ons", """{"addOn":"users","quantity":1000000000}""", 400, "validation_failed", "quantity")]
    [InlineData("/add-ons", """{"addOn":"users","quantity":9223372036854775808}""", 400, "validation_failed", "quantity")]
    [InlineData("/add-ons", """{"addOn":"users","quantity":1.5}""", 400, "validation_failed", "quantity")]
    [InlineData("/add-ons", """{"addOn":"users","quantity":"1"}""", 400, "validation_failed", "quantity")]
    [InlineData("/add-ons", """{"addOn":"users","quantity":null}""", 400, "validation_failed", "quantity")]
    [InlineData("/add-ons", """{"addOn":"users","quantity":true}""", 400, "validation_failed", "quantity")]
    [InlineData("/add-ons", """{"addOn":"users"}""", 400, "validation_failed", "quantity")]
    [InlineData("/add-ons", """{"quantity":1}""", 400, "validation_failed", "addOn")]
    [InlineData("/add-ons/bkg-7/cancellation", """{"confirmation":"x"}""", 404, "add_on_not_found", null)]
    [InlineData("/add-ons/7/cancellation", """{"confirmation":"x"}""", 404, "add_on_not_found", null)]
    [InlineData("/cancellation", """{"confirmation":7}""", 400, "validation_failed", "confirmation")]
    [InlineData("/cancellation", null, 400, "validation_failed", "body")]
    public async Task A_wrong_order_is_refused_in_German_and_English_and_changes_nothing(string path, string? body, int status, string code, string? field)
    {
        var acme = await Service.OpenAsync("smart");
        var before = await acme.StateAsync();

        var german = (await acme.PostAsync(path, body, key: "k")).Refused(status, code);
        var english = (await acme.PostAsync(path, body, key: "k", language: "en")).Refused(status, code);

        Assert.NotEqual(german.Text("title"), english.Text("title"));
        Assert.Equal($"urn:cloudcrm:billing:{code}", german.Text("type"));
        if (field is not null) Assert.Equal(field, Assert.Single(german.GetProperty("errors").EnumerateObject()).Name);
        Assert.Equal(before, await acme.StateAsync());
    }

    [Theory]
    [InlineData("en", "There is no such plan.")]
    [InlineData("en-GB", "There is no such plan.")]
    [InlineData("fr, en;q=0.5", "There is no such plan.")]
    [InlineData("de, en;q=0.5", "Diesen Tarif gibt es nicht.")]
    [InlineData("en;q=0.3, de;q=0.9", "Diesen Tarif gibt es nicht.")]
    [InlineData("fr", "Diesen Tarif gibt es nicht.")]
    [InlineData("*;;q=x", "Diesen Tarif gibt es nicht.")]
    public async Task A_title_is_German_unless_English_is_preferred(string language, string title)
    {
        var acme = await Service.OpenAsync("smart");
        Assert.Equal(title, (await acme.PostAsync("/plan-changes/preview", new { plan = "gold" }, language: language)).Refused(400, "plan_unknown").Text("title"));
    }

    [Theory]
    [InlineData(2 * 1024 * 1024)]
    [InlineData(64 * 1024 + 1)]
    public async Task A_body_that_is_too_large_is_refused(int bytes)
    {
        var acme = await Service.OpenAsync("smart");
        var before = await acme.StateAsync();
        (await acme.PostAsync("/plan-changes", $$"""{"plan":"{{new string('x', bytes - 11)}}"}""")).Refused(413, "body_too_large");
        Assert.Equal(before, await acme.StateAsync());
    }

    [Theory]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("""{"plan":"\ud800"}""")]
    [InlineData("\u0000")]
    public async Task Hostile_JSON_is_refused(string body)
    {
        var acme = await Service.OpenAsync("smart");
        Assert.Equal(400, (await acme.PostAsync("/plan-changes", body)).Status);
    }

    [Theory]
    [InlineData("ACME")]
    [InlineData("-acme")]
    [InlineData("ac_me")]
    [InlineData("acme%20")]
    [InlineData("acme%0A")]
    [InlineData("%C3%A4")]
    [InlineData("a%2Fb")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123")]
    public async Task A_malformed_account_id_is_refused(string id)
    {
        var path = $"api/accounts/{id}";
        (await Service.SendAsync(HttpMethod.Put, path, Customer.Details("smart"), await Service.TokenAsync("service"))).Refused(400, "validation_failed");
        (await Service.SendAsync(HttpMethod.Get, path, token: await Service.TokenAsync("service"))).Refused(400, "validation_failed");
    }

    [Theory]
    [InlineData("a")]
    [InlineData("0-0")]
    [InlineData("a12345678901234567890123456789012345678901234567890123456789012")]
    public async Task A_well_formed_account_id_is_taken(string id) =>
        Assert.Equal(id, (await (await Service.OpenAsync("smart", id: id)).AccountAsync()).Text("id"));

    [Fact]
    public async Task An_account_that_is_not_there_is_not_found()
    {
        (await Service.SendAsync(HttpMethod.Get, "api/accounts/nobody", token: await Service.TokenAsync("service"))).Refused(404, "account_not_found");
        (await Service.SendAsync(HttpMethod.Get, "api/operator/accounts/nobody", token: await Service.TokenAsync("operator"))).Refused(404, "account_not_found");
    }

    [Theory]
    [InlineData("""{"plan":null}""", 400, "validation_failed", "plan")]
    [InlineData("""{"plan":"gold"}""", 400, "plan_unknown", null)]
    [InlineData("""{"companyName":""}""", 400, "validation_failed", "companyName")]
    [InlineData("""{"companyName":"a\u0007b"}""", 400, "validation_failed", "companyName")]
    [InlineData("""{"email":"nobody"}""", 400, "validation_failed", "email")]
    [InlineData("""{"language":"fr"}""", 400, "validation_failed", "language")]
    [InlineData("""{"vatId":"?"}""", 400, "validation_failed", "vatId")]
    [InlineData("""{"address":{"line1":"Ring 1","postalCode":"1010","city":"Wien","country":"XX"}}""", 400, "validation_failed", "address.country")]
    [InlineData("""{"address":{"line1":"Ring 1","postalCode":"1010","city":"Wien","country":"de"}}""", 400, "validation_failed", "address.country")]
    [InlineData("""{"address":{"line1":"Ring 1","postalCode":"1010","city":"Wien"}}""", 400, "validation_failed", null)]
    [InlineData("""{"address":{"line1":"Ring 1","postalCode":"1010","city":"Wien","country":"DE","floor":3}}""", 400, "validation_failed", null)]
    [InlineData("""{"address":{"line1":"Ring 1","postalCode":"1010","city":"Wien","country":"AT"}}""", 400, "vat_id_required", null)]
    [InlineData("""{"address":{"line1":"Ring 1","postalCode":"1010","city":"Wien","country":"AT"},"vatId":"DE123456789"}""", 400, "vat_id_required", null)]
    [InlineData("""{"discount":1}""", 400, "validation_failed", "discount")]
    public async Task Wrong_details_open_no_account_and_change_none(string details, int status, string code, string? field)
    {
        var more = System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, object?>>(details)!;
        var unknown = new Customer(Service, Customer.NewId());

        var problem = (await unknown.PutAsync("smart", more)).Refused(status, code);

        if (field is not null) Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        (await unknown.GetAsync()).Refused(404, "account_not_found");

        if (details == """{"plan":null}""") return;
        var known = await Service.OpenAsync("smart");
        var before = await known.StateAsync();
        (await known.PutAsync("smart", more)).Refused(status, code);
        Assert.Equal(before, await known.StateAsync());
    }

    [Fact]
    public async Task New_details_of_a_known_account_do_not_change_its_plan()
    {
        var acme = await Service.OpenAsync("smart");
        var invoice = await acme.LastDocumentAsync();

        var updated = await acme.PutAsync("business", new { companyName = "Neu GmbH", vatId = "de 123 456 789" });

        Assert.Equal((200, "smart", "Neu GmbH", "DE123456789"), (updated.Status, updated.Json.Text("plan"), updated.Json.Text("companyName"), updated.Json.Text("vatId")));
        Assert.Equal("Müller & Söhne", (await acme.LastDocumentAsync()).GetProperty("buyer").Text("name"));
        Assert.Equal(invoice.ToString(), (await acme.LastDocumentAsync()).ToString());
        Assert.Single(await acme.DocumentsAsync());
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=101")]
    [InlineData("?limit=ten")]
    [InlineData("?limit=1&limit=2")]
    [InlineData("?cursor=next")]
    [InlineData("?cursor=-1")]
    public async Task A_page_that_was_not_given_out_is_refused(string query)
    {
        var acme = await Service.OpenAsync("smart");
        (await acme.GetAsync("/invoices" + query)).Refused(400, "validation_failed");
        (await acme.GetAsync("/journal" + query)).Refused(400, "validation_failed");
    }

    [Theory]
    [InlineData("/invoices/inv-9")]
    [InlineData("/invoices/inv-01")]
    [InlineData("/invoices/RE-1")]
    public async Task A_document_that_is_not_there_is_not_found(string path) =>
        (await (await Service.OpenAsync("smart")).GetAsync(path)).Refused(404, "invoice_not_found");

    [Fact]
    public async Task There_is_an_end_to_what_can_be_booked()
    {
        var acme = await Service.OpenAsync("smart");
        // Most add-ons come one at a time: so many in one account are a mistake.
        for (var booked = 0; booked < 200; booked++) await acme.BooksAsync("users");
        var before = await acme.StateAsync();
        (await acme.OrderAsync("/add-ons", new { addOn = "users", quantity = 1 })).Refused(409, "too_many_bookings");
        Assert.Equal(before, await acme.StateAsync());
        Assert.Equal(200, (await acme.BookingsAsync()).Count);
    }
}
