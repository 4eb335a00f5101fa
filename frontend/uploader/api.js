import { strings } from "../strings.js";

const FILE_ERRORS = new Set([413, 415, 422]);
const PROBE_TIMEOUT = 5_000;

let address;

/** Why an upload did not succeed. The message is a sentence for the user. */
export class UploadError extends Error {
  /**
   * `outcome`: "rejected" (because of the file), "failed" (any other cause) or "cancelled";
   * `status`: the HTTP status, 0 for no response; `image`: the API's image, if there is one;
   * `retryAfter`: seconds that the server asks to wait.
   */
  constructor(sentence, outcome = "failed", { status, image, retryAfter, transient = false } = {}) {
    super(sentence);
    this.name = "UploadError";
    this.outcome = outcome;
    this.status = status;
    this.image = image;
    this.retryAfter = retryAfter;
    // The same request may succeed a little later.
    this.transient = transient || status === 0 || status === 429 || status >= 500;
  }
}

/** Why an upload ended, whatever was thrown; `signal` was aborted if the user cancelled it. */
export function asUploadError(reason, signal) {
  if (signal?.aborted) return new UploadError(strings.cancelled, "cancelled");
  if (reason instanceof UploadError) return reason;
  console.error(reason);
  return new UploadError(strings.unexpected);
}

// The API's address in config.json, which is one folder above this script.
function configuredAddress() {
  address ??= readAddress().catch((reason) => {
    address = undefined;
    throw reason;
  });
  return address;
}

async function readAddress() {
  // In the npm package, which is bundled into scripts of other sites.
  if (!import.meta.url) throw new UploadError(strings.noApi);
  const url = new URL("../config.json", import.meta.url);
  const response = await fetch(url).catch(() => null);
  if (!response && await refusesOrigin(url)) throw new UploadError(strings.originRefused(origin));
  const config = response?.ok ? await response.json().catch(() => null) : null;
  if (typeof config?.api !== "string") throw new UploadError(strings.noConfiguration);
  return config.api;
}

/** An Api at `base`, or at the address that this script's site configures. */
export async function connect(base, token) {
  return new Api(base || await configuredAddress(), token);
}

/** Client of Darkroom's HTTP API. Every error is an UploadError with the server's sentence. */
export class Api {
  #base;
  #token;

  /**
   * `token` returns (a promise of) a bearer token; `{ refused: true, refusedToken }` requests one
   * in place of `refusedToken`.
   */
  constructor(base, token) {
    this.#base = base.replace(/\/+$/, "");
    this.#token = token;
  }

  /** Requests a ticket, or `duplicate_of`. `order`: filename, content_type, size, sha256. */
  ticket(order, signal) {
    return this.call("/uploads", { method: "POST", json: order, signal });
  }

  /** The image at the ticket's `status_url`, or at `/images/{id}`. */
  image(address, signal) {
    return this.call(address, { signal });
  }

  /** A page of images, newest first, and `next_cursor`. */
  images(query, signal) {
    return this.call(`/images?${new URLSearchParams(query)}`, { signal });
  }

  /** The JSON that a request is answered with; see `send`. */
  async call(address, options) {
    const response = await this.send(address, options);
    const body = await response.json().catch(() => null);
    if (body === null) throw new UploadError(strings.notDarkroom);
    return body;
  }

  /** The response to a request with the options of `fetch`, or `json` as its body. */
  async send(address, options = {}) {
    const token = await this.#token?.({});
    let response = await this.#fetch(address, options, token);
    if (response.status === 401 && this.#token) {
      const other = await this.#token({ refused: true, refusedToken: token });
      response = await this.#fetch(address, options, other);
    }
    if (!response.ok) throw problem(response, await response.json().catch(() => null));
    return response;
  }

  async #fetch(address, { json, ...options }, token) {
    const headers = {
      ...options.headers,
      ...(json && { "Content-Type": "application/json" }),
      ...(token && { Authorization: `Bearer ${token}` }),
    };
    const request = { ...options, headers, body: json && JSON.stringify(json) };
    return fetch(this.#absolute(address), request).catch(async (reason) => {
      if (options.signal?.aborted) throw reason;
      if (await refusesOrigin(`${this.#base}/health`)) throw new UploadError(strings.originRefused(origin));
      throw new UploadError(strings.unreachable, "failed", { status: 0 });
    });
  }

  // `new URL(address, base)` would drop the stage from an API Gateway address.
  #absolute(address) {
    return address.startsWith("/") ? this.#base + address : address;
  }
}

/** Whether the server responds to GET requests, but does not let this page's origin read them. */
async function refusesOrigin(url) {
  if (new URL(url, location.href).origin === origin || !navigator.onLine) return false;
  // To fetch(), a refused origin and a lost connection are the same error; without CORS only the
  // latter is one. Twice, because a connection may also be lost between two requests.
  for (let attempt = 0; attempt < 2; attempt += 1) {
    if (!await responds(url, "no-cors") || await responds(url, "cors")) return false;
  }
  return true;
}

function responds(url, mode) {
  const signal = AbortSignal.timeout(PROBE_TIMEOUT);
  return fetch(url, { mode, signal, cache: "no-store", credentials: "omit" }).then(() => true, () => false);
}

function problem({ status, headers }, body) {
  const outcome = FILE_ERRORS.has(status) ? "rejected" : "failed";
  const retryAfter = Number(headers.get("Retry-After")) || undefined;
  return new UploadError(body?.detail || strings.apiStatus(status), outcome, { status, retryAfter });
}
