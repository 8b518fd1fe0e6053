// The frame for trying the page: which account, as whom, when. Nothing of it is part of the element.
import "/api/element.js";

/** @typedef {import("../../Billing.Functions/wwwroot/billing-element.js").CloudCrmBilling} CloudCrmBilling */

const KNOWN = "cloudcrm-demo-accounts";
const DAY = 86_400_000;

/** @template {HTMLElement} T @param {string} id @returns {T} */
const byId = (id) => /** @type {T} */ (document.getElementById(id));
const [account, role, language] = ["account", "role", "language"].map((id) => /** @type {HTMLSelectElement} */ (byId(id)));
const told = byId("told");

/** @returns {string[]} */
const known = () => JSON.parse(localStorage.getItem(KNOWN) ?? '["demo"]');

/** @param {string} method @param {string} path @param {object} [body] @param {string} [token] */
async function call(method, path, body, token) {
  /** @type {Record<string, string>} */
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(path, { method, headers, body: body ? JSON.stringify(body) : null });
  const answer = await response.json();
  if (!response.ok) throw new Error([answer.title, answer.detail].filter(Boolean).join(" "));
  return answer;
}

/** @param {string} as @param {string} [accountId] @returns {Promise<string>} */
const tokenOf = async (as, accountId) => (await call("POST", "/local/token", accountId ? { role: as, accountId } : { role: as })).token;

/** @type {CloudCrmBilling | null} */
let element = null;

/** Shows the chosen account anew, and keeps the choice in the address: what comes back from Stripe's pages finds it there. */
function show() {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries({ account: account.value, role: role.value, lang: language.value })) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  history.replaceState(null, "", address);
  const [id, as] = [account.value, role.value];
  element = /** @type {CloudCrmBilling} */ (document.createElement("cloudcrm-billing"));
  element.setAttribute("account", id);
  element.setAttribute("api", "/api");
  if (language.value) element.setAttribute("lang", language.value);
  element.token = () => tokenOf(as, id);
  byId("place").replaceChildren(element);
}

/** @param {string} chosen */
function list(chosen) {
  const ids = [...new Set([...known(), chosen])];
  localStorage.setItem(KNOWN, JSON.stringify(ids));
  account.replaceChildren(...ids.map((id) => new Option(id, id, false, id === chosen)));
}

async function tick() {
  const { now } = await call("GET", "/local/clock");
  byId("now").textContent = new Intl.DateTimeFormat("de-DE", { dateStyle: "medium", timeStyle: "short", timeZone: "Europe/Berlin" }).format(new Date(now));
  return Date.parse(now);
}

/** @param {string} step */
async function target(step) {
  const now = await tick();
  if (step === "day") return now + DAY;
  if (step === "week") return now + 7 * DAY;
  const { period } = await call("GET", `/api/accounts/${account.value}`, undefined, await tokenOf("owner", account.value));
  return Math.max(now, Date.parse(`${period.to}T08:00:00Z`) + DAY);
}

/** @param {() => Promise<void>} work */
async function guarded(work) {
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(".demo button"));
  for (const button of buttons) button.disabled = true;
  told.textContent = "";
  try {
    await work();
  } catch (failure) {
    told.textContent = failure instanceof Error ? failure.message : String(failure);
  }
  for (const button of buttons) button.disabled = false;
}

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-step]"))) {
  button.addEventListener("click", () => guarded(async () => {
    told.textContent = "Die Zeit vergeht …";
    await call("PUT", "/local/clock", { now: new Date(await target(button.dataset.step ?? "day")).toISOString() });
    told.textContent = "";
    await tick();
    await element?.refresh();
  }));
}
for (const choice of [account, role, language]) choice.addEventListener("change", show);

const dialog = /** @type {HTMLDialogElement} */ (byId("new"));
const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
byId("open").addEventListener("click", () => guarded(async () => {
  /** @type {{ plans: { plan: string, name: string }[] }} */
  const { plans } = await call("GET", "/api/catalog");
  form.plan.replaceChildren(...plans.map(({ plan, name }) => new Option(name.split(" - ").at(-1), plan)));
  dialog.showModal();
}));
byId("abort").addEventListener("click", () => dialog.close());
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const entered = Object.fromEntries(/** @type {Iterable<[string, string]>} */ (new FormData(form).entries()));
  const name = entered.companyName.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40) || "konto";
  const id = `${name}-${crypto.randomUUID().slice(0, 4)}`;
  const places = /** @type {Record<string, object>} */ ({
    DE: { line1: "Beispielweg 1", postalCode: "10115", city: "Berlin", country: "DE" },
    AT: { line1: "Ring 1", postalCode: "1010", city: "Wien", country: "AT" },
    CH: { line1: "Gasse 1", postalCode: "8001", city: "Zürich", country: "CH" },
  });
  try {
    await call("PUT", `/api/accounts/${id}`, {
      companyName: entered.companyName, address: places[entered.country], email: "rechnung@beispiel.example", plan: entered.plan, language: entered.language,
      ...(entered.country === "AT" ? { vatId: "ATU12345678" } : {}),
    }, await tokenOf("service"));
    dialog.close();
    list(id);
    show();
  } catch (failure) {
    byId("problem").textContent = failure instanceof Error ? failure.message : String(failure);
  }
});

const asked = new URL(location.href).searchParams;
list(asked.get("account") ?? known()[0]);
role.value = asked.get("role") ?? "owner";
language.value = asked.get("lang") ?? "";
show();
document.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
await tick();
setInterval(() => void tick().catch(() => { byId("now").textContent = "…"; }), 20_000);
