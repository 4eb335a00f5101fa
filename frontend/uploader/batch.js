import { strings } from "../strings.js";
import { UploadError } from "./api.js";
import { Item } from "./item.js";
import { queue } from "./queue.js";

let count = 0;

/** The files of one element, from their choice until they are taken off the list. */
export class Batch {
  items = [];

  #face;
  #host;
  #enqueue;

  constructor(face, host) {
    this.#face = face;
    this.#host = host;
    this.#enqueue = queue(() => host.limits.parallel);
  }

  /** Lists and sends as many of the files as there is room for. */
  add(files) {
    const { most } = this.#host.limits;
    // As an input for one file does: the later choice counts.
    if (most === 1) this.forget(this.items);
    const room = most - this.items.filter(({ outcome }) => !outcome).length;
    const taken = files.slice(0, room).map((file) => this.#item(file));
    this.items.unshift(...taken);
    this.#face.list.prepend(...taken.map(({ element }) => element));
    const left = files.length - taken.length;
    this.#face.note.textContent = left ? strings.tooMany(most, left) : "";
    if (taken.length > 0) this.#face.announce(strings.added(taken.length));
    for (const item of taken) this.#bring(item);
  }

  /** Takes these off the list, and stops what is still in work. */
  forget(items) {
    for (const item of items) {
      item.stop.abort();
      // Whoever is on it must not be thrown back to the top of the page.
      if (item.element.matches(":focus-within")) this.#face.picker.focus();
      item.element.remove();
      this.#tell("dismissed", item);
    }
    this.items = this.items.filter((item) => !items.includes(item));
    this.#host.changed();
  }

  #item(file) {
    count += 1;
    return new Item(String(count), file, {
      cancel: (item) => item.stop.abort(),
      retry: (item) => this.#bring(item),
      dismiss: (item) => this.forget([item]),
    }, this.#host.getAttribute("item-href"));
  }

  async #bring(item) {
    item.begin();
    this.#tell("added", item);
    this.#host.changed();
    await this.#turn(item).then(
      (result) => this.#succeed(item, result),
      (reason) => this.#fail(item, reason),
    );
    this.#host.changed();
    if (this.items.every(({ ended }) => ended)) this.#host.tell("idle", { images: this.#host.images });
  }

  // What still waits for its turn is cancelled at once as well.
  #turn(item) {
    const { signal } = item.stop;
    const onProgress = (progress) => {
      if (signal.aborted) return;
      item.progress(progress);
      this.#tell("progress", item, progress);
    };
    const aborted = new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    const task = () => {
      signal.throwIfAborted();
      return this.#host.upload(item.file, { onProgress, signal });
    };
    return Promise.race([this.#enqueue(task), aborted]);
  }

  #succeed(item, { image, duplicate }) {
    const message = item.ready(image, duplicate);
    this.#face.announce(strings.announceReady(item.file.name, message));
    this.#tell("ready", item, { image, duplicate });
  }

  #fail(item, reason) {
    if (!this.items.includes(item)) return;
    const error = explained(item, reason);
    item.fail(error);
    this.#face.announce(strings.announceEnd(item.file.name, strings.labels[error.outcome], error.message));
    this.#tell("error", item, { error });
  }

  #tell(name, { id, file }, detail) {
    this.#host.tell(name, { id, file, ...detail });
  }
}

function explained({ stop }, reason) {
  if (stop.signal.aborted) return new UploadError(strings.cancelled, "cancelled");
  if (reason instanceof UploadError) return reason;
  console.error(reason);
  return new UploadError(strings.unexpected);
}
