import { strings } from "./strings.js";
import { UploadError } from "./errors.js";

const FILE_AT_FAULT = new Set([413, 415, 422]);

/** The Api that config.json, beside this page, names. */
export async function connect() {
  const response = await fetch("config.json", { cache: "no-cache" }).catch(() => null);
  const config = response?.ok ? await response.json().catch(() => null) : null;
  if (typeof config?.api !== "string") throw new UploadError(strings.noConfiguration);
  return new Api(config.api);
}

/** Darkroom's HTTP interface. Every refusal is an UploadError with the server's sentence. */
export class Api {
  /** The most bytes that a file may have, once a ticket said so. */
  maxBytes = Infinity;

  #base;

  constructor(base) {
    this.#base = base.replace(/\/+$/, "");
  }

  /** `order`: filename, content_type, size, sha256. A ticket, or `duplicate_of`. */
  async ticket(order, signal) {
    const ticket = await this.#call("/uploads", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(order),
      signal,
    });
    this.maxBytes = ticket.max_bytes ?? this.maxBytes;
    return ticket;
  }

  /** The image at an address that a ticket gave, or at `/images/{id}`. */
  image(address, signal) {
    return this.#call(address, { signal });
  }

  /** A page of images, newest first, and `next_cursor`. */
  images(query) {
    return this.#call(`/images?${new URLSearchParams(query)}`);
  }

  async #call(address, options) {
    const response = await fetch(this.#absolute(address), options).catch((reason) => {
      if (options?.signal?.aborted) throw reason;
      throw new UploadError(strings.unreachable);
    });
    const body = await response.json().catch(() => null);
    if (!response.ok) throw problem(response.status, body);
    if (body === null) throw new UploadError(strings.notDarkroom);
    return body;
  }

  // Not `new URL(address, base)`: that would drop the stage from an API Gateway address.
  #absolute(address) {
    return address.startsWith("/") ? this.#base + address : address;
  }
}

function problem(status, body) {
  const outcome = FILE_AT_FAULT.has(status) ? "rejected" : "failed";
  return new UploadError(body?.detail || strings.apiStatus(status), outcome, status);
}
