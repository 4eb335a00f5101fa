import { strings } from "../strings.js";
import { asUploadError } from "./api.js";
import { Item } from "./item.js";
import { Keeper } from "./keeper.js";

let count = 0;

/** The files of one element, from when they are chosen until they are removed from the list. */
export class Batch {
  items = [];

  #view;
  #host;
  #enqueue;
  #keeper;

  constructor(view, host) {
    this.#view = view;
    this.#host = host;
    this.#enqueue = queue(() => host.limits.parallel);
    this.#keeper = new Keeper(host, view);
  }

  /** Lists and uploads as many of the files as the limit allows. */
  add(files) {
    const { maxFiles } = this.#host.limits;
    // As with an input for one file, the later choice replaces the earlier one.
    if (maxFiles === 1) this.forget(this.items);
    const room = maxFiles - this.items.filter(({ outcome }) => !outcome).length;
    const added = files.slice(0, room).map((file) => this.#item(file));
    const left = files.length - added.length;
    this.#view.showNote(left ? strings.tooMany(maxFiles, left) : "", left > 0);
    if (added.length > 0) this.#view.announce(strings.added(added.length));
    this.#list(added);
    if (!this.#host.hasAttribute("editor")) return this.#start(added);
    added.forEach((item) => item.choose());
    return this.#host.changed();
  }

  /** Begins to upload the files that wait for it. */
  send() { this.#start(this.items.filter(({ state }) => state === "chosen")); }

  /** Continues the uploads that a former page of this address has left, if there are any. */
  async recover() {
    const found = await this.#keeper.interrupted();
    if (found.length === 0) return;
    const items = found.map(({ file, memory }) => Object.assign(this.#item(file), { memory: Promise.resolve(memory), edits: memory.edits }));
    this.#view.showNote(strings.recovered(items.length));
    this.#list(items);
    this.#start(items);
  }

  #list(items) {
    this.items.unshift(...items);
    this.#view.list.prepend(...items.map(({ element }) => element));
    this.#view.list.scrollTop = 0;
    for (const item of items) this.#view.whenSeen(item.element, () => item.showFile());
  }

  #start(items) {
    const isNew = ({ memory }) => !memory;
    if (this.#host.keepsFiles) this.#keeper.keep(items.filter(isNew));
    for (const item of items) this.#upload(item);
  }

  /** Removes these items from the list, and cancels those in progress. */
  forget(items) {
    for (const item of items) {
      item.stop?.abort();
      item.forget();
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
      edit: (item) => this.#edit(item),
      send: (item) => this.#start([item]),
      cancel: (item) => item.stop.abort(),
      retry: (item) => this.#start([item]),
      convert: (item) => this.#start([Object.assign(item, { convert: true })]),
      dismiss: (item) => this.forget([item]),
    }, this.#host.getAttribute("item-href"));
  }

  async #edit(item) {
    const edits = await this.#view.edit(item.file, item.edits);
    if (!edits || item.state !== "chosen") return;
    item.choose(edits);
    this.#emit("edited", item, { edits });
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
    const task = async () => {
      const memory = await item.memory ?? undefined;
      signal.throwIfAborted();
      const { file, edits, convert } = item;
      return this.#host.upload(file, { onProgress, signal, memory, edits, convert });
    };
    return Promise.race([this.#enqueue(task), aborted]);
  }

  #succeed(item, { image, duplicate }) {
    item.forget();
    const message = item.ready(image, duplicate);
    this.#view.announce(strings.announceReady(item.file.name, message));
    this.#emit("ready", item, { image, duplicate });
  }

  async #fail(item, reason) {
    const error = asUploadError(reason, item.stop.signal);
    const isConvertible = error.status === 415 && await isShown(item.file);
    if (!this.items.includes(item)) return;
    // What failed by our fault is tried again after a reload.
    if (error.outcome !== "failed") item.forget();
    item.fail(error, isConvertible);
    this.#view.announce(strings.announceEnd(item.file.name, strings.labels[error.outcome], error.message));
    this.#emit("error", item, { error });
  }

  #emit(name, { id, file }, detail) {
    this.#host.emit(name, { id, file, ...detail });
  }
}

// Whether a file of a format that is not accepted can be sent as a JPEG.
async function isShown(file) {
  const { canConvert } = await import("./convert.js").catch(() => ({}));
  return canConvert?.(file);
}

// Returns a function that runs tasks in order, at most `limit()` of them at a time.
function queue(limit) {
  const waiting = [];
  let running = 0;

  function next() {
    if (running >= limit() || waiting.length === 0) return;
    const { task, resolve, reject } = waiting.shift();
    running += 1;
    // Wrapped in a promise, so that a task that throws synchronously rejects too.
    new Promise((done) => done(task())).then(resolve, reject).finally(() => {
      running -= 1;
      next();
    });
  }

  return (task) => new Promise((resolve, reject) => {
    waiting.push({ task, resolve, reject });
    next();
  });
}
