import { strings } from "../strings.js";
import { announcer } from "./announcer.js";
import { build, slot } from "./dom.js";
import { TYPE_OF_SUFFIX } from "./formats.js";
import { css } from "./style.js";

// Not every browser counts all of these suffixes as images.
const ACCEPT = ["image/*", ...Object.keys(TYPE_OF_SUFFIX).map((suffix) => `.${suffix}`)].join();
const styleSheet = new CSSStyleSheet();
styleSheet.replaceSync(css);

/** The element's shadow DOM: the drop area, the list of files, and messages. */
export class ShadowView {
  constructor(host) {
    this.title = build("div", { part: "title" }, slot("title", strings.addTitle));
    this.hint = build("p", { part: "hint", id: "hint" }, slot("hint", strings.addHint));
    this.picker = input("picker");
    this.camera = input("camera");
    this.area = build("div", { part: "area", role: "group", ariaLabel: strings.areaName },
      this.title, this.hint,
      build("div", { part: "pickers", className: "pickers" },
        this.picker, label("picker", "button", slot("button", strings.pick)),
        this.camera, label("camera", "button camera", slot("camera", strings.photograph))));
    this.summary = build("p", { part: "summary" });
    this.clear = build("button", { part: "clear", type: "button", textContent: strings.clear });
    this.bar = build("div", { className: "bar", hidden: true }, this.summary, this.clear);
    this.list = build("ol", { part: "list" });
    this.note = build("p", { part: "note", role: "status" });
    // A log, not a status: each entry is read once, and none replaces another.
    this.log = build("div", { className: "unseen", role: "log" });
    this.announce = announcer(this.log);
    const shadow = host.attachShadow({ mode: "open", delegatesFocus: true });
    shadow.adoptedStyleSheets = [styleSheet];
    shadow.append(this.area, this.note, this.bar, this.list, this.log);
  }

  /** Applies the host's attributes to the pickers. */
  configure(host) {
    this.picker.multiple = host.hasAttribute("multiple");
    this.picker.accept = this.camera.accept = host.getAttribute("accept") || ACCEPT;
    this.camera.setAttribute("capture", host.getAttribute("capture") || "environment");
  }

  set disabled(disabled) {
    this.picker.disabled = this.camera.disabled = disabled;
  }

  /** Highlights the area while files are dragged over it. */
  highlight(over) {
    this.area.classList.toggle("over", over);
  }

  /** Shows a note in place of the present one; `isProblem`: something was not added. */
  showNote(text, isProblem = false) {
    this.note.textContent = text;
    this.note.classList.toggle("problem", isProblem);
  }

  /** Shows a note after the present one. */
  addNote(text, isProblem) {
    const shown = [this.note.textContent, text].filter(Boolean).join(" ");
    this.showNote(shown, isProblem || this.note.classList.contains("problem"));
  }

  /** Shows how many of the items have finished. */
  updateSummary(items) {
    const done = items.filter(({ ended }) => ended).length;
    const faulty = items.filter(({ state }) => state === "rejected" || state === "failed").length;
    this.summary.textContent = strings.summary(done, items.length, faulty);
    this.clear.hidden = done === 0;
    this.bar.hidden = items.length < 2;
  }
}

function input(id) {
  const element = build("input", { type: "file", id });
  element.setAttribute("aria-describedby", "hint");
  return element;
}

function label(id, part, text) {
  return build("label", { htmlFor: id, part }, text);
}
