import { partSha256 } from "./digest.js";
import { transferPart } from "./transfer.js";

const LANES = 3; // parts that are sent in parallel

/**
 * Sends the parts of a file that have not arrived, and has them put together.
 *
 * `memory` has the ticket and the `checksums` of parts (hex, by number less one), which it remembers.
 * `onSent` is called with the number of bytes sent so far. Once some part could not be sent, the
 * promise rejects after the others that are on their way.
 */
export async function sendParts(file, memory, { api, onSent, signal }) {
  const { ticket, checksums } = memory;
  const { part_bytes: size, parts_url: address } = ticket;
  const partOf = (number) => file.slice((number - 1) * size, number * size);
  const state = await api.call(address, { signal });
  if (state.complete) return;
  const sent = new Map();
  for (const { number, bytes } of state.parts) {
    if (bytes === partOf(number).size) sent.set(number, bytes);
  }
  const report = () => onSent([...sent.values()].reduce((sum, bytes) => sum + bytes, 0));
  const arrived = new Set(sent.keys());
  const waiting = Array.from({ length: ticket.part_count }, (_, index) => index + 1)
    .filter((number) => !arrived.has(number) || !checksums[number - 1]);
  report();

  const sendNext = async () => {
    for (let number = waiting.shift(); number; number = waiting.shift()) {
      const part = partOf(number);
      const checksum = checksums[number - 1] ?? await partSha256(part, signal);
      if (!arrived.has(number)) {
        const onPart = (bytes) => {
          sent.set(number, bytes);
          report();
        };
        try {
          await sendPart(part, { number, checksum }, { api, address, onSent: onPart, signal });
        } catch (reason) {
          onPart(0);
          throw reason;
        }
        onPart(part.size);
      }
      checksums[number - 1] = checksum;
      memory.remember({ checksums });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: LANES }, sendNext));
  const failed = ends.find(({ status }) => status === "rejected");
  if (failed) throw failed.reason;
  const completion = address.replace(/parts$/, "complete");
  await api.call(completion, { method: "POST", json: { parts: checksums }, signal });
}

async function sendPart(part, { number, checksum }, { api, address, onSent, signal }) {
  const send = async () => {
    const json = { parts: [{ number, sha256: checksum }] };
    const { parts: [signed] } = await api.call(address, { method: "POST", json, signal });
    await transferPart(part, signed, { onSent, signal });
  };
  // S3's clock decides whether a URL has expired, so another one is signed once.
  await send().catch((reason) => (reason.status === 403 ? send() : Promise.reject(reason)));
}
