import { html, nothing } from "./lit-html.js";
import { icons } from "./icons.js";
import { facts, figures } from "./figures.js";
import { invoiceStatus } from "./invoices.js";
import { button, note, waiting } from "./section.js";
/** @import { Invoice, InvoiceSummary, Party } from "./contract.js" */
/** @import { Message, Page } from "./billing-element.js" */

/**
 * The document viewer. What is not issued yet has no file.
 * @typedef {object} Viewer
 * @property {"viewer"} type
 * @property {string} id Of the document; {@link UPCOMING} for the next one.
 * @property {Invoice | null} invoice
 * @property {{ text: string, retry: boolean } | null} problem
 * @property {"loading" | "shown" | "notShown" | "missing"} file
 * @property {string | null} url The file's, while the viewer is open.
 * @property {Message | null} message The result of a payment.
 */

/** Stands for the id of the document that the next close would issue. */
export const UPCOMING = "upcoming";

/** @param {Viewer} dialog */
export const isUpcoming = ({ id }) => id === UPCOMING;

/** @param {Page} page @param {Viewer} dialog */
export function viewer(page, dialog) {
  const { words, act } = page;
  const { invoice, problem } = dialog;
  if (invoice === null) {
    return html`
      <div class="body" aria-busy=${problem === null ? "true" : "false"}>
        ${problem === null ? waiting(words.viewer.loading) : html`<div role="alert">${note({ kind: isUpcoming(dialog) && !problem.retry ? "info" : "problem", text: problem.text })}</div>`}
      </div>
      <footer><span class="grow"></span>${button({ text: words.close, click: act.closeDialog })}
        ${problem?.retry ? button({ text: words.retry, kind: "primary", click: act.reloadViewer }) : nothing}</footer>`;
  }
  return html`
    ${toolbar(page, dialog, invoice)}
    <div class="body document">
      <div class="details" role="group" aria-label=${words.viewer.details} tabindex="0">
        <div class="said" role="status">${note(dialog.message)}</div>
        ${problem === null ? nothing : html`<div role="alert">${note({ kind: "problem", text: problem.text })}</div>`}
        ${hint(page, dialog, invoice)}
        ${details(page, dialog, invoice)}
      </div>
      ${isUpcoming(dialog) ? nothing : file(page, dialog)}
    </div>`;
}

/** Whether the customer can pay it here and now. @param {InvoiceSummary} invoice */
export const isPayable = (invoice) => invoice.kind !== "credit_note" && invoice.status === "open" && invoice.amountDueCents > 0 && invoice.payment !== "processing";

/** @param {Page} page @param {Viewer} dialog @param {Invoice} invoice */
function toolbar({ words, state, act }, dialog, invoice) {
  if (isUpcoming(dialog)) return nothing;
  const there = dialog.url !== null;
  return html`
    <div class="toolbar" role="group" aria-label=${words.invoices.action}>
      ${isPayable(invoice) ? button({ text: words.viewer.pay, kind: "success", icon: icons.card, busy: state.busy === "pay", click: act.pay }) : nothing}
      ${button({ text: words.viewer.print, icon: icons.print, disabled: !there, click: act.print })}
      ${button({ text: words.viewer.download, icon: icons.download, disabled: !there, click: act.download })}
      ${invoice.number === null ? nothing : button({ text: words.viewer.xml, kind: "quiet", busy: state.busy === "xml", click: act.downloadXml })}
    </div>`;
}

/** @param {Page} page @param {Viewer} dialog @param {Invoice} invoice */
function hint({ words, format, overview }, dialog, invoice) {
  const day = format.day(invoice.date);
  if (isUpcoming(dialog)) return note({ kind: "info", text: words.viewer.upcomingHint(day) });
  if (invoice.status === "draft") return note({ kind: "info", text: words.viewer.draftHint });
  if (invoice.status === "void") return note({ kind: "warning", text: words.viewer.voidHint });
  if (invoice.kind === "credit_note" || invoice.status !== "open") return nothing;
  if (invoice.payment === "processing") return note({ kind: "info", text: words.viewer.processingHint });
  // What is paid with is on file from then on, and charged with all that is open. The overview may be older than the document.
  const known = overview.invoices.find(({ id }) => id === invoice.id) ?? invoice;
  const others = overview.collectableCents - (known.payment === "processing" ? 0 : known.amountDueCents);
  const also = others > 0 ? ` ${words.viewer.payChargesOthers(format.euros(others))}` : "";
  const mustAct = invoice.payment === "action_required";
  return note({ kind: mustAct ? "warning" : "info", text: (mustAct ? words.viewer.actionHint : words.viewer.payHint) + also });
}

/** @param {Page} page @param {Viewer} dialog @param {Invoice} invoice */
function details(page, dialog, invoice) {
  const { overview, words, format } = page;
  /** @type {[string, unknown][]} */
  const rows = [[words.viewer.date, format.day(invoice.date)]];
  if (!isUpcoming(dialog)) rows.push([words.viewer.status, invoiceStatus(page, invoice)]);
  // Where it is still to be paid, the status says until when.
  if (invoice.dueOn !== null && (invoice.status === "paid" || invoice.payment === "processing")) rows.push([words.viewer.due, format.day(invoice.dueOn)]);
  rows.push([words.viewer.recipient, html`<span class="lines">${address(invoice.buyer)}</span>`]);
  /** @type {[string, unknown][]} */
  const paid = [];
  if (invoice.creditedCents > 0) paid.push([words.viewer.credited, format.euros(-invoice.creditedCents)]);
  if (invoice.paidCents > 0) paid.push([invoice.kind === "credit_note" ? words.viewer.refunded : words.viewer.paid, format.euros(invoice.paidCents)]);
  if (invoice.status === "open" && invoice.kind !== "credit_note") paid.push([words.viewer.amountDue, html`<strong>${format.euros(invoice.amountDueCents)}</strong>`]);
  return html`
    ${facts(rows)}
    ${figures(page, invoice, words.viewer.lines)}
    ${paid.length === 0 ? nothing : html`<div class="paid">${facts(paid)}</div>`}
    ${invoice.notes.map((text) => html`<p class="small" lang=${overview.account.language}>${text}</p>`)}`;
}

/** @param {Party} party */
const address = ({ name, address: at, vatId }) => [name, at.line1, at.line2, `${at.postalCode} ${at.city}`, at.country === "DE" ? null : at.country, vatId].filter(Boolean).join("\n");

/** @param {Page} page @param {Viewer} dialog */
const file = ({ words, act }, { file: state, url }) => html`
  <div class="file" aria-label=${words.viewer.pdf} role="group">${state === "shown"
    ? html`<iframe title=${words.viewer.pdf} src=${`${url}#toolbar=0&navpanes=0&view=FitH`}></iframe>`
    : html`<div class="nofile" role="status">${state === "loading" ? waiting(words.viewer.pdfLoading)
      : state === "notShown" ? html`${icons.file}<p>${words.viewer.pdfNotShown}</p>`
      : html`${icons.warning}<p>${words.viewer.pdfMissing}</p>${button({ text: words.retry, click: act.reloadFile })}`}</div>`}
  </div>`;
