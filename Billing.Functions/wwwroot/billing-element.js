import { html, nothing, render } from "./lit-html.js";
import { addOns } from "./add-ons.js";
import { ApiClient, ConnectionLost, Refusal } from "./api-client.js";
import { banners, billing } from "./banners.js";
import { confirmation, isEnd } from "./confirm.js";
import { Format } from "./format.js";
import { icons } from "./icons.js";
import { invoices } from "./invoices.js";
import { payment } from "./payment.js";
import { plans } from "./plans.js";
import { comesBackWith, goTo, returnAddress } from "./returning.js";
import { button, note, waiting } from "./section.js";
import { styles } from "./styles.js";
import { isUpcoming, UPCOMING, viewer } from "./viewer.js";
import { german } from "./words.de.js";
import { english } from "./words.en.js";
/** @import { Account, AddOnOffer, Booking, Invoice, Invoices, Overview, PlanChanged, PlanOffer, Preview } from "./contract.js" */
/** @import { Confirmation } from "./confirm.js" */
/** @import { Viewer } from "./viewer.js" */
/** @import { Words } from "./words.de.js" */

/** @typedef {{ kind: "success" | "info" | "warning" | "problem", text: string }} Message */

/**
 * All that the page shows follows from this.
 * @typedef {object} State
 * @property {"loading" | "ready" | "forbidden" | "failed"} phase
 * @property {Overview | null} overview
 * @property {string} problem Why nothing can be shown.
 * @property {Message | null} message
 * @property {boolean} isOutdated The last refresh failed; what is shown is older.
 * @property {Confirmation | Viewer | null} dialog
 * @property {string | null} busy What a button outside of a confirmation is doing.
 * @property {boolean} showNet
 * @property {Record<string, string>} quantities As typed, by add-on.
 * @property {string | null} wrongQuantity The add-on whose quantity is none.
 */

/** What every part of the page is drawn from. @typedef {{ state: State, overview: Overview, words: Words, format: Format, act: Actions }} Page */
/** @typedef {CloudCrmBilling["act"]} Actions */

/** @type {State} */
const START = {
  phase: "loading", overview: null, problem: "", message: null, isOutdated: false, dialog: null, busy: null, showNet: false, quantities: {}, wrongQuantity: null,
};

/**
 * `<cloudcrm-billing account="…" api="…" lang="de">`: „Paket & Rechnungen“ of one account.
 * The host page sets the property `token`, a function that promises a bearer token (it is called with `true` after one was refused).
 * Another function set later is asked from then on; the page starts anew only with another `account` or `api`.
 * Tells of every change by the event `cloudcrm-billing-changed`.
 */
export class CloudCrmBilling extends HTMLElement {
  static observedAttributes = ["account", "api", "lang"];

