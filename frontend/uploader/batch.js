import { strings } from "../strings.js";
import { UploadError } from "./api.js";
import { Item } from "./item.js";
import { queue } from "./queue.js";

let count = 0;

/** The files of one element, from when they are chosen until they are removed from the list. */
export class Batch {
  items = [];

  #view;
  #host;
  #enqueue;

  constructor(view, host) {
    this.#view = view;
    this.#host = host;
    this.#enqueue = queue(() => host.limits.parallel);
  }

  /** Lists and uploads as many of the files as the limit allows. */
  add(files) {
    const { maxFiles } = this.#host.limits;
    // As with an input for one file, the later choice replaces the earlier one.
    if (maxFiles === 1) this.forget(this.items);
    const room = maxFiles - this.items.filter(({ outcome }) => !outcome).length;
    const added = files.slice(0, room).map((file) => this.#item(file));
    this.items.unshift(...added);
    this.#view.list.prepend(...added.map(({ element }) => element));
    this.#view.list.scrollTop = 0;
    const left = files.length - added.length;
    this.#view.showNote(left ? strings.tooMany(maxFiles, left) : "", left > 0);
    if (added.length > 0) this.#view.announce(strings.added(added.length));
    for (const item of added) this.#upload(item);
  }

  /** Removes these items from the list, and cancels those in progress. */
  forget(items) {
    for (const item of items) {
      item.stop.abort();
      // A removed element would lose the focus to the top of the page.
      if (item.element.matches(":focus-within")) this.#view.picker.focus();
      item.element.remove();
      this.#emit("dismissed", item);
    }
    this.items = this.items.filter((item) => !items.includes(item));
    this.#host.changed();
  }

  #item(file) {
    count += 1;
    return new Item(String(count), file, {
      cancel: (item) => item.stop.abort(),
      retry: (item) => this.#upload(item),
      dismiss: (item) => this.forget([item]),
    }, this.#host.getAttribute("item-href"));
  }

  async #upload(item) {
    item.begin();
    this.#emit("added", item);
    this.#host.changed();
    await this.#enqueued(item).then(
      (result) => this.#succeed(item, result),
      (reason) => this.#fail(item, reason),
    );
    this.#host.changed();
    if (this.items.every(({ ended }) => ended)) this.#host.emit("idle", { images: this.#host.images });
  }

  // An item that still waits in the queue is cancelled at once as well.
  #enqueued(item) {
    const { signal } = item.stop;
    const onProgress = (progress) => {
      if (signal.aborted) return;
      item.progress(progress);
      this.#emit("progress", item, progress);
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
    this.#view.announce(strings.announceReady(item.file.name, message));
    this.#emit("ready", item, { image, duplicate });
  }

  #fail(item, reason) {
    if (!this.items.includes(item)) return;
    const error = asUploadError(item, reason);
    item.fail(error);
    this.#view.announce(strings.announceEnd(item.file.name, strings.labels[error.outcome], error.message));
    this.#emit("error", item, { error });
  }

  #emit(name, { id, file }, detail) {
    this.#host.emit(name, { id, file, ...detail });
  }
}

function asUploadError({ stop }, reason) {
  if (stop.signal.aborted) return new UploadError(strings.cancelled, "cancelled");
  if (reason instanceof UploadError) return reason;
  console.error(reason);
  return new UploadError(strings.unexpected);
}
