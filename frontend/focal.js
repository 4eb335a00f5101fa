import { strings } from "./strings.js";
import * as format from "./format.js";

const STEPS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const FINE = 0.01;
const COARSE = 0.1;

/**
 * The focal point's marker: set by a click, moved by the arrow keys (with Shift, in larger steps).
 * A suggested point is marked as one until it is moved.
 */
export class FocalPoint {
  #slots;
  #listeners = new AbortController();

  constructor(slots, point, suggestion) {
    const { signal } = this.#listeners;
    this.#slots = slots;
    slots.focal.hidden = false;
    slots.stage.addEventListener("click", (event) => this.#moveTo(event), { signal });
    slots.focal.addEventListener("keydown", (event) => this.#step(event), { signal });
    const { x, y } = point ?? suggestion ?? { x: 0.5, y: 0.5 };
    this.#set(x, y, !point && Boolean(suggestion));
  }

  /** Removes the marker. */
  remove() {
    this.#listeners.abort();
    this.#slots.focal.hidden = true;
  }

  #moveTo({ target, clientX, clientY }) {
    if (target === this.#slots.focal) return;
    const { left, top, width, height } = this.#slots.stage.getBoundingClientRect();
    this.#set((clientX - left) / width, (clientY - top) / height);
  }

  #step(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const far = event.shiftKey ? COARSE : FINE;
    this.#set(this.value.x + step[0] * far, this.value.y + step[1] * far);
  }

  #set(x, y, isSuggested = false) {
    const clamped = (share) => Math.round(Math.min(1, Math.max(0, share)) * 1000) / 1000;
    this.value = { x: clamped(x), y: clamped(y) };
    const { focal } = this.#slots;
    focal.style.left = `${this.value.x * 100}%`;
    focal.style.top = `${this.value.y * 100}%`;
    focal.classList.toggle("suggested", isSuggested);
    focal.ariaLabel = (isSuggested ? strings.suggestedAt : strings.focusAt)(
      format.percent(this.value.x * 100), format.percent(this.value.y * 100));
  }
}
