import { strings } from "../strings.js";
import { announcer } from "./announcer.js";
import { asUploadError } from "./api.js";
import { build, slot } from "./dom.js";
import { TYPE_OF_SUFFIX } from "./formats.js";
import { css } from "./style.js";

// Not every browser counts all of these suffixes as images.
const ACCEPT = ["image/*", ...Object.keys(TYPE_OF_SUFFIX).map((suffix) => `.${suffix}`)].join();
let styleSheet;

/** The element's shadow DOM: the drop area, the list of files, and messages. */
export class ShadowView {
  #seen;
  #waiting = new WeakMap();
  #root;

  constructor(host) {
    this.title = build("div", { part: "title" }, slot("title", strings.addTitle));
    this.hint = build("p", { part: "hint", id: "hint" }, slot("hint", strings.addHint));
    this.picker = input("picker");
    this.camera = input("camera");
    this.folder = input("folder");
    this.folder.webkitdirectory = true;
    this.area = build("div", { part: "area", role: "group", ariaLabel: strings.areaName },
      this.title, this.hint,
      build("div", { part: "pickers", className: "pickers" },
        this.picker, label("picker", "button", slot("button", strings.pick)),
        this.camera, label("camera", "button camera", slot("camera", strings.photograph)),
        this.folder, label("folder", "button folder", slot("folder", strings.pickFolder))));
    this.summary = build("p", { part: "summary" });
    this.clear = build("button", { part: "clear", type: "button", textContent: strings.clear });
    this.send = build("button", { part: "button send", type: "button" });
    this.bar = build("div", { className: "bar", hidden: true }, this.summary, this.clear, this.send);
    this.list = build("ol", { part: "list" });
    this.note = build("p", { part: "note", role: "status" });
    // A log, not a status: each entry is read once, and none replaces another.
    this.log = build("div", { className: "unseen", role: "log" });
    this.announce = announcer(this.log);
    const shadow = host.attachShadow({ mode: "open", delegatesFocus: true });
    this.#root = shadow;
    shadow.adoptedStyleSheets = [styleSheet ??= sheetOf(css)];
    shadow.append(this.area, this.note, this.bar, this.list, this.log);
  }

  /** Opens the editor on a file; resolves to its recipe, or to null if nothing is to be changed. */
  async edit(file, edits) {
    try {
      const { openEditor } = await import("../editor/editor.js");
      return await openEditor({ picture: file, name: file.name, edits, root: this.#root });
    } catch (reason) {
      this.showNote(asUploadError(reason).message, true);
      return null;
    }
  }

  /** Applies the host's attributes to the pickers. */
  configure(host) {
    this.picker.multiple = host.hasAttribute("multiple");
    this.picker.accept = this.camera.accept = host.getAttribute("accept") || ACCEPT;
    this.area.classList.toggle("folders", host.hasAttribute("folders") && host.hasAttribute("multiple"));
    this.camera.setAttribute("capture", host.getAttribute("capture") || "environment");
  }

  set disabled(disabled) {
    this.picker.disabled = this.camera.disabled = this.folder.disabled = disabled;
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

  /** Calls `show` when the element is first in view. */
  whenSeen(element, show) {
    this.#seen ??= new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        this.#seen.unobserve(target);
        this.#waiting.get(target)?.();
      }
    });
    this.#waiting.set(element, show);
    this.#seen.observe(element);
  }

  /** Shows how many of the items have finished. */
  updateSummary(items) {
    const done = items.filter(({ ended }) => ended).length;
    const faulty = items.filter(({ state }) => state === "rejected" || state === "failed").length;
    this.summary.textContent = strings.summary(done, items.length, faulty);
    this.clear.hidden = done === 0;
    const chosen = items.filter(({ state }) => state === "chosen").length;
    // A hidden button would lose the focus to the top of the page.
    if (chosen === 0 && this.send.matches(":focus")) this.list.firstElementChild?.focus();
    this.send.hidden = chosen === 0;
    this.send.textContent = strings.send(chosen);
    this.bar.hidden = items.length < 2 && chosen === 0;
  }
}

function sheetOf(text) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}

function input(id) {
  const element = build("input", { type: "file", id });
  element.setAttribute("aria-describedby", "hint");
  return element;
}

function label(id, part, text) {
  return build("label", { htmlFor: id, part }, text);
}
