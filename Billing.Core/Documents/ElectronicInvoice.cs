using System.Globalization;
using System.Text;
using System.Xml;
using Billing.Accounts;
using Billing.Invoices;
using Billing.Values;

namespace Billing.Documents;

/// <summary>
/// A document as an e-invoice: UN/CEFACT Cross Industry Invoice (D16B) in the profile EN 16931, as ZUGFeRD and Factur-X attach it to the PDF. Terms in
/// comments (BT-…) are the standard's.
/// </summary>
public static class ElectronicInvoice
{
    const string Rsm = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100";
    const string Ram = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100";
    const string Udt = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100";
    const string Qdt = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100";

    const string Piece = "C62", Email = "EM", Eur = "EUR";

    /// <summary>UTF-8, always the same bytes for the same document.</summary>
    /// <exception cref="ArgumentException">A draft: only issued documents are e-invoices.</exception>
    public static byte[] Write(Invoice invoice)
    {
        if (invoice.Number is null) throw new ArgumentException("A draft is no invoice.", nameof(invoice));
        using var file = new MemoryStream();
        using (var xml = XmlWriter.Create(file, new() { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" })) new Writer(xml, invoice).Write();
        return file.ToArray();
    }

    /// <summary>Writes the elements in the order that the schema wants.</summary>
    sealed class Writer(XmlWriter xml, Invoice invoice)
    {
        readonly DocumentWords _words = DocumentWords.In(invoice.Language);
        readonly bool _withVatIds = invoice.Treatment != TaxTreatment.O;

        public void Write()
        {
            xml.WriteStartElement("rsm", "CrossIndustryInvoice", Rsm);
            xml.WriteAttributeString("xmlns", "ram", null, Ram);
            xml.WriteAttributeString("xmlns", "udt", null, Udt);
            xml.WriteAttributeString("xmlns", "qdt", null, Qdt);
            Group(Rsm, "ExchangedDocumentContext", () => Group("GuidelineSpecifiedDocumentContextParameter", () => Text("ID", "urn:cen.eu:en16931:2017")));
            Group(Rsm, "ExchangedDocument", Head);
            Group(Rsm, "SupplyChainTradeTransaction", () =>
            {
                for (var place = 0; place < invoice.Lines.Length; place++) Line(invoice.Lines[place], place + 1);
                Group("ApplicableHeaderTradeAgreement", Parties);
                Group("ApplicableHeaderTradeDelivery", () => { });
                Group("ApplicableHeaderTradeSettlement", Settlement);
            });
            xml.WriteEndElement();
        }

        void Head()
        {
            Text("ID", invoice.Number);
            Text("TypeCode", invoice.Kind == DocumentKind.CreditNote ? "381" : "380");
            Day("IssueDateTime", invoice.Date);
            foreach (var note in InvoiceNotes.Of(invoice)) Group("IncludedNote", () => Text("Content", note));
            Group("IncludedNote", () =>
            {
                Text("Content", $"{invoice.Seller.Name}, {invoice.Seller.Register}, {_words.ManagingDirector}: {invoice.Seller.ManagingDirector}");
                Text("SubjectCode", "REG");
            });
        }

        void Line(InvoiceLine line, int place)
        {
            // A price must not be negative (BR-27), so what is credited has a negative quantity. A prorated line is one piece at its net amount: a
            // price a day would not multiply back to the cent.
            var whole = line.Days == line.PeriodDays;
            var quantity = (whole ? line.Quantity : 1) * (line.Net < Money.Zero ? -1 : 1);
            var price = whole ? line.UnitNet : line.Net;
            Group("IncludedSupplyChainTradeLineItem", () =>
            {
                Group("AssociatedDocumentLineDocument", () => Text("LineID", place.ToString(CultureInfo.InvariantCulture)));
                Group("SpecifiedTradeProduct", () =>
                {
                    Text("Name", line.Description);
                    if (!whole) Text("Description", Plain($"{_words.Number(line.Quantity)} × {_words.Amount(line.UnitNet)}, {_words.Prorated(line.Days, line.PeriodDays)}"));
                });
                Group("SpecifiedLineTradeAgreement", () => Group("NetPriceProductTradePrice", () => Amount("ChargeAmount", price < Money.Zero ? -price : price)));
                Group("SpecifiedLineTradeDelivery", () => Text("BilledQuantity", quantity.ToString(CultureInfo.InvariantCulture), ("unitCode", Piece)));
                Group("SpecifiedLineTradeSettlement", () =>
                {
                    Group("ApplicableTradeTax", () =>
                    {
                        Text("TypeCode", "VAT");
                        Text("CategoryCode", invoice.Treatment.ToString());
                        Rate(line.VatPercent);
                    });
                    Period(line.From, line.To);
                    Group("SpecifiedTradeSettlementLineMonetarySummation", () => Amount("LineTotalAmount", line.Net));
                });
            });
        }

        void Parties()
        {
            var (seller, buyer) = (invoice.Seller, invoice.Buyer);
            Text("BuyerReference", invoice.Account?.Value);
            Group("SellerTradeParty", () =>
            {
                Text("Name", seller.Name);
                Group("SpecifiedLegalOrganization", () => Text("ID", seller.Register));
                Group("DefinedTradeContact", () =>
                {
                    Text("PersonName", seller.ManagingDirector);
                    Group("EmailURIUniversalCommunication", () => Text("URIID", seller.Email));
                });
                Address(seller.Address, seller.Email);
                Registration("FC", seller.TaxNumber);
                if (_withVatIds) Registration("VA", seller.VatId);
            });
            Group("BuyerTradeParty", () =>
            {
                Text("ID", invoice.Account?.Value);
                Text("Name", buyer.CompanyName);
                Address(buyer.Address, buyer.Email);
                if (_withVatIds && buyer.VatId is { } vatId) Registration("VA", vatId);
            });
        }

        void Settlement()
        {
            var means = invoice.Means;
            if (means?.Kind == PaymentMeansKind.SepaDebit) Text("CreditorReferenceID", invoice.Seller.CreditorId);
            Text("PaymentReference", invoice.Number);
            Text("InvoiceCurrencyCode", Eur);
            if (means is not null) Group("SpecifiedTradeSettlementPaymentMeans", () => Means(means));
            foreach (var tax in invoice.Taxes) Group("ApplicableTradeTax", () => TaxOf(tax));
            Period(invoice.Lines.Min(line => line.From), invoice.Lines.Max(line => line.To));
            Group("SpecifiedTradePaymentTerms", () =>
            {
                Text("Description", Plain(_words.PaymentNote(invoice)!));
                if (invoice.DueOn is { } due) Day("DueDateDateTime", due);
                Text("DirectDebitMandateID", means?.Mandate);
            });
            Group("SpecifiedTradeSettlementHeaderMonetarySummation", () =>
            {
                Amount("LineTotalAmount", invoice.Net);
                Amount("TaxBasisTotalAmount", invoice.Net);
                Text("TaxTotalAmount", Decimal(invoice.Vat), ("currencyID", Eur));
                Amount("GrandTotalAmount", invoice.Gross);
                Amount("DuePayableAmount", invoice.Gross);
            });
            if (invoice.CorrectsNumber is { } original)
            {
                Group("InvoiceReferencedDocument", () =>
                {
                    Text("IssuerAssignedID", original);
                    if (invoice.CorrectsDate is { } day) Day("FormattedIssueDateTime", day, "qdt", Qdt);
                });
            }
        }

        /// <summary>Codes of UNTDID 4461: SEPA credit transfer, bank card, SEPA direct debit.</summary>
        void Means(PaymentMeans means)
        {
            switch (means.Kind)
            {
                case PaymentMeansKind.Transfer:
                    Text("TypeCode", "58");
                    Group("PayeePartyCreditorFinancialAccount", () =>
                    {
                        Text("IBANID", invoice.Seller.Iban.Replace(" ", ""));
                        Text("AccountName", invoice.Seller.Name);
                    });
                    Group("PayeeSpecifiedCreditorFinancialInstitution", () => Text("BICID", invoice.Seller.Bic));
                    break;
                case PaymentMeansKind.Card:
                    Text("TypeCode", "48");
                    Group("ApplicableTradeSettlementFinancialCard", () => Text("ID", means.LastFour));
                    break;
                case PaymentMeansKind.SepaDebit:
                    Text("TypeCode", "59");
                    break;
            }
        }

        void TaxOf(TaxTotal tax)
        {
            Amount("CalculatedAmount", tax.Vat);
            Text("TypeCode", "VAT");
            if (Tax.Note(tax.Category) is { } note) Text("ExemptionReason", note.In(invoice.Language));
            Amount("BasisAmount", tax.Net);
            Text("CategoryCode", tax.Category.ToString());
            if (tax.Category != TaxTreatment.S) Text("ExemptionReasonCode", $"VATEX-EU-{tax.Category}");
            Rate(tax.RatePercent);
        }

        /// <summary>What is outside the scope of VAT has no rate at all (BR-O-05, BR-O-09).</summary>
        void Rate(int percent)
        {
            if (invoice.Treatment != TaxTreatment.O) Text("RateApplicablePercent", percent.ToString(CultureInfo.InvariantCulture));
        }

        void Address(Address address, string email)
        {
            Group("PostalTradeAddress", () =>
            {
                Text("PostcodeCode", address.PostalCode);
                Text("LineOne", address.Line1);
                Text("LineTwo", address.Line2);
                Text("CityName", address.City);
                Text("CountryID", address.Country);
            });
            Group("URIUniversalCommunication", () => Text("URIID", email, ("schemeID", Email)));
        }

        void Registration(string scheme, string id) => Group("SpecifiedTaxRegistration", () => Text("ID", id, ("schemeID", scheme)));

        void Period(DateOnly from, DateOnly to) => Group("BillingSpecifiedPeriod", () =>
        {
            Day("StartDateTime", from);
            Day("EndDateTime", to);
        });

        void Group(string name, Action content) => Group(Ram, name, content);

        void Group(string space, string name, Action content)
        {
            xml.WriteStartElement(name, space);
            content();
            xml.WriteEndElement();
        }

        /// <summary>An element with that text; none where there is none.</summary>
        void Text(string name, string? text, (string Name, string Value)? attribute = null)
        {
            if (text is null) return;
            xml.WriteStartElement(name, Ram);
            if (attribute is { } given) xml.WriteAttributeString(given.Name, given.Value);
            xml.WriteString(DocumentText.Clean(text));
            xml.WriteEndElement();
        }

        void Amount(string name, Money amount) => Text(name, Decimal(amount));

        void Day(string name, DateOnly day, string prefix = "udt", string space = Udt) => Group(name, () =>
        {
            xml.WriteStartElement(prefix, "DateTimeString", space);
            xml.WriteAttributeString("format", "102");
            xml.WriteString(day.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
            xml.WriteEndElement();
        });

        /// <summary>A sentence of the page without the blanks that hold it together there.</summary>
        static string Plain(string sentence) => sentence.Replace('\u00a0', ' ');

        /// <summary>Euros with two decimals and a point.</summary>
        static string Decimal(Money amount) =>
            (amount.Cents / 100m).ToString("0.00", CultureInfo.InvariantCulture);
    }
}
