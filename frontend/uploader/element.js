import { strings } from "../strings.js";
import { connect } from "./api.js";
import { Batch } from "./batch.js";
import { ShadowView } from "./shadow-view.js";
import { listenForDrops, listenForPicks } from "./intake.js";
import { loaded, prepareSending, sending } from "./sending.js";

// Servers that render pages import this module, too, though they have no DOM.
const Base = globalThis.HTMLElement ?? Object;

/** `<darkroom-uploader>`; docs/uploader.md documents its attributes, methods and events. */
export class DarkroomUploader extends Base {
  static formAssociated = true;
  static observedAttributes = ["accept", "capture", "folders", "multiple"];

  #view = new ShadowView(this);
  #form = this.attachInternals();
  #batch = new Batch(this.#view, this);
  #listeners;
  #recovery;

  constructor() {
    super();
    listenForPicks(this.#view.picker, (files) => this.add(files));
    listenForPicks(this.#view.camera, (files) => this.add(files));
    listenForPicks(this.#view.folder, (files) => {
      this.#addFolders(({ picturesAmong }) => picturesAmong(files));
    });
    this.#view.clear.addEventListener("click", () => this.clear());
    this.#view.send.addEventListener("click", () => this.send());
  }

  connectedCallback() {
    this.#listeners = new AbortController();
    listenForDrops(this.hasAttribute("everywhere") ? window : this, {
      onFiles: (files) => this.add(files),
      onFolders: (entries) => this.#addFolders(({ filesBelow }) => filesBelow(entries)),
      onOver: (over) => this.#view.highlight(over),
      signal: this.#listeners.signal,
    });
    this.#view.configure(this);
    this.changed();
    prepareSending();
    if (this.keepsFiles) this.#recover();
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

  /** Whether files are kept in the browser until they are sent, to survive a reload. */
  get keepsFiles() { return this.getAttribute("recovery") !== "off"; }

  /** What tells the uploads of this element from those of others on this site. */
  get scope() {
    return [this.getAttribute("api"), location.pathname, this.id, this.getAttribute("name")].join(" ");
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
    const [paths, shrink] = [this.getAttribute("paths"), this.#number("shrink")];
    return upload(file, { api: () => this.connection(), accept, maxBytes, paths, shrink, ...options });
  }

  /** Adds these files as if they had been picked. */
  add(files) {
    if (files.length > 0 && !this.matches(":disabled")) this.#batch.add([...files]);
  }

  /** Removes finished files from the list. */
  clear() { this.#batch.forget(this.#batch.items.filter(({ ended }) => ended)); }

  /** Uploads the files that wait, with the attribute `editor`. */
  send() { this.#batch.send(); }

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
    // Only as long as it is needed: with such a listener some browsers do not keep the page for going back.
    (customError ? addEventListener : removeEventListener)("beforeunload", this.#warn);
    const valueMissing = this.hasAttribute("required") && this.images.length === 0;
    const busy = this.#batch.items.some(({ state }) => state === "chosen") ? strings.unsent : strings.busy;
    const message = customError ? busy : strings.required;
    const validity = customError || valueMissing ? [{ customError, valueMissing }, message] : [{}, ""];
    this.#form.setValidity(...validity, this.#view.picker);
    this.#view.updateSummary(this.#batch.items);
  }

  // `read` finds the pictures, by a function of folders.js.
  async #addFolders(read) {
    if (this.matches(":disabled")) return;
    this.#view.showNote(strings.folderReading);
    const found = await sending().then(read, ({ message }) => {
      this.#view.showNote(message, true);
    });
    if (!found) return;
    this.#view.showNote("");
    this.add(found.files);
    const isProblem = found.files.length === 0 || found.unreadable > 0 || found.isCut;
    this.#view.addNote(strings.folderRead(found), isProblem);
  }

  #warn = (event) => {
    if (this.#batch.items.some(({ isUnsent }) => isUnsent)) event.preventDefault();
  };

  // Once for each element, and after what the page shows first.
  #recover() {
    // Why the modules could not be fetched has been reported by then.
    this.#recovery ??= loaded().then(() => this.#batch.recover()).catch(() => {});
  }

  #number(attribute) {
    return Number(this.getAttribute(attribute)) || undefined;
  }
}
