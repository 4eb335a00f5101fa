/** The few calls of the API that an upload needs. */
import type { ImageView } from "./api.js";

/** Returns a bearer token with the scopes `upload` and `read`; `refused`: the one before was refused. */
export type Token = (options: { refused?: boolean; refusedToken?: string }) =>
  string | null | undefined | Promise<string | null | undefined>;

const FIRST_DELAY = 250; // milliseconds
const MAX_DELAY = 2_000;
const TIMEOUT = 120_000;
const SETTLED = new Set<ImageView["status"]>(["ready", "rejected", "failed", "expired", "deleted"]);

export class Client {
  #base: string;
  #token: Token | undefined;

  constructor(base: string, token?: Token) {
    this.#base = base.replace(/\/+$/, "");
    this.#token = token;
  }

  /** The JSON of the API's response; `body` makes it a POST request. Rejects with the API's sentence. */
  async call<T>(path: string, body?: object): Promise<T> {
    const response = await this.#send(path, body ? { method: "POST", body: JSON.stringify(body) } : {});
    const json = await response.json().catch(() => null);
    if (response.ok && json) return json as T;
    throw new ApiError(json?.detail ?? `Darkroom returned an error (status ${response.status}).`, response.status);
  }

  /** Abandons an upload in parts; if this fails, it expires. */
  async remove(path: string): Promise<void> {
    await this.#send(path, { method: "DELETE" }).catch(() => {});
  }

  /** The image once it is ready. Rejects with why it does not become so. */
  async settled(id: string): Promise<ImageView> {
    const deadline = Date.now() + TIMEOUT;
    for (let delay = FIRST_DELAY; Date.now() < deadline; delay = Math.min(delay * 1.5, MAX_DELAY)) {
      const image = await this.call<ImageView>(`/images/${id}`).catch(ignoreTransient);
      if (image?.status === "ready") return image;
      if (image && SETTLED.has(image.status)) throw new Error(image.detail ?? `The image is ${image.status}.`);
      await new Promise((resolve) => { setTimeout(resolve, delay); });
    }
    throw new Error("Darkroom takes too long to process this file.");
  }

  async #send(path: string, options: RequestInit): Promise<Response> {
    const token = await this.#token?.({});
    const response = await this.#fetch(path, options, token);
    if (response.status !== 401 || !this.#token) return response;
    return this.#fetch(path, options, await this.#token({ refused: true, refusedToken: token ?? undefined }));
  }

  #fetch(path: string, options: RequestInit, token: string | null | undefined): Promise<Response> {
    const headers = {
      ...(options.body ? { "Content-Type": "application/json" } : {}),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    };
    return fetch(path.startsWith("/") ? this.#base + path : path, { ...options, headers });
  }
}

class ApiError extends Error {
  constructor(message: string, readonly status: number) {
    super(message);
  }
}

// The file has been stored by now, so a brief outage of the API does not matter.
function ignoreTransient(reason: unknown): null {
  if (reason instanceof ApiError && reason.status < 500 && reason.status !== 429) throw reason;
  return null;
}
