import { emptyThumbnail, showPhase, thumbnailOf, thumbnailOfFile } from "../thumbnail.js";

// As many as most screens show at first; the others load after these.
const FIRST = 4;

/** Makes the tiles of images, of files being uploaded, and of what has not been read. */
export class Tiles {
  #ahead = [];
  #uploads = new Map();
  #extensions = [];

  /** The tile of an entry, `width` CSS pixels wide: its `element`, and `load` to fetch its picture. */
  make(entry, width) {
    if (entry.key) return thumbnailOfFile(entry);
    if (!entry.image) return emptyThumbnail();
    const { element, load } = thumbnailOf(entry.image, width);
    this.#extensions.forEach((prepare) => prepare(element, entry.image));
    return { element, load: () => this.#fetch(element.querySelector("img"), load) };
  }

  /** Calls `prepare(tile, image)` for the tiles of images that are made from now on. */
  extend(prepare) {
    this.#extensions.push(prepare);
  }

  /** Resolves once the first pictures have been decoded. */
  decoded() {
    return Promise.all(this.#ahead);
  }

  /** The entry of a file that is being uploaded; `onShape` is called when its ratio is known. */
  upload(key, file, onShape) {
    if (this.#uploads.has(key)) return this.#uploads.get(key);
    const entry = { key, file, preview: URL.createObjectURL(file) };
    this.#uploads.set(key, entry);
    const picture = new Image();
    picture.addEventListener("load", () => {
      entry.ratio = picture.naturalWidth / picture.naturalHeight;
      onShape();
    });
    picture.src = entry.preview;
    return entry;
  }

  /** Notes the phase of an upload; `tiles` are those in the document, by entry. */
  progress(key, phase, tiles) {
    const entry = this.#uploads.get(key);
    if (!entry) return;
    entry.phase = phase;
    const tile = tiles.get(entry);
    if (tile) showPhase(tile, phase);
  }

  /** Forgets an upload. */
  settle(key) {
    const entry = this.#uploads.get(key);
    if (entry) URL.revokeObjectURL(entry.preview);
    this.#uploads.delete(key);
  }

  #fetch(picture, load) {
    if (this.#ahead.length >= FIRST) return this.decoded().then(load);
    load();
    this.#ahead.push(picture.hasAttribute("src") && new Promise((resolve) => {
      picture.addEventListener("load", () => picture.decode().then(resolve, resolve));
      picture.addEventListener("error", resolve);
    }));
  }
}
