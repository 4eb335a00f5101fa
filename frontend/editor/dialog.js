import { strings } from "../strings.js";
import { build } from "../uploader/dom.js";
import { css } from "./style.js";

let styleSheet;

/** The editor's dialog, in a shadow root of its own, so that it looks the same on every page. */
export class EditorDialog {
  #tabs;
  #panel;
  #question;
  #keep = button(strings.editor.keep, () => this.ask(false));
  #opener;

  /** `hooks`: choose(tool), apply() and leave(). */
  constructor(name, note, parts, hooks) {
    const title = strings.editor.title(name);
    this.title = build("h2", { id: "title", tabIndex: -1, textContent: title, title });
    this.size = build("p", { className: "size" });
    this.status = build("div", { className: "unseen", role: "status" });
    this.#tabs = Object.entries(strings.editor.tools).map(([tool, label]) => button(label, () => hooks.choose(tool)));
    this.#panel = build("div", { className: "panel" }, group("tabs", strings.editor.toolsName, this.#tabs), ...parts.controls);
    this.#question = group("question", strings.editor.sure, [
      build("p", { textContent: strings.editor.sure }),
      button(strings.editor.discard, () => this.element.close(), "button"), this.#keep,
    ]);
    this.#question.hidden = true;
    this.element = build("dialog", {},
      build("div", { className: "head" }, this.title, this.size, button(strings.editor.cancel, hooks.leave),
        button(strings.editor.apply, hooks.apply, "button")),
      build("p", { className: "note", hidden: !note, textContent: note }),
      parts.stage, this.#panel, this.#question, this.status);
    this.element.setAttribute("aria-labelledby", "title");
    this.element.addEventListener("cancel", (event) => {
      event.preventDefault();
      hooks.leave();
    });
  }

  /** Shows it, added to an element or shadow root, and resolves once it is closed. */
  async open(root) {
    const host = build("div");
    styleSheet ??= sheet();
    const shadow = host.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [styleSheet];
    shadow.append(this.element);
    root.append(host);
    // Keys and files are not the page's as long as it is open.
    for (const type of ["keydown", "paste", "dragover", "drop"]) host.addEventListener(type, (event) => event.stopPropagation());
    // A scrollbar of the page would stand beside it.
    const { style } = document.documentElement;
    const { overflow, scrollbarGutter } = style;
    Object.assign(style, { overflow: "hidden", scrollbarGutter: "auto" });
    this.element.showModal();
    this.title.focus();
    await new Promise((resolve) => { this.element.addEventListener("close", resolve); });
    Object.assign(style, { overflow, scrollbarGutter });
    host.remove();
  }

  /** Marks the tool that is used. */
  mark(tool) {
    for (const [index, name] of Object.keys(strings.editor.tools).entries()) this.#tabs[index].ariaPressed = name === tool;
  }

  get isAsking() {
    return !this.#question.hidden;
  }

  /** Asks whether to discard the changes, or takes the question back. */
  ask(isAsked) {
    if (isAsked) this.#opener = this.element.getRootNode().activeElement;
    this.#question.hidden = !isAsked;
    this.#panel.hidden = isAsked;
    (isAsked ? this.#keep : this.#opener ?? this.title).focus();
  }
}

/** A button with a text. */
export function button(textContent, act, className = "plain") {
  const element = build("button", { type: "button", className, textContent });
  element.addEventListener("click", act);
  return element;
}

/** A control with a label. */
export const field = (text, control) => build("label", {}, text, " ", control);

/** The controls of a tool. */
export const options = (...controls) => build("div", { className: "options" }, ...controls);

/** Elements with a name in common. */
export function group(className, ariaLabel, elements) {
  return build("div", { className, role: "group", ariaLabel }, ...elements);
}

function sheet() {
  const styles = new CSSStyleSheet();
  styles.replaceSync(css);
  return styles;
}
