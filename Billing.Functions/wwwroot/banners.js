import { html, nothing } from "./lit-html.js";
import { icons } from "./icons.js";
import { button } from "./section.js";
import { isPayable } from "./viewer.js";
/** @import { Page } from "./billing-element.js" */

/** „So funktioniert unsere Abrechnung“. @param {Page} page */
export const billing = ({ overview, words, format }) => html`
  <section class="card calm" aria-labelledby="billing" data-section="billing">
    <header class="head"><h2 id="billing">${icons.info}${words.billing.title}</h2>
      ${overview.account.status === "ended" ? nothing : html`<p class="period">${icons.calendar}<span>${words.billing.period(format.period(overview.period))}</span></p>`}</header>
    <dl class="points">${words.billing.points(format.euros(overview.downgradeFeeNetCents)).map(([title, text]) => html`<div><dt>${title}</dt><dd>${text}</dd></div>`)}</dl>
  </section>`;

/** Warning, suspension, the end to come: what it is, until when, and what to do. @param {Page} page */
export function banners(page) {
  const { overview, words, format, state, act } = page;
  const { access, account } = overview;
  const [until, ends] = [access.suspendsOn === null ? "" : format.day(access.suspendsOn), account.endsOn === null ? "" : format.day(account.endsOn)];
  const overdue = access.reason === "overdue";
  return html`
    ${access.state === "active" ? nothing : access.reason === "subscription_ended"
      ? banner("warning", words.access.ended, [words.access.endedWhy], owed(page))
      : access.state === "suspended"
        ? banner("bad", words.access.suspended, [overdue ? words.access.suspendedOverdue : words.access.suspendedMethod, words.access.suspendedKeeps], html`${owed(page)}${method(page)}`)
        : banner("warning", words.access.warned, [overdue ? words.access.warnedOverdue(until) : words.access.warnedMethod(until)], overdue ? owed(page) : method(page))}
    ${ends === "" || account.status === "ended" ? nothing : banner("warning", words.access.cancelled(ends), [words.access.cancelledWhy], button({
      text: words.plans.keep, busy: state.busy === "keep subscription", click: act.keepSubscription,
    }))}`;
}

/** @param {"warning" | "bad"} kind @param {string} title @param {string[]} texts @param {unknown} actions */
const banner = (kind, title, texts, actions) => html`
  <section class="banner ${kind}" aria-label=${title}>
    ${kind === "bad" ? icons.lock : icons.warning}
    <div class="grow"><h2>${title}</h2>${texts.map((text) => html`<p>${text}</p>`)}</div>
    <div class="actions">${actions}</div>
  </section>`;

/** @param {Page} page */
function owed({ overview, words, format, act }) {
  const open = overview.invoices.filter(isPayable).at(-1);
  return overview.amountDueCents === 0 ? nothing : html`<strong>${words.access.due(format.euros(overview.amountDueCents))}</strong>
    ${open === undefined ? nothing : button({ text: words.access.payOpen, kind: "primary", click: () => act.openInvoice(open.id) })}`;
}

/** @param {Page} page */
const method = ({ overview, words, state, act }) => overview.paymentMethod !== null ? nothing
  : button({ text: words.payment.add, kind: "primary", busy: state.busy === "method", click: act.openMethod });
