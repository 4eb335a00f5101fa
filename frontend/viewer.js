import { strings } from "./strings.js";
import { getApi } from "./auth-token.js";
import { beside, focusOn } from "./gallery/beside.js";
import * as library from "./library.js";
import { actionsOn } from "./picture-actions.js";
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
    const tell = (sentence) => { this.#message.textContent = sentence; };
    const view = new View(image, this.#library.originals.get(image.id), {
      notify: tell,
      load: async () => library.current(await getApi(), image.id, this.#closing.signal),
      save: (changes, etag) => this.#save(image.id, changes, etag),
      ...actionsOn(image, {
        tell,
        act: (message, task) => this.#act(message, task),
        confirm: (...question) => view.confirm(...question),
        onChange: (changed) => this.#changed(changed),
        onSave: (saved) => this.#library.onChange(saved),
        onRemove: (receipt) => this.#removed(image, view, receipt),
        original: this.#library.originals.get(image.id),
      }),
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

  #removed(image, view, receipt) {
    view.showReceipt(receipt);
    this.#library.onRemove(image.id);
    this.#title.focus();
  }

  #act(message, task) {
    const { signal } = this.#closing;
    return this.#reportErrors(async () => {
      this.#message.textContent = message;
      await task(await getApi(), signal);
    }, signal);
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
