import { sentenceOf } from "./library.js";
import { strings } from "./strings.js";

const STALE = 412;

/** The form with an image's file name, alternative text by language, and tags. */
export class Editing {
  #slots;
  #base;
  #etag;
  #alt;
  #actions;

  /**
   * `actions`: notify(sentence), load() for the image and its ETag, save(changes, etag) for the
   * same after a change; `etag` may be unknown.
   */
  constructor(slots, image, etag, actions) {
    this.#slots = slots;
    this.#actions = actions;
    this.#etag = etag;
    slots.language.addEventListener("change", () => this.#showText());
    slots.alt.addEventListener("input", () => {
      this.#alt = { ...this.#alt, [slots.language.value.trim()]: slots.alt.value };
    });
    slots.editing.addEventListener("input", () => this.#offer());
    slots.editing.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    slots.editing.addEventListener("reset", (event) => {
      event.preventDefault();
      this.#show(this.#base);
    });
    this.#show(image);
    slots.languages.replaceChildren(...strings.editing.languages.map((name) => new Option("", name)));
  }

  /** Whether something has been changed and not saved. */
  get isDirty() {
    return Object.keys(this.#changes()).length > 0;
  }

  #show(image) {
    const { filename, tags, language, languages } = this.#slots;
    this.#base = image;
    this.#alt = { ...image.alt };
    filename.value = image.filename;
    tags.value = image.tags.join(", ");
    language.value = Object.keys(image.alt)[0] ?? navigator.language.split("-")[0];
    this.#slots.conflict.hidden = true;
    this.#showText();
    this.#offer();
  }

  #showText() {
    const { alt, language } = this.#slots;
    alt.value = this.#alt[language.value.trim()] ?? "";
    alt.lang = language.value.trim();
  }

  #offer() {
    this.#slots.editButtons.hidden = !this.isDirty;
  }

  // The merge patch that makes the saved image what the form shows.
  #changes() {
    const { filename, tags } = this.#slots;
    const wanted = tags.value.split(",").map((tag) => tag.trim()).filter(Boolean);
    const alt = Object.entries(this.#alt)
      .filter(([name, text]) => name && text.trim() !== (this.#base.alt[name] ?? ""))
      .map(([name, text]) => [name, text.trim() || null]);
    return {
      ...(filename.value.trim() !== this.#base.filename && { filename: filename.value.trim() }),
      ...(alt.length > 0 && { alt: Object.fromEntries(alt) }),
      ...(wanted.join() !== this.#base.tags.join() && { tags: wanted }),
    };
  }

  async #save() {
    const changes = this.#changes();
    const { save } = this.#slots;
    save.disabled = true;
    try {
      if (!this.#etag && await this.#rebase(changes)) return;
      const { image, etag } = await this.#attempt(changes);
      if (!image) return;
      this.#etag = etag;
      this.#show(image);
      this.#actions.notify(strings.editing.saved);
    } catch (reason) {
      this.#actions.notify(sentenceOf(reason));
    } finally {
      save.disabled = false;
    }
  }

  async #attempt(changes) {
    try {
      return await this.#actions.save(changes, this.#etag);
    } catch (reason) {
      if (reason.status !== STALE) throw reason;
      // Processing changes an image too; only another change of the same fields needs a decision.
      return await this.#rebase(changes) ? {} : this.#attempt(this.#changes());
    }
  }

  // Takes the present image as the base of what has been typed; returns whether the two conflict.
  async #rebase(changes) {
    const { image, etag } = await this.#actions.load();
    const before = this.#base;
    const typed = { filename: this.#slots.filename.value, tags: this.#slots.tags.value, alt: this.#alt };
    const isOther = {
      filename: image.filename !== before.filename,
      tags: image.tags.join() !== before.tags.join(),
      alt: Object.keys(changes.alt ?? {}).some((name) => image.alt[name] !== before.alt[name]),
    };
    this.#show(image);
    this.#etag = etag;
    const { filename, tags } = this.#slots;
    if (changes.filename) filename.value = typed.filename;
    if (changes.tags) tags.value = typed.tags;
    for (const name of Object.keys(changes.alt ?? {})) this.#alt[name] = typed.alt[name];
    this.#showText();
    this.#offer();
    const names = Object.keys(changes).filter((name) => isOther[name]);
    this.#tell(names, image);
    return names.length > 0;
  }

  #tell(names, image) {
    const { conflict } = this.#slots;
    const saved = {
      filename: image.filename,
      tags: image.tags.join(", "),
      alt: Object.entries(image.alt).map(([name, text]) => `${name}: ${text}`).join(" "),
    };
    conflict.hidden = names.length === 0;
    conflict.textContent = strings.editing.conflict(names.map((name) => (
      strings.editing.now(strings.editing.fields[name], saved[name]))).join(" "));
  }
}
