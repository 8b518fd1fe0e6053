import { svg, html } from "./lit-html.js";

/** Decoration only: what an icon means always stands beside it as text. @param {unknown} shapes */
const icon = (shapes) => html`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false"
  fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round">${shapes}</svg>`;

export const icons = {
  check: icon(svg`<path d="M5 12.5l4.5 4.5L19 7.5"/>`),
  info: icon(svg`<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.6v.1"/>`),
  warning: icon(svg`<path d="M12 3.5l9.5 16.5h-19z"/><path d="M12 10v4.5M12 17.3v.1"/>`),
  lock: icon(svg`<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>`),
  card: icon(svg`<rect x="3" y="5.5" width="18" height="13" rx="2.2"/><path d="M3 10h18M7 14.7h3"/>`),
  bank: icon(svg`<path d="M3.5 9.5L12 4.5l8.5 5M5 20h14M6.5 10v7M10.2 10v7M13.8 10v7M17.5 10v7"/>`),
  users: icon(svg`<circle cx="9" cy="8.5" r="3.5"/><path d="M2.8 19.5c.6-3.4 3-5.2 6.2-5.2s5.6 1.8 6.2 5.2M18.5 8v6M15.5 11h6"/>`),
  storage: icon(svg`<ellipse cx="12" cy="6" rx="7.5" ry="2.8"/><path d="M4.5 6v12c0 1.5 3.4 2.8 7.5 2.8s7.5-1.3 7.5-2.8V6M4.5 12c0 1.5 3.4 2.8 7.5 2.8s7.5-1.3 7.5-2.8"/>`),
  plan: icon(svg`<path d="M12 4l8.5 4.3-8.5 4.3-8.5-4.3zM3.5 12l8.5 4.3 8.5-4.3M3.5 15.7L12 20l8.5-4.3"/>`),
  option: icon(svg`<path d="M12 5v14M5 12h14"/>`),
  file: icon(svg`<path d="M6.5 3.5h7.5l4.5 4.5v12.5h-12z"/><path d="M14 3.5V8h4.5M9 12.5h6M9 16h6"/>`),
  calendar: icon(svg`<rect x="4" y="5.5" width="16" height="14.5" rx="2"/><path d="M4 10h16M8.5 3.5v4M15.5 3.5v4"/>`),
  print: icon(svg`<path d="M7 9V4h10v5M7 17H4.5v-6.5a1.5 1.5 0 0 1 1.5-1.5h12a1.5 1.5 0 0 1 1.5 1.5V17H17"/><path d="M7 14.5h10V20H7z"/>`),
  download: icon(svg`<path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14"/>`),
  close: icon(svg`<path d="M6 6l12 12M18 6L6 18"/>`),
};
