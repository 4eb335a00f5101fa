const DRAG = 4; // CSS pixels from which a press moves the picture

/** Shows a picture's pixels one by one on the screen's; the picture is then moved in its stage. */
export class Zoom {
  #stage;
  #picture;
  #button;

  constructor({ stage, right, actualSize }) {
    this.#stage = stage;
    this.#picture = right;
    this.#button = actualSize;
    actualSize.addEventListener("click", () => this.toggle());
    stage.addEventListener("dblclick", (event) => this.toggle(event));
    stage.addEventListener("pointerdown", (event) => this.#drag(event));
    right.addEventListener("load", () => this.isOn && this.#size());
  }

  get isOn() {
    return this.#stage.classList.contains("zoomed");
  }

  /** Zooms in, so that what was at a point stays there (or the middle), or out. */
  toggle({ clientX, clientY } = {}) {
    if (this.#stage.matches(".choosing, .broken")) return;
    const { left, top, width, height } = this.#stage.getBoundingClientRect();
    const [x, y] = clientX === undefined ? [0.5, 0.5] : [(clientX - left) / width, (clientY - top) / height];
    this.#stage.classList.toggle("zoomed");
    this.#button.ariaPressed = this.isOn;
    this.#stage.tabIndex = this.isOn ? 0 : -1;
    if (!this.isOn) return;
    this.#stage.focus({ preventScroll: true });
    this.#size();
    this.#stage.scrollTo({
      left: x * (this.#stage.scrollWidth - width), top: y * (this.#stage.scrollHeight - height), behavior: "instant",
    });
  }

  #size() {
    // One pixel of the picture for each of the screen's.
    this.#stage.style.setProperty("--full", `${this.#picture.naturalWidth / devicePixelRatio}px`);
  }

  // Fingers scroll the stage by themselves.
  #drag({ pointerType, pointerId, clientX, clientY, button }) {
    if (!this.isOn || pointerType !== "mouse" || button !== 0) return;
    const stage = this.#stage;
    const from = [stage.scrollLeft + clientX, stage.scrollTop + clientY];
    const listeners = new AbortController();
    const { signal } = listeners;
    stage.addEventListener("pointermove", (event) => {
      const by = [from[0] - event.clientX - stage.scrollLeft, from[1] - event.clientY - stage.scrollTop];
      if (Math.hypot(...by) > DRAG && !stage.hasPointerCapture(pointerId)) stage.setPointerCapture(pointerId);
      if (stage.hasPointerCapture(pointerId)) stage.scrollBy({ left: by[0], top: by[1], behavior: "instant" });
    }, { signal });
    for (const type of ["pointerup", "pointercancel"]) stage.addEventListener(type, () => listeners.abort(), { signal });
  }
}
