import { html, nothing } from "./lit-html.js";
import { icons } from "./icons.js";
import { button, section } from "./section.js";
/** @import { Page } from "./billing-element.js" */

/** „Zahlungsmittel & Abrechnung“. @param {Page} page */
export function payment(page) {
  const { overview, words, format, act, state } = page;
  const method = overview.paymentMethod;
  return section("payment", icons.card, words.payment.title, html`
    <div class="method">
      <div class="grow">
        <h3><span class="stripe" aria-hidden="true">S</span>${words.payment.automatic}</h3>
        <p>${words.payment.text}</p>
        ${method === null ? nothing : html`
          <p class="onfile">${method.kind === "card" ? icons.card : icons.bank}
            <span><span class="unseen">${words.payment.onFile}: </span><strong>${method.label}</strong>
            <span class="muted">${method.expires !== null ? words.payment.expires(format.expiry(method.expires))
              : method.label.startsWith(words.payment.kinds[method.kind]) ? nothing : words.payment.kinds[method.kind]}</span></span>
            <span class="badge good">${icons.check}${words.payment.onFile}</span></p>`}
      </div>
      ${button({
        text: html`${method === null ? words.payment.add : words.payment.manage} <span aria-hidden="true">→</span>`,
        kind: "primary",
        busy: state.busy === "method",
        click: act.openMethod,
      })}
    </div>
    ${method === null && overview.account.status === "active" ? html`
      <div class="note warning">${icons.warning}<p>${words.payment.missing}</p></div>` : nothing}
    ${overview.collectableCents > 0 ? html`
      <div class="note info">${icons.info}<p>${words.payment[method === null ? "chargesOpen" : "chargesOpenAnew"](format.euros(overview.collectableCents))}</p></div>` : nothing}
    <p class="small muted">${words.payment.lock}</p>`);
}
