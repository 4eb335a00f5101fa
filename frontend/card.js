import { strings } from "./strings.js";
import * as format from "./format.js";
import { stamp } from "./templates.js";
import { resultOf } from "./pictures.js";

/** What the page shows of one upload, from the choice of the file to its end. */
export class Card {
  #slots;

  constructor(file, onCancel) {
    const { element, slots } = stamp("upload");
    this.element = element;
    this.name = file.name;
    this.#slots = slots;
    slots.name.textContent = file.name;
    slots.cancel.textContent = strings.cancel;
    slots.cancel.ariaLabel = strings.cancelUpload(file.name);
    slots.cancel.addEventListener("click", onCancel);
    slots.progress.ariaLabel = strings.progressOf(file.name);
    showFile(slots.preview, file);
    this.#say("waiting", strings.waiting);
  }

  /** `{ phase, sent, total }`, as upload() reports it. */
  progress({ phase, sent, total }) {
    this.#slots.progress.max = total;
    this.#slots.progress.value = sent;
    // What has arrived is processed, whoever stops listening.
    if (phase === "processing") this.#withdrawCancel();
    this.#say(phase, {
      preparing: strings.preparing,
      uploading: strings.sent(format.bytes(sent), format.bytes(total)),
      processing: strings.processing,
    }[phase]);
  }

  /** The image is there; the sentence that was shown. */
  ready(image, duplicate) {
    const message = duplicate ? strings.duplicate : strings.ready(image.renditions.length);
    this.element.dataset.imageId = image.id;
    this.element.dataset.duplicate = duplicate;
    this.#slots.result.append(resultOf(image));
    this.#slots.result.hidden = false;
    this.#end("ready", message);
    return message;
  }

  /** No image: `outcome` is "rejected", "failed" or "cancelled", the sentence says why. */
  ended(outcome, sentence) {
    this.#end(outcome, sentence);
  }

  #end(state, message) {
    this.#say(state, message);
    this.#withdrawCancel();
    this.#slots.progress.remove();
  }

  #withdrawCancel() {
    // Whoever is on the button must not be thrown back to the top of the page.
    if (document.activeElement === this.#slots.cancel) this.element.focus();
    this.#slots.cancel.remove();
  }

  #say(state, message) {
    this.element.dataset.state = state;
    this.#slots.label.textContent = strings.labels[state];
    this.#slots.message.textContent = message;
  }
}

function showFile(img, file) {
  const address = URL.createObjectURL(file);
  const release = () => URL.revokeObjectURL(address);
  img.addEventListener("load", release, { once: true });
  img.addEventListener("error", () => {
    release();
    // Not every format that Darkroom reads is one that the browser can show.
    img.hidden = true;
  }, { once: true });
  img.src = address;
}
