/** @import { Problem } from "./contract.js" */

/** The service refused: it says why in words for the customer. */
export class Refusal extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.title);
    this.problem = problem;
  }

  get code() {
    return this.problem.code;
  }

  /** Whether the same request may well succeed in a moment. */
  get isPassing() {
    return this.problem.status >= 500 || this.problem.status === 429 || this.code === "busy";
  }

  /** One sentence or two: the title, and what the service adds to it. */
  get text() {
    const errors = Object.values(this.problem.errors ?? {}).flat();
    return [this.problem.title, this.problem.detail, ...errors].filter(Boolean).join(" ");
  }
}

/** Nothing came back: it is unknown whether the service got the request. */
export class ConnectionLost extends Error {}

/** Longer than the service itself lets anyone wait. */
const PATIENCE = 30_000;

/** Speaks with the service on behalf of one account. The token is asked for at every call and kept nowhere. */
export class ApiClient {
  /** Another account is shown by now: an answer that still comes is never handed on, so that it cannot show up there. */
  isOver = false;

  /**
   * @param {string} base Address of the API, without a slash at its end.
   * @param {string} account
   * @param {(fresh: boolean) => Promise<string>} token The host page's; `fresh` after the service refused the last one.
   * @param {string} language
   */
  constructor(base, account, token, language) {
    this.root = `${base.replace(/\/+$/, "")}/accounts/${encodeURIComponent(account)}`;
    this.token = token;
    this.language = language;
  }

  /** @template T @param {string} path @returns {Promise<T>} */
  async get(path) {
    return this.#unlessOver(this.#json("GET", path));
  }

  /** @template T @param {string} path @param {object} body @param {string} [key] The same for every try of one order. @returns {Promise<T>} */
  async post(path, body, key) {
    return this.#unlessOver(this.#json("POST", path, body, key));
  }

  /** @template T @param {string} path @returns {Promise<T>} */
  async delete(path) {
    return this.#unlessOver(this.#json("DELETE", path));
  }

  /** @param {string} path @returns {Promise<Blob>} */
  async file(path) {
    return this.#unlessOver(this.#blob(path));
  }

  /** @template T @param {Promise<T>} answer @returns {Promise<T>} */
  #unlessOver(answer) {
    return new Promise((resolve, reject) => void answer.then((value) => this.isOver || resolve(value), (failure) => this.isOver || reject(failure)));
  }

  /** @param {string} path */
  async #blob(path) {
    const response = await this.#send("GET", path);
    try {
      return await response.blob();
    } catch {
      throw new ConnectionLost();
    }
  }

  /** @param {string} method @param {string} path @param {object} [body] @param {string} [key] */
  async #json(method, path, body, key) {
    const response = await this.#send(method, path, body, key);
    try {
      return await response.json();
    } catch {
      // Cut off, or from something between us and the service.
      throw new ConnectionLost();
    }
  }

  /** @param {string} method @param {string} path @param {object} [body] @param {string} [key] */
  async #send(method, path, body, key) {
    const response = await this.#fetch(method, path, body, key, false);
    const answer = response.status === 401 ? await this.#fetch(method, path, body, key, true) : response;
    if (answer.ok) return answer;
    throw new Refusal(await problemOf(answer));
  }

  /** @param {string} method @param {string} path @param {object | undefined} body @param {string | undefined} key @param {boolean} fresh */
  async #fetch(method, path, body, key, fresh) {
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Bearer ${await this.#bearer(fresh)}`, "Accept-Language": this.language };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (key !== undefined) headers["Idempotency-Key"] = key;
    try {
      return await fetch(this.root + path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(PATIENCE),
      });
    } catch {
      throw new ConnectionLost();
    }
  }

  /** Without a connection the host page gets no token either: that, too, can be tried again. @param {boolean} fresh */
  async #bearer(fresh) {
    try {
      return await this.token(fresh);
    } catch (failure) {
      console.info("The host page gives no token.", failure);
      throw new ConnectionLost();
    }
  }
}

/** @param {Response} response @returns {Promise<Problem>} */
async function problemOf(response) {
  const unknown = { type: "about:blank", title: "", status: response.status, code: "unknown" };
  try {
    const problem = await response.json();
    return typeof problem?.code === "string" && typeof problem?.title === "string" ? problem : unknown;
  } catch {
    return unknown;
  }
}
