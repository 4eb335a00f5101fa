import { strings } from "../strings.js";

const FILE_AT_FAULT = new Set([413, 415, 422]);

let address;

/** Why an upload ended without a picture. The message is a sentence for the user. */
export class UploadError extends Error {
  /**
   * `outcome`: "rejected" (the file is at fault) or "failed" (anything else); `status`: HTTP's, 0
   * for no answer; `image`: what Darkroom says of it, where it knows.
   */
  constructor(sentence, outcome = "failed", { status, image, passing = false } = {}) {
    super(sentence);
    this.name = "UploadError";
    this.outcome = outcome;
    this.status = status;
    this.image = image;
    // The same may succeed a little later.
    this.passing = passing || status === 0 || status === 429 || status >= 500;
  }
}

/** The address of the API that config.json, beside this script's folder, names. */
function configured() {
  address ??= readAddress().catch((reason) => {
    address = undefined;
    throw reason;
  });
  return address;
}

async function readAddress() {
  const response = await fetch(new URL("../config.json", import.meta.url)).catch(() => null);
  const config = response?.ok ? await response.json().catch(() => null) : null;
  if (typeof config?.api !== "string") throw new UploadError(strings.noConfiguration);
  return config.api;
}

/** An Api at `base`, or where this script's own site says that it is. */
export async function connect(base, token) {
  return new Api(base || await configured(), token);
}

/** Darkroom's HTTP interface. Every refusal is an UploadError with the server's sentence. */
export class Api {
  #base;
  #token;

  /** `token` returns (a promise of) a bearer token; `{ refused: true }` asks it for a new one. */
  constructor(base, token) {
    this.#base = base.replace(/\/+$/, "");
    this.#token = token;
  }

  /** `order`: filename, content_type, size, sha256. A ticket, or `duplicate_of`. */
  ticket(order, signal) {
    return this.#call("/uploads", { method: "POST", json: order, signal });
  }

  /** The image at an address that a ticket gave, or at `/images/{id}`. */
  image(address, signal) {
    return this.#call(address, { signal });
  }

  /** A page of images, newest first, and `next_cursor`. */
  images(query, signal) {
    return this.#call(`/images?${new URLSearchParams(query)}`, { signal });
  }

  /** Has the image processed again; `wish` may hold another `focal_point`. */
  reprocess(id, wish) {
    return this.#call(`/images/${id}/reprocess`, { method: "POST", json: wish });
  }

  /** Erases the image: the receipt. */
  remove(id) {
    return this.#call(`/images/${id}`, { method: "DELETE" });
  }

  async #call(address, options) {
    let response = await this.#fetch(address, options, {});
    if (response.status === 401 && this.#token) {
      response = await this.#fetch(address, options, { refused: true });
    }
    const body = await response.json().catch(() => null);
    if (!response.ok) throw problem(response.status, body);
    if (body === null) throw new UploadError(strings.notDarkroom);
    return body;
  }

  async #fetch(address, { json, ...options }, known) {
    const token = await this.#token?.(known);
    const headers = {
      ...(json && { "Content-Type": "application/json" }),
      ...(token && { Authorization: `Bearer ${token}` }),
    };
    const request = { ...options, headers, body: json && JSON.stringify(json) };
    return fetch(this.#absolute(address), request).catch((reason) => {
      if (options.signal?.aborted) throw reason;
      throw new UploadError(strings.unreachable, "failed", { status: 0 });
    });
  }

  // Not `new URL(address, base)`: that would drop the stage from an API Gateway address.
  #absolute(address) {
    return address.startsWith("/") ? this.#base + address : address;
  }
}

function problem(status, body) {
  const outcome = FILE_AT_FAULT.has(status) ? "rejected" : "failed";
  return new UploadError(body?.detail || strings.apiStatus(status), outcome, { status });
}
