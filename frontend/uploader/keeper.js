import { strings } from "../strings.js";
import { sending } from "./sending.js";

const FIRST_DELAY = 1000;
const MAX_DELAY = 30_000;

/** Has the browser keep an element's files until they are sent, and finds those of a former page. */
export class Keeper {
  #host;
  #view;
  #last = Promise.resolve();

  constructor(host, view) {
    this.#host = host;
    this.#view = view;
  }

  /** Keeps the files of these items, which get a promise of their `memory`; null if it is not kept. */
  keep(items) {
    const bytes = items.reduce((sum, { file }) => sum + file.size, 0);
    const ready = this.#prepare(bytes).catch(() => null);
    for (const item of items) {
      // Without it the upload works as well, but not after a reload.
      item.memory = ready.then((begin) => (item.isForgotten ? null : begin?.(this.#host.scope))).catch(() => null);
      // One after the other, in the order in which they are sent: so the first ones are safe early.
      this.#last = Promise.all([item.memory, this.#last])
        .then(([memory]) => memory?.store(item.file, item.edits))
        .catch(() => {});
    }
  }

  /** The uploads that a former page of this address has left: `{ file, memory }` of each. */
  async interrupted() {
    const { canKeep, interrupted } = await sendingAtLast();
    if (await canKeep()) return interrupted(this.#host.scope);
    this.#view.showNote(strings.cannotKeep);
    return [];
  }

  async #prepare(bytes) {
    const { begin, canKeep, hasRoom } = await sending();
    if (!await canKeep()) return null;
    if (await hasRoom(bytes)) return begin;
    this.#view.addNote(strings.noRoom, true);
    return null;
  }
}

// Otherwise a cut of the network while the page loads would leave uploads waiting for the next page.
async function sendingAtLast() {
  for (let delay = FIRST_DELAY; ; delay = Math.min(2 * delay, MAX_DELAY)) {
    try {
      return await sending();
    } catch {
      await new Promise((resolve) => { setTimeout(resolve, delay); });
    }
  }
}
