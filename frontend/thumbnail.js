import { strings } from "./strings.js";
import * as format from "./format.js";
import { mainRendition, showFrame, showPicture } from "./pictures.js";
import { stamp } from "./templates.js";


/** Makes the tiles of images, of files being uploaded, and of what has not been read. */
export class Tiles {
  #first = [];
  #ahead = null;
  #uploads = new Map();
  #extensions = [];

  /** The tile of an entry, `width` CSS pixels wide: its `element`, and `load` to fetch its picture. */
  make(entry, width) {
    if (entry.key) return thumbnailOfFile(entry);
    if (!entry.image) return emptyThumbnail();
    const { element, load } = thumbnailOf(entry.image, width);
    this.#extensions.forEach((prepare) => prepare(element, entry.image));
    const picture = element.querySelector("img");
    return { element, load: () => this.#fetch({ picture, load, area: width * (width / entry.ratio) }) };
  }

  /** Calls `prepare(tile, image)` for the tiles of images that are made from now on. */
  extend(prepare) { this.#extensions.push(prepare); }

  /** Resolves once the first picture has been decoded. */
  decoded() { return this.#ahead ?? Promise.resolve(); }

  /** The entry of a file that is being uploaded; `onShape` is called when its ratio is known. */
  upload(key, file, onShape) {
    if (!this.#uploads.has(key)) this.#uploads.set(key, { key, file, onShape });
    return this.#uploads.get(key);
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
    if (entry?.preview) URL.revokeObjectURL(entry.preview);
    this.#uploads.delete(key);
  }

  #fetch(tile) {
    if (this.#ahead && !this.#first) return this.#ahead.then(tile.load);
    this.#first.push(tile);
    // The others of the same rows follow in this task.
    this.#ahead ??= Promise.resolve().then(() => this.#begin());
  }

  // The picture that fills the screen most has the network for itself.
  async #begin() {
    const [largest, ...others] = this.#first.sort((a, b) => b.area - a.area);
    this.#first = null;
    largest.load();
    if (largest.picture.hasAttribute("src")) await settled(largest.picture);
    others.forEach(({ load }) => load());
  }
}

// Resolves when the picture has been decoded, or cannot be.
function settled(picture) {
  return new Promise((resolve) => {
    picture.addEventListener("load", () => picture.decode().then(resolve, resolve));
    picture.addEventListener("error", resolve);
  });
}

// An image's thumbnail, `width` CSS pixels wide: its `element`, and `load` to fetch its picture.
function thumbnailOf(image, width) {
  const { element, slots } = stamp("thumbnail");
  const { frame, picture } = slots;
  element.dataset.imageId = image.id;
  element.dataset.state = image.status;
  slots.link.href = `#picture/${image.id}`;
  showText(slots.name, image.filename);
  showText(slots.details, detailsOf(image));
  slots.pick.ariaLabel = strings.pickPicture(image.filename);
  slots.lock.ariaLabel = strings.privatePicture;
  slots.lock.hidden = image.visibility !== "private";
  showFrame(frame, picture, image);
  markBlank(slots, frame.hidden);
  return { element, load: () => showPicture(picture, image, `${Math.ceil(width)}px`) };
}

// The thumbnail of a file that is being uploaded: the browser's preview, dimmed. Of a thousand files
// only those near the window get one, and are read for it.
function thumbnailOfFile(entry) {
  const { file, phase } = entry;
  const { element, slots } = stamp("thumbnail");
  element.dataset.state = "processing";
  slots.link.removeAttribute("href");
  slots.pick.remove();
  showText(slots.name, file.name);
  showText(slots.details, strings.labels[phase ?? "waiting"]);
  entry.preview ??= URL.createObjectURL(file);
  slots.picture.src = entry.preview;
  slots.picture.addEventListener("load", () => showShape(entry, slots.picture), { once: true });
  // Not every format that Darkroom reads is one that the browser can show.
  slots.picture.addEventListener("error", () => { slots.frame.hidden = true; }, { once: true });
  markBlank(slots, false);
  return { element };
}

function showShape(entry, { naturalWidth, naturalHeight }) {
  if (entry.isShaped) return;
  entry.isShaped = true;
  entry.ratio = naturalWidth / naturalHeight;
  entry.onShape();
}

// The place of a thumbnail whose image has not been read.
function emptyThumbnail() {
  const { element } = stamp("empty-thumbnail");
  return { element };
}

// Shows the phase of an upload below its thumbnail.
function showPhase(element, phase) {
  showText(element.querySelector(".thumbnail-details"), strings.labels[phase]);
}

// A mark stands for a picture that there is not, or that cannot be loaded.
function markBlank({ mat, picture }, isBlank) {
  mat.classList.toggle("blank", isBlank);
  picture.addEventListener("error", () => mat.classList.add("blank"));
  picture.addEventListener("load", () => mat.classList.remove("blank"));
}

// What is too long is cut off; hovering shows all of it.
function showText(element, text) {
  element.textContent = text;
  element.title = text;
}

function detailsOf(image) {
  if (image.status !== "ready") return image.detail || strings.statuses[image.status];
  const main = mainRendition(image);
  const saving = image.savings ? format.saved(image.savings.percent) : strings.larger;
  return main ? strings.thumbnailDetails(format.bytes(main.bytes), saving) : strings.statuses.ready;
}
