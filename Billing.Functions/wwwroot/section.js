import { html, nothing } from "./lit-html.js";
import { icons } from "./icons.js";
/** @import { Message, Page } from "./billing-element.js" */

/**
 * A section of the page with its heading.
 * @param {string} id @param {unknown} icon @param {string} title @param {unknown} content @param {unknown} [aside] Beside the heading.
 */
export const section = (id, icon, title, content, aside = nothing) => html`
  <section class="card" aria-labelledby=${id} data-section=${id}>
    <header class="head"><h2 id=${id}>${icon}${title}</h2>${aside}</header>
    ${content}
  </section>`;

/**
 * A button that tells when it works and then takes no second click.
 * @param {object} button
 * @param {unknown} button.text
 * @param {() => void} button.click
 * @param {string} [button.kind] How it looks: primary, danger, success, quiet.
 * @param {boolean} [button.busy]
 * @param {boolean} [button.disabled]
 * @param {string} [button.of] What it is for, where its text alone does not say so; read, not seen.
 * @param {unknown} [button.icon]
 */
export const button = ({ text, click, kind = "", busy = false, disabled = false, of, icon = nothing }) => html`
  <button type="button" class="button ${kind}" aria-busy=${busy ? "true" : nothing} aria-disabled=${busy ? "true" : nothing}
    ?disabled=${disabled} @click=${busy ? nothing : click}>
    ${busy ? html`<span class="spinner" aria-hidden="true"></span>` : icon}<span>${text}</span>${of ? html`<span class="unseen">${` ${of}`}</span>` : nothing}
  </button>`;

/** What has just happened. @param {Message | null} message */
export const note = (message) => message === null ? nothing : html`
  <div class="note ${message.kind}">
    ${message.kind === "success" ? icons.check : message.kind === "info" ? icons.info : icons.warning}<p>${message.text}</p>
  </div>`;

/** @param {string} text */
export const waiting = (text) => html`<p class="waiting"><span class="spinner" aria-hidden="true"></span>${text}</p>`;

/**
 * The payment method on file, as one reads it.
 * @param {Page} page
 */
export const methodName = ({ overview, words }) =>
  overview.paymentMethod === null ? words.payment.automatic : overview.paymentMethod.label;
