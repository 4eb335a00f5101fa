import { strings } from "./strings.js";
import { thumbnailOf, thumbnailOfFile } from "./thumbnail.js";

const STATUSES = ["ready", "processing", "rejected", "failed", "deleted"];
const AHEAD = "800px";
// As many as most screens show at first; the others load after these.
const FIRST = 4;

/** The grid of thumbnails, newest first; it loads the next page as the user scrolls near its end. */
export class Gallery {
  #elements;
  #read;
  #status = "ready";
  #cursor = null;
  #request = null;
  #observer;
  #expected = new Map();

  /** `elements`: list, note, more and filter; `read(status, cursor)` returns a page of images. */
  constructor(elements, read, announce) {
    const { filter, more } = elements;
    this.#elements = elements;
    this.#read = read;
    filter.append(...STATUSES.map((status) => new Option(strings.statuses[status], status)));
    filter.append(new Option(strings.everything, ""));
    filter.addEventListener("change", () => this.show(filter.value));
    more.addEventListener("click", async () => announce(strings.moreShown(await this.#next())));
    const onNear = ([{ isIntersecting }]) => isIntersecting && !this.#request && this.#next();
    this.#observer = new IntersectionObserver(onNear, { rootMargin: AHEAD });
  }

  /** Shows the images with a status, or all for ""; `page` is their first page, if already requested. */
  show(status, page) {
    this.#status = status;
    this.#cursor = null;
    this.#expected.clear();
    this.#elements.list.replaceChildren();
    return this.#next(page);
  }

  /** Adds a thumbnail for a file being uploaded, so that nothing jumps when its image is ready. */
  expect(key, file) {
    if (this.#status !== "ready" || this.#expected.has(key)) return;
    this.#expected.set(key, thumbnailOfFile(file));
    this.#elements.list.prepend(this.#expected.get(key));
    this.#note();
  }

  /** Shows the phase of its upload below that thumbnail. */
  progress(key, phase) {
    const details = this.#expected.get(key)?.querySelector(".thumbnail-details");
    if (details) details.textContent = strings.labels[phase];
  }

  /** Replaces that thumbnail by the image's, or removes it if there is no image. */
  settle(key, image) {
    const thumbnail = this.#expected.get(key);
    this.#expected.delete(key);
    if (!image || this.#thumbnail(image.id)) thumbnail?.remove();
    else if (thumbnail) thumbnail.replaceWith(thumbnailOf(image));
    else if (this.#status === "") this.#elements.list.prepend(thumbnailOf(image));
    this.#note();
  }

  /** Shows the image as it is after a change. */
  update(image) {
    this.#thumbnail(image.id)?.replaceWith(thumbnailOf(image));
  }

  /** Removes a deleted image. */
  remove(id) {
    this.#thumbnail(id)?.remove();
    this.#note();
  }

  /** Resolves once the first pictures have been decoded. */
  decoded() {
    const first = [...this.#elements.list.querySelectorAll("img[src]")].slice(0, FIRST);
    return Promise.allSettled(first.map((img) => img.decode()));
  }

  async #next(requested) {
    // If the user chooses another status meanwhile, this request's page is dropped.
    const request = {};
    this.#request = request;
    this.#elements.list.ariaBusy = true;
    try {
      const page = await (requested ?? this.#read(this.#status, this.#cursor));
      return request === this.#request ? this.#append(page) : 0;
    } catch (reason) {
      if (request === this.#request) this.#offer(strings.again, reason.message);
      return 0;
    } finally {
      if (request === this.#request) this.#request = null;
      this.#elements.list.ariaBusy = this.#request !== null;
    }
  }

  #append({ images, next_cursor: cursor }) {
    const { list, more } = this.#elements;
    const fresh = images.filter(({ id }) => !this.#thumbnail(id));
    const ahead = list.childElementCount === 0 ? FIRST : 0;
    list.append(...fresh.slice(0, ahead).map((image) => thumbnailOf(image)));
    const decoded = this.decoded();
    list.append(...fresh.slice(ahead).map((image) => thumbnailOf(image, decoded)));
    this.#cursor = cursor;
    more.hidden = !cursor;
    this.#offer(strings.more);
    return images.length;
  }

  #offer(label, error) {
    const { more } = this.#elements;
    more.textContent = label;
    if (error) more.hidden = false;
    this.#note(error);
    // The observer reports changes only, and the button may still be in its range.
    this.#observer.unobserve(more);
    if (!error) this.#observer.observe(more);
  }

  #thumbnail(id) {
    return this.#elements.list.querySelector(`[data-image-id="${CSS.escape(id)}"]`);
  }

  #note(error = "") {
    const none = this.#status === "ready" ? strings.galleryEmpty : strings.noneWithStatus;
    const empty = this.#elements.list.childElementCount === 0 && this.#elements.more.hidden;
    this.#elements.note.textContent = error || (empty ? none : "");
  }
}
