import { strings } from "./strings.js";
import { UploadError } from "./errors.js";

// The browser's digest wants the whole file in memory; beyond this it may cost the tab.
const MOST_BYTES = 256 * 1024 * 1024;

/** The file's SHA-256 in hex; undefined where this page may not or should not compute it. */
export async function sha256(file) {
  // Browsers offer it to secure contexts only.
  if (!globalThis.crypto?.subtle || file.size > MOST_BYTES) return undefined;
  const content = await file.arrayBuffer().catch(() => {
    throw new UploadError(strings.unreadable, "rejected");
  });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
