import { strings } from "../strings.js";
import { UploadError } from "./api.js";

// The browser's digest wants the whole file in memory; beyond this it may cost the tab.
const MOST_BYTES = 256 * 1024 * 1024;
const SCRIPT = new URL("digest-worker.js", import.meta.url);

let address;

/** The file's SHA-256 in hex; undefined where this page may not or should not compute it. */
export async function sha256(file, signal) {
  // Browsers offer it to secure contexts only.
  if (!globalThis.crypto?.subtle || file.size > MOST_BYTES) return undefined;
  const worker = await hire();
  if (!worker) return undefined;
  try {
    signal?.throwIfAborted();
    const digest = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      // A page may forbid it; S3 then checks no digest, and the worker knows no duplicate.
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

async function hire() {
  try {
    address ??= trustedScript();
    return new Worker(await address);
  } catch {
    return null;
  }
}

// A worker has to be of the page's own origin.
async function trustedScript() {
  const script = SCRIPT.origin === location.origin ? SCRIPT.href : await copied();
  const rules = { createScriptURL: () => script };
  return globalThis.trustedTypes?.createPolicy("darkroom-worker", rules).createScriptURL("") ?? script;
}

async function copied() {
  const response = await fetch(SCRIPT);
  return URL.createObjectURL(await response.blob());
}
