import { DEFAULTS, Session, parseFilters, showsUploads, toParameters, toSearch } from "./gallery/address.js";
import { Collection } from "./gallery/collection.js";
import { Grid } from "./gallery/grid.js";
import { Reader } from "./gallery/reader.js";
import { Tiles } from "./thumbnail.js";

const REFUSED_CURSOR = 422;

/** The images that match the filters in the page's address, in a grid that is read as it is scrolled. */
export class Gallery {
  #elements;
  #readPage;
  #filters = parseFilters(location.search);
  #form;
  #grid;
  #state;
  #tiles = new Tiles();
  #complete;
  #extensions = [];
  #collection;
  #reader;
  #session;
  #listed = Promise.withResolvers();

  /** `elements`: main, root, form, state and log; `readPage(parameters, cursor, count)` returns a page. */
  constructor(elements, readPage) {
    this.#elements = elements;
    this.#readPage = readPage;
    this.#grid = new Grid(elements.root, (entry, width) => this.#tiles.make(entry, width), (first, last) => {
      this.#reader.want(first, last);
    });
    this.#session = new Session(() => this.#kept(), (kept) => {
      this.#load(parseFilters(location.search), kept);
    });
    addEventListener("online", () => this.#reader.error && this.#reader.retry());
    addEventListener("offline", () => this.#show());
  }

  get grid() { return this.#grid; }

  get collection() { return this.#collection; }
  get reader() { return this.#reader; }

  /** As in the API's `sort`. */
  get order() { return this.#filters.sort; }

  /** Adds an extension: `prepare(tile, image)`, and a `state` by `name` that `restore` gets back. */
  extend(extension) {
    this.#extensions.push(extension);
    this.#tiles.extend((tile, image) => extension.prepare(tile, image));
    this.#grid.tiles.forEach((tile, { image }) => image && extension.prepare(tile, image));
    extension.restore(this.#session.kept?.[extension.name]);
  }

  /** Shows what the address says; `page` is a request for its first page, if there is one already. */
  begin(page) {
    this.#load(this.#filters, this.#session.kept, page);
    return this.#listed.promise;
  }

  /** Resolves once the first picture has been decoded. */
  decoded() { return this.#tiles.decoded(); }

  /** Adds a thumbnail for a file being uploaded. */
  expect(key, file) {
    if (!showsUploads(this.#filters)) return;
    this.#collection.expect(this.#tiles.upload(key, file, () => this.#collection.changeSoon()));
  }

  /** Shows the phase of its upload below that thumbnail. */
  progress(key, phase) { this.#tiles.progress(key, phase, this.#grid.tiles); }

  /** Replaces that thumbnail by the image's, or removes it if there is no image. */
  settle(key, image) {
    if (showsUploads(this.#filters)) this.#collection.settle(key, image);
    this.#tiles.settle(key);
  }

  /** Shows changed images. */
  update(...images) { this.#collection.update(images); }

  /** Removes deleted images. */
  remove(...ids) { this.#collection.remove(ids); }

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
    this.#filters = filters;
    if (this.#form) this.#form.value = filters;
    this.#state?.begin(filters);
    this.#extensions.forEach((extension) => extension.restore(saved?.[extension.name]));
    if (saved) scrollTo({ top: saved.scrolled, behavior: "instant" });
    else if (this.#grid.anchor) this.#elements.form.scrollIntoView({ behavior: "instant" });
    // The page has unread tiles of its own to begin with, which cost no time.
    if (!saved && this.#elements.root.querySelector(".skeletons")) this.#reader.want(0, 0);
    else this.#grid.show(this.#collection.entries, saved?.anchor ?? null);
  }

  #show() {
    const { error } = this.#reader;
    if (error?.status === REFUSED_CURSOR && this.#collection.isRestored) return this.#load(this.#filters);
    this.#elements.root.ariaBusy = this.#reader.isReading;
    if (this.#grid.entries !== this.#collection.entries) this.#grid.show(this.#collection.entries);
    this.#state?.show(this.#collection, this.#reader);
    if (!this.#reader.isReading) this.#complete ??= this.#loadForm();
  }

  // After the first images, which need no other scripts.
  async #loadForm() {
    const [{ Filters }, { ListState }] = await Promise.all([
      import("./gallery/filters.js"), import("./gallery/list-state.js"),
    ]);
    const typed = this.#elements.form.elements.q.value.trim();
    this.#form = new Filters(this.#elements.form, (filters, isNew) => this.#filter(filters, isNew),
      () => this.#collection.entries.flatMap(({ image }) => image?.tags ?? []));
    this.#form.value = this.#filters;
    this.#state = new ListState(this.#elements, {
      retry: () => this.#reader.retry(),
      clear: () => this.#filter(DEFAULTS, true),
    });
    this.#state.begin(this.#filters, true);
    this.#state.show(this.#collection, this.#reader);
    this.#listed.resolve();
    // What was typed before the form's script came.
    if (typed) this.#filter({ ...this.#filters, q: typed }, true);
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
