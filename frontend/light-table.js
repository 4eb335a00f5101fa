import { strings } from "./strings.js";
import * as format from "./format.js";
import { isWhole, showPlaceholder, wholeRenditions } from "./pictures.js";
import { sha256 } from "./uploader/digest.js";

/** A variant beside the original, or beside the best one, with a divider to draw between them. */
export class LightTable {
  #slots;
  #image;
  #best;
  #shown;
  #original = null;

  constructor(slots, image, file, say) {
    this.#slots = slots;
    this.#image = image;
    this.#best = wholeRenditions(image).at(-1);
    slots.table.hidden = !this.#best;
    if (!this.#best) return;
    slots.original.textContent = strings.originalFacts(
      format.dimensions(image.width, image.height), format.bytes(image.bytes), image.content_type);
    slots.stage.style.setProperty("--ratio", image.width / image.height);
    showPlaceholder(slots.right, image.placeholder);
    slots.divider.addEventListener("input", () => this.#divide());
    slots.left.addEventListener("error", () => this.#lay(null));
    slots.file.addEventListener("change", () => this.#check(slots.file.files[0], say));
    this.show(this.#best);
    if (file) this.#lay(file);
  }

  /** Shows this rendition; a crop alone, since there is nothing to lay it over. */
  show(rendition) {
    this.#shown = rendition;
    this.#slots.right.src = rendition.url;
    this.#update();
  }

  /** While it rests, there is one picture and no divider. */
  rest(resting) {
    if (resting) this.#slots.right.src = this.#best.url;
    else this.show(this.#shown);
    this.#slots.stage.classList.toggle("resting", resting);
  }

  // The original stays private in its bucket: its owner has it, or the page had it a moment ago.
  async #check(file, say) {
    const same = file && (await sha256(file)) === this.#image.sha256;
    if (same) this.#lay(file);
    else say(strings.notTheOriginal);
  }

  #lay(file) {
    URL.revokeObjectURL(this.#original);
    this.#original = file && URL.createObjectURL(file);
    this.#update();
  }

  #update() {
    const { stage, left, leftName, rightName, divider, chooser } = this.#slots;
    const shown = this.#shown;
    const base = this.#original ?? (shown === this.#best ? null : this.#best.url);
    const compared = Boolean(base) && isWhole(this.#image, shown);
    stage.classList.toggle("single", !compared);
    stage.classList.toggle("crop", !isWhole(this.#image, shown));
    if (compared) left.src = base;
    leftName.textContent = compared ? (this.#original ? strings.original : this.#best.variant) : "";
    rightName.textContent = shown.variant;
    divider.ariaLabel = strings.divider(leftName.textContent, shown.variant);
    chooser.hidden = this.#original !== null;
    this.#divide();
  }

  #divide() {
    this.#slots.stage.style.setProperty("--at", `${this.#slots.divider.value}%`);
  }
}
