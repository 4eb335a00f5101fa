import * as format from "../format.js";
import { build } from "../uploader/dom.js";
import { onceAFrame } from "./once-a-frame.js";

const SHOWN = 1000; // milliseconds after the last scrolling
const LONG = 4; // windows: a shorter list needs no label

/** What the list is sorted by, of the pictures at the window's top, shown while a long list is scrolled. */
export class ScrollLabel {
  #gallery;
  #element = build("p", { className: "scroll-label", ariaHidden: "true", hidden: true });
  #hiding = 0;

  constructor(gallery) {
    this.#gallery = gallery;
    document.body.append(this.#element);
    addEventListener("scroll", onceAFrame(() => this.#show()), { passive: true });
  }

  #show() {
    clearTimeout(this.#hiding);
    const { grid, order } = this.#gallery;
    const isLong = document.documentElement.scrollHeight > LONG * innerHeight;
    const image = isLong && grid.entries[grid.anchor?.index]?.image;
    const text = image ? valueOf(image, order) : "";
    if (text !== this.#element.textContent) this.#element.textContent = text;
    this.#element.hidden = text === "";
    this.#hiding = setTimeout(() => { this.#element.hidden = true; }, SHOWN);
  }
}

// The value that `order`, as in the API's `sort`, sorts an image by.
function valueOf(image, order) {
  const values = {
    created_at: () => format.month(image.created_at),
    filename: () => [...image.filename][0]?.toUpperCase() ?? "",
    bytes: () => (image.bytes ? format.bytes(image.bytes) : ""),
    savings: () => (image.savings ? format.bytes(image.savings.bytes) : ""),
  };
  return values[order.replace(/^-/, "")]?.() ?? "";
}
