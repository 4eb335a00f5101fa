import { shownRatio } from "./rows.js";

const BUDGET = 8; // milliseconds of a frame for the pictures that were left out

/** The rows that are in the document: added a few at a time, and removed when they are far away. */
export class RowWindow {
  /** The elements of tiles in the document, by entry. */
  tiles = new Map();
  #root;
  #make;
  #rows = new Map();
  #entries = new WeakMap();
  #waiting = new Map();
  #isBlank = true;

  constructor(root, make) {
    this.#root = root;
    this.#make = make;
  }

  /** The entry whose tile contains an element. */
  entryAt(element) {
    return this.#entries.get(element?.closest("[role=gridcell]"));
  }

  /** Removes all rows. */
  clear() {
    this.#rows.forEach((row) => this.#remove(row));
    this.#isBlank = true;
  }

  /**
   * Shows the rows from `first` to `last`, those near `center` first; returns false if some are
   * left out until the next frame. If `isHasty`, pictures are not fetched until `load`.
   *
   * A frame has one new row: style, layout and paint of its tiles take three times as long as making
   * them. Only of the first list all rows to `end` are made at once.
   */
  render(view, { first, last, center, end }, isHasty) {
    const focused = document.activeElement;
    for (const row of this.#rows.values()) {
      const isNear = row.index >= first && row.index <= last;
      // A row with the focus stays, or the keyboard would lose its place.
      const isKept = row.index < view.layout.tops.length && row.element.contains(focused);
      if (!isNear && !isKept) this.#remove(row);
    }
    const needed = new Set([...this.#rows.keys()]);
    for (let index = first; index <= last; index += 1) needed.add(index);
    const nearestFirst = [...needed].sort((a, b) => Math.abs(a - center) - Math.abs(b - center));
    let filled = 0;
    for (const index of nearestFirst) {
      const isNew = !this.#rows.has(index);
      if (isNew && filled > 0 && !(this.#isBlank && index <= end)) continue;
      const row = this.#place(index, view);
      if (row.layout === view.layout) continue;
      this.#fill(row, view, isHasty);
      filled += isNew ? 1 : 0;
    }
    this.#isBlank = this.tiles.size === 0;
    this.#refocus(focused);
    return nearestFirst.every((index) => this.#rows.has(index));
  }

  /** Fetches the pictures that `render` left out, a few at a time. */
  load() {
    const end = performance.now() + BUDGET;
    for (const [entry, load] of this.#waiting) {
      this.#waiting.delete(entry);
      load();
      if (performance.now() > end) break;
    }
    if (this.#waiting.size > 0) requestAnimationFrame(() => this.load());
  }

  #place(index, { layout, sizes }) {
    let row = this.#rows.get(index);
    if (!row) {
      row = { index, element: document.createElement("div") };
      row.element.className = "row";
      row.element.role = "row";
      row.element.ariaRowIndex = index + 1;
      this.#rows.set(index, row);
      const next = [...this.#root.children].find(({ ariaRowIndex }) => Number(ariaRowIndex) > index + 1);
      this.#root.insertBefore(row.element, next ?? null);
    }
    if (row.layout !== layout) {
      const { style } = row.element;
      style.top = `${layout.tops[index]}px`;
      style.height = `${layout.heights[index] + sizes.caption}px`;
      style.setProperty("--height", `${layout.heights[index]}px`);
    }
    return row;
  }

  #fill(row, { layout, entries, ratios, sizes }, isHasty) {
    const start = layout.starts[row.index];
    const shown = entries.slice(start, layout.starts[row.index + 1]);
    const tiles = shown.map((entry, at) => {
      const width = shownRatio(ratios[start + at], sizes) * layout.heights[row.index];
      const tile = this.tiles.get(entry) ?? this.#tile(entry, width, isHasty);
      tile.style.width = `${width}px`;
      tile.ariaColIndex = at + 1;
      return tile;
    });
    const isSame = tiles.length === row.element.childElementCount
      && tiles.every((tile, at) => tile === row.element.children[at]);
    if (!isSame) {
      const former = [...row.element.children];
      row.element.replaceChildren(...tiles);
      former.filter((tile) => !tile.isConnected).forEach((tile) => this.#forget(tile));
    }
    row.layout = layout;
  }

  #tile(entry, width, isHasty) {
    const { element, load } = this.#make(entry, width);
    this.tiles.set(entry, element);
    this.#entries.set(element, entry);
    if (load && isHasty) this.#waiting.set(entry, load);
    else load?.();
    return element;
  }

  // Moving an element in the document takes the focus from it, and so does a new one for its image.
  #refocus(focused) {
    if (!focused || focused === document.activeElement) return;
    const entry = this.entryAt(focused);
    if (!entry) return;
    const id = entry.image?.id;
    const now = this.tiles.get(entry)
      ?? [...this.tiles].find(([other]) => id && other.image?.id === id)?.[1];
    now?.querySelector(focused.matches("input") ? "input" : "a")?.focus({ preventScroll: true });
  }

  #remove(row) {
    row.element.remove();
    this.#rows.delete(row.index);
    for (const tile of row.element.children) this.#forget(tile);
  }

  #forget(tile) {
    const entry = this.#entries.get(tile);
    if (this.tiles.get(entry) === tile) this.tiles.delete(entry);
    this.#waiting.delete(entry);
  }
}
