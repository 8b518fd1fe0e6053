/**
 * Looks. A constructed style sheet: a strict Content-Security-Policy lets it pass. The host page sets `--cloudcrm-billing-*` to make it fit.
 */
export const styles = new CSSStyleSheet();

styles.replaceSync(/* css */ `
  :host {
    --accent: var(--cloudcrm-billing-accent, #1a5fd0);
    --accent-soft: var(--cloudcrm-billing-accent-soft, color-mix(in srgb, var(--accent) 10%, var(--surface)));
    --good: var(--cloudcrm-billing-success, #147a43);
    --good-soft: var(--cloudcrm-billing-success-soft, color-mix(in srgb, var(--good) 10%, var(--surface)));
    --danger: var(--cloudcrm-billing-danger, #c22f2f);
    --danger-soft: var(--cloudcrm-billing-danger-soft, color-mix(in srgb, var(--danger) 10%, var(--surface)));
    --warn: var(--cloudcrm-billing-warning, #7d4c00);
    --warn-soft: var(--cloudcrm-billing-warning-soft, #fff4da);
    --text: var(--cloudcrm-billing-text, #17202b);
    --muted: var(--cloudcrm-billing-muted, #566170);
    --line: var(--cloudcrm-billing-line, #e1e6ec);
    --field: var(--cloudcrm-billing-field, #8592a3);
    --surface: var(--cloudcrm-billing-surface, #fff);
    --calm: var(--cloudcrm-billing-calm, #f6f8fb);
    --on-colour: var(--cloudcrm-billing-on-colour, #fff);
    --radius: var(--cloudcrm-billing-radius, 12px);
    --small-radius: calc(var(--radius) * .6);
    --shadow: var(--cloudcrm-billing-shadow, 0 1px 2px rgb(16 32 56 / .05), 0 4px 14px rgb(16 32 56 / .04));
    display: block;
    container-type: inline-size;
    color: var(--text);
    font: var(--cloudcrm-billing-font, 400 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif);
    -webkit-text-size-adjust: 100%;
  }
  :host([hidden]) { display: none }
  *, *::before, *::after { box-sizing: border-box }

  h2, h3, p, dl, dd, ul { margin: 0 }
  ul { padding: 0; list-style: none }
  h2 { font-size: 1.2rem; line-height: 1.3; font-weight: 650; letter-spacing: -.01em }
  h3 { font-size: 1rem; line-height: 1.35; font-weight: 600 }
  .icon { flex: none; width: 1.25em; height: 1.25em }
  .grow { flex: 1; min-width: 0 }
  .muted, .sub, .vat { color: var(--muted) }
  .small, .sub, .vat { font-size: .875rem }
  .sub { display: block; font-weight: 400; line-height: 1.35 }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
  .figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }

  .page { display: flex; flex-direction: column; gap: 1.25rem }
  .card { background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); padding: 1.5rem; box-shadow: var(--shadow); display: grid; gap: 1.1rem; min-width: 0 }
  .card.calm { background: var(--calm); box-shadow: none }
  .card h2 { display: flex; align-items: center; gap: .55rem }
  .card h2 > .icon { color: var(--accent) }
  .head { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; justify-content: space-between }
  .aside { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center }
  .lead { color: var(--muted); margin-top: -.6rem }
  .after { display: flex; justify-content: flex-end; margin-bottom: -.5rem }
  .empty { color: var(--muted); background: var(--calm); border-radius: var(--small-radius); padding: 1rem 1.25rem }
  .first { min-height: 10rem; align-content: center; justify-items: center; text-align: center }
  .big { display: flex; gap: 1rem; text-align: left; max-width: 34rem }
  .big > .icon { width: 2rem; height: 2rem; color: var(--muted) }
  .big p { margin: .35rem 0 1rem }
  .big p:last-child { margin-bottom: 0 }

  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
  /* What is tabbed to is not hidden behind a message, nor what is said of it below the edge. */
  button, input { scroll-margin-block: 5rem }
  h2:focus, .messages:focus { outline: none }

  .button {
    display: inline-flex; align-items: center; justify-content: center; gap: .5rem; min-height: 2.75rem; padding: .5rem 1.1rem;
    font: inherit; font-weight: 600; line-height: 1.25; text-align: center; color: var(--text); background: var(--surface);
    border: 1px solid color-mix(in srgb, var(--field) 70%, transparent); border-radius: var(--small-radius); cursor: pointer; user-select: none;
  }
  .button:hover { background: var(--calm) }
  .button.primary, .button.danger, .button.success { color: var(--on-colour); border-color: transparent }
  .button.primary { background: var(--accent) }
  .button.primary:hover { background: color-mix(in srgb, var(--accent) 86%, #000) }
  .button.danger { background: var(--danger) }
  .button.danger:hover { background: color-mix(in srgb, var(--danger) 86%, #000) }
  .button.success { background: var(--good) }
  .button.success:hover { background: color-mix(in srgb, var(--good) 86%, #000) }
  .button.danger.outline { background: var(--surface); color: var(--danger); border-color: var(--danger) }
  .button.danger.outline:hover { background: var(--danger-soft) }
  .button.quiet { background: none; border-color: transparent; color: var(--muted); padding-inline: .6rem; margin-inline: -.6rem; text-decoration: underline; text-decoration-color: color-mix(in srgb, currentColor 40%, transparent); text-underline-offset: .22em }
  .button.quiet:hover { color: var(--text); background: var(--calm) }
  .button.small { white-space: nowrap; min-height: 2.25rem; padding: .3rem .8rem; font-size: .9rem }
  .button.wide { width: 100% }
  .button:disabled { cursor: default; opacity: .55 }
  .button.success:disabled { opacity: 1; background: var(--good) }
  .button[aria-busy=true] { cursor: progress; opacity: .8 }
  .icon-button { display: inline-grid; place-items: center; flex: none; width: 2.5rem; height: 2.5rem; padding: 0; border: 0; border-radius: 50%; background: none; color: inherit; cursor: pointer }
  .icon-button:hover { background: color-mix(in srgb, currentColor 10%, transparent) }
  .spinner { flex: none; width: 1.1em; height: 1.1em; border: 2px solid currentColor; border-right-color: transparent; border-radius: 50%; animation: turn .8s linear infinite }
  @keyframes turn { to { transform: rotate(1turn) } }
  .waiting { display: flex; align-items: center; justify-content: center; gap: .75rem; color: var(--muted); min-height: 5rem }

  .note { display: flex; gap: .65rem; padding: .75rem .9rem; border-radius: var(--small-radius); background: var(--accent-soft); color: color-mix(in srgb, var(--accent) 35%, var(--text)) }
  .note > .icon { margin-top: .12em; color: var(--accent) }
  .note.success { background: var(--good-soft); color: color-mix(in srgb, var(--good) 45%, var(--text)) }
  .note.success > .icon { color: var(--good) }
  .note.warning { background: var(--warn-soft); color: color-mix(in srgb, var(--warn) 60%, var(--text)) }
  .note.warning > .icon { color: var(--warn) }
  .note.problem { background: var(--danger-soft); color: color-mix(in srgb, var(--danger) 50%, var(--text)) }
  .note.problem > .icon { color: var(--danger) }
  .messages { position: sticky; top: .5rem; z-index: 2 }
  /* Never hidden, so that what comes in is read out; empty it takes no room. */
  .messages:not(:has(*)) { margin-bottom: -1.25rem }
  .message { display: flex; align-items: start; border-radius: var(--small-radius); box-shadow: 0 6px 24px rgb(16 32 56 / .14); background: var(--accent-soft) }
  .message.success { background: var(--good-soft); color: var(--good) }
  .message.warning { background: var(--warn-soft); color: var(--warn) }
  .message.problem { background: var(--danger-soft); color: var(--danger) }
  .message .note { flex: 1 }
  .message .icon-button { margin: .25rem }
  .outdated { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center }
  .outdated .note { flex: 1 }

  .banner { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; padding: 1.1rem 1.5rem; border-radius: var(--radius); background: var(--warn-soft); border: 1px solid color-mix(in srgb, var(--warn) 30%, transparent) }
  .banner > .icon { width: 1.75rem; height: 1.75rem; color: var(--warn) }
  .banner.bad { background: var(--danger-soft); border-color: color-mix(in srgb, var(--danger) 35%, transparent) }
  .banner.bad > .icon { color: var(--danger) }
  .banner .grow { flex-basis: 12rem }
  .banner h2 { font-size: 1.05rem; margin-bottom: .15rem }
  .actions { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center }

  .period { display: flex; gap: .5rem; align-items: center; color: var(--muted); font-size: .9rem }
  .points { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1rem 1.75rem }
  .points dt { font-weight: 600; margin-bottom: .2rem }
  .points dd { color: var(--muted); font-size: .9rem }

  .plans { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem }
  .plans li { display: grid }
  .plan { display: flex; flex-direction: column; gap: .15rem; padding: 1.4rem; border: 1px solid var(--line); border-radius: var(--radius) }
  .plan.current { border-color: var(--good); box-shadow: inset 0 0 0 1px var(--good); background: linear-gradient(color-mix(in srgb, var(--good-soft) 55%, transparent), transparent 60%) }
  .plan h3 { margin-top: .8rem; font-size: 1.05rem }
  .plan .button { margin-top: auto }
  .plan .vat { margin-bottom: 1.3rem }
  .price strong { font-size: 1.9rem; font-weight: 700; letter-spacing: -.025em; font-variant-numeric: tabular-nums; line-height: 1.35 }
  .price span { color: var(--muted); white-space: nowrap }
  .steps .on { fill: var(--accent) }
  .steps .off { fill: var(--line) }
  .current .steps .on { fill: var(--good) }

  .method { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: center }
  .method .grow { flex-basis: 24rem }
  .method h3 { display: flex; align-items: center; gap: .6rem; margin-bottom: .3rem }
  .method p { color: var(--muted) }
  .stripe { flex: none; display: inline-grid; place-items: center; width: 1.6rem; height: 1.6rem; border-radius: .4rem; background: #5b4fd6; color: #fff; font-weight: 700; font-size: .95rem }
  .method .onfile { display: flex; align-items: center; gap: .4rem .75rem; margin-top: .9rem; padding: .75rem 1rem; background: var(--calm); border-radius: var(--small-radius); color: var(--text); width: fit-content; max-width: 100% }
  .onfile .muted { white-space: nowrap }

  .offers { display: grid; gap: .75rem }
  .offer { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: var(--radius) }
  .offer .grow { flex: 1 1 15rem }
  .emblem { display: grid; place-items: center; width: 2.75rem; height: 2.75rem; border-radius: 50%; background: var(--accent-soft); color: var(--accent) }
  .offer-price { display: grid; flex: 0 1 14.5rem; line-height: 1.35; font-variant-numeric: tabular-nums }
  .quantity { display: flex; align-items: center; gap: .6rem }
  .quantity label { font-size: .875rem; color: var(--muted) }
  input[type=number] { width: 5.5rem; min-height: 2.75rem; padding: .4rem .6rem; font: inherit; text-align: right; font-variant-numeric: tabular-nums; color: inherit; background: var(--surface); border: 1px solid var(--field); border-radius: var(--small-radius) }
  input[aria-invalid=true] { border-color: var(--danger); box-shadow: 0 0 0 1px var(--danger) }
  .field-problem { flex-basis: 100%; color: var(--danger); text-align: right; font-size: .9rem }
  .switch { display: inline-flex; align-items: center; gap: .5rem; min-height: 2.25rem; font-size: .9rem; color: var(--muted); cursor: pointer }
  .switch input { width: 1.15rem; height: 1.15rem; margin: 0; accent-color: var(--accent) }

  table { width: 100%; border-collapse: collapse; font-size: .95rem }
  th { text-align: left; font-weight: 600 }
  thead th { padding: .55rem .75rem; font-size: .75rem; letter-spacing: .05em; text-transform: uppercase; color: var(--muted); background: var(--calm); white-space: nowrap }
  thead th:first-child { border-radius: var(--small-radius) 0 0 var(--small-radius) }
  thead th:last-child { border-radius: 0 var(--small-radius) var(--small-radius) 0 }
  th.figure { text-align: right }
  tbody th, tbody td { padding: .8rem .75rem; border-bottom: 1px solid var(--line); vertical-align: middle }
  tbody tr:last-child > * { border-bottom: 0 }
  tr.over th, tr.over td { color: var(--muted) }
  tr.over .amount { text-decoration: line-through }
  .amount { font-weight: 600 }
  .last { text-align: right }
  [data-invoice] th { white-space: nowrap }
  .status { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: center; justify-content: space-between }
  .states { display: inline-grid; gap: .2rem; justify-items: start }
  .badge { display: inline-flex; align-items: center; gap: .35rem; padding: .15rem .65rem; border-radius: 99px; font-size: .825rem; font-weight: 600; line-height: 1.5; white-space: nowrap }
  .badge .icon { width: 1em; height: 1em; stroke-width: 2.6 }
  .badge::before { content: ""; width: .5em; height: .5em; border-radius: 50%; background: currentColor }
  .badge:has(.icon)::before { display: none }
  .badge.good { background: var(--good-soft); color: color-mix(in srgb, var(--good) 88%, #000) }
  .badge.warn { background: var(--warn-soft); color: var(--warn) }
  .badge.bad { background: var(--danger-soft); color: color-mix(in srgb, var(--danger) 90%, #000) }
  .badge.info { background: var(--accent-soft); color: color-mix(in srgb, var(--accent) 85%, #000) }
  .badge.plain { background: color-mix(in srgb, var(--muted) 13%, var(--surface)); color: var(--muted) }
  tr.over .badge.plain { color: color-mix(in srgb, var(--muted) 80%, var(--text)) }

  dialog { width: min(42rem, calc(100vw - 2rem)); max-width: none; max-height: calc(100dvh - 2rem); padding: 0; border: 0; border-radius: var(--radius); background: var(--surface); color: var(--text); box-shadow: 0 24px 80px rgb(10 20 40 / .35); overscroll-behavior: contain }
  dialog[open] { display: flex; flex-direction: column }
  dialog::backdrop { background: rgb(15 25 40 / .5) }
  dialog.wide { width: min(80rem, calc(100vw - 2rem)); height: calc(100dvh - 2rem) }
  dialog > header { display: flex; align-items: start; gap: 1rem; padding: 1.25rem 1.25rem 1rem 1.75rem }
  dialog > header h2 { font-size: 1.3rem; padding-top: .25rem }
  dialog > header p { text-wrap: balance }
  dialog .body { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.1rem; align-content: start; container-type: inline-size; padding: .25rem 1.75rem 1.25rem; overflow: auto; min-height: 0 }
  dialog .body:not(:has(*)) { padding: 0 }
  dialog > footer { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; justify-content: flex-end; padding: 1rem 1.75rem; border-top: 1px solid var(--line); background: var(--calm) }
  dialog > footer > .grow:not(:empty) { flex-basis: 100% }
  dialog > footer > .grow:empty { flex: 1 }
  .figures thead th { background: none; border-bottom: 1px solid var(--line); border-radius: 0; padding: .25rem .5rem .4rem }
  .figures thead th:first-child { padding-left: 0 }
  .figures thead th:last-child, .figures td.figure { padding-right: 0 }
  .figures tbody th, .figures tbody td { padding-block: .7rem; padding-inline: .5rem; vertical-align: top }
  .figures tbody th { padding-left: 0 }
  .figures tbody tr:last-child > * { border-bottom: 1px solid var(--line) }
  .figures tfoot th, .figures tfoot td { padding: .4rem 0; font-weight: 400 }
  .figures tfoot .total > * { padding-top: .6rem; border-top: 1px solid var(--text); font-weight: 700; font-size: 1.1rem }
  .facts { display: grid; gap: .6rem }
  .facts > div { display: grid; grid-template-columns: 10rem 1fr; gap: .25rem 1rem }
  .facts dt { color: var(--muted) }
  .lines { white-space: pre-line }
  .paid { padding: .8rem 1rem; background: var(--calm); border-radius: var(--small-radius) }
  .paid dd { text-align: right; font-variant-numeric: tabular-nums }

  .toolbar .quiet { margin-inline: 0 }
  .toolbar { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; padding: .75rem 1.75rem; border-block: 1px solid var(--line); background: var(--calm) }
  dialog .body.document { flex: 1; grid-template-columns: minmax(0, 27rem) minmax(0, 1fr); gap: 0; padding: 0; align-content: stretch; overflow: hidden }
  dialog:not(.wide) .body.document { grid-template-columns: minmax(0, 1fr); overflow: auto }
  dialog:not(.wide) .details { padding-top: .25rem }
  .details { display: flex; flex-direction: column; container-type: inline-size; gap: 1.1rem; padding: 1.25rem 1.75rem; overflow: auto }
  /* Never hidden either. */
  .details > .said:not(:has(*)) { margin-bottom: -1.1rem }
  .details .facts > div { grid-template-columns: 7rem 1fr }
  .details .paid .facts > div { grid-template-columns: 1fr auto }
  .file { display: grid; background: #525a66; min-height: 0 }
  .file iframe { width: 100%; height: 100%; border: 0; background: #525a66 }
  .nofile { display: grid; gap: .9rem; place-content: center; justify-items: center; text-align: center; padding: 2rem; color: #fff; max-width: 32rem; justify-self: center }
  .nofile .waiting { color: #fff }
  .nofile .icon { width: 2rem; height: 2rem }

  @container (min-width: 60rem) {
    [data-booking] th { white-space: nowrap }
  }
  @container (max-width: 60rem) {
    .points { grid-template-columns: repeat(2, 1fr) }
  }
  @container (max-width: 52rem) {
    .plan { padding: .9rem }
    .plan h3 { font-size: .95rem }
    .plan .button { padding-inline: .5rem }
    .offer-price { flex-basis: 13rem }
    .quantity { margin-left: auto }
    .cards thead th, .cards tbody th, .cards tbody td { padding-inline: .4rem }
    .cards .button .icon { display: none }
  }
  @container (max-width: 40rem) {
    .card { padding: 1.15rem }
    .card h2 > .icon { display: none }
    .method .onfile { flex-wrap: wrap; width: 100% }
    .onfile > span:not(.badge) { flex: 1 1 60% }
    .points { grid-template-columns: 1fr; gap: .8rem }
    .method .button, .offer .button { width: 100%; padding-inline: .5rem }
    .offer-price, .offer .grow { flex: 1 1 100% }
    .offer { padding: 1rem; position: relative }
    .emblem { display: none }
    .quantity { width: 100%; justify-content: space-between }
    .aside { width: 100% }
    .banner { padding: 1rem 1.15rem }
    .banner > .icon { align-self: start }
    .banner .actions, .banner .actions .button { width: 100% }
    .field-problem { text-align: left }
    .cards, .cards tbody { display: grid; gap: .75rem }
    .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
    .cards tr { display: grid; gap: .45rem; padding: .9rem 1rem; border: 1px solid var(--line); border-radius: var(--small-radius) }
    .cards tbody th, .cards tbody td { padding: 0; border: 0; display: flex; justify-content: space-between; gap: 1rem; text-align: right }
    .cards tbody th { display: block; text-align: left; font-size: 1rem }
    .cards td[data-label]::before { content: attr(data-label); color: var(--muted); font-weight: 400; text-align: left }
    .cards .last .button { width: 100%; margin-top: .35rem }
    .cards td .status { display: contents }
    .cards .states { flex: 1; justify-items: end; text-align: right }
    .cards td:has(.status) { flex-wrap: wrap }
    .cards .status .button { flex: 1 1 100% }
  }
  @container (max-width: 28rem) {
    .figures thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
    .figures, .figures tbody, .figures tfoot { display: block }
    .figures tfoot tr { display: flex; justify-content: space-between }
    .figures tfoot .total > * { border: 0; padding-top: .3rem }
    .figures tfoot .total { border-top: 1px solid var(--text); margin-top: .3rem }
    .figures tbody th { overflow-wrap: anywhere; hyphens: auto }
    .figures tbody tr { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .6rem 0; border-bottom: 1px solid var(--line) }
    .figures tbody th, .figures tbody td { padding: 0; border: 0 }
    .figures tbody tr:last-child > * { border-bottom: 0 }
    .figures tbody td.figure { grid-row: 1; grid-column: 2 }
    .figures tbody td:not(.figure) { grid-column: 1 / -1; color: var(--muted); font-size: .875rem }
    .figures tbody td .sub { display: inline }
    .figures tbody td .sub::before { content: "· " }
  }
  @media (max-width: 56rem) {
    dialog.wide .body.document { display: block; overflow: auto }
    .details { overflow: visible }
    .file { height: 75dvh }
  }
  @media (max-width: 36rem) {
    dialog, dialog.wide { width: 100vw; height: fit-content; max-height: 100dvh; margin-bottom: 0; border-radius: var(--radius) var(--radius) 0 0 }
    dialog.wide { height: 100dvh; border-radius: 0 }
    dialog > header { padding: 1rem .75rem .75rem 1.15rem }
    dialog .body, .details { padding-inline: 1.15rem }
    dialog > footer, .toolbar { padding: .85rem 1.15rem }
    dialog > footer > .grow:empty { flex-basis: 100%; margin-bottom: -.75rem }
    dialog > footer .button { flex: 1 1 100% }
    .toolbar .button { flex: 1 1 8.5rem; padding-inline: .5rem }
    .toolbar .success { flex-basis: 100% }
    .facts > div { grid-template-columns: 1fr; gap: 0 }
    .facts dd { font-weight: 500 }
  }
  @media (prefers-reduced-motion: reduce) {
    .spinner { animation-duration: 3s }
  }
  @media (forced-colors: active) {
    .button, .badge, .plan, .note { border: 1px solid }
    .plan.current { border-width: 3px }
  }
`);
