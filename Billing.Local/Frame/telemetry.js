// The last traces as waterfalls, and what was counted; asked for again every second.

/**
 * @typedef {{ id: string, parent: string, name: string, kind: string, isHttp: boolean, hasFailed: boolean, tags: Record<string, string>, links: string[], after: number, milliseconds: number }} Span
 * @typedef {{ id: string, account: string | null, clock: string, startedAt: string, milliseconds: number, spans: Span[], leftOut: number }} Trace
 * @typedef {{ tags: string, sum: number, count: number, most: number }} Series
 * @typedef {{ name: string, unit: string, meaning: string, isHistogram: boolean, series: Series[] }} Counted
 */

const EVERY = 1000;

/** @template {HTMLElement} T @param {string} id @returns {T} */
const byId = (id) => /** @type {T} */ (document.getElementById(id));
const account = /** @type {HTMLInputElement} */ (byId("account"));
const http = /** @type {HTMLInputElement} */ (byId("http"));
const pause = byId("pause");
const told = byId("told");

/** @param {string} tag @param {string} className @param {...(Node | string)} content */
function element(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${milliseconds.toFixed(0)} ms`;
  return milliseconds < 120_000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${(milliseconds / 60_000).toFixed(0)} min`;
}

const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "Europe/Berlin" });
const money = new Intl.NumberFormat("en-GB", { style: "currency", currency: "EUR" });

/**
 * The spans as a tree, each with its depth. A span whose parent is not here is at the top.
 * @param {Span[]} spans
 */
function tree(spans) {
  const known = new Set(spans.map((span) => span.id));
  /** @type {Map<string, Span[]>} */
  const below = new Map();
  for (const span of spans) {
    const parent = known.has(span.parent) ? span.parent : "";
    below.set(parent, [...(below.get(parent) ?? []), span]);
  }
  /** @type {{ span: Span, depth: number }[]} */
  const rows = [];
  /** @param {string} parent @param {number} depth */
  const walk = (parent, depth) => {
    for (const span of below.get(parent) ?? []) {
      rows.push({ span, depth });
      walk(span.id, depth + 1);
    }
  };
  walk("", 0);
  return rows;
}

/** @param {Span} span */
function tags(span) {
  const { "billing.account": of, "billing.outcome": outcome, ...rest } = span.tags;
  const shown = span.isHttp ? [span.tags["http.response.status_code"], span.tags["url.full"]] : [outcome === "ok" ? "" : outcome, ...Object.values(rest)];
  return shown.filter(Boolean).join(" · ");
}

/** @param {Trace} trace @param {{ span: Span, depth: number }} row */
function bar(trace, { span, depth }) {
  const outcome = span.tags["billing.outcome"];
  const shown = element("li", `span${span.isHttp ? " isHttp" : ""}${span.hasFailed ? " hasFailed" : outcome && outcome !== "ok" ? " refused" : ""}`);
  const name = element("span", "name", span.name);
  name.style.paddingLeft = `${depth * 0.9}rem`;
  const line = element("span", `bar ${depth === 0 && span.kind === "internal" ? "request" : span.kind}`);
  const whole = Math.max(trace.milliseconds, 0.1);
  line.style.left = `${Math.min((span.after / whole) * 100, 99.5)}%`;
  line.style.width = `${Math.max((span.milliseconds / whole) * 100, 0)}%`;
  const detail = element("span", "tags", tags(span));
  detail.title = Object.entries(span.tags).map(([key, value]) => `${key} = ${value}`).concat(span.links.map((link) => `link ${link}`)).join("\n");
  name.title = `${span.name}\n${span.id}`;
  shown.append(name, element("span", "track", line), element("span", "took", duration(span.milliseconds)), detail);
  return shown;
}

/** @type {Map<string, { text: string, shown: HTMLDetailsElement }>} */
const known = new Map();

/** @param {Trace} trace */
function show(trace) {
  const text = JSON.stringify(trace) + http.checked;
  const before = known.get(trace.id);
  if (before?.text === text) return before.shown;
  const shown = /** @type {HTMLDetailsElement} */ (before?.shown ?? document.createElement("details"));
  const rows = tree(trace.spans.filter((span) => http.checked || !span.isHttp));
  const at = element("time", "when", moment.format(new Date(trace.clock)));
  at.title = `By the local clock, Berlin. Really: ${moment.format(new Date(trace.startedAt))}`;
  const failed = trace.spans.some((span) => span.hasFailed && !span.isHttp);
  const summary = element(
    "summary", failed ? "hasFailed" : "", element("span", "name", rows[0]?.span.name ?? trace.id), element("span", "account", trace.account ?? ""), at,
    element("span", "took", `${duration(trace.milliseconds)}`));
  const spans = element("ol", "spans", ...rows.map((row) => bar(trace, row)));
  if (trace.leftOut > 0) spans.append(element("li", "span", `and ${trace.leftOut} more`));
  spans.append(element("li", "span", element("span", "tags", `trace ${trace.id}`)));
  shown.replaceChildren(summary, spans);
  known.set(trace.id, { text, shown });
  return shown;
}

/** @param {Counted} counted @param {Series} series */
function figures(counted, series) {
  if (counted.isHistogram) return [`${series.count} ×`, `∅ ${duration((series.sum / series.count) * 1000)}, max ${duration(series.most * 1000)}`];
  return counted.unit === "ct" ? [`${series.count} ×`, money.format(series.sum / 100)] : [series.sum.toLocaleString("en-GB"), ""];
}

/** @param {Counted} counted */
function rows(counted) {
  const alone = counted.series.length === 1 && counted.series[0]?.tags === "" ? counted.series[0] : null;
  const name = element("th", "", counted.name, element("small", "", counted.meaning));
  /** @type {HTMLTableCellElement} */ (name).scope = "row";
  const [count, amount] = alone ? figures(counted, alone) : [counted.series.length === 0 ? "–" : "", ""];
  const head = element("tr", counted.series.length === 0 ? "none" : "", name, element("td", "", count ?? ""), element("td", "", amount ?? ""));
  return [head, ...(alone ? [] : counted.series.map((series) => element("tr", "series", ...[series.tags, ...figures(counted, series)].map((text) => element("td", "", text)))))];
}

async function refresh() {
  try {
    const response = await fetch(`/local/telemetry/data?account=${encodeURIComponent(account.value.trim())}`);
    const { traces, counted } = /** @type {{ traces: Trace[], counted: Counted[] }} */ (await response.json());
    byId("traces").replaceChildren(...traces.map(show));
    byId("counted").replaceChildren(...counted.flatMap(rows));
    byId("empty").hidden = traces.length > 0;
    told.textContent = "";
  } catch {
    told.textContent = "The service does not answer.";
  }
}

const isPaused = () => pause.getAttribute("aria-pressed") === "true";
pause.addEventListener("click", () => pause.setAttribute("aria-pressed", String(!isPaused())));
for (const choice of [account, http]) choice.addEventListener("input", refresh);
account.value = new URL(location.href).searchParams.get("account") ?? "";

await refresh();
setInterval(() => { if (!isPaused() && !document.hidden) void refresh(); }, EVERY);

// A module, as the page loads it.
export {};
