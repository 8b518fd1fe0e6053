using Billing.Invoices;
using Billing.Payments;
using Billing.Values;

namespace Billing.Tests;

/// <summary>A price that was rolled out wrong: what it did, and what an operator does about it.</summary>
public class WrongPriceTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_is_voided_in_full_and_the_next_renewal_has_the_right_price()
    {
        var catalog = A.Terms.Catalog;
        var billing = new BillingInMemory(A.TermsWith(plans: catalog.Plans.Replace(catalog.Plan("pro"), A.Plan("pro", ("2020-01-01", 44.90m), ("2026-06-01", 449.00m)))));
        var id = await billing.Opened("pro");
        await billing.PaidEverything(id);
        billing.Reached("2026-06-06");
        await billing.State(id);
        var wrong = (await billing.Store.FindInvoiceAsync(id, InvoiceId.Of(2), Stop))!;
        Assert.Equal((A.Euro(449.00m), InvoiceStatus.Open), (wrong.Net, wrong.Status));

        // The catalogue with the right price is out: nothing that was issued changes by itself.
        var mended = billing.With(A.Terms);
        Assert.Equal(wrong.Net, (await billing.Store.FindInvoiceAsync(id, InvoiceId.Of(2), Stop))!.Net);
        (await mended.ExecuteAsync(billing.By(A.Operator, id), (account, today, _) => Task.FromResult(OperatorCorrections.Void(account, A.Terms, wrong, "Falscher Preis", today, billing.Now, A.Operator)), Stop)).Value();
        var corrected = (await billing.Store.FindInvoiceAsync(id, InvoiceId.Of(2), Stop))!;
        Assert.Equal((InvoiceStatus.Void, 0L), (corrected.Status, corrected.AmountDue.Cents));

        billing.Reached("2026-07-06");
        var account = (await mended.CurrentAsync(id, billing.Now, Stop)).Value().Account;
        Assert.Equal(A.Euro(44.90m), account.PlanPrice);
        Assert.Equal([5343L], account.Receivables.Select(open => open.AmountDue.Cents));
    }
}
