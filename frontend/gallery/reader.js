const MOST_REQUESTS = 3; // for one page that is read again

/** Reads the pages of a collection that are needed, one at a time. */
export class Reader {
  /** Why the list could not be read; nothing more is requested until `retry`. */
  error = null;
  #collection;
  #read;
  #wanted = [0, 0];
  #running = null;

  /** `read(cursor, count)` returns the page of images at a cursor; `count` is 0 if it is unknown. */
  constructor(collection, read) {
    this.#collection = collection;
    this.#read = read;
  }

  get isReading() {
    return this.#running !== null;
  }

  /** Reads what is unread of the tiles from `first` to `last`. A later call changes what is wanted. */
  want(first, last) {
    this.#wanted = [first, last];
    if (!this.error && this.#next()) this.#running ??= this.#run();
    return this.#running;
  }

  /** Reads the tiles from `first` to `last`, unless `signal` stops it; returns whether it has. */
  async readAll(first, last, signal) {
    const isUnfinished = () => !signal.aborted && !this.error && this.#next(first, last);
    while (isUnfinished()) await this.want(first, last);
    return !this.#next(first, last);
  }

  retry() {
    this.error = null;
    this.#collection.isPaused = false;
    this.#collection.changed();
    return this.want(...this.#wanted);
  }

  async #run() {
    try {
      for (let page = this.#next(); page; page = this.#next()) {
        this.#collection.fill(page, await this.#whole(page));
      }
    } catch (reason) {
      this.error = reason;
      this.#collection.isPaused = true;
    }
    this.#running = null;
    this.#collection.changed({ isSame: !this.error });
  }

  // A page that is read again may have new images; it reaches to the image that was its last.
  async #whole({ cursor, last, entries }) {
    let { images, next_cursor: next } = await this.#read(cursor, entries.length);
    const lastAt = () => images.findIndex(({ id }) => id === last);
    for (let request = 1; last && lastAt() < 0 && next && request < MOST_REQUESTS; request += 1) {
      const more = await this.#read(next, 0);
      images = images.concat(more.images);
      next = more.next_cursor;
    }
    return { images: lastAt() < 0 ? images : images.slice(0, lastAt() + 1), next_cursor: next };
  }

  #next(first = this.#wanted[0], last = this.#wanted[1]) {
    return this.#collection.isClosed ? null : this.#collection.unread(first, last);
  }
}
