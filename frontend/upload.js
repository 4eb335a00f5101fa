import { strings } from "./strings.js";
import { admit } from "./admission.js";
import { sha256 } from "./digest.js";
import { transfer } from "./transfer.js";
import { UploadError } from "./errors.js";

const FIRST_WAIT = 250;
const LONGEST_WAIT = 2000;
const PATIENCE = 120_000;
const SETTLED = new Set(["ready", "rejected", "failed", "expired", "deleted"]);

/**
 * Brings a file through Darkroom: `{ image, duplicate }` once it is ready, else an UploadError.
 *
 * `onProgress` hears `{ phase, sent, total }` (bytes); the phases are "preparing", "uploading" and
 * "processing". An aborted `signal` rejects with the signal's reason.
 */
export async function upload(file, { api, onProgress = () => {}, signal }) {
  const report = (phase, sent) => onProgress({ phase, sent, total: file.size });
  const contentType = admit(file, api.maxBytes);
  report("preparing", 0);
  const digest = await sha256(file);
  signal?.throwIfAborted();
  const order = { filename: file.name, content_type: contentType, size: file.size, sha256: digest };
  const ticket = await api.ticket(order, signal);
  if (ticket.duplicate_of) {
    const image = await api.image(`/images/${ticket.duplicate_of}`, signal);
    return { image: ready(image), duplicate: true };
  }
  report("uploading", 0);
  await transfer(file, ticket, { onSent: (sent) => report("uploading", sent), signal });
  report("processing", file.size);
  return { image: ready(await settled(api, address(ticket), signal)), duplicate: false };
}

function address(ticket) {
  return ticket.status_url ?? `/images/${ticket.image_id}`;
}

function ready(image) {
  if (image.status === "ready") return image;
  if (image.status === "rejected") {
    throw new UploadError(image.detail || strings.rejected, "rejected");
  }
  throw new UploadError(image.detail || strings.failed);
}

async function settled(api, address, signal) {
  const deadline = performance.now() + PATIENCE;
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
    const image = await api.image(address, signal).catch(unlessPassing);
    if (SETTLED.has(image?.status)) return image;
    if (performance.now() + wait > deadline) throw new UploadError(strings.tooLong);
    await pause(wait, signal);
  }
}

// The photo is in the store by now: an API that is briefly away changes nothing about that.
function unlessPassing(reason) {
  const passing = reason instanceof UploadError
    && (reason.status === 0 || reason.status === 429 || reason.status >= 500);
  if (!passing) throw reason;
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
