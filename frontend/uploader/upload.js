import { strings } from "../strings.js";
import { admit } from "./admission.js";
import { UploadError, connect } from "./api.js";
import { sha256 } from "./digest.js";
import { pause, withRetries } from "./retry.js";
import { transfer } from "./transfer.js";

const FIRST_DELAY = 250;
const MAX_DELAY = 2000;
const TIMEOUT = 120_000;
const EXPIRY_MARGIN = 10_000;
const SETTLED = new Set(["ready", "rejected", "failed", "expired", "deleted"]);

/**
 * Uploads a file and waits for its image: `{ image, duplicate }`, or an UploadError.
 *
 * `api` is an address; by default it is that of the site this script comes from. `token`, `accept`
 * and `maxBytes` are as for the element. `onProgress` is called with `{ phase, sent, total }` (bytes);
 * the phases are "preparing", "uploading", "retrying", "offline" and "processing". If `signal` is
 * aborted, the promise rejects with its reason.
 */
export async function upload(file, options = {}) {
  const { onProgress = () => {}, signal } = options;
  const report = (phase, sent = 0) => onProgress({ phase, sent, total: file.size });
  const type = await admit(file, options);
  report("preparing");
  const api = await connectTo(options);
  const digest = await sha256(file, signal);
  const order = { filename: file.name, content_type: type, size: file.size, sha256: digest };
  const { ticket, duplicate } = await deliver(file, order, { api, report, signal });
  if (!duplicate) report("processing", file.size);
  return { image: readyImage(await settled(api, addressOf(ticket), { signal })), duplicate };
}

function connectTo({ api, token }) {
  return typeof api === "function" ? api() : connect(api, token);
}

/** The image at the address, once it has a final status and `isDone(image)` holds. */
export async function settled(api, address, { signal, isDone = () => true } = {}) {
  const deadline = performance.now() + TIMEOUT;
  for (let delay = FIRST_DELAY; ; delay = Math.min(delay * 1.5, MAX_DELAY)) {
    const image = await api.image(address, signal).catch(ignoreTransient);
    if (SETTLED.has(image?.status) && isDone(image)) return image;
    if (performance.now() + delay > deadline) throw new UploadError(strings.tooLong);
    await pause(delay, signal);
  }
}

function deliver(file, order, { api, report, signal }) {
  let ticket = null;
  const renew = async () => {
    ticket = await api.ticket(order, signal);
  };
  const send = () => {
    report("uploading");
    return transfer(file, ticket, { onSent: (sent) => report("uploading", sent), signal });
  };
  const attempt = async () => {
    // Perhaps only the response was lost, and the file has arrived.
    if (ticket && await arrived(api, ticket, signal)) return { ticket, duplicate: false };
    if (!ticket || Date.parse(ticket.expires_at) < Date.now() + EXPIRY_MARGIN) await renew();
    if (ticket.duplicate_of) return { ticket, duplicate: true };
    await send().catch(async (reason) => {
      // S3's clock decides whether a ticket has expired, not this machine's.
      if (reason.status !== 403) throw reason;
      await renew();
      if (!ticket.duplicate_of) await send();
    });
    return { ticket, duplicate: Boolean(ticket.duplicate_of) };
  };
  return withRetries(attempt, { onWait: report, signal });
}

async function arrived(api, ticket, signal) {
  const { status } = await api.image(addressOf(ticket), signal);
  return status !== "pending" && status !== "expired";
}

function addressOf(ticket) {
  return ticket.status_url ?? `/images/${ticket.duplicate_of ?? ticket.image_id}`;
}

function readyImage(image) {
  if (image.status === "ready") return image;
  const outcome = image.status === "rejected" ? "rejected" : "failed";
  throw new UploadError(image.detail || strings[outcome], outcome, { image });
}

// The photo has been stored by now, so a brief outage of the API does not matter.
function ignoreTransient(reason) {
  if (!reason.transient) throw reason;
}
