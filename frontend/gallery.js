import { strings } from "./strings.js";
import { frameOf, frameOfFile } from "./frame.js";

const STATUSES = ["ready", "processing", "rejected", "failed", "deleted"];
const AHEAD = "800px";
// What most screens show at first; the rest waits, so that these come sooner.
const FIRST = 4;

/** The contact sheet: images newest first, a page more whenever its end comes near. */
export class Gallery {
  #parts;
  #read;
  #status = "ready";
  #cursor = null;
  #turn = null;
  #observer;
  #expected = new Map();

  /** `parts`: the elements list, note, more and filter; `read(status, cursor)`: a page of images. */
  constructor(parts, read, announce) {
    this.#parts = parts;
    this.#read = read;
    parts.filter.append(...STATUSES.map((status) => new Option(strings.statuses[status], status)));
    parts.filter.append(new Option(strings.everything, ""));
    parts.filter.addEventListener("change", () => this.show(parts.filter.value));
    parts.more.addEventListener("click", async () => announce(strings.moreShown(await this.#next())));
    const nearing = ([{ isIntersecting }]) => isIntersecting && !this.#turn && this.#next();
    this.#observer = new IntersectionObserver(nearing, { rootMargin: AHEAD });
  }

  /** Shows the images of a status, or all of them for ""; their first `page` may be known. */
  show(status, page) {
    this.#status = status;
    this.#cursor = null;
    this.#expected.clear();
    this.#parts.list.replaceChildren();
    return this.#next(page);
  }

  /** A file is on its way; its frame is kept free, so that nothing jumps when it comes. */
  expect(key, file) {
    if (this.#status !== "ready" || this.#expected.has(key)) return;
    this.#expected.set(key, frameOfFile(file));
    this.#parts.list.prepend(this.#expected.get(key));
    this.#say();
  }

  /** It has come: as this image, or not at all. */
  settle(key, image) {
    const frame = this.#expected.get(key);
    this.#expected.delete(key);
    if (!image || this.#frame(image.id)) frame?.remove();
    else if (frame) frame.replaceWith(frameOf(image));
    else if (this.#status === "") this.#parts.list.prepend(frameOf(image));
    this.#say();
  }

  /** The image has changed. */
  update(image) {
    this.#frame(image.id)?.replaceWith(frameOf(image));
  }

  /** The image is no more. */
  remove(id) {
    this.#frame(id)?.remove();
    this.#say();
  }

  /** Resolves once the first pictures are to be seen. */
  developed() {
    const first = [...this.#parts.list.querySelectorAll("img[src]")].slice(0, FIRST);
    return Promise.allSettled(first.map((img) => img.decode()));
  }

  async #next(known) {
    // Another status may be chosen meanwhile; what was asked for this one is then let go.
    const turn = {};
    this.#turn = turn;
    this.#parts.list.ariaBusy = true;
    try {
      const page = await (known ?? this.#read(this.#status, this.#cursor));
      return turn === this.#turn ? this.#append(page) : 0;
    } catch (reason) {
      if (turn === this.#turn) this.#offer(strings.again, reason.message);
      return 0;
    } finally {
      if (turn === this.#turn) this.#turn = null;
      this.#parts.list.ariaBusy = this.#turn !== null;
    }
  }

  #append({ images, next_cursor: cursor }) {
    const { list, more } = this.#parts;
    const fresh = images.filter(({ id }) => !this.#frame(id));
    const ahead = list.childElementCount === 0 ? FIRST : 0;
    list.append(...fresh.slice(0, ahead).map((image) => frameOf(image)));
    const developed = this.developed();
    list.append(...fresh.slice(ahead).map((image) => frameOf(image, developed)));
    this.#cursor = cursor;
    more.hidden = !cursor;
    this.#offer(strings.more);
    return images.length;
  }

  #offer(words, trouble) {
    const { more } = this.#parts;
    more.textContent = words;
    if (trouble) more.hidden = false;
    this.#say(trouble);
    // It tells of changes only, and the button may be as near as before.
    this.#observer.unobserve(more);
    if (!trouble) this.#observer.observe(more);
  }

  #frame(id) {
    return this.#parts.list.querySelector(`[data-image-id="${CSS.escape(id)}"]`);
  }

  #say(trouble = "") {
    const none = this.#status === "ready" ? strings.galleryEmpty : strings.nothingSuch;
    const empty = this.#parts.list.childElementCount === 0 && this.#parts.more.hidden;
    this.#parts.note.textContent = trouble || (empty ? none : "");
  }
}
