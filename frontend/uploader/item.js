import { strings } from "../strings.js";
import * as format from "../format.js";
import { build } from "./dom.js";

// The buttons of a file that waits until the user has looked at it.
const CHOSEN = ["edit", "send", "dismiss"];
// The buttons of a file of a format that is not accepted, which the browser can convert.
const CONVERTIBLE = ["convert", "dismiss"];
// The buttons offered in each final state.
const ENDS = {
  ready: ["dismiss"],
  rejected: ["dismiss"],
  failed: ["retry", "dismiss"],
  cancelled: ["retry", "dismiss"],
};

/** One file in the list: its preview, state, progress and buttons. */
export class Item {
  /** `actions`: callbacks for edit, send, cancel, retry, convert and dismiss; `link`: an image's address, with `{id}`. */
  constructor(id, file, actions, link) {
    this.id = id;
    this.file = file;
    this.link = link;
    this.preview = build("img", { alt: "", decoding: "async", hidden: true });
    this.label = build("strong", { part: "label" });
    this.message = build("span", { part: "message" });
    this.bar = build("progress", { part: "progress", ariaLabel: strings.progressOf(file.name) });
    this.name = build("a", { part: "name", textContent: file.name, title: file.name });
    this.buttons = Object.entries(actions).map(([name, act]) => button(name, file, () => act(this)));
    this.element = build("li", { part: "item", tabIndex: -1 },
      build("div", { part: "preview" }, this.preview),
      build("div", { className: "text" }, this.name,
        build("p", { part: "status" }, this.label, " ", this.message)),
      build("div", { className: "buttons" }, ...this.buttons),
      this.bar);
    this.#setState("waiting", strings.waiting);
  }

  /** Shows the file's picture, once: called when the item is first in view, since it reads the file. */
  showFile() {
    const img = this.preview;
    if (img.src) return;
    img.hidden = false;
    const address = URL.createObjectURL(this.file);
    const release = () => URL.revokeObjectURL(address);
    img.addEventListener("load", release, { once: true });
    // Once for the file, and perhaps once for the rendition that is shown in its place.
    img.addEventListener("error", () => {
      release();
      img.hidden = true;
      if (this.image) this.#showImage(this.image);
    }, { once: true });
    img.src = address;
  }

  get ended() {
    return this.state in ENDS;
  }

  get isUnsent() {
    return !this.ended && this.state !== "processing";
  }

  /** Removes the file from the browser, where it was kept over a reload. */
  async forget() {
    const memory = this.memory;
    this.memory = undefined;
    this.isForgotten = true;
    await (await memory)?.forget?.();
  }

  /** Lets it wait until it is sent; `edits` are those made so far. */
  choose(edits) {
    this.edits = edits;
    this.#setState("chosen", edits?.length ? strings.editedBefore : strings.chosen);
  }

  /** Starts or restarts the item. */
  begin() {
    this.isForgotten = false;
    this.stop = new AbortController();
    this.#setState("waiting", strings.waiting);
  }

  /** `{ phase, sent, total }`, as upload() reports it. */
  progress({ phase, sent, total }) {
    this.bar.max = total;
    this.bar.value = sent;
    const sending = strings.sent(format.bytes(sent), format.bytes(total));
    this.#setState(phase, phase === "uploading" ? sending : strings.phases[phase]);
  }

  /** Shows that the image is ready, and returns the message shown. */
  ready(image, duplicate) {
    const saving = image.savings ? format.saved(image.savings.percent) : "";
    const message = duplicate ? strings.duplicate : strings.ready(image.renditions.length, saving);
    this.image = image;
    this.#link(image);
    // Not every format that Darkroom reads is one that the browser can show.
    if (this.preview.hidden) this.#showImage(image);
    this.#setState("ready", message);
    return message;
  }

  /** Shows why the upload did not succeed: an UploadError; `isConvertible`: a JPEG may do. */
  fail({ outcome, message, image }, isConvertible) {
    this.#link(image);
    this.#setState(outcome, message);
    if (isConvertible) this.#offer(CONVERTIBLE);
  }

  #setState(state, message) {
    this.state = state;
    this.element.dataset.state = state;
    this.label.textContent = strings.labels[state];
    this.message.textContent = message;
    this.bar.hidden = this.ended || state === "chosen";
    const others = { chosen: CHOSEN, processing: [] };
    this.#offer(ENDS[state] ?? others[state] ?? ["cancel"]);
  }

  // An uploaded file is processed in any case, so "cancel" is not offered then.
  #offer(names) {
    for (const button of this.buttons) {
      const focused = button.matches(":focus");
      button.hidden = !names.includes(button.name);
      // A hidden button would lose the focus to the top of the page.
      if (focused && button.hidden) this.element.focus();
    }
  }

  #link(image) {
    if (this.link && image) this.name.href = this.link.replaceAll("{id}", image.id);
  }

  #showImage({ renditions }) {
    const [smallest] = renditions.toSorted((a, b) => a.width - b.width);
    if (!smallest) return;
    this.preview.addEventListener("error", () => { this.preview.hidden = true; }, { once: true });
    this.preview.hidden = false;
    this.preview.src = smallest.immutable_url;
  }
}

function button(name, file, act) {
  const element = build("button", {
    part: `action ${name}`,
    type: "button",
    name,
    textContent: strings.actions[name],
    ariaLabel: strings.actionOn[name](file.name),
  });
  element.addEventListener("click", act);
  return element;
}
