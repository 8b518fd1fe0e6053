import { html, nothing, svg } from "./lit-html.js";
import { icons } from "./icons.js";
import { button, section } from "./section.js";
/** @import { PlanOffer } from "./contract.js" */
/** @import { Page } from "./billing-element.js" */

/** „Aktuelles Paket“: a card a plan, and the end of the subscription. @param {Page} page */
export function plans(page) {
  const { overview, words } = page;
  return section("plans", icons.plan, words.plans.title, html`
    <ul class="plans">${overview.plans.map((plan, place) => html`<li>${card(page, plan, place, overview.plans.length)}</li>`)}</ul>
    ${overview.account.status === "ended" || overview.account.endsOn !== null ? nothing : html`
      <p class="after">${button({ text: words.plans.cancel, kind: "quiet", click: page.act.cancelSubscription })}</p>`}`);
}

/** @param {Page} page @param {PlanOffer} plan @param {number} place @param {number} of */
function card({ overview, words, format, act }, plan, place, of) {
  const current = plan.action === "current" && overview.account.status === "active";
  return html`
    <article class=${current ? "plan current" : "plan"} aria-label=${plan.name}>
      ${steps(place, of)}
      <h3>${plan.name}</h3>
      <p class="price"><strong>${format.euros(plan.monthlyNetCents)}</strong> <span>${words.plans.perMonth}</span></p>
      <p class="vat">${words.plusVat}</p>
      ${current ? html`<button type="button" class="button success wide" disabled>${icons.check}<span>${words.plans.current}</span></button>`
        : overview.account.status === "ended" ? nothing : button({
          text: plan.action === "downgrade" ? words.plans.downgrade : words.plans.choose,
          of: words.plans.of(plan.name),
          kind: plan.action === "downgrade" ? "danger wide" : "primary wide",
          click: () => act.changePlan(plan),
        })}
    </article>`;
}

/** The plan's place among the plans, as a rising row of bars. @param {number} place @param {number} of */
function steps(place, of) {
  const rise = 14 / Math.max(of - 1, 1);
  return html`
    <svg class="steps" viewBox="0 0 ${of * 11 - 3} 22" width=${of * 11 - 3} height="22" aria-hidden="true">
      ${Array.from({ length: of }, (_, step) => svg`<rect class=${step <= place ? "on" : "off"} x=${step * 11} y=${14 - step * rise} width="8" height=${8 + step * rise} rx="2"/>`)}
    </svg>`;
}
