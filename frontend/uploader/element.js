import { strings } from "../strings.js";
import { connect } from "./api.js";
import { Batch } from "./batch.js";
import { Face } from "./face.js";
import { listenForDrops, listenForPicks } from "./intake.js";
import { upload } from "./upload.js";

/** `<darkroom-uploader>`; docs/uploader.md says what it takes and tells. `token` is a function. */
export class DarkroomUploader extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = ["accept", "capture", "multiple"];

  #face = new Face(this);
  #form = this.attachInternals();
  #batch = new Batch(this.#face, this);
  #leaving;

  constructor() {
    super();
    listenForPicks(this.#face.picker, (files) => this.add(files));
    listenForPicks(this.#face.camera, (files) => this.add(files));
    this.#face.clear.addEventListener("click", () => this.clear());
  }

  connectedCallback() {
    this.#leaving = new AbortController();
    listenForDrops(this.hasAttribute("everywhere") ? window : this, {
      onFiles: (files) => this.add(files),
      onOver: (over) => this.#face.light(over),
      signal: this.#leaving.signal,
    });
    this.#face.configure(this);
    this.changed();
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  attributeChangedCallback() {
    this.#face.configure(this);
  }

  formDisabledCallback(disabled) {
    this.#face.disabled = disabled;
  }

  formResetCallback() {
    this.#batch.forget(this.#batch.items);
  }

  /** How many files may be listed, and how many of them are sent at a time. */
  get limits() {
    const most = this.hasAttribute("multiple") ? this.#number("max-files") : 1;
    return { most: most ?? Infinity, parallel: this.#number("parallel") ?? 3 };
  }

  /** The images of the files that are listed. */
  get images() {
    return this.#batch.items.flatMap(({ image }) => image ?? []);
  }

  /** The Api that it talks to. */
  connection() {
    return connect(this.getAttribute("api"), (known) => this.token?.(known));
  }

  /** Uploads a file without listing it; see the function upload(). */
  async upload(file, options) {
    const accept = this.getAttribute("accept") ?? "";
    const maxBytes = this.#number("max-bytes");
    return upload(file, { api: () => this.connection(), accept, maxBytes, ...options });
  }

  /** Takes these files as if they had been picked. */
  add(files) {
    if (files.length > 0 && !this.matches(":disabled")) this.#batch.add([...files]);
  }

  /** Takes off the list what has ended. */
  clear() {
    this.#batch.forget(this.#batch.items.filter(({ ended }) => ended));
  }

  /** Tells the page: the event `darkroom:{name}`. */
  tell(name, detail) {
    const event = new CustomEvent(`darkroom:${name}`, { detail, bubbles: true, composed: true });
    this.dispatchEvent(event);
  }

  /** The list is another: a form sends the ids of its images, and waits for those in work. */
  changed() {
    const value = new FormData();
    for (const { id } of this.images) value.append(this.getAttribute("name"), id);
    this.#form.setFormValue(this.hasAttribute("name") ? value : null);
    const customError = this.#batch.items.some(({ ended }) => !ended);
    const valueMissing = this.hasAttribute("required") && this.images.length === 0;
    const why = customError ? strings.busy : strings.required;
    const faults = customError || valueMissing ? [{ customError, valueMissing }, why] : [{}, ""];
    this.#form.setValidity(...faults, this.#face.picker);
    this.#face.count(this.#batch.items);
  }

  #number(attribute) {
    return Number(this.getAttribute(attribute)) || undefined;
  }
}
