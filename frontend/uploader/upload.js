import { strings } from "../strings.js";
import { admit } from "./admission.js";
import { UploadError, connect } from "./api.js";
import { canDigest, sha256 } from "./digest.js";
import { sendParts } from "./parts.js";
import { describe } from "./paths.js";
import { pause, withRetries } from "./retry.js";
import { transfer } from "./transfer.js";

const FIRST_DELAY = 250;
const MAX_DELAY = 2000;
const TIMEOUT = 120_000;
const EXPIRY_MARGIN = 10_000;
const WHOLE = 8 * 1024 * 1024; // bytes: larger files are sent in parts
const SETTLED = new Set(["ready", "rejected", "failed", "expired", "deleted"]);

/**
 * Uploads a file and waits for its image: `{ image, duplicate }`, or an UploadError.
 *
 * `api` is an address; by default it is that of the site this script comes from. `token`, `accept`
 * and `maxBytes` are as for the element. `onProgress` is called with `{ phase, sent, total, imageId }`:
 * bytes, and the image's id once there is a ticket (another one, if the ticket had to be renewed);
 * the phases are "preparing", "uploading", "retrying", "offline" and "processing". If `signal` is
 * aborted, the promise rejects with its reason. With `paths`, "tags" or "names", the folders of a
 * file become tags of its image, or the beginning of its name. Photos with more than `shrink` pixels
 * on their longer side are made smaller before they are sent; see shrink.js. `edits` is a recipe for
 * its pictures (docs/edits.md). With `convert`, a JPEG is sent instead, if the browser can make one;
 * see convert.js. `memory` continues an earlier upload of the file: `ticket`,
 * `checksums`, and `remember(changes)`.
 */
export async function upload(chosen, options = {}) {
  const { onProgress = () => {}, signal, edits, memory = new Memory() } = options;
  const { file, from, convertedFrom } = await prepared(chosen, options, memory);
  const report = (phase, sent = 0) => (
    onProgress({ phase, sent, total: file.size, imageId: memory.ticket?.image_id }));
  const type = await admit(file, options);
  report("preparing");
  const api = await connectTo(options);
  const order = async () => ({
    filename: file.name,
    content_type: type,
    size: file.size,
    edits,
    sha256: await sha256(file, signal),
    multipart: (file.size > WHOLE && canDigest()) || undefined,
    shrunk_from: from,
    converted_from: convertedFrom,
    ...describe(chosen, options.paths),
  });
  const delivery = deliver(file, order, { api, report, signal, memory });
  delivery.catch(() => signal?.aborted && abandon(api, memory));
  const { ticket, duplicate } = await delivery;
  if (!duplicate) report("processing", file.size);
  return { image: readyImage(await settled(api, addressOf(ticket), { signal })), duplicate };
}

// The file that is sent: the chosen one, or a copy made of it, which is the same after a reload.
async function prepared(file, { convert, shrink: longest, onProgress, signal, ...limits }, memory) {
  if (!(longest || convert) || memory.shrunk) return memory.shrunk ?? { file };
  await admit(file, { ...limits, maxBytes: undefined });
  onProgress?.({ phase: "preparing", sent: 0, total: file.size });
  const converted = convert ? await converting(file) : null;
  const whole = converted?.file ?? file;
  const { shrink } = longest ? await import("./shrink.js") : {};
  const shrunk = await shrink?.(whole, longest, signal);
  const copy = converted || shrunk ? { file: whole, ...converted, ...shrunk } : null;
  if (copy) memory.remember({ shrunk: copy });
  return copy ?? { file };
}

async function converting(file) {
  const { toJpeg } = await import("./convert.js");
  return toJpeg(file);
}

/** What an upload has to know to be continued, as long as this page is open. */
export class Memory {
  ticket = null;
  checksums = [];
  shrunk = null;

  remember(changes) {
    Object.assign(this, changes);
  }
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

function deliver(file, order, { api, report, signal, memory }) {
  const renew = async () => {
    memory.remember({ ticket: await api.ticket(await order(), signal), checksums: [] });
  };
  const send = () => {
    report("uploading");
    const onSent = (sent) => report("uploading", sent);
    return memory.ticket.part_bytes
      ? sendParts(file, memory, { api, onSent, signal })
      : transfer(file, memory.ticket, { onSent, signal });
  };
  const attempt = async () => {
    // Perhaps only the response was lost, and the file has arrived.
    if (memory.ticket && await arrived(api, memory.ticket, signal)) return outcome();
    if (!memory.ticket || Date.parse(memory.ticket.expires_at) < Date.now() + EXPIRY_MARGIN) await renew();
    if (memory.ticket.duplicate_of) return outcome();
    await send().catch(async (reason) => {
      // S3's clock decides whether a ticket has expired, not this machine's; an upload in parts is over with 409.
      if (reason.status !== 403 && reason.status !== 409) throw reason;
      await renew();
      if (!memory.ticket.duplicate_of) await send();
    });
    return outcome();
  };
  const outcome = () => ({ ticket: memory.ticket, duplicate: Boolean(memory.ticket.duplicate_of) });
  const progress = () => memory.checksums.filter(Boolean).length;
  return withRetries(attempt, { onWait: report, signal, progress });
}

// What was sent of a file that the user does not want to send; if this fails, it expires.
function abandon(api, { ticket }) {
  const address = ticket?.parts_url?.replace(/\/parts$/, "");
  if (address) api.call(address, { method: "DELETE" }).catch(() => {});
}

async function arrived(api, ticket, signal) {
  if (ticket.duplicate_of) return true;
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
