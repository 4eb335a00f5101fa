// Upload a picture to Darkroom, in Node 18 or newer and in browsers. No packages.
//
//     DARKROOM_TOKEN=... node examples/client.mjs https://photos.example/api door.jpg "A door"
//
// prints the markup for a page; the last argument, the alternative text in English, may be omitted. In a page:
//
//     import { Darkroom } from "./client.mjs";
//     const image = await new Darkroom(api, token).upload(input.files[0]);

const FINAL = new Set(["ready", "rejected", "failed", "expired", "deleted"]);
const RETRYABLE = new Set([429, 500, 502, 503, 504]);
const TIMEOUT = 120_000; // milliseconds, for all attempts of one request, and for processing one picture
const MAX_PAUSE = 8_000;
const WHOLE = 8 * 1024 * 1024; // bytes; larger files are sent in parts

/** An error of the API or the bucket; the message is for people, `code` for programs. */
export class DarkroomError extends Error {
  constructor(message, code = "") {
    super(message);
    this.code = code;
  }
}

export class Darkroom {
  #api;
  #token;

  constructor(api, token = "") {
    this.#api = api.replace(/\/+$/, "");
    this.#token = token;
  }

  /** Uploads `file` (a File, or a Blob with a name); returns its image once it has a final status. */
  async upload(file) {
    const ticket = await this.call("POST", "/uploads", {
      filename: file.name,
      content_type: file.type || "application/octet-stream",
      size: file.size,
      sha256: await sha256(file),
      multipart: file.size > WHOLE,
    });
    if (ticket.duplicate_of) return this.call("GET", `/images/${ticket.duplicate_of}`);
    if (ticket.method === "MULTIPART") {
      await this.#sendParts(ticket, file);
      return this.waitFor(ticket.image_id);
    }
    const form = new FormData();
    for (const [name, value] of Object.entries(ticket.fields)) form.append(name, value);
    form.append("file", file); // the bucket ignores fields after the file
    await send(ticket.url, { method: "POST", body: form });
    return this.waitFor(ticket.image_id);
  }

  // `GET /uploads/{id}/parts` lists those that have arrived: a later run could skip them.
  async #sendParts({ image_id: id, part_bytes: size, part_count: count }, file) {
    const checksums = [];
    for (let number = 1; number <= count; number += 1) {
      const part = file.slice((number - 1) * size, number * size);
      checksums.push(await sha256(part));
      const wanted = { parts: [{ number, sha256: checksums.at(-1) }] };
      const { parts: [signed] } = await this.call("POST", `/uploads/${id}/parts`, wanted);
      const { "Content-Length": _, ...headers } = signed.headers; // fetch() sets it itself
      await send(signed.url, { method: "PUT", headers, body: part });
    }
    await this.call("POST", `/uploads/${id}/complete`, { parts: checksums });
  }

  /**
   * Changes an image's `filename`, `alt`, `tags` or `focal_point`; returns the image. `changes` is a
   * JSON merge patch: what it omits stays, and null removes.
   */
  async change(id, changes) {
    return this.call("PATCH", `/images/${id}`, changes);
  }

  /**
   * All images that meet the conditions, such as `{ q: "red door", tag: ["summer"] }`. A page may be
   * empty although further ones are not.
   */
  async *find(conditions) {
    const entries = Object.entries(conditions).flatMap(([name, value]) =>
      [value].flat().map((each) => [name, each]),
    );
    for (let cursor = ""; cursor !== null; ) {
      const query = new URLSearchParams(cursor ? [...entries, ["cursor", cursor]] : entries);
      const page = await this.call("GET", `/images?${query}`);
      yield* page.images;
      cursor = page.next_cursor;
    }
  }

  /** Polls the image, at growing intervals, until it has a final status. */
  async waitFor(id) {
    const deadline = Date.now() + TIMEOUT;
    for (let pause = 250; ; pause = Math.min(MAX_PAUSE, pause * 1.5)) {
      const image = await this.call("GET", `/images/${id}`);
      if (FINAL.has(image.status)) return image;
      if (Date.now() > deadline) throw new DarkroomError(`The picture is still ${image.status}.`);
      await sleep(pause);
    }
  }

  /** Calls the API and returns the response's JSON; transient errors are retried. */
  async call(method, path, body) {
    const headers = {};
    if (body) headers["Content-Type"] = "application/json";
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    const response = await send(this.#api + path, { method, headers, body: JSON.stringify(body) });
    return response.json();
  }
}

/** Sends with retries; a retry waits at least as long as Retry-After says. */
async function send(address, request) {
  const deadline = Date.now() + TIMEOUT;
  for (let pause = 500; ; pause = Math.min(MAX_PAUSE, pause * 2)) {
    let failure;
    let retryAfter = 0;
    try {
      const response = await fetch(address, request);
      if (response.ok) return response;
      failure = await problem(response);
      retryAfter = 1000 * Number(response.headers.get("Retry-After") ?? 0);
      if (!RETRYABLE.has(response.status)) throw failure;
    } catch (error) {
      if (error instanceof DarkroomError) throw error;
      failure = new DarkroomError(`No response: ${error.message}`);
    }
    const wait = Math.max(retryAfter, pause * (0.5 + Math.random() / 2)); // jitter spreads many clients
    if (Date.now() + wait > deadline) throw failure;
    await sleep(wait);
  }
}

/** The error in a response: problem details from the API, XML from the bucket. */
async function problem(response) {
  const text = await response.text();
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    const details = JSON.parse(text);
    return new DarkroomError(details.detail, details.code);
  }
  return new DarkroomError(`HTTP ${response.status}: ${text.slice(0, 500)}`);
}

async function sha256(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function main([api, path, alt]) {
  const { readFile } = await import("node:fs/promises");
  const { basename, extname } = await import("node:path");
  const { File } = await import("node:buffer"); // Node 18 has neither of these as a global
  globalThis.crypto ??= (await import("node:crypto")).webcrypto;
  const match = /^\.(avif|bmp|gif|png|tiff?|webp)$/.exec(extname(path).toLowerCase());
  const type = `image/${match?.[1].replace(/^tif$/, "tiff") ?? "jpeg"}`;
  const file = new File([await readFile(path)], basename(path), { type });
  const darkroom = new Darkroom(api, process.env.DARKROOM_TOKEN);
  let image = await darkroom.upload(file);
  if (image.status !== "ready") {
    throw new DarkroomError(`The picture is ${image.status}: ${image.detail ?? "no reason"}`);
  }
  if (alt) image = await darkroom.change(image.id, { alt: { en: alt } });
  console.log(image.markup);
}

if (globalThis.process?.argv?.[1]?.endsWith("client.mjs")) {
  if (process.argv.length !== 4 && process.argv.length !== 5) {
    console.error("Usage: client.mjs API FILE [ALT]");
    process.exit(1);
  }
  main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}
