import { Collection } from "./gallery/collection.js";
import { Filters } from "./gallery/filters.js";
import { Grid } from "./gallery/grid.js";
import { ListState } from "./gallery/list-state.js";
import { DEFAULTS, parseFilters, showsUploads, toParameters, toSearch } from "./gallery/query.js";
import { Reader } from "./gallery/reader.js";
import { Session } from "./gallery/session.js";
import { Tiles } from "./gallery/tiles.js";

const REFUSED_CURSOR = 422;
const LONGEST = 60_000; // milliseconds to read the next page

/** The images that match the filters in the page's address, in a grid that is read as it is scrolled. */
export class Gallery {
  #elements;
  #readPage;
  #filters;
  #grid;
  #state;
  #tiles = new Tiles();
  #extensions = [];
  #collection;
  #reader;
  #session;
  #listed = Promise.withResolvers();

  /** `elements`: main, root, form, state; `readPage(parameters, cursor, count)` returns a page. */
  constructor(elements, readPage, announce) {
    this.#elements = elements;
    this.#readPage = readPage;
    this.#grid = new Grid(elements.root, (entry, width) => this.#tiles.make(entry, width), (first, last) => {
      this.#reader.want(first, last);
    });
    this.#filters = new Filters(elements.form, (filters, isNew) => this.#filter(filters, isNew),
      () => this.#collection.entries.flatMap(({ image }) => image?.tags ?? []));
    this.#state = new ListState(elements, announce, {
      retry: () => this.#reader.retry(),
      clear: () => this.#filter(DEFAULTS, true),
    });
    this.#session = new Session(() => this.#kept(), (kept) => this.#load(parseFilters(location.search), kept));
    addEventListener("online", () => this.#reader.error && this.#reader.retry());
    addEventListener("offline", () => this.#show());
  }

  get grid() { return this.#grid; }

  get collection() { return this.#collection; }

  get reader() { return this.#reader; }

  /** Adds an extension before `begin`: `prepare(tile, image)`, and a `state` by `name` that `restore` gets back. */
  extend(extension) {
    this.#extensions.push(extension);
    this.#tiles.extend((tile, image) => extension.prepare(tile, image));
  }

  /** Shows what the address says; `page` is a request for its first page, if there is one already. */
  begin(page) {
    this.#load(parseFilters(location.search), this.#session.kept, page);
    return this.#listed.promise;
  }

  /** Resolves once the first pictures have been decoded. */
  decoded() { return this.#tiles.decoded(); }

  /** Adds a thumbnail for a file being uploaded. */
  expect(key, file) {
    if (!showsUploads(this.#filters.value)) return;
    this.#collection.expect(this.#tiles.upload(key, file, () => this.#collection.changed()));
  }

  /** Shows the phase of its upload below that thumbnail. */
  progress(key, phase) {
    this.#tiles.progress(key, phase, this.#grid.tiles);
  }

  /** Replaces that thumbnail by the image's, or removes it if there is no image. */
  settle(key, image) {
    if (showsUploads(this.#filters.value)) this.#collection.settle(key, image);
    this.#tiles.settle(key);
  }

  /** Shows images as they are after a change. */
  update(...images) {
    this.#collection.update(images);
  }

  /** Removes deleted images. */
  remove(...ids) {
    this.#collection.remove(ids);
  }

  /** The id of the image before (`by` -1) or after (1) an image, or null. */
  async beside(id, by) {
    const index = this.#collection.indexOf(id) + by;
    if (index < 0 || index === by - 1) return null;
    await this.#reader.readAll(index, index + 1, AbortSignal.timeout(LONGEST));
    return this.#collection.entries[index]?.image?.id ?? null;
  }

  /** Puts the focus on an image's thumbnail. */
  focus(id) {
    const index = this.#collection.indexOf(id);
    if (index >= 0) this.#grid.reveal(index)?.querySelector("a")?.focus({ preventScroll: true });
  }

  #filter(filters, isNew) {
    this.#session.go(toSearch(filters), isNew);
    this.#load(filters);
  }

  #load(filters, saved, page) {
    let first = page;
    const parameters = toParameters(filters);
    this.#collection?.close();
    this.#collection = new Collection(() => this.#show(), saved?.list);
    this.#reader = new Reader(this.#collection, (cursor, count) => {
      const response = first ?? this.#readPage(parameters, cursor, count);
      first = undefined;
      return response;
    });
    this.#filters.value = filters;
    this.#state.begin(filters);
    this.#extensions.forEach((extension) => extension.restore(saved?.[extension.name]));
    if (saved) scrollTo({ top: saved.scrolled, behavior: "instant" });
    else if (this.#grid.anchor) this.#elements.form.scrollIntoView({ behavior: "instant" });
    this.#grid.show(this.#collection.entries, saved?.anchor ?? null);
  }

  #show() {
    const { error } = this.#reader;
    if (error?.status === REFUSED_CURSOR && this.#collection.isRestored) return this.#load(this.#filters.value);
    this.#grid.show(this.#collection.entries);
    this.#state.show(this.#collection, this.#reader);
    if (!this.#reader.isReading) this.#listed.resolve();
  }

  #kept() {
    const anchor = this.#grid.anchor;
    return {
      list: this.#collection.snapshot,
      anchor: anchor && { index: anchor.index, offset: anchor.offset },
      scrolled: scrollY,
      ...Object.fromEntries(this.#extensions.map(({ name, state }) => [name, state])),
    };
  }
}
