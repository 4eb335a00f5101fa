import { strings } from "../strings.js";
import { UploadError } from "./api.js";

// The browser's digest needs the whole file in memory; a larger file might crash the tab.
const MAX_BYTES = 256 * 1024 * 1024;
const SCRIPT = new URL("digest-worker.js", import.meta.url);

let address;

/** The file's SHA-256 in hex; undefined if this page cannot or should not compute it. */
export async function sha256(file, signal) {
  // Browsers provide it in secure contexts only.
  if (!globalThis.crypto?.subtle || file.size > MAX_BYTES) return undefined;
  const worker = await startWorker();
  if (!worker) return undefined;
  try {
    signal?.throwIfAborted();
    const digest = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      // A page's policy may forbid it; then S3 checks no digest, and Darkroom finds no duplicate.
      worker.onerror = () => resolve(undefined);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      worker.postMessage(file);
    });
    if (digest === null) throw new UploadError(strings.unreadable, "rejected");
    return digest;
  } finally {
    worker.terminate();
  }
}

async function startWorker() {
  try {
    address ??= trustedScript();
    return new Worker(await address);
  } catch {
    return null;
  }
}

// A worker's script must have the page's own origin.
async function trustedScript() {
  const script = SCRIPT.origin === location.origin ? SCRIPT.href : await copyToBlob();
  const rules = { createScriptURL: () => script };
  return globalThis.trustedTypes?.createPolicy("darkroom-worker", rules).createScriptURL("") ?? script;
}

async function copyToBlob() {
  const response = await fetch(SCRIPT);
  return URL.createObjectURL(await response.blob());
}