  #root = this.attachShadow({ mode: "open" });
  #state = START;
  /** @type {((fresh: boolean) => Promise<string>) | null} */
  #token = null;
  /** @type {ApiClient | null} */
  #api = null;
  /** Counts loads, so that an older answer never replaces a later one. */
  #load = 0;
  #planned = false;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [styles];
  }

  /** @param {(fresh: boolean) => Promise<string>} token */
  set token(token) {
    const isFirst = this.#token === null;
    this.#token = token;
    // Host pages that render again hand over a new function each time: what is under way goes on.
    if (isFirst) this.#plan();
  }

  get token() {
    return this.#token ?? (() => Promise.reject(new Error("The host page has set no token.")));
  }

  connectedCallback() {
    // Set before the element was defined: then it is a plain property that hides the accessor.
    const early = Object.getOwnPropertyDescriptor(this, "token")?.value;
    if (early) {
      Reflect.deleteProperty(this, "token");
      this.#token = early;
    }
    addEventListener("pageshow", this.#shownAgain);
    this.#plan();
  }

  disconnectedCallback() {
    removeEventListener("pageshow", this.#shownAgain);
    this.#load++;
    this.#releaseFile();
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    if (name === "lang") this.#relabel();
    else this.#plan();
  }

  /** Loads everything anew; for the host page, after something changed elsewhere. */
  async refresh() {
    await this.#refresh();
  }

  // What the customer can do.
  act = {
    reload: () => this.#start(),
    refresh: () => this.#refresh(),
    hideMessage: () => {
      this.#set({ message: null });
      this.#keepFocus();
    },
    toggleNet: () => this.#set({ showNet: !this.#state.showNet }),

    /** @param {string} addOn @param {string} value */
    quantity: (addOn, value) => this.#set({
      quantities: { ...this.#state.quantities, [addOn]: value }, wrongQuantity: this.#state.wrongQuantity === addOn ? null : this.#state.wrongQuantity,
    }),

    /** @param {PlanOffer} plan */
    changePlan: (plan) => {
      const { words, overview } = this.#page;
      const kind = plan.action === "downgrade" ? "downgrade" : "upgrade";
      const current = overview.plans.find((known) => known.plan === overview.plan)?.name ?? overview.plan;
      this.#confirm("order", words.order[kind].title, words.order.change(current, plan.name),
        () => this.#client.post("/plan-changes/preview", { plan: plan.plan }),
        async (confirmation, key) => {
          /** @type {PlanChanged} */
          const changed = await this.#client.post("/plan-changes", { plan: plan.plan, confirmation }, key);
          return words.order.done[kind](changed.plan === plan.plan ? plan.name : changed.plan);
        });
    },

    /** @param {AddOnOffer} offer */
    book: (offer) => {
      const { words, format } = this.#page;
      const typed = this.#state.quantities[offer.addOn] ?? "1";
      const quantity = /^\d{1,5}$/.test(typed) ? Number(typed) : 0;
      if (quantity < 1 || quantity > 10_000) {
        this.#set({ wrongQuantity: offer.addOn });
        this.#root.getElementById(`quantity-${offer.addOn}`)?.focus();
        return;
      }
      this.#confirm("order", words.order.add_on.title, `${format.whole(quantity)} × ${offer.name}`,
        () => this.#client.post("/add-ons/preview", { addOn: offer.addOn, quantity }),
        async (confirmation, key) => {
          /** @type {Booking} */
          const booking = await this.#client.post("/add-ons", { addOn: offer.addOn, quantity, confirmation }, key);
          this.#set({ quantities: { ...this.#state.quantities, [offer.addOn]: "1" } });
          return words.order.done.add_on(booking.label);
        });
    },

    /** @param {Booking} booking */
    endBooking: (booking) => {
      const { words, format, overview } = this.#page;
      const path = `/add-ons/${encodeURIComponent(booking.id)}/cancellation`;
      const likely = overview.today <= booking.withdrawableThrough ? "withdrawal" : "cancellation";
      this.#confirm("booking", words.end[likely].title, words.addOns.priced(booking.label, format.euros(booking.monthlyNetCents * booking.quantity)),
        () => this.#client.post(`${path}/preview`, {}),
        async (confirmation, key) => {
          /** @type {Booking} */
          const ended = await this.#client.post(path, { confirmation }, key);
          return ended.status === "cancelled" && ended.endsOn !== null ? words.end.cancelled(booking.label, format.day(ended.endsOn)) : words.end.withdrawn(booking.label);
        });
    },

    /** @param {Booking} booking */
    keepBooking: (booking) => this.#do(`keep ${booking.id}`, async () => {
      await this.#client.delete(`/add-ons/${encodeURIComponent(booking.id)}/cancellation`);
      await this.#changed(this.#words.end.kept(booking.label));
    }),

    cancelSubscription: () => {
      const { words, format } = this.#page;
      this.#confirm("subscription", words.subscription.title, "",
        () => this.#client.post("/cancellation/preview", {}),
        async (confirmation, key) => {
          /** @type {Account} */
          const account = await this.#client.post("/cancellation", { confirmation }, key);
          return words.subscription.cancelled(format.day(account.endsOn ?? account.period.to));
        });
    },

    keepSubscription: () => this.#do("keep subscription", async () => {
      await this.#client.delete("/cancellation");
      await this.#changed(this.#words.subscription.kept);
    }),

    openMethod: () => this.#do("method", async () => {
      const had = this.#page.overview.paymentMethod !== null;
      /** @type {{ url: string }} */
      const session = await this.#client.post("/payment-method/session", {
        returnUrl: returnAddress(had ? "method-managed" : "method-added"), cancelUrl: returnAddress("method-given-up"),
      });
      this.#set({ message: { kind: "info", text: this.#words.payment.leaving } });
      await goTo(session.url);
    }),

    moreInvoices: () => this.#do("more", () => this.#appendInvoices()),

    /** @param {string} id */
    openInvoice: (id) => this.#open(id, null),
    openUpcoming: () => this.#open(UPCOMING, null),

    closeDialog: () => this.#closeDialog(),
    confirm: () => this.#advance(),

    reloadViewer: () => {
      const { dialog } = this.#state;
      if (dialog?.type === "viewer") this.#open(dialog.id, dialog.message);
    },
    reloadFile: () => {
      const { dialog } = this.#state;
      if (dialog?.type === "viewer") void this.#loadFile(dialog.id);
    },
    print: () => {
      const { dialog } = this.#state;
      const frame = this.#root.querySelector("iframe")?.contentWindow;
      if (frame) {
        frame.focus();
        frame.print();
      } else if (dialog?.type === "viewer" && dialog.url !== null) {
        open(dialog.url, "_blank", "noopener");
      }
    },
    download: () => {
      const { dialog } = this.#state;
      if (dialog?.type === "viewer" && dialog.url !== null) this.#save(dialog.url, `${fileName(dialog.invoice)}.pdf`);
    },
    downloadXml: () => this.#do("xml", async () => {
      const { dialog } = this.#state;
      if (dialog?.type !== "viewer") return;
      const url = URL.createObjectURL(await this.#client.file(`/invoices/${encodeURIComponent(dialog.id)}/xml`));
      this.#save(url, `${fileName(dialog.invoice)}.xml`);
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    }),
    pay: () => this.#do("pay", async () => {
      const { dialog } = this.#state;
      if (dialog?.type !== "viewer") return;
      /** @type {{ url: string }} */
      const session = await this.#client.post(`/invoices/${encodeURIComponent(dialog.id)}/payment-session`, {
        returnUrl: returnAddress(`paid-${dialog.id}`), cancelUrl: returnAddress(`given-up-${dialog.id}`),
      });
      // Closed meanwhile: the customer has thought better of it.
      if (!this.#patchViewer(dialog.id, { message: { kind: "info", text: this.#words.payment.leaving } })) return;
      await goTo(session.url);
    }),
  };

  // Loading.

  /** Once, after everything that is set in one go is set. */
  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      void this.#start();
    });
  }

  async #start() {
    if (!this.isConnected) return;
    const [account, api] = [this.getAttribute("account"), this.getAttribute("api")];
    this.#load++;
    if (this.#api !== null) this.#api.isOver = true;
    this.#releaseFile();
    this.#set({ ...START, showNet: this.#state.showNet });
    if (!account || !api || this.#token === null) return;
    this.#api = new ApiClient(api, account, (fresh) => this.token(fresh), this.#language);
    await this.#refresh();
    // The mark of the way back is told once: it waits until there is a page to show the result on.
    if (this.#state.phase !== "ready") return;
    const came = comesBackWith();
    if (came !== null) await this.#takeReturn(came);
  }

  async #refresh() {
    const load = ++this.#load;
    try {
      /** @type {Overview} */
      const overview = await this.#client.get("/overview");
      if (load !== this.#load) return;
      this.#set({ phase: "ready", overview, problem: "", isOutdated: false });
    } catch (failure) {
      if (load !== this.#load) return;
      if (this.#state.overview !== null) this.#set({ isOutdated: true });
      else if (failure instanceof Refusal && failure.problem.status === 403) this.#set({ phase: "forbidden" });
      else this.#set({ phase: "failed", problem: this.#textOf(failure) });
    }
  }

  /** The next page of the history. @returns {Promise<void>} */
  async #appendInvoices() {
    const cursor = this.#page.overview.nextCursor;
    if (cursor === null) return;
    /** @type {Invoices} */
    const next = await this.#client.get(`/invoices?cursor=${encodeURIComponent(cursor)}`);
    const { overview } = this.#page;
    // Looked at anew meanwhile: the list ends elsewhere now, and other documents come next.
    if (overview.nextCursor !== cursor) return this.#appendInvoices();
    this.#set({ overview: { ...overview, invoices: [...overview.invoices, ...next.invoices], nextCursor: next.nextCursor } });
    /** @type {HTMLElement | null} */ (this.#root.querySelector(`[data-invoice="${CSS.escape(next.invoices[0]?.id ?? "")}"] button`))?.focus();
  }

  /**
   * After an order: the host page is told, what is shown is fetched anew, and then the customer is told.
   * @param {string} text @param {string} [key] Of the dialog that ordered, where one did.
   */
  async #changed(text, key) {
    this.dispatchEvent(new CustomEvent("cloudcrm-billing-changed", { bubbles: true, composed: true }));
    await this.#refresh();
    // The dialog goes first: behind it nothing is read out. One that was opened meanwhile stays.
    const { dialog } = this.#state;
    if (dialog?.type === "confirm" && dialog.key === key) this.#dismiss();
    this.#set({ message: { kind: "success", text } });
    this.#keepFocus();
    void this.#follow();
  }

  /** What is being charged just now settles within seconds: the page looks a few times more, without a word. */
  async #follow() {
    await this.#until(5, async () => {
      const { overview } = this.#state;
      // A debit is in progress for days, a card for seconds.
      const waits = overview?.paymentMethod?.kind === "card" ? ["none", "processing"] : ["none"];
      const isUnsettled = overview !== null && overview.paymentMethod !== null && overview.invoices.some((invoice) => invoice.amountDueCents > 0 && waits.includes(invoice.payment));
      if (isUnsettled) await this.#refresh();
      return !isUnsettled;
    });
  }

  /** The page comes out of the browser's cache when the customer goes back from Stripe: it stands as it was left. @param {PageTransitionEvent} event */
  #shownAgain = (event) => {
    if (event.persisted) void this.#start();
  };

  // Actions without a dialog of their own.

  /** @param {string} what @param {() => Promise<void>} work */
  async #do(what, work) {
    if (this.#state.busy !== null) return;
    this.#set({ busy: what, message: null });
    try {
      await work();
    } catch (failure) {
      const { dialog } = this.#state;
      const text = this.#textOf(failure);
      if (dialog?.type === "viewer") this.#patchViewer(dialog.id, { message: { kind: "problem", text } });
      else this.#set({ message: { kind: "problem", text } });
      // A refusal often means that something has changed elsewhere.
      if (failure instanceof Refusal && !failure.isPassing) await Promise.all([this.#refresh(), dialog?.type === "viewer" && this.#loadDocument(dialog.id)]);
    } finally {
      this.#set({ busy: null });
    }
  }

  // Confirmations.

  /**
   * @param {Confirmation["of"]} of @param {string} title @param {string} subtitle
   * @param {() => Promise<Preview>} ask @param {(confirmation: string, key: string) => Promise<string>} send
   */
  #confirm(of, title, subtitle, ask, send) {
    if (this.#state.dialog !== null) return;
    this.#set({
      message: null,
      dialog: { type: "confirm", of, title, subtitle, phase: "asking", preview: null, isStale: false, problem: null, key: crypto.randomUUID(), ask, send },
    });
    void this.#ask();
  }

  /** What the one button of the dialog does now: asks again for a preview that failed, or orders. */
  #advance() {
    const { dialog } = this.#state;
    if (dialog?.type !== "confirm") return;
    if (dialog.preview === null) void this.#ask();
    else void this.#send(dialog.preview.confirmation);
  }

  async #ask() {
    const key = this.#patchConfirmation({ phase: "asking", problem: null });
    const { dialog } = this.#state;
    if (dialog?.type !== "confirm") return;
    try {
      const preview = await dialog.ask();
      // Only now it is certain which of the two it is.
      const title = isEnd(preview) && dialog.of === "booking" ? this.#words.end[preview.kind].title : dialog.title;
      this.#patchConfirmation({ phase: "shown", preview, title }, key);
    } catch (failure) {
      this.#patchConfirmation({ phase: "shown", problem: { text: this.#textOf(failure), retry: mayRetry(failure) } }, key);
    }
  }

  /** @param {string} confirmed */
  async #send(confirmed) {
    const { dialog } = this.#state;
    if (dialog?.type !== "confirm" || dialog.phase === "sending") return;
    this.#patchConfirmation({ phase: "sending", problem: null, isStale: false });
    try {
      await this.#changed(await dialog.send(confirmed, dialog.key), dialog.key);
    } catch (failure) {
      const fresh = failure instanceof Refusal && failure.code === "confirmation_stale" ? failure.problem.preview : undefined;
      if (fresh !== undefined) this.#patchConfirmation({ phase: "shown", preview: fresh, isStale: true }, dialog.key);
      else {
        const text = failure instanceof ConnectionLost ? this.#words.orderUncertain : this.#textOf(failure);
        this.#patchConfirmation({ phase: "shown", problem: { text, retry: mayRetry(failure) } }, dialog.key);
      }
    }
  }

  /** Changes the dialog, unless it has been closed or replaced by another. @param {Partial<Confirmation>} patch @param {string} [key] @returns {string} Its key. */
  #patchConfirmation(patch, key) {
    const { dialog } = this.#state;
    if (dialog?.type !== "confirm" || (key !== undefined && dialog.key !== key)) return "";
    this.#set({ dialog: { ...dialog, ...patch } });
    return dialog.key;
  }

  #closeDialog() {
    const { dialog } = this.#state;
    if (dialog?.type === "confirm" && dialog.phase === "sending") return;
    this.#dismiss();
    if (dialog?.type === "confirm" && dialog.problem !== null) void this.#refresh();
  }

  #dismiss() {
    this.#releaseFile();
    this.#set({ dialog: null });
  }

  // The viewer.

  /** @param {string} id @param {Message | null} message */
  #open(id, message) {
    this.#releaseFile();
    this.#set({ message: null, dialog: { type: "viewer", id, invoice: null, problem: null, file: "loading", url: null, message } });
    void this.#loadDocument(id);
    if (id !== UPCOMING) void this.#loadFile(id);
  }

  /** @param {string} id */
  async #loadDocument(id) {
    try {
      /** @type {Invoice} */
      const invoice = await this.#client.get(`/invoices/${encodeURIComponent(id)}`);
      this.#patchViewer(id, { invoice, problem: null });
    } catch (failure) {
      const isNone = id === UPCOMING && failure instanceof Refusal && failure.code === "invoice_not_found";
      this.#patchViewer(id, { problem: { text: isNone ? this.#words.order.noRenewal : this.#textOf(failure), retry: mayRetry(failure) } });
    }
  }

  /** @param {string} id */
  async #loadFile(id) {
    this.#patchViewer(id, { file: "loading" });
    try {
      const url = URL.createObjectURL(await this.#client.file(`/invoices/${encodeURIComponent(id)}/pdf`));
      if (!this.#patchViewer(id, { file: navigator.pdfViewerEnabled ? "shown" : "notShown", url })) URL.revokeObjectURL(url);
    } catch {
      this.#patchViewer(id, { file: "missing" });
    }
  }

  /** @param {string} id @param {Partial<Viewer>} patch */
  #patchViewer(id, patch) {
    const { dialog } = this.#state;
    if (dialog?.type !== "viewer" || dialog.id !== id) return false;
    this.#set({ dialog: { ...dialog, ...patch } });
    return true;
  }

  #releaseFile() {
    const { dialog } = this.#state;
    if (dialog?.type === "viewer" && dialog.url !== null) URL.revokeObjectURL(dialog.url);
  }

  /** @param {string} url @param {string} name */
  #save(url, name) {
    const link = document.createElement("a");
    [link.href, link.download] = [url, name];
    link.click();
  }

  // Back from Stripe's pages. What came of it is asked of the service, which may hear of it a little later than the customer is back.

  /** @param {string} came */
  async #takeReturn(came) {
    const [, what, id] = /^(paid|given-up)-(.+)$/.exec(came) ?? [];
    if (id !== undefined) await this.#returnedToInvoice(id, what === "paid");
    else await this.#returnedToMethods(came);
  }

  /** @param {string} id @param {boolean} isDone */
  async #returnedToInvoice(id, isDone) {
    const before = this.#page.overview.paymentMethod?.label;
    this.#open(id, { kind: "info", text: this.#words.returned.checking });
    /** @type {Invoice[]} */
    const seen = [];
    await this.#until(isDone ? 12 : 1, async () => {
      const invoice = /** @type {Invoice} */ (await this.#client.get(`/invoices/${encodeURIComponent(id)}`));
      seen.push(invoice);
      return invoice.status !== "open" || invoice.payment === "processing";
    });
    const invoice = seen.at(-1);
    // Another account may be shown by now.
    if (invoice === undefined || this.#state.overview === null) return;
    const { words } = this.#page;
    const number = invoice.number ?? words.invoices.draft;
    this.#patchViewer(id, {
      invoice,
      message: invoice.status === "paid" ? { kind: "success", text: words.returned.paid(number) }
        : invoice.payment === "processing" ? { kind: "success", text: words.returned.processing(number) }
        : isDone ? { kind: "info", text: words.returned.awaited(number) }
        : { kind: "warning", text: words.returned.unpaid(number) },
    });
    // The method that was used is kept, which the service may hear of last.
    await this.#until(isDone ? 4 : 1, async () => {
      await this.#refresh();
      return this.#state.overview?.paymentMethod?.label !== before;
    });
    // It is charged with what else is open.
    await this.#follow();
  }

  /** @param {string} came */
  async #returnedToMethods(came) {
    this.#root.querySelector("[data-section=payment]")?.scrollIntoView({ block: "center" });
    const before = this.#page.overview.paymentMethod?.label;
    this.#set({ message: { kind: "info", text: this.#words.returned.checking } });
    await this.#until(came === "method-added" ? 12 : came === "method-managed" ? 3 : 0, async () => {
      await this.#refresh();
      const now = this.#state.overview?.paymentMethod?.label;
      return came === "method-added" ? now !== undefined : now !== before;
    });
    if (this.#state.overview === null) return;
    const { overview, words } = this.#page;
    const method = overview.paymentMethod?.label;
    this.#set({
      message: method === undefined ? { kind: came === "method-added" ? "info" : "warning", text: came === "method-added" ? words.returned.methodAwaited : words.returned.methodNone }
        : { kind: "success", text: came === "method-added" ? words.returned.methodStored(method) : words.returned.methodIs(method) },
    });
    await this.#follow();
  }

  /** Asks until it is so, so many times at most. @param {number} times @param {() => Promise<boolean>} isSo */
  async #until(times, isSo) {
    for (let asked = 0; asked < times && this.isConnected; asked++) {
      if (asked > 0) await new Promise((resolve) => setTimeout(resolve, 800));
      try {
        if (await isSo()) return;
      } catch (failure) {
        if (!(failure instanceof ConnectionLost || failure instanceof Refusal)) throw failure;
      }
    }
  }

  // Words.

  /** @returns {"de" | "en"} The element's own `lang`, else the account's. */
  get #language() {
    const lang = this.getAttribute("lang") ?? this.#state.overview?.account.language ?? "de";
    return lang.toLowerCase().startsWith("en") ? "en" : "de";
  }

  get #words() {
    return this.#language === "en" ? english : german;
  }

  #relabel() {
    if (this.#api !== null) this.#api.language = this.#language;
    this.#draw();
  }

  /** @param {unknown} failure */
  #textOf(failure) {
    const words = this.#words;
    if (failure instanceof ConnectionLost) return words.connectionLost;
    if (failure instanceof Refusal) return failure.problem.status === 401 ? words.signedOut : failure.text || words.unforeseen;
    console.error(failure);
    return words.unforeseen;
  }

  // State to view.

  get #client() {
    if (this.#api === null) throw new Error("Not started.");
    return this.#api;
  }

  /** @returns {Page} */
  get #page() {
    const { overview } = this.#state;
    if (overview === null) throw new Error("Nothing has been loaded.");
    return { state: this.#state, overview, words: this.#words, format: new Format(this.#language), act: this.act };
  }

  /** @param {Partial<State>} patch */
  #set(patch) {
    this.#state = { ...this.#state, ...patch };
    if (this.#api !== null) this.#api.language = this.#language;
    this.#draw();
  }

  #draw() {
    if (!this.isConnected) return;
    render(this.#template(), this.#root);
    this.#showDialog();
  }

  /** A native modal dialog keeps the focus in and gives it back. */
  #showDialog() {
    const element = /** @type {HTMLDialogElement | null} */ (this.#root.querySelector("dialog"));
    if (element === null) return;
    if (this.#state.dialog !== null && !element.open) element.showModal();
    if (this.#state.dialog === null && element.open) {
      element.close();
      this.#keepFocus();
    }
  }

  /** What was clicked may be gone by now: then the reader goes on where the result stands. */
  #keepFocus() {
    const { activeElement } = this.#root;
    if (activeElement === null || activeElement.matches(":disabled")) /** @type {HTMLElement | null} */ (this.#root.querySelector(".messages"))?.focus({ preventScroll: true });
  }

  #template() {
    const { phase, message, isOutdated, problem } = this.#state;
    const words = this.#words;
    return html`
      <div class="page" lang=${this.#language}>
        <div class="messages" role="status" tabindex="-1">${message === null ? nothing : html`
          <div class="message ${message.kind}">${note(message)}<button type="button" class="icon-button" aria-label=${words.hide} @click=${this.act.hideMessage}>${icons.close}</button></div>`}
        </div>
        ${isOutdated ? html`<div class="outdated" role="alert">${note({ kind: "warning", text: words.outdated })}${button({ text: words.retry, click: this.act.refresh })}</div>` : nothing}
        ${phase === "loading" ? html`<div class="card first" role="status">${waiting(words.loading)}</div>`
          : phase === "forbidden" ? html`<div class="card first" role="alert"><div class="big">${icons.lock}<div><h2>${words.forbidden}</h2><p>${words.forbiddenWhy}</p></div></div></div>`
          : phase === "failed" ? html`<div class="card first" role="alert"><div class="big">${icons.warning}<div><h2>${words.failed}</h2><p>${problem}</p>
              ${button({ text: words.retry, kind: "primary", click: this.act.reload })}</div></div></div>`
          : this.#sections(this.#page)}
      </div>`;
  }

  /** @param {Page} page */
  #sections(page) {
    const { dialog } = page.state;
    const subtitle = dialog?.type === "confirm" ? dialog.subtitle : dialog === null || isUpcoming(dialog) ? "" : page.words.viewer.name;
    return html`
      ${banners(page)}${billing(page)}${plans(page)}${payment(page)}${addOns(page)}${invoices(page)}
      <dialog class=${dialog?.type === "viewer" && !isUpcoming(dialog) ? "wide" : ""} aria-labelledby="dialog-title"
        @cancel=${(/** @type {Event} */ event) => { event.preventDefault(); this.#closeDialog(); }}
        @close=${() => this.#showDialog() /* Browsers close it at the second Escape, whatever is said at the first. */}>
        ${dialog === null ? nothing : html`
          <header><div class="grow"><h2 id="dialog-title" tabindex="-1" autofocus>${titleOf(page, dialog)}</h2>
            ${subtitle ? html`<p class="muted">${subtitle}</p>` : nothing}</div>
            <button type="button" class="icon-button" aria-label=${page.words.close} ?disabled=${dialog.type === "confirm" && dialog.phase === "sending"}
              @click=${this.act.closeDialog}>${icons.close}</button></header>
          ${dialog.type === "confirm" ? confirmation(page, dialog) : viewer(page, dialog)}`}
      </dialog>`;
  }
}

/** @param {Page} page @param {Confirmation | Viewer} dialog */
function titleOf({ words }, dialog) {
  if (dialog.type === "confirm") return dialog.title;
  if (isUpcoming(dialog)) return words.viewer.upcomingTitle;
  return dialog.invoice === null ? words.invoices.open : dialog.invoice.number === null ? words.viewer.draftTitle : words.viewer.title(dialog.invoice.number);
}

/** @param {Invoice | null} invoice */
const fileName = (invoice) => `CloudCRM-${invoice?.number ?? "ENTWURF"}`;

/** @param {unknown} failure */
const mayRetry = (failure) => failure instanceof ConnectionLost || (failure instanceof Refusal && failure.isPassing);

customElements.define("cloudcrm-billing", CloudCrmBilling);
