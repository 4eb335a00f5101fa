/** The ids of the selected images, and the one that a range begins at. */
export class Selection {
  #ids = new Set();
  #anchor = null;
  #listeners = [];

  get ids() {
    return [...this.#ids];
  }

  get size() {
    return this.#ids.size;
  }

  get anchor() {
    return this.#anchor;
  }

  has(id) {
    return this.#ids.has(id);
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Selects an image, or no longer; ranges begin at it. */
  toggle(id) {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#anchor = id;
    this.#changed();
  }

  /** Selects these images too; ranges still begin where they did. */
  add(ids) {
    ids.forEach((id) => this.#ids.add(id));
    this.#anchor ??= ids[0] ?? null;
    this.#changed();
  }

  remove(ids) {
    ids.forEach((id) => this.#ids.delete(id));
    this.#changed();
  }

  clear() {
    this.#ids.clear();
    this.#anchor = null;
    this.#changed();
  }

  get state() {
    return { ids: this.ids, anchor: this.#anchor };
  }

  restore({ ids = [], anchor = null } = {}) {
    this.#ids = new Set(ids);
    this.#anchor = anchor;
    this.#changed();
  }

  #changed() {
    this.#listeners.forEach((listener) => listener());
  }
}
