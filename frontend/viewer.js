import { strings } from "./strings.js";
import { getApi } from "./auth-token.js";
import * as library from "./library.js";
import { View } from "./view.js";
import { settled } from "./uploader/upload.js";

const UNFINISHED = new Set(["pending", "processing"]);
const ENDS = new Set(["ready", "rejected", "failed"]);

/** The dialog that shows one picture with its actions. */
export class Viewer {
  #dialog;
  #title;
  #body;
  #message;
  #library;
  #closing;
  #view;

  /** `library`: originals (files by image id), onChange(image) and onRemove(id). */
  constructor(dialog, library) {
    this.#dialog = dialog;
    this.#library = library;
    [this.#title, this.#body, this.#message] = ["title", "body", "message"]
      .map((name) => document.getElementById(`viewer-${name}`));
    document.getElementById("viewer-close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("cancel", (event) => {
      // A file chooser's event of this name bubbles.
      if (event.target === dialog && this.#view?.cancelQuestion()) event.preventDefault();
    });
    dialog.addEventListener("close", () => {
      this.#closing.abort();
      this.#view = undefined;
      this.#body.replaceChildren();
      // An empty hash would scroll to the top.
      history.replaceState(null, "", location.pathname + location.search);
    });
  }

  /** Opens the dialog with the image, or closes it if there is no id. */
  async show(id) {
    if (!id) return this.#dialog.open && this.#dialog.close();
    this.#closing?.abort();
    this.#closing = new AbortController();
    const { signal } = this.#closing;
    this.#body.replaceChildren();
    this.#title.textContent = strings.picture;
    this.#message.textContent = strings.loading;
    if (!this.#dialog.open) this.#dialog.showModal();
    await this.#reportErrors(async () => {
      const api = await getApi();
      const image = await api.image(`/images/${id}`, signal);
      this.#render(image);
      if (UNFINISHED.has(image.status)) this.#changed(await settled(api, `/images/${id}`, { signal }));
    }, signal);
  }

  #render(image) {
    this.#title.textContent = image.filename;
    this.#title.title = image.filename;
    this.#message.textContent = "";
    const view = new View(image, this.#library.originals.get(image.id), {
      notify: (sentence) => { this.#message.textContent = sentence; },
      reprocess: (changes) => this.#reprocess(image, changes),
      remove: () => this.#remove(image, view),
      setVisibility: (visibility) => this.#setVisibility(image, visibility),
    });
    this.#view = view;
    this.#body.replaceChildren(view.element);
    this.#title.focus();
  }

  #changed(image) {
    this.#render(image);
    this.#library.onChange(image);
  }

  #reprocess(image, changes) {
    const { signal } = this.#closing;
    return this.#reportErrors(async () => {
      this.#message.textContent = strings.reprocessing;
      const api = await getApi();
      await library.reprocess(api, image.id, changes);
      const isDone = ({ history }) => countEnds(history) > countEnds(image.history);
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
      const count = receipt.files ?? receipt.erased.length;
      this.#message.textContent = `${strings.erased(count)} ${check}`;
      this.#library.onRemove(image.id);
      this.#title.focus();
    }, this.#closing.signal);
  }

  async #reportErrors(task, signal) {
    try {
      await task();
    } catch (reason) {
      if (signal.aborted) return;
      if (reason.name !== "UploadError") console.error(reason);
      this.#message.textContent = reason.name === "UploadError" ? reason.message : strings.unexpected;
    }
  }
}

function countEnds(history) {
  return history.filter(({ event }) => ENDS.has(event)).length;
}
