import { strings } from "../strings.js";
import { build } from "../uploader/dom.js";

/** The bar at the window's bottom: what is selected, what can be done with it, and how that goes. */
export class Bar {
  #root = build("section", { className: "bulk", ariaLabel: strings.bulk.name, hidden: true });
  #content = build("div", { className: "bulk-content" });
  #opener;
  #onCancel = null;

  constructor() {
    this.#root.append(this.#content);
    document.body.append(this.#root);
    this.#root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#onCancel) return;
      event.preventDefault();
      this.#onCancel();
    });
  }

  hide() {
    this.#root.hidden = true;
    this.#content.replaceChildren();
  }

  /** Offers actions: pairs of a name and a function. */
  offer(count, actions, { onAll, onClear }) {
    this.#onCancel = onClear;
    const buttons = Object.entries(actions).map(([name, act]) => (
      button(strings.bulk.actions[name], () => act(), name === "remove" ? "plain danger" : "plain", name)));
    const all = button(strings.bulk.all, onAll, "link");
    const clear = button(strings.bulk.clear, onClear, "link");
    this.#show(build("p", { role: "status" }, strings.bulk.selected(count)), all, clear,
      build("div", { className: "bulk-actions" }, ...buttons));
  }

  /** Asks for what an action needs: `fields`, and answers as pairs of a text and a function. */
  ask(text, fields, answers, onCancel) {
    this.#opener = document.activeElement?.name;
    this.#onCancel = onCancel;
    const buttons = answers.map(([label, act, className = "button"]) => button(label, act, className));
    const form = build("form", { className: "bulk-form" },
      build("p", {}, text), ...fields, ...buttons, button(strings.keep, onCancel));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      buttons[0].click();
    });
    this.#show(form);
    (fields.length > 0 ? form.querySelector("input, select") : buttons.at(-1).nextElementSibling).focus();
  }

  /** Shows how far an action is; `stop` ends it. Returns a function that updates it. */
  progress(title, total, stop, stopText = strings.bulk.stop) {
    this.#onCancel = null;
    const text = build("p", { role: "status" }, title);
    const bar = build("progress", { max: total, value: 0, ariaLabel: title });
    const stopping = button(stopText, stop);
    this.#show(text, bar, stopping);
    stopping.focus();
    return (value, detail) => {
      if (value === undefined) bar.removeAttribute("value");
      else bar.value = value;
      if (detail !== undefined && text.textContent !== detail) text.textContent = detail;
    };
  }

  /** Shows what was done; `answers` as in `ask`. */
  tell(text, answers, onClose) {
    this.#onCancel = onClose;
    const close = button(strings.close, onClose);
    this.#show(build("p", { role: "status" }, text), ...answers.map(([label, act]) => button(label, act)), close);
    close.focus();
  }

  /** Gives the focus back to the action that opened a question. */
  refocus() {
    this.#content.querySelector(`[name="${this.#opener}"]`)?.focus();
  }

  #show(...children) {
    this.#content.replaceChildren(...children);
    this.#root.hidden = false;
  }
}

/** A field with its label. */
export function field(label, control) {
  return build("label", {}, build("span", {}, label), control);
}

function button(text, act, className = "plain", name = "") {
  const element = build("button", { type: "button", className, name }, text);
  element.addEventListener("click", act);
  return element;
}
