import { strings } from "../strings.js";
import * as format from "../format.js";
import { build } from "./parts.js";

// What may be done with it then.
const ENDS = {
  ready: ["dismiss"],
  rejected: ["dismiss"],
  failed: ["retry", "dismiss"],
  cancelled: ["retry", "dismiss"],
};

/** What the element shows of one file, from its choice to its end. */
export class Item {
  /** `actions`: what "cancel", "retry" and "dismiss" do; `link`: an image's page, by `{id}`. */
  constructor(id, file, actions, link) {
    this.id = id;
    this.file = file;
    this.link = link;
    this.preview = build("img", { alt: "", decoding: "async" });
    this.label = build("strong", { part: "label" });
    this.message = build("span", { part: "message" });
    this.bar = build("progress", { part: "progress", ariaLabel: strings.progressOf(file.name) });
    this.name = build("a", { part: "name", textContent: file.name });
    this.buttons = Object.entries(actions).map(([name, act]) => button(name, file, () => act(this)));
    this.element = build("li", { part: "item", tabIndex: -1 },
      build("div", { part: "preview" }, this.preview),
      build("div", { className: "text" }, this.name,
        build("p", { part: "status" }, this.label, " ", this.message)),
      build("div", { className: "buttons" }, ...this.buttons),
      this.bar);
    showFile(this.preview, file);
    this.#say("waiting", strings.waiting);
  }

  get ended() {
    return this.state in ENDS;
  }

  /** From the start, or once more. */
  begin() {
    this.stop = new AbortController();
    this.#say("waiting", strings.waiting);
  }

  /** `{ phase, sent, total }`, as upload() reports it. */
  progress({ phase, sent, total }) {
    this.bar.max = total;
    this.bar.value = sent;
    const sending = strings.sent(format.bytes(sent), format.bytes(total));
    this.#say(phase, phase === "uploading" ? sending : strings.phases[phase]);
  }

  /** The image is there; the sentence that is shown. */
  ready(image, duplicate) {
    const saving = image.savings ? format.saved(image.savings.percent) : "";
    const message = duplicate ? strings.duplicate : strings.ready(image.renditions.length, saving);
    this.image = image;
    this.#link(image);
    // Not every format that Darkroom reads is one that the browser can show.
    if (this.preview.hidden) this.#showImage(image);
    this.#say("ready", message);
    return message;
  }

  /** There is no image: an UploadError says why. */
  fail({ outcome, message, image }) {
    this.#link(image);
    this.#say(outcome, message);
  }

  #say(state, message) {
    this.state = state;
    this.element.dataset.state = state;
    this.label.textContent = strings.labels[state];
    this.message.textContent = message;
    this.bar.hidden = this.ended;
    this.#offer(ENDS[state] ?? (state === "processing" ? [] : ["cancel"]));
  }

  // What has arrived is processed, whoever stops listening: no "cancel" then.
  #offer(names) {
    for (const button of this.buttons) {
      const focused = button.matches(":focus");
      button.hidden = !names.includes(button.name);
      // Whoever is on the button must not be thrown back to the top of the page.
      if (focused && button.hidden) this.element.focus();
    }
  }

  #link(image) {
    if (this.link && image) this.name.href = this.link.replaceAll("{id}", image.id);
  }

  #showImage({ renditions }) {
    this.preview.hidden = false;
    this.preview.src = renditions.toSorted((one, other) => one.width - other.width)[0]?.url;
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

function showFile(img, file) {
  const address = URL.createObjectURL(file);
  const release = () => URL.revokeObjectURL(address);
  img.addEventListener("load", release, { once: true });
  img.addEventListener("error", () => {
    release();
    img.hidden = true;
  }, { once: true });
  img.src = address;
}
