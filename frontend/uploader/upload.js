import { strings } from "../strings.js";
import { admit } from "./admission.js";
import { UploadError, connect } from "./api.js";
import { sha256 } from "./digest.js";
import { pause, persist } from "./patience.js";
import { transfer } from "./transfer.js";

const FIRST_WAIT = 250;
const LONGEST_WAIT = 2000;
const PATIENCE = 120_000;
const MARGIN = 10_000;
const SETTLED = new Set(["ready", "rejected", "failed", "expired", "deleted"]);

/**
 * Brings a file through Darkroom: `{ image, duplicate }` once it is ready, else an UploadError.
 *
 * `api` is an address, or left out for the site that this script comes from; `token`, `accept` and
 * `maxBytes` are the element's. `onProgress` hears `{ phase, sent, total }` (bytes);
 * the phases are "preparing", "uploading", "retrying", "offline" and "processing". An aborted
 * `signal` rejects with the signal's reason.
 */
export async function upload(file, options = {}) {
  const { onProgress = () => {}, signal } = options;
  const report = (phase, sent = 0) => onProgress({ phase, sent, total: file.size });
  const type = admit(file, options);
  report("preparing");
  const api = await connected(options);
  const digest = await sha256(file, signal);
  const order = { filename: file.name, content_type: type, size: file.size, sha256: digest };
  const { ticket, duplicate } = await deliver(file, order, { api, report, signal });
  if (!duplicate) report("processing", file.size);
  return { image: ready(await settled(api, addressOf(ticket), { signal })), duplicate };
}

function connected({ api, token }) {
  return typeof api === "function" ? api() : connect(api, token);
}

/** The image at the address once it is not in work any more, as far as `isDone` can tell. */
export async function settled(api, address, { signal, isDone = () => true } = {}) {
  const deadline = performance.now() + PATIENCE;
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
    const image = await api.image(address, signal).catch(unlessPassing);
    if (SETTLED.has(image?.status) && isDone(image)) return image;
    if (performance.now() + wait > deadline) throw new UploadError(strings.tooLong);
    await pause(wait, signal);
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
    // What broke may have been the answer alone: the file is there.
    if (ticket && await arrived(api, ticket, signal)) return { ticket, duplicate: false };
    if (!ticket || Date.parse(ticket.expires_at) < Date.now() + MARGIN) await renew();
    if (ticket.duplicate_of) return { ticket, duplicate: true };
    await send().catch(async (reason) => {
      // The store's clock decides whether a ticket has expired, not this machine's.
      if (reason.status !== 403) throw reason;
      await renew();
      if (!ticket.duplicate_of) await send();
    });
    return { ticket, duplicate: Boolean(ticket.duplicate_of) };
  };
  return persist(attempt, { onWait: report, signal });
}

async function arrived(api, ticket, signal) {
  const { status } = await api.image(addressOf(ticket), signal);
  return status !== "pending" && status !== "expired";
}

function addressOf(ticket) {
  return ticket.status_url ?? `/images/${ticket.duplicate_of ?? ticket.image_id}`;
}

function ready(image) {
  if (image.status === "ready") return image;
  const outcome = image.status === "rejected" ? "rejected" : "failed";
  throw new UploadError(image.detail || strings[outcome], outcome, { image });
}

// The photo is in the store by now: an API that is briefly away changes nothing about that.
function unlessPassing(reason) {
  if (!reason.passing) throw reason;
}
