import { html, nothing } from "./lit-html.js";
import { icons } from "./icons.js";
import { button, section } from "./section.js";
/** @import { AddOnOffer, Booking } from "./contract.js" */
/** @import { Page } from "./billing-element.js" */

/** „Zusatzoptionen“ and „Ihre Zusatzoptionen“. @param {Page} page */
export function addOns(page) {
  const { overview, words } = page;
  return section("add-ons", icons.option, words.addOns.title, html`
    <p class="lead">${words.addOns.text}</p>
    ${overview.account.status === "ended" ? nothing : html`<ul class="offers">${overview.addOnOffers.map((offer) => html`<li>${row(page, offer)}</li>`)}</ul>`}
    <h3 id="bookings">${words.addOns.yours}</h3>
    ${overview.addOns.length === 0 ? html`<p class="empty">${words.addOns.none}</p>` : table(page)}
    <p class="small muted">${words.addOns.withdrawHint}</p>`);
}

/** @param {Page} page @param {AddOnOffer} offer */
function row({ overview, words, format, state, act }, offer) {
  const problem = state.wrongQuantity === offer.addOn;
  const [field, explained] = [`quantity-${offer.addOn}`, `quantity-problem-${offer.addOn}`];
  return html`
    <form class="offer" novalidate aria-label=${offer.name} @submit=${(/** @type {SubmitEvent} */ event) => { event.preventDefault(); act.book(offer); }}>
      <span class="emblem">${offer.addOn === "users" ? icons.users : offer.addOn === "storage" ? icons.storage : icons.option}</span>
      <div class="grow">
        <h3 lang=${overview.account.language}>${offer.name}</h3>
        <p class="muted">${words.addOns.descriptions[offer.addOn] ?? nothing}</p>
      </div>
      <p class="offer-price"><strong>${format.euros(offer.monthlyNetCents)} / ${offer.unit} ${words.plans.perMonth}</strong><span class="vat">${words.plusVat}</span></p>
      <div class="quantity">
        <label for=${field}>${words.addOns.quantity}<span class="unseen"> ${offer.name}</span></label>
        <input id=${field} type="number" inputmode="numeric" min="1" max="10000" step="1" required .value=${state.quantities[offer.addOn] ?? "1"}
          aria-invalid=${problem ? "true" : nothing} aria-describedby=${problem ? explained : nothing}
          @input=${(/** @type {InputEvent} */ event) => act.quantity(offer.addOn, /** @type {HTMLInputElement} */ (event.target).value)}>
      </div>
      <button class="button primary">${words.addOns.add}<span class="unseen"> ${offer.name}</span></button>
      ${problem ? html`<p class="field-problem" id=${explained} role="alert">${words.addOns.wrongQuantity}</p>` : nothing}
    </form>`;
}

/** @param {Page} page */
function table(page) {
  const { overview, words, format } = page;
  const heads = words.addOns;
  // The roles are said although a table has them: laid out as cards it would lose them.
  return html`
    <table class="cards" role="table" aria-labelledby="bookings">
      <thead role="rowgroup"><tr role="row">
        <th role="columnheader" scope="col">${heads.option}</th><th role="columnheader" scope="col" class="figure">${heads.price}</th>
        <th role="columnheader" scope="col">${heads.billedThrough}</th><th role="columnheader" scope="col">${heads.status}</th>
      </tr></thead>
      <tbody role="rowgroup">${overview.addOns.map((booking) => html`
        <tr role="row" class=${booking.status === "active" || booking.status === "cancelled" ? "" : "over"} data-booking=${booking.id}>
          <th role="rowheader" scope="row" lang=${overview.account.language}>${booking.label}</th>
          <td role="cell" class="figure" data-label=${heads.price}><span>${format.euros(booking.monthlyNetCents * booking.quantity)}
            <span class="sub">${booking.quantity > 1 ? `${format.whole(booking.quantity)} × ${format.euros(booking.monthlyNetCents)}, ` : ""}${words.plusVat}</span></span></td>
          <td role="cell" data-label=${heads.billedThrough}>${booking.status === "withdrawn" ? "–" : format.day(booking.billedThrough)}</td>
          <td role="cell" data-label=${heads.status}><div class="status">${status(page, booking)}</div></td>
        </tr>`)}
      </tbody>
    </table>`;
}

/** @param {Page} page @param {Booking} booking */
function status({ overview, words, format, state, act }, booking) {
  const withdrawable = booking.status !== "withdrawn" && overview.today <= booking.withdrawableThrough;
  const tone = { active: "good", cancelled: "warn", ended: "plain", withdrawn: "plain" }[booking.status];
  return html`
    <span class="states"><span class="badge ${tone}">${words.addOns.states[booking.status](booking.endsOn === null ? "" : format.day(booking.endsOn))}</span>
    ${withdrawable ? html`<span class="sub">${words.addOns.withdrawable(format.day(booking.withdrawableThrough))}</span>` : nothing}</span>
    ${booking.status === "active" || withdrawable ? button({
      text: booking.status === "active" ? words.addOns.cancel : words.addOns.withdraw, of: booking.label, kind: "danger small outline", click: () => act.endBooking(booking),
    }) : nothing}
    ${booking.status === "cancelled" ? button({
      text: words.addOns.keep, of: booking.label, kind: "small", busy: state.busy === `keep ${booking.id}`, click: () => act.keepBooking(booking),
    }) : nothing}`;
}
