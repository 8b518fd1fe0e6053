using Billing.Functions.Http;

namespace Billing.Tests.Api;

/// <summary>Where customers are sent back to from Stripe's pages: what browsers, and nobody else, take for another place is none.</summary>
public class ReturnAddressTests
{
    static readonly PageOrigins Origins = new([new("https://crm.example.com"), new("https://crm.example.com:8443/page"), new("http://localhost:7071")]);

    [Theory]
    [InlineData("https://crm.example.com")]
    [InlineData("https://crm.example.com/rechnungen?von=stripe#unten")]
    [InlineData("HTTPS://CRM.Example.COM/x")]
    [InlineData("https://crm.example.com:443/x")]
    [InlineData("https://crm.example.com:8443/x")]
    [InlineData("https://crm.example.com/@evil.example")]
    [InlineData("https://crm.example.com//evil.example/..")]
    [InlineData("https://crm.example.com?https://evil.example")]
    [InlineData("http://localhost:7071/")]
    public void A_page_of_an_allowed_origin(string address)
    {
        var back = Origins.FindReturn(address)!;
        // As Stripe is told it, a browser goes nowhere else.
        Assert.Matches(@"\A(https://crm\.example\.com(:8443)?|http://localhost:7071)[/?]", back.AbsoluteUri);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/rechnungen")]
    [InlineData("//evil.example")]
    [InlineData("//crm.example.com")]
    [InlineData("crm.example.com")]
    [InlineData("https:crm.example.com")]
    [InlineData("https://")]
    [InlineData("https:///crm.example.com")]
    [InlineData("https://evil.example")]
    [InlineData("https://evil.example/https://crm.example.com")]
    [InlineData("https://evil.example#https://crm.example.com")]
    [InlineData("https://crm.example.com@evil.example")]
    [InlineData("https://crm.example.com:443@evil.example")]
    [InlineData("https://user@crm.example.com")]
    [InlineData("https://user:secret@crm.example.com")]
    [InlineData("https://crm.example.com%40evil.example")]
    [InlineData("https://crm.example.com%2eevil.example")]
    [InlineData("https://crm.example.com.evil.example")]
    [InlineData("https://crm.example.com.")]
    [InlineData("https://evilcrm.example.com")]
    [InlineData("https://x.crm.example.com")]
    [InlineData("https://crm.example.com:444")]
    [InlineData("https://crm.example.com:80")]
    [InlineData("https://crm.example.com:99999")]
    [InlineData("http://crm.example.com")]
    [InlineData("http://localhost")]
    [InlineData("http://127.0.0.1:7071")]
    [InlineData("http://[::1]:7071")]
    [InlineData("https://crm.example.com\\@evil.example")]
    [InlineData("https:\\\\crm.example.com")]
    [InlineData("https://crm.example.com/\\evil.example")]
    [InlineData("\thttps://crm.example.com")]
    [InlineData("https://crm.example.com\n")]
    [InlineData("https://crm.example\t.com")]
    [InlineData(" https://crm.example.com")]
    [InlineData("https://crm.example.com/\0")]
    [InlineData("https://crm.example.com/a b")]
    [InlineData("https://crm.exаmple.com")] // a Cyrillic а
    [InlineData("https://xn--crm-example-com.evil.example")]
    [InlineData("javascript:alert(1)//https://crm.example.com")]
    [InlineData("data:text/html,x")]
    [InlineData("file://crm.example.com/x")]
    [InlineData("ftp://crm.example.com")]
    [InlineData("view-source:https://crm.example.com")]
    public void Anything_else_is_none(string? address) => Assert.Null(Origins.FindReturn(address));

    [Fact]
    public void An_address_without_end_is_none() => Assert.Null(Origins.FindReturn("https://crm.example.com/" + new string('x', 2_000)));
}
