import { html, nothing } from "./lit-html.js";
import { icons } from "./icons.js";
import { facts, figures } from "./figures.js";
import { button, methodName, note, waiting } from "./section.js";
/** @import { EndPreview, OrderPreview, Preview } from "./contract.js" */
/** @import { Page } from "./billing-element.js" */

/**
 * An order on its way: asked for its preview, shown, confirmed.
 * @typedef {object} Confirmation
 * @property {"confirm"} type
 * @property {"order" | "booking" | "subscription"} of
 * @property {string} title
 * @property {string} subtitle
 * @property {"asking" | "shown" | "sending"} phase
 * @property {Preview | null} preview
 * @property {boolean} isStale The figures are others than the customer saw first.
 * @property {{ text: string, retry: boolean } | null} problem
 * @property {string} key One for all tries of this dialog.
 * @property {() => Promise<Preview>} ask
 * @property {(confirmation: string, key: string) => Promise<string>} send Orders; returns what to tell the customer.
 */

/** @param {Page} page @param {Confirmation} dialog */
export function confirmation(page, dialog) {
  const { words, act } = page;
  const { preview, phase, problem } = dialog;
  const [sending, final] = [phase === "sending", problem !== null && !problem.retry];
  return html`
    <p class="unseen" role="status">${said(page, dialog)}</p>
    <div class="body" role="group" aria-labelledby="dialog-title" tabindex="0" aria-busy=${phase === "asking" ? "true" : "false"}>
      ${dialog.isStale ? note({ kind: "warning", text: words.order.stale }) : nothing}
      ${preview !== null ? content(page, dialog, preview) : problem === null ? waiting(loading(page, dialog)) : nothing}
    </div>
    <footer>
      <div class="grow" role="alert">${problem === null ? nothing : note({ kind: "problem", text: problem.text })}</div>
      ${button({ text: final ? words.close : words.abort, disabled: sending, click: act.closeDialog })}
      ${final ? nothing : problem !== null ? button({ text: words.retry, kind: "primary", busy: sending, click: act.confirm })
        : button({ text: sending ? words.working : label(page, dialog), kind: tone(preview), busy: sending, disabled: preview === null, click: act.confirm })}
    </footer>`;
}

/** @param {Page} page @param {Confirmation} dialog */
const loading = ({ words }, { of }) => of === "order" ? words.order.loading : of === "booking" ? words.end.loading : words.subscription.loading;

/** What has changed in the dialog, for who does not see it; a problem is read out by itself. @param {Page} page @param {Confirmation} dialog */
function said(page, dialog) {
  const { words, format } = page;
  const { preview, phase, problem } = dialog;
  if (problem !== null) return "";
  if (phase === "sending") return words.working;
  if (preview === null) return loading(page, dialog);
  const figures = isEnd(preview) ? preview.notice : `${words.figures.total}: ${format.euros(preview.grossCents)}`;
  return dialog.isStale ? `${words.order.stale} ${figures}` : figures;
}

/** @param {Preview | null} preview */
const tone = (preview) => preview === null || preview.kind === "upgrade" || preview.kind === "add_on" ? "primary" : "danger";

/** @param {Page} page @param {Confirmation} dialog */
function label({ words }, { preview, of }) {
  if (preview === null) return words.working;
  if (of === "subscription") return words.subscription.button;
  return isEnd(preview) ? words.end[preview.kind].button : words.order[preview.kind].button;
}

/** @param {Preview} preview @returns {preview is EndPreview} */
export const isEnd = (preview) => preview.kind === "withdrawal" || preview.kind === "cancellation";

/** @param {Page} page @param {Confirmation} dialog @param {Preview} preview */
const content = (page, dialog, preview) => isEnd(preview) ? end(page, dialog, preview) : order(page, preview);

/** @param {Page} page @param {OrderPreview} preview */
function order(page, preview) {
  const { overview, words, format } = page;
  const gross = format.euros(preview.grossCents);
  return html`
    ${preview.kind === "downgrade" && preview.notice ? html`
      <div class="note warning">${icons.warning}<p lang=${overview.account.language}><strong>${words.order.fee}:</strong> ${preview.notice}</p></div>` : nothing}
    ${figures(page, preview, words.figures.total)}
    ${facts([
      [words.order.at, `${format.day(preview.effectiveOn)} (${words.order.immediately})`],
      [words.order.now, preview.billing === "collective_invoice" ? words.order.collected
        : preview.paidAutomatically ? words.order.charged(gross, methodName(page)) : words.order.invoiced(gross)],
      [words.order.next, preview.nextRenewal === null ? words.order.noRenewal
        : words.order.renewal(format.day(preview.nextRenewal.on), format.euros(preview.nextRenewal.grossCents), format.euros(preview.nextRenewal.netCents))],
      ...(preview.notRefunded ? [/** @type {[string, unknown]} */ ([words.order.notRefunded, html`<span lang=${overview.account.language}>${preview.notRefunded}</span>`])] : []),
      ...(preview.kind === "add_on" && preview.notice ? [/** @type {[string, unknown]} */ ([words.order.withdrawal, html`<span lang=${overview.account.language}>${preview.notice}</span>`])] : []),
    ])}`;
}

/** @param {Page} page @param {Confirmation} dialog @param {EndPreview} preview */
function end({ overview, words, format }, { of }, preview) {
  const day = format.day(preview.endsOn);
  return html`
    <div class="note ${preview.kind === "withdrawal" ? "info" : "warning"}">${preview.kind === "withdrawal" ? icons.info : icons.warning}
      <p lang=${overview.account.language}>${preview.notice}</p></div>
    ${facts(preview.kind === "withdrawal"
      ? [
        [words.end.endsNow, `${day} (${words.order.immediately})`],
        [words.end.takenBack, `${format.euros(preview.takenBackNetCents)} ${words.plusVat}`],
        ...(preview.refundGrossCents > 0 ? [/** @type {[string, unknown]} */ ([words.end.refund, html`<strong>${format.euros(preview.refundGrossCents)}</strong>`])] : []),
      ]
      : [[of === "subscription" ? words.subscription.endsOn : words.end.activeUntil, day], [words.order.now, words.end.freeOfCharge]])}`;
}
