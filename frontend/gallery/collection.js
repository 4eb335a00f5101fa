import { ratioOf } from "../pictures.js";
import { onceAFrame } from "./once-a-frame.js";

// What is not known yet; most photographs have this shape.
const GUESSED = 4 / 3;
// Follow the last image that is known, as long as there may be more.
const UNREAD = Array.from({ length: 24 }, (_, index) => ({ ratio: [1.5, 1.33, 0.75, 1.78][index % 4] }));

/**
 * The images that match some filters, in pages of which any may be unread: each has the cursor that
 * it begins at, so that a list restored far down is read there first.
 *
 * `entries` has one object for each tile, replaced when its image changes: `ratio`, and `image`, or
 * `key` and `file` of an upload; an unread one has neither.
 */
export class Collection {
  /** Whether nothing more is read for now: unread places after the last image would not be filled. */
  isPaused = false;
  /** Reports the changes of a frame together: a thousand files may be added at once. */
  changeSoon = onceAFrame(() => this.changed());
  #onChange;
  #uploads = [];
  #pages;
  #next;
  #byId = new Map();
  #hidden = new Set();
  #isClosed = false;
  #isRestored;

  /** `saved` is the `snapshot` of an earlier one. */
  constructor(onChange, { pages = [], next = "" } = {}) {
    this.#onChange = onChange;
    // A list that was empty is read anew.
    this.#next = pages.length > 0 ? next : "";
    this.#isRestored = pages.length > 0;
    this.#pages = pages.map(({ ratios, ...page }) => ({ ...page, entries: ratios.map((ratio) => ({ ratio })) }));
    this.#arrange();
  }

  get isComplete() { return this.#next === null; }
  /** Whether its cursors come from a `snapshot`, and may have expired. */
  get isRestored() { return this.#isRestored; }
  get isClosed() { return this.#isClosed; }
  /** Pages as JSON: cursors, their last images, and the ratios that keep the layout as it is. */
  get snapshot() {
    const pages = this.#pages.filter(({ entries }) => entries.length > 0);
    return { pages: pages.map(kept), next: this.#next };
  }

  /** The index of an image, or -1. */
  indexOf(id) { return this.entries.indexOf(this.#byId.get(id)); }

  /** An image that has been read. */
  image(id) { return this.#byId.get(id)?.image; }

  /** The first unread page of these tiles, or a new one at the end, or null. */
  unread(first, last) {
    let index = this.#uploads.length;
    for (const page of this.#pages) {
      const end = index + this.#shown(page.entries).length;
      if (index <= last && end > first && page.entries.some(isUnread)) return page;
      index = end;
    }
    return last >= index && !this.isComplete ? { cursor: this.#next, entries: [] } : null;
  }

  /** Takes the API's response for a page that `unread` returned. */
  fill(page, { images, next_cursor: next }) {
    if (!this.#pages.includes(page)) {
      this.#next = next ?? null;
      this.#pages.push(page);
    }
    page.entries = images.filter(({ id }) => !this.#byId.has(id)).map(entryOf);
    this.changed();
  }

  /** Ignores what follows: other images are shown. */
  close() { this.#isClosed = true; }
  /** Puts the entry of a file that is being uploaded before all images. */
  expect(upload) {
    if (this.#uploads.includes(upload)) return;
    upload.ratio ??= GUESSED;
    this.#uploads.unshift(upload);
    this.changeSoon();
  }

  /** Replaces that file by its image, if there is one and it is not listed yet. */
  settle(key, image) {
    this.#uploads = this.#uploads.flatMap((upload) => {
      if (upload.key !== key) return upload;
      return image && !this.#byId.has(image.id) ? entryOf(image) : [];
    });
    this.changed();
  }

  /** Shows images as they are after a change. */
  update(images) {
    const changed = new Map(images.map((image) => [image.id, image]));
    this.#replace((entry) => (changed.has(entry.image?.id) ? entryOf(changed.get(entry.image.id)) : entry));
  }

  /** Leaves images out, or shows them again. */
  hide(ids, isHidden = true) {
    for (const id of ids) this.#hidden[isHidden ? "add" : "delete"](id);
    this.changed();
  }

  remove(ids) {
    const gone = new Set(ids);
    this.#replace((entry) => (gone.has(entry.image?.id) ? [] : entry));
  }

  /** Reports a change, for which the entries are arranged unless they are the same. */
  changed({ isSame = false } = {}) {
    if (this.#isClosed) return;
    if (!isSame) this.#arrange();
    this.#onChange();
  }

  #replace(change) {
    this.#uploads = this.#uploads.flatMap(change);
    for (const page of this.#pages) page.entries = page.entries.flatMap(change);
    this.changed();
  }

  #arrange() {
    const listed = [this.#uploads, ...this.#pages.map(({ entries }) => entries)].flat();
    this.#byId = new Map(listed.filter(({ image }) => image).map((entry) => [entry.image.id, entry]));
    const shown = this.#shown(listed);
    this.length = shown.length;
    this.entries = this.isComplete || this.isPaused ? shown : [...shown, ...UNREAD];
  }

  #shown(entries) {
    return this.#hidden.size === 0 ? entries : entries.filter(({ image }) => !this.#hidden.has(image?.id));
  }
}

// Only what tiles and bulk actions need is kept of ten thousand images.
function entryOf({ markup, history, og_image, processed_files, ...image }) {
  return { image, ratio: ratioOf(image) ?? GUESSED };
}

function kept({ cursor, last, entries }) {
  const ratios = entries.map(({ ratio }) => Math.round(ratio * 1000) / 1000);
  return { cursor, last: entries.at(-1).image?.id ?? last, ratios };
}

const isUnread = ({ image, key }) => !image && !key;
