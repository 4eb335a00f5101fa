import { strings } from "../strings.js";
import { build } from "../uploader/dom.js";
import { moved, resized } from "./geometry.js";

// Where they are, in fractions of the rectangle.
const HANDLES = { nw: [0, 0], n: [0.5, 0], ne: [1, 0], e: [1, 0.5], se: [1, 1], s: [0.5, 1], sw: [0, 1], w: [0, 0.5] };
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const percent = (fraction) => Math.round(fraction * 100);

/** A rectangle on a picture that pointers and keys move and resize: a body with eight handles. */
export class Frame {
  #layer;
  #hooks;
  #rectangle;
  #parts;

  /**
   * `hooks`: change(rectangle, gesture), where changes of the same gesture belong together; ratio() of the
   * sides as fractions, select() and remove().
   */
  constructor(layer, className, hooks) {
    this.#layer = layer;
    this.#hooks = hooks;
    this.body = this.#part("div", `frame ${className}`);
    const handles = Object.entries(HANDLES).map(([name, place]) => [name, place, this.#part("button", `handle ${name}`, place)]);
    this.#parts = [["", [0, 0], this.body], ...handles];
    layer.append(...this.#parts.map(([, , element]) => element));
  }

  /** Shows it at a rectangle, under a name; only a selected one has handles. */
  show(rectangle, label, isSelected = true) {
    this.#rectangle = rectangle;
    const { x, y, width, height } = rectangle;
    place(this.body, { left: x, top: y, width, height });
    for (const [name, [across, down], element] of this.#parts) {
      const [left, top] = [x + across * width, y + down * height];
      if (name) place(element, { left, top });
      element.hidden = Boolean(name) && !isSelected;
      element.ariaLabel = [label, strings.editor.handles[name]].filter(Boolean).join(", ");
      element.ariaValueNow = percent(across === 0.5 ? top : left);
      element.ariaValueText = strings.editor.place(percent(left), percent(top))
        + (name ? "" : strings.editor.extent(percent(width), percent(height)));
    }
  }

  remove() {
    for (const [, , element] of this.#parts) element.remove();
  }

  #part(tag, className, handle) {
    const element = build(tag, { className, role: "slider", tabIndex: 0, type: "button" });
    const changed = (from, by) => (handle ? resized(from, handle, by, this.#hooks.ratio?.()) : moved(from, by));
    element.addEventListener("focus", () => this.#hooks.select?.());
    element.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      element.focus({ preventScroll: true });
      const from = this.#rectangle;
      followDrag(event, element, this.#layer, (by) => this.#hooks.change(changed(from, by), event));
    });
    element.addEventListener("keydown", (event) => {
      if (event.key === "Delete" || event.key === "Backspace") this.#hooks.remove?.();
      const step = STEPS[event.key]?.map((direction) => direction * (event.shiftKey ? 0.05 : 0.01));
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.#hooks.change(changed(this.#rectangle, step), element);
    });
    return element;
  }
}

/** Calls `onMove` with how far a pressed pointer has moved, in fractions of `area`'s sides. */
export function followDrag(event, target, area, onMove) {
  if (event.button !== 0) return;
  event.preventDefault();
  const { width, height } = area.getBoundingClientRect();
  const listeners = new AbortController();
  target.setPointerCapture(event.pointerId);
  target.addEventListener("pointermove", ({ clientX, clientY, pointerId }) => {
    if (pointerId === event.pointerId) onMove([(clientX - event.clientX) / width, (clientY - event.clientY) / height]);
  }, listeners);
  for (const type of ["pointerup", "pointercancel"]) target.addEventListener(type, () => listeners.abort(), listeners);
}

function place(element, ends) {
  for (const [name, fraction] of Object.entries(ends)) element.style[name] = `${fraction * 100}%`;
}
