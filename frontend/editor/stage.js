import { strings } from "../strings.js";
import { UploadError } from "../uploader/api.js";
import { build } from "../uploader/dom.js";
import { redactBox, traced } from "./geometry.js";
import { UNEDITED, cropped, editsOf } from "./recipe.js";

const LONGEST = 2560; // pixels of a side: sharp on every screen, and quick to draw
const MARGIN = 28; // CSS pixels around the picture, into which handles reach

// What each tool shows of a state.
const SHOWN = {
  redact: ({ flip, quarters }) => ({ ...UNEDITED, flip, quarters }),
  preview: (state) => ({ ...state, redactions: [] }),
};
const uncropped = (state) => ({ ...state, redactions: [], crop: UNEDITED.crop });

/**
 * A picture, a Blob or an address, as a `canvas` and its upright `size`; with `size`, it may be a smaller
 * rendition of a picture that large. An UploadError if the browser cannot show it.
 */
export async function readPicture(picture, size) {
  const img = new Image();
  img.src = picture instanceof Blob ? URL.createObjectURL(picture) : picture;
  await img.decode().catch(() => {});
  URL.revokeObjectURL(img.src);
  const own = [img.naturalWidth, img.naturalHeight];
  const [width, height] = size ?? own;
  // Perhaps the browser has turned it otherwise than Darkroom does; sides are rounded to pixels.
  const isWrong = Math.abs(own[0] * height - own[1] * width) > Math.max(width, height);
  if (!own[0] || isWrong) throw new UploadError(strings.editor.cannotShow, "rejected");
  const scale = Math.min(1, LONGEST / Math.max(...own));
  const canvas = build("canvas");
  [canvas.width, canvas.height] = own.map((side) => Math.max(1, Math.round(side * scale)));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(img, 0, 0, canvas.width, canvas.height);
  return { canvas, size: [width, height] };
}

/** The picture, drawn as the server renders it, and over it a `layer` for what tools add. */
export class Stage {
  #picture;
  #context;
  #frame;
  #shown;

  constructor({ canvas, size }) {
    this.#picture = canvas;
    this.size = size;
    this.canvas = build("canvas", { role: "img" });
    this.#context = this.canvas.getContext("2d");
    this.layer = build("div", { className: "layer" });
    this.#frame = build("div", { className: "picture" }, this.canvas, this.layer);
    this.element = build("div", { className: "stage" }, this.#frame);
    this.resizing = new ResizeObserver(() => this.#draw());
    this.resizing.observe(this.element);
  }

  /** Shows a state as a tool needs it. */
  show(state, tool) {
    this.#shown = [state, tool];
    this.canvas.ariaLabel = strings.editor.pictureOf(strings.editor.tools[tool]);
    this.#draw();
  }

  #draw() {
    if (!this.#shown) return;
    const [state, tool] = this.#shown;
    const { size, matrix } = traced(editsOf((SHOWN[tool] ?? uncropped)(state)), this.size).at(-1);
    this.#fit(size);
    const { canvas } = this;
    const context = this.#context;
    context.setTransform(...matrix.map((value, index) => (
      value * (index % 2 ? canvas.height / size[1] : canvas.width / size[0]))));
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#picture, 0, 0, ...this.size);
    for (const redaction of state.redactions) {
      const [left, top, right, bottom] = redactBox(redaction, this.size);
      context.fillStyle = redaction.color;
      context.fillRect(left, top, right - left, bottom - top);
    }
    context.resetTransform();
    if (!SHOWN[tool]) this.#shade(state, tool === "straighten" ? 8 : 3);
  }

  // As large as the window allows, in the screen's own pixels.
  #fit(size) {
    const { clientWidth, clientHeight } = this.element;
    const room = [clientWidth, clientHeight].map((side, axis) => (side - 2 * MARGIN) / size[axis]);
    const shown = size.map((side) => Math.max(1, side * Math.min(...room)));
    [this.#frame.style.width, this.#frame.style.height] = shown.map((side) => `${side}px`);
    [this.canvas.width, this.canvas.height] = shown.map((side) => Math.round(side * devicePixelRatio));
  }

  // Darkens what is cut off, and draws lines over the rest.
  #shade(state, parts) {
    const { canvas } = this;
    const { box, size } = cropped(state, this.size);
    const [left, top, right, bottom] = box.map((end, index) => (
      (end * (index % 2 ? canvas.height : canvas.width)) / size[index % 2]));
    const outside = new Path2D();
    outside.rect(0, 0, canvas.width, canvas.height);
    outside.rect(left, top, right - left, bottom - top);
    this.#context.fillStyle = "#000a";
    this.#context.fill(outside, "evenodd");
    const lines = new Path2D();
    for (let part = 1; part < parts; part += 1) {
      const [x, y] = [left + ((right - left) * part) / parts, top + ((bottom - top) * part) / parts];
      lines.rect(x, top, 0, bottom - top);
      lines.rect(left, y, right - left, 0);
    }
    // One of the two is seen on any picture.
    for (const [style, width] of [["#0006", 3], ["#fffa", 1]]) {
      Object.assign(this.#context, { strokeStyle: style, lineWidth: width * devicePixelRatio });
      this.#context.stroke(lines);
    }
  }
}
