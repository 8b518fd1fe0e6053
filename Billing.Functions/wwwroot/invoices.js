import { html, nothing } from "./lit-html.js";
import { icons } from "./icons.js";
import { button, section } from "./section.js";
/** @import { InvoiceSummary } from "./contract.js" */
/** @import { Page } from "./billing-element.js" */

/** „Rechnungsverlauf“. @param {Page} page */
export function invoices(page) {
  const { overview, words, state, act } = page;
  const aside = html`<div class="aside">
    ${overview.account.status === "ended" ? nothing : button({ text: words.invoices.upcoming, kind: "quiet", icon: icons.calendar, click: act.openUpcoming })}
    <label class="switch"><input type="checkbox" .checked=${state.showNet} @change=${act.toggleNet}><span>${words.invoices.showNet}</span></label>
  </div>`;
  return section("invoices", icons.file, words.invoices.title, overview.invoices.length === 0 ? html`<p class="empty">${words.invoices.none}</p>` : html`
    ${table(page)}
    ${overview.nextCursor === null ? nothing : html`<p class="after">${button({ text: words.invoices.more, busy: state.busy === "more", click: act.moreInvoices })}</p>`}`, aside);
}

/** @param {Page} page */
function table(page) {
  const { overview, words, format, state, act } = page;
  const heads = words.invoices;
  return html`
    <table class="cards" role="table" aria-labelledby="invoices">
      <thead role="rowgroup"><tr role="row">
        <th role="columnheader" scope="col">${heads.number}</th><th role="columnheader" scope="col">${heads.date}</th>
        <th role="columnheader" scope="col" class="figure">${heads.amount}</th><th role="columnheader" scope="col">${heads.status}</th>
        <th role="columnheader" scope="col" class="last">${heads.action}</th>
      </tr></thead>
      <tbody role="rowgroup">${overview.invoices.map((invoice) => html`
        <tr role="row" class=${invoice.status === "void" ? "over" : ""} data-invoice=${invoice.id}>
          <th role="rowheader" scope="row">${invoice.number ?? heads.draft}
            ${kindOf(page, invoice) ? html`<span class="sub">${kindOf(page, invoice)}</span>` : nothing}</th>
          <td role="cell" data-label=${heads.date}>${format.day(invoice.date)}</td>
          <td role="cell" class="figure" data-label=${heads.amount}><span><span class="amount">${format.euros(signed(invoice, invoice.grossCents))}</span>
            ${state.showNet ? html`<span class="sub">${heads.net} ${format.euros(signed(invoice, invoice.netCents))}</span>
              <span class="sub">${heads.vat} ${format.euros(signed(invoice, invoice.vatCents))}</span>` : nothing}</span></td>
          <td role="cell" data-label=${heads.status}>${invoiceStatus(page, invoice)}</td>
          <td role="cell" class="last">${button({
            text: heads.open, of: invoice.number ?? heads.draft, kind: "small", icon: icons.file, click: () => act.openInvoice(invoice.id),
          })}</td>
        </tr>`)}
      </tbody>
    </table>`;
}

/** What the document is called; nothing for a plain invoice. @param {Page} page @param {InvoiceSummary} invoice */
const kindOf = ({ words }, invoice) => invoice.isFullCorrection ? words.invoices.fullCorrection : words.invoices.kinds[invoice.kind];

/** A credit note's amounts are positive on the document and shown as what they are to the customer. @param {InvoiceSummary} invoice @param {number} cents */
const signed = (invoice, cents) => invoice.kind === "credit_note" ? -cents : cents;

/**
 * The badge, and what there is to say about the payment.
 * @param {Page} page @param {InvoiceSummary} invoice
 */
export function invoiceStatus({ overview, words, format }, invoice) {
  const tone = { draft: "info", open: "warn", paid: "good", void: "plain" }[invoice.status];
  const overdue = invoice.status === "open" && invoice.dueOn !== null && invoice.dueOn < overview.today && invoice.payment !== "processing";
  const due = invoice.status !== "open" || invoice.dueOn === null || invoice.payment === "processing" ? ""
    : overdue ? words.invoices.overdueSince(format.day(invoice.dueOn)) : words.invoices.dueOn(format.day(invoice.dueOn));
  const payment = words.invoices.payments[invoice.payment];
  return html`<span class="states"><span class="badge ${overdue ? "bad" : tone}">${words.invoices.states[invoice.status]}</span>
    ${payment ? html`<span class="sub">${payment}</span>` : nothing}${due ? html`<span class="sub">${due}</span>` : nothing}</span>`;
}
