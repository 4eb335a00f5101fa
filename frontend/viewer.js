import { strings } from "./strings.js";
import { getApi } from "./auth-token.js";
import { beside, focusOn } from "./gallery/beside.js";
import * as library from "./library.js";
import { View } from "./view.js";
import { listenForTurns } from "./turning.js";
import { settled } from "./uploader/upload.js";

const UNFINISHED = new Set(["pending", "processing"]);

/** The dialog that shows one picture with its actions. */
export class Viewer {
  #dialog;
  #title;
  #body;
  #message;
  #library;
  #closing;
  #view;
  #id;

  /** `library`: gallery, originals (files by image id), onChange(image) and onRemove(id). */
  constructor(dialog, library) {
    this.#dialog = dialog;
    this.#library = library;
    [this.#title, this.#body, this.#message] = ["title", "body", "message"]
      .map((name) => document.getElementById(`viewer-${name}`));
    const [previous, next, close] = ["previous", "next", "close"]
      .map((name) => document.getElementById(`viewer-${name}`));
    listenForTurns(dialog, { previous, next }, (by) => this.#turn(by));
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("cancel", (event) => {
      // A file chooser's event of this name bubbles.
      if (event.target === dialog && this.#view?.cancelQuestion()) event.preventDefault();
    });
    dialog.addEventListener("close", () => {
      this.#closing.abort();
      this.#view = undefined;
      this.#body.replaceChildren();
      // An empty hash would scroll to the top.
      history.replaceState(history.state, "", location.pathname + location.search);
      focusOn(this.#library.gallery, this.#id);
    });
  }

  /** Opens the dialog with the image, or closes it if there is no id. */
  async show(id) {
    if (!id) return this.#dialog.open && this.#dialog.close();
    this.#closing?.abort();
    this.#closing = new AbortController();
    this.#id = id;
    const { signal } = this.#closing;
    this.#body.replaceChildren();
    [this.#title.textContent, this.#message.textContent] = [strings.picture, strings.loading];
    if (!this.#dialog.open) this.#dialog.showModal();
    await this.#reportErrors(async () => {
      const api = await getApi();
      const { image, etag } = await library.current(api, id, signal);
      this.#render(image, etag);
      if (UNFINISHED.has(image.status)) this.#changed(await settled(api, `/images/${id}`, { signal }));
    }, signal);
  }

  async #turn(by) {
    const id = await beside(this.#library.gallery, this.#id, by);
    if (!id) return;
    history.replaceState(history.state, "", `#picture/${id}`);
    await this.show(id);
  }

  #render(image, etag) {
    this.#showName(image);
    this.#message.textContent = "";
    const view = new View(image, this.#library.originals.get(image.id), {
      notify: (sentence) => { this.#message.textContent = sentence; },
      reprocess: (changes) => this.#reprocess(image, changes),
      remove: () => this.#remove(image, view),
      setVisibility: (visibility) => this.#setVisibility(image, visibility),
      load: async () => library.current(await getApi(), image.id, this.#closing.signal),
      save: (changes, etag) => this.#save(image.id, changes, etag),
    }, etag);
    this.#view = view;
    this.#body.replaceChildren(view.element);
    this.#title.focus();
  }

  #showName({ filename }) { this.#title.textContent = this.#title.title = filename; }

  #changed(image) {
    this.#render(image);
    this.#library.onChange(image);
  }

  async #save(id, changes, etag) {
    const saved = await library.change(await getApi(), id, changes, { etag });
    this.#showName(saved.image);
    this.#library.onChange(saved.image);
    return saved;
  }

  #reprocess(image, changes) {
    const { signal } = this.#closing;
    return this.#reportErrors(async () => {
      this.#message.textContent = strings.reprocessing;
      const api = await getApi();
      await library.reprocess(api, image.id, changes);
      const isDone = (now) => library.countEnds(now) > library.countEnds(image);
      this.#changed(await settled(api, `/images/${image.id}`, { signal, isDone }));
      this.#message.textContent = strings.reprocessed;
    }, signal);
  }

  #setVisibility(image, visibility) {
    return this.#reportErrors(async () => {
      this.#message.textContent = strings.becoming[visibility];
      const api = await getApi();
      const { image: changed } = await library.change(api, image.id, { visibility });
      this.#changed(changed);
      const messages = changed.pending_visibility ? strings.becomesLater : strings.become;
      this.#message.textContent = messages[visibility];
    }, this.#closing.signal);
  }

  #remove(image, view) {
    return this.#reportErrors(async () => {
      this.#message.textContent = strings.removing;
      const api = await getApi();
      const receipt = await library.remove(api, image.id);
      view.showReceipt(receipt);
      const check = receipt.verified ? strings.verified : strings.remaining;
      // `erased` names at most 1,000; APIs of earlier versions do not count.
      this.#message.textContent = `${strings.erased(receipt.files ?? receipt.erased.length)} ${check}`;
      this.#library.onRemove(image.id);
      this.#title.focus();
    }, this.#closing.signal);
  }

  async #reportErrors(task, signal) {
    try {
      await task();
    } catch (reason) {
      if (signal.aborted) return;
      this.#message.textContent = library.sentenceOf(reason);
    }
  }
}
