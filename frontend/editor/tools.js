import { strings } from "../strings.js";
import { build } from "../uploader/dom.js";
import { button, field, options } from "./dialog.js";
import { Frame, followDrag } from "./frame.js";
import { between, fitted, turned } from "./geometry.js";
import { cropped } from "./recipe.js";

const RATIOS = ["free", "original", "1:1", "4:3", "3:2", "16:9", "3:4", "2:3", "9:16"];
const MOST_BOXES = 16; // a recipe has 20 steps, and one of each other kind
const LEAST_BOX = 0.01; // of a side: what is smaller was a click

// A tool has `controls`, show(state), and hide() to leave the picture. The session has the `state`, and
// change(changes, gesture).

/** Crops by a frame, freely or in a fixed ratio. */
export function cropTool({ layer, size }, session) {
  const choice = build("select", {}, ...RATIOS.map((name) => new Option(strings.editor.ratios[name] ?? name, name)));
  // Of the sides as fractions of the picture's.
  const ratio = (name = session.state.ratio) => {
    if (name === "free" || name === "original") return name === "free" ? undefined : 1;
    const [width, height] = name.split(":");
    const [across, down] = cropped(session.state, size).size;
    return ((width / height) * down) / across;
  };
  choice.addEventListener("change", () => {
    const fixed = ratio(choice.value);
    const { crop: before } = session.state;
    session.change({ ratio: choice.value, crop: fixed ? fitted(before, fixed) : before });
  });
  let frame;
  return {
    controls: options(field(strings.editor.ratio, choice)),
    show(state) {
      frame ??= new Frame(layer, "crop", { ratio, change: (rectangle, gesture) => session.change({ crop: rectangle }, gesture) });
      frame.show(state.crop, strings.editor.tools.crop);
      choice.value = state.ratio;
    },
    hide() {
      frame?.remove();
      frame = undefined;
    },
  };
}

/** Turns by an angle, to make horizons level. */
export function straightenTool(session) {
  const angle = build("input", { type: "range", min: -45, max: 45, step: 0.1 });
  const shown = build("output");
  angle.addEventListener("input", () => session.change({ degrees: Number(angle.value) }, angle));
  return {
    controls: options(field(strings.editor.angle, angle), shown),
    show({ degrees }) {
      angle.value = degrees;
      angle.ariaValueText = shown.textContent = strings.editor.degrees(degrees);
    },
    hide() {},
  };
}

/** Shows the result alone. */
export const previewTool = () => ({ controls: options(), show() {}, hide() {} });

/** The tool that hides parts of the picture under boxes, drawn from corner to corner or added by a button. */
export class RedactTool {
  #layer;
  #session;
  #say;
  #frames = [];
  #selected = 0;
  #add = button(strings.editor.addBox, () => {
    this.#put(this.#boxes.length, { x: 0.35, y: 0.35, width: 0.3, height: 0.3 });
    this.#frames.at(-1).body.focus();
  });
  #erase = button(strings.editor.removeBox, () => this.#remove(this.#selected));
  #color = build("input", { type: "color" });
  controls = options(this.#add, this.#erase, field(strings.editor.color, this.#color));

  /** `say` announces a sentence. */
  constructor(layer, session, say) {
    this.#layer = layer;
    this.#session = session;
    this.#say = say;
    this.#color.addEventListener("input", () => this.#put(this.#selected, {}, this.#color));
  }

  get #boxes() {
    return this.#session.state.redactions;
  }

  show({ redactions, flip, quarters }) {
    const { length } = redactions;
    this.#layer.onpointerdown = (event) => this.#draw(event);
    while (this.#frames.length > length) this.#frames.pop().remove();
    while (this.#frames.length < length) this.#frames.push(this.#frame(this.#frames.length));
    this.#selected = Math.max(0, Math.min(this.#selected, length - 1));
    for (const [index, frame] of this.#frames.entries()) {
      frame.show(turned(redactions[index], flip, quarters), strings.editor.box(index + 1), index === this.#selected);
    }
    this.#add.disabled = length >= MOST_BOXES;
    this.#erase.disabled = this.#color.disabled = length === 0;
    if (length > 0) this.#color.value = redactions[this.#selected].color;
  }

  hide() {
    this.#layer.onpointerdown = null;
    while (this.#frames.length > 0) this.#frames.pop().remove();
  }

  #frame(index) {
    return new Frame(this.#layer, "box", {
      change: (rectangle, gesture) => this.#put(index, rectangle, gesture),
      select: () => {
        this.#selected = index;
        this.show(this.#session.state);
      },
      remove: () => this.#remove(index),
    });
  }

  #draw(event) {
    const { left, top, width, height } = this.#layer.getBoundingClientRect();
    const from = [(event.clientX - left) / width, (event.clientY - top) / height];
    const index = this.#boxes.length;
    followDrag(event, this.#layer, this.#layer, ([dx, dy]) => {
      const drawn = between(from, [from[0] + dx, from[1] + dy]);
      if (index < MOST_BOXES && Math.min(drawn.width, drawn.height) >= LEAST_BOX) this.#put(index, drawn, event);
    });
  }

  // Changes a box, or adds one; the rectangle is one of the picture as it is shown.
  #put(index, rectangle, gesture) {
    const { flip, quarters } = this.#session.state;
    const redactions = [...this.#boxes];
    const isNew = index === redactions.length;
    const turnedBack = turned(turned(rectangle, false, (4 - quarters) % 4), flip, 0);
    this.#selected = index;
    redactions[index] = { ...redactions[index], ...(rectangle.width && turnedBack), color: this.#color.value };
    this.#session.change({ redactions }, gesture);
    if (isNew) this.#say(strings.editor.boxAdded);
  }

  #remove(index) {
    this.#session.change({ redactions: this.#boxes.toSpliced(index, 1) });
    // A removed element would lose the focus to the top of the page.
    this.#add.focus();
    this.#say(strings.editor.boxRemoved);
  }
}
