import { strings } from "../strings.js";
import { UploadError } from "./api.js";
import { run } from "./worker.js";

// The browser's digest needs the whole file in memory; a larger file might crash the tab.
const MAX_BYTES = 256 * 1024 * 1024;

/** Whether this page can compute digests: browsers provide them in secure contexts only. */
export function canDigest() {
  return Boolean(globalThis.crypto?.subtle);
}

/**
 * The SHA-256, in hex, of a file or a part; undefined if this page cannot or should not compute it.
 * Then S3 checks no digest, and Darkroom finds no duplicate.
 */
export async function sha256(file, signal) {
  if (!canDigest() || file.size > MAX_BYTES) return undefined;
  const digest = await run("digest", { file }, signal);
  if (digest === null) throw new UploadError(strings.unreadable, "rejected");
  return digest;
}

/** The SHA-256, in hex, of a part: computed here if the worker cannot be, as when the network is cut. */
export async function partSha256(part, signal) {
  return await sha256(part, signal) ?? digestHere(part);
}

async function digestHere(part) {
  const content = await part.arrayBuffer().catch(() => {
    throw new UploadError(strings.unreadable, "rejected");
  });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
