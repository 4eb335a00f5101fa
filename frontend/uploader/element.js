import { strings } from "../strings.js";
import { connect } from "./api.js";
import { Batch } from "./batch.js";
import { ShadowView } from "./shadow-view.js";
import { listenForDrops, listenForPicks } from "./intake.js";
import { prepareSending, sending } from "./sending.js";

/** `<darkroom-uploader>`; docs/uploader.md documents its attributes, methods and events. */
export class DarkroomUploader extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = ["accept", "capture", "multiple"];

  #view = new ShadowView(this);
  #form = this.attachInternals();
  #batch = new Batch(this.#view, this);
  #listeners;

  constructor() {
    super();
    listenForPicks(this.#view.picker, (files) => this.add(files));
    listenForPicks(this.#view.camera, (files) => this.add(files));
    this.#view.clear.addEventListener("click", () => this.clear());
  }

  connectedCallback() {
    this.#listeners = new AbortController();
    listenForDrops(this.hasAttribute("everywhere") ? window : this, {
      onFiles: (files) => this.add(files),
      onFolders: (entries) => this.#addFolders(entries),
      onOver: (over) => this.#view.highlight(over),
      signal: this.#listeners.signal,
    });
    this.#view.configure(this);
    this.changed();
    prepareSending();
  }

  disconnectedCallback() {
    this.#listeners.abort();
  }

  attributeChangedCallback() {
    this.#view.configure(this);
  }

  formDisabledCallback(disabled) {
    this.#view.disabled = disabled;
  }

  formResetCallback() {
    this.#batch.forget(this.#batch.items);
  }

  /** How many files may be listed, and how many of them are uploaded in parallel. */
  get limits() {
    const maxFiles = this.hasAttribute("multiple") ? this.#number("max-files") : 1;
    return { maxFiles: maxFiles ?? Infinity, parallel: this.#number("parallel") ?? 3 };
  }

  /** The images of the listed files. */
  get images() {
    return this.#batch.items.flatMap(({ image }) => image ?? []);
  }

  /** The Api that it uses; `token` is a property that the page may set to a function. */
  connection() {
    return connect(this.getAttribute("api"), (options) => this.token?.(options));
  }

  /** Uploads a file without listing it; see the function upload(). */
  async upload(file, options) {
    const accept = this.getAttribute("accept") ?? "";
    const maxBytes = this.#number("max-bytes");
    const { upload } = await sending();
    return upload(file, { api: () => this.connection(), accept, maxBytes, ...options });
  }

  /** Adds these files as if they had been picked. */
  add(files) {
    if (files.length > 0 && !this.matches(":disabled")) this.#batch.add([...files]);
  }

  /** Removes finished files from the list. */
  clear() {
    this.#batch.forget(this.#batch.items.filter(({ ended }) => ended));
  }

  /** Dispatches the event `darkroom:{name}`. */
  emit(name, detail) {
    const event = new CustomEvent(`darkroom:${name}`, { detail, bubbles: true, composed: true });
    this.dispatchEvent(event);
  }

  /** Updates form value and validity after a change: a form sends image ids and waits for uploads. */
  changed() {
    const value = new FormData();
    for (const { id } of this.images) value.append(this.getAttribute("name"), id);
    this.#form.setFormValue(this.hasAttribute("name") ? value : null);
    const customError = this.#batch.items.some(({ ended }) => !ended);
    const valueMissing = this.hasAttribute("required") && this.images.length === 0;
    const message = customError ? strings.busy : strings.required;
    const validity = customError || valueMissing ? [{ customError, valueMissing }, message] : [{}, ""];
    this.#form.setValidity(...validity, this.#view.picker);
    this.#view.updateSummary(this.#batch.items);
  }

  async #addFolders(entries) {
    if (this.matches(":disabled")) return;
    this.#view.showNote(strings.folderReading);
    const found = await sending().then(({ filesBelow }) => filesBelow(entries), ({ message }) => {
      this.#view.showNote(message, true);
    });
    if (!found) return;
    this.#view.showNote("");
    this.add(found.files);
    const isProblem = found.files.length === 0 || found.unreadable > 0 || found.isCut;
    this.#view.addNote(strings.folderRead(found), isProblem);
  }

  #number(attribute) {
    return Number(this.getAttribute(attribute)) || undefined;
  }
}
