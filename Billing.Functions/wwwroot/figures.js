import { html, nothing } from "./lit-html.js";
/** @import { Line, Tax } from "./contract.js" */
/** @import { Page } from "./billing-element.js" */

/**
 * Lines and totals, to the cent, as the service reckons them: nothing is added up here.
 * @param {Page} page
 * @param {{ lines: Line[], netCents: number, vatCents: number, grossCents: number, taxes?: Tax[] }} document
 * @param {string} label
 */
export function figures({ overview, words, format }, document, label) {
  const heads = words.figures;
  const taxes = document.taxes ?? [];
  const vat = taxes.length === 0 ? [{ name: heads.vat, cents: document.vatCents }] : taxes.map((tax) => ({ name: heads.vatOf(tax.ratePercent), cents: tax.vatCents }));
  return html`
    <table class="figures" role="table" aria-label=${label}>
      <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${heads.description}</th>
        <th role="columnheader" scope="col">${heads.service}</th><th role="columnheader" scope="col" class="figure">${heads.net}</th></tr></thead>
      <tbody role="rowgroup">${document.lines.map((line) => html`
        <tr role="row">
          <th role="rowheader" scope="row" lang=${overview.account.language}>${line.description}
            ${line.quantity > 1 ? html`<span class="sub">${heads.pieces(format.whole(line.quantity), format.euros(line.unitNetCents))}</span>` : nothing}</th>
          <td role="cell" data-label=${heads.service}><span>${format.period(line)}
            ${line.kind === "downgrade_fee" ? nothing : html`<span class="sub">${heads.days(line.days, line.periodDays)}</span>`}</span></td>
          <td role="cell" class="figure" data-label=${heads.net}>${format.euros(line.netCents)}</td>
        </tr>`)}
      </tbody>
      <tfoot role="rowgroup">
        <tr role="row"><th role="rowheader" scope="row" colspan="2">${heads.sum}</th><td role="cell" class="figure">${format.euros(document.netCents)}</td></tr>
        ${vat.map(({ name, cents }) => html`<tr role="row"><th role="rowheader" scope="row" colspan="2">${name}</th><td role="cell" class="figure">${format.euros(cents)}</td></tr>`)}
        <tr role="row" class="total"><th role="rowheader" scope="row" colspan="2">${heads.total}</th><td role="cell" class="figure">${format.euros(document.grossCents)}</td></tr>
      </tfoot>
    </table>`;
}

/** Pairs of a name and what it is. @param {[name: string, value: unknown][]} pairs */
export const facts = (pairs) => html`
  <dl class="facts">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
