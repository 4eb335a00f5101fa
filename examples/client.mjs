// Upload a picture to Darkroom, in Node 18 or newer and in browsers. No packages.
//
//     DARKROOM_TOKEN=... node examples/client.mjs https://photos.example/api Dragonfly.jpg
//
// prints what to paste into a page. In a page:
//
//     import { Darkroom } from "./client.mjs";
//     const image = await new Darkroom(api, token).upload(input.files[0]);

const FINAL = new Set(["ready", "rejected", "failed", "expired", "deleted"]);
const TO_TRY_AGAIN = new Set([429, 500, 502, 503, 504]);
const PATIENCE = 120_000; // milliseconds, for all tries of one request, and for one picture
const LONGEST_PAUSE = 8_000;

/** What the API or the bucket does not do; the message is for people, `code` for programs. */
export class Refused extends Error {
  constructor(sentence, code = "") {
    super(sentence);
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

  /** The image of `file` (a File, or a Blob with a name), once it is ready, rejected or failed. */
  async upload(file) {
    const ticket = await this.ask("POST", "/uploads", {
      filename: file.name,
      content_type: file.type || "image/jpeg",
      size: file.size,
      sha256: await sha256(file),
    });
    if (ticket.duplicate_of) return this.ask("GET", `/images/${ticket.duplicate_of}`);
    const form = new FormData();
    for (const [name, value] of Object.entries(ticket.fields)) form.append(name, value);
    form.append("file", file); // the bucket ignores what comes after the file
    await sent(ticket.url, { method: "POST", body: form });
    return this.waitFor(ticket.image_id);
  }

  /** The image, asked for less and less often until it is done with. */
  async waitFor(id) {
    const deadline = Date.now() + PATIENCE;
    for (let pause = 250; ; pause = Math.min(LONGEST_PAUSE, pause * 1.5)) {
      const image = await this.ask("GET", `/images/${id}`);
      if (FINAL.has(image.status)) return image;
      if (Date.now() > deadline) throw new Refused(`The picture is still ${image.status}.`);
      await sleep(pause);
    }
  }

  /** The API's answer; what may pass is tried again, when the API says so if it does. */
  async ask(method, path, body) {
    const headers = {};
    if (body) headers["Content-Type"] = "application/json";
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    const answer = await sent(this.#api + path, { method, headers, body: JSON.stringify(body) });
    return answer.json();
  }
}

async function sent(address, request) {
  const deadline = Date.now() + PATIENCE;
  for (let pause = 500; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
    let refusal;
    let asked = 0;
    try {
      const answer = await fetch(address, request);
      if (answer.ok) return answer;
      refusal = await problem(answer);
      asked = 1000 * Number(answer.headers.get("Retry-After") ?? 0);
      if (!TO_TRY_AGAIN.has(answer.status)) throw refusal;
    } catch (error) {
      if (error instanceof Refused) throw error;
      refusal = new Refused(`There is no answer: ${error.message}`);
    }
    const wait = Math.max(asked, pause * (0.5 + Math.random() / 2)); // many clients, not all at once
    if (Date.now() + wait > deadline) throw refusal;
    await sleep(wait);
  }
}

/** What an error says: problem details of the API's, XML of the bucket's. */
async function problem(answer) {
  const text = await answer.text();
  if (answer.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    const details = JSON.parse(text);
    return new Refused(details.detail, details.code);
  }
  return new Refused(`HTTP ${answer.status}: ${text.slice(0, 500)}`);
}

async function sha256(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function main([api, path]) {
  const { readFile } = await import("node:fs/promises");
  const { basename, extname } = await import("node:path");
  const { File } = await import("node:buffer"); // Node 18 has neither among its globals
  globalThis.crypto ??= (await import("node:crypto")).webcrypto;
  const others = /^\.(avif|bmp|gif|png|tiff?|webp)$/.exec(extname(path).toLowerCase());
  const type = `image/${others?.[1].replace(/^tif$/, "tiff") ?? "jpeg"}`;
  const file = new File([await readFile(path)], basename(path), { type });
  const image = await new Darkroom(api, process.env.DARKROOM_TOKEN).upload(file);
  if (image.status !== "ready") {
    throw new Refused(`The picture is ${image.status}: ${image.detail ?? "no reason"}`);
  }
  console.log(image.markup);
}

if (globalThis.process?.argv?.[1]?.endsWith("client.mjs")) {
  if (process.argv.length !== 4) {
    console.error("Usage: client.mjs API FILE");
    process.exit(1);
  }
  main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}
