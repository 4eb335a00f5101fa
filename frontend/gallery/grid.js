import { layRows, moved, rowAt, rowOf, sizesFor } from "./rows.js";
import { RowWindow } from "./row-window.js";

const AHEAD = 0.75; // windows above and below the visible one whose rows are in the document
const HASTE = 3; // CSS pixels a millisecond: too fast to see the pictures passed by
const SETTLED = 120; // milliseconds without scrolling until pictures are fetched all the same

/** Tiles in rows, of which only those near the window are in the document. */
export class Grid {
  #root;
  #window;
  #onRange;
  #entries = [];
  #ratios = new Float64Array();
  #sizes;
  #layout = layRows([], {});
  #frame = 0;
  #settling = 0;
  #scrolled = { y: 0, time: 0 };
  #width = 0;

  /**
   * `make(entry, width)` returns a tile: its `element`, and `load` to fetch its picture;
   * `onRange(first, last)` learns which entries are shown.
   */
  constructor(root, make, onRange) {
    this.#root = root;
    this.#window = new RowWindow(root, make);
    this.#onRange = onRange;
    addEventListener("scroll", () => this.#schedule(), { passive: true });
    new ResizeObserver(() => this.#resize()).observe(root);
  }

  get entries() { return this.#entries; }

  /** The elements of tiles in the document, by entry. */
  get tiles() { return this.#window.tiles; }

  /** Shows these entries; `anchor` is the one to put at the window's top: the present one by default. */
  show(entries, anchor = this.anchor) {
    this.#entries = entries;
    this.#ratios = Float64Array.from(entries, ({ ratio }) => ratio);
    if (!this.#arrange(anchor)) return;
    // Where there are tiles already, they move in the next frame: this task has taken long enough.
    if (this.#window.tiles.size > 0 && entries.length > 0) this.#schedule();
    else this.#render();
  }

  /** The first entry in the window and its distance from the window's top; null above the first row. */
  get anchor() {
    const above = -this.#top();
    if (above <= 0 || this.#entries.length === 0) return null;
    const row = rowAt(this.#layout, above);
    const index = this.#layout.starts[row];
    const { image, key } = this.#entries[index];
    // An unread place is that of its number: what is read takes it.
    const entry = image || key ? this.#entries[index] : null;
    return { entry, index, offset: above - this.#layout.tops[row] };
  }

  /** The index of the entry whose tile contains an element, or -1. */
  indexAt(element) { return this.#entries.indexOf(this.#window.entryAt(element)); }

  /** The tile of an entry, if it is in the document. */
  tileOf(index) { return this.#window.tiles.get(this.#entries[index]); }

  /** The index that a key moves to from `index`; undefined for other keys. */
  target(key, index) {
    return moved(key, index, { layout: this.#layout, ratios: this.#ratios, sizes: this.#sizes, window: innerHeight });
  }

  /** Scrolls an entry's row into the window, and returns its tile. */
  reveal(index) {
    const row = rowOf(this.#layout, index);
    const { tops, heights } = this.#layout;
    const { caption, gap } = this.#sizes;
    const style = getComputedStyle(document.documentElement);
    const below = parseFloat(style.scrollPaddingBottom) || 0;
    const top = this.#top() + tops[row];
    const beyond = top + heights[row] + caption - (innerHeight - below);
    if (top < gap) scrollBy({ top: top - gap, behavior: "instant" });
    else if (beyond > 0) scrollBy({ top: Math.min(beyond + gap, top - gap), behavior: "instant" });
    this.#render(row);
    return this.tileOf(index);
  }

  // The observer reports the height, too, which each longer list changes.
  #resize() {
    if (this.#root.clientWidth === this.#width) return;
    this.#width = this.#root.clientWidth;
    if (this.#arrange(this.anchor)) this.#render();
  }

  // Computes where the rows are; returns false as long as the grid is not laid out itself.
  #arrange(anchor) {
    const sizes = this.#measure();
    if (sizes.width === 0) return false;
    this.#sizes = sizes;
    this.#layout = layRows(this.#ratios, sizes);
    this.#root.querySelector(".skeletons")?.remove();
    this.#root.style.setProperty("--tile-gap", `${sizes.gap}px`);
    this.#root.style.height = `${this.#layout.height}px`;
    if (anchor && this.#entries.length > 0) this.#restore(anchor);
    return true;
  }

  #restore({ entry, index, offset }) {
    const found = this.#entries.indexOf(entry);
    const now = Math.min(found < 0 ? index : found, this.#entries.length - 1);
    const by = this.#top() + this.#layout.tops[rowOf(this.#layout, now)] + offset;
    if (Math.abs(by) > 1) scrollBy({ top: by, behavior: "instant" });
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => this.#render());
  }

  // `center` is the row that is needed first.
  #render(center) {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#entries.length === 0 || !this.#sizes) return this.#window.clear();
    const isHasty = this.#isHasty();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#window.load(), isHasty ? SETTLED : 0);
    const above = -this.#top();
    const at = (windows) => rowAt(this.#layout, above + windows * innerHeight);
    const rows = { first: at(-AHEAD), last: at(1 + AHEAD), center: center ?? at(0), end: at(1) };
    const view = { layout: this.#layout, entries: this.#entries, ratios: this.#ratios, sizes: this.#sizes };
    if (!this.#window.render(view, rows, isHasty)) this.#schedule();
    this.#onRange(this.#layout.starts[rows.first], this.#layout.starts[rows.last + 1]);
  }

  #isHasty() {
    const [before, at] = [this.#scrolled, { y: scrollY, time: performance.now() }];
    this.#scrolled = at;
    return Math.abs(at.y - before.y) > HASTE * Math.max(at.time - before.time, 16);
  }

  #measure() {
    const width = this.#root.clientWidth;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    return sizesFor(width, rem);
  }

  #top() {
    return this.#root.getBoundingClientRect().top;
  }
}
