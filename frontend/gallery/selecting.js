import { onLongPress } from "./long-press.js";

// What a key does with the selected pictures, as the bar names it.
const ACTIONS = { t: "tag", d: "download", delete: "remove" };

/** Moves the focus through the tiles, and selects them: by mouse, keyboard and touch. */
export class Selecting {
  #root;
  #gallery;
  #selection;
  #selectAll;
  #act;

  /**
   * `isOnTop()` says whether no dialog covers the gallery; `selectAll` selects all that match;
   * `act(name)` does what the bar offers under this name.
   */
  constructor(root, gallery, { selection, isOnTop, selectAll, act }) {
    this.#root = root;
    this.#gallery = gallery;
    this.#selection = selection;
    this.#selectAll = selectAll;
    this.#act = act;
    root.addEventListener("click", (event) => this.#click(event));
    root.addEventListener("focusin", ({ target }) => this.#setCurrent(target));
    root.addEventListener("keydown", (event) => this.#key(event));
    onLongPress(root, ".thumbnail[data-image-id]", (tile) => selection.toggle(tile.dataset.imageId));
    addEventListener("keydown", (event) => {
      const isElsewhere = event.target === document.body && isOnTop();
      if (isElsewhere) this.#command(event);
    });
    selection.onChange(() => this.#paint());
  }

  name = "selection";

  get state() {
    return this.#selection.state;
  }

  restore(state) {
    this.#selection.restore(state);
  }

  /** Prepares a new tile. */
  prepare(tile, { id }) {
    const link = tile.querySelector("a");
    link.tabIndex = -1;
    tile.ariaSelected = this.#selection.has(id);
    const pick = tile.querySelector(".pick");
    // Hidden until this script is there: an earlier click would check it and select nothing.
    pick.hidden = false;
    pick.checked = this.#selection.has(id);
    queueMicrotask(() => this.#ensureTabStop());
  }

  #paint() {
    this.#root.classList.toggle("selecting", this.#selection.size > 0);
    this.#gallery.grid.tiles.forEach((tile, { image }) => {
      if (!image) return;
      tile.ariaSelected = this.#selection.has(image.id);
      tile.querySelector(".pick").checked = this.#selection.has(image.id);
    });
  }

  // One tile is reached by the Tab key: the one that had the focus, or the first in the document.
  #ensureTabStop() {
    if (this.#root.querySelector("a[tabindex='0']")) return;
    const first = this.#root.querySelector(".thumbnail a[href]");
    if (first) first.tabIndex = 0;
  }

  #setCurrent(target) {
    const link = target.closest("[role=gridcell]")?.querySelector("a");
    if (!link) return;
    this.#root.querySelectorAll("a[tabindex='0']").forEach((other) => { other.tabIndex = -1; });
    link.tabIndex = 0;
  }

  #click(event) {
    const tile = event.target.closest(".thumbnail[data-image-id]");
    if (!tile) return;
    const id = tile.dataset.imageId;
    const isPick = event.target.matches(".pick");
    // The Enter key opens a picture whatever is selected; Space selects.
    const isMode = this.#selection.size > 0 && event.detail > 0;
    if (event.shiftKey) this.#selectTo(id);
    else if (isPick || event.ctrlKey || event.metaKey || isMode) this.#selection.toggle(id);
    else return;
    // The checkbox has changed itself already; the link would open the picture.
    if (!isPick) event.preventDefault();
  }

  #key(event) {
    const index = this.#gallery.grid.indexAt(event.target);
    if (index < 0 || this.#command(event)) return;
    const id = this.#gallery.grid.entries[index].image?.id;
    if (event.key === " " && id) {
      event.preventDefault();
      if (event.shiftKey) this.#selectTo(id);
      else this.#selection.toggle(id);
      return;
    }
    this.#move(event, index, id);
  }

  #move(event, index, id) {
    const { grid, collection } = this.#gallery;
    const ends = event.ctrlKey || event.metaKey ? { Home: 0, End: collection.length - 1 } : {};
    const target = ends[event.key] ?? grid.target(event.key, index);
    if (target === undefined || event.altKey) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(target, grid.entries.length - 1));
    const tile = grid.reveal(next);
    (tile?.querySelector("a[href]") ?? tile)?.focus({ preventScroll: true });
    if (!event.shiftKey) return;
    if (id && !this.#selection.anchor) this.#selection.add([id]);
    const reached = grid.entries[next].image?.id;
    if (reached) this.#selectTo(reached);
  }

  // Returns whether the key was a command.
  #command(event) {
    const isControl = event.ctrlKey || event.metaKey;
    const action = this.#selection.size > 0 && !isControl && !event.altKey && ACTIONS[event.key.toLowerCase()];
    if (event.key === "Escape" && this.#selection.size > 0) this.#selection.clear();
    else if (event.key.toLowerCase() === "a" && isControl) this.#selectAll();
    else if (action) this.#act(action);
    else return false;
    event.preventDefault();
    return true;
  }

  async #selectTo(id) {
    const { collection, reader } = this.#gallery;
    const from = collection.indexOf(this.#selection.anchor);
    const to = collection.indexOf(id);
    const [first, last] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
    await reader.readAll(first, last, AbortSignal.timeout(60_000));
    const ids = collection.entries.slice(first, last + 1).flatMap(({ image }) => image?.id ?? []);
    this.#selection.add(ids);
  }
}
