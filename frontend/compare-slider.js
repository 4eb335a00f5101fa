import { strings } from "./strings.js";
import * as format from "./format.js";
import { isWhole, showPlaceholder, wholeRenditions } from "./pictures.js";
import { sha256 } from "./uploader/digest.js";

/** Compares a variant with the original, or with the largest variant, by a movable divider. */
export class CompareSlider {
  #slots;
  #image;
  #best;
  #shown;
  #original = null;

  constructor(slots, image, file, notify) {
    this.#slots = slots;
    this.#image = image;
    this.#best = wholeRenditions(image).at(-1);
    slots.compare.hidden = !this.#best;
    if (!this.#best) return;
    slots.original.textContent = strings.originalDetails(
      format.dimensions(image.original_width ?? image.width, image.original_height ?? image.height), format.bytes(image.bytes), image.content_type);
    slots.stage.style.setProperty("--ratio", image.width / image.height);
    showPlaceholder(slots.stage, slots.right, image.placeholder);
    slots.right.addEventListener("error", () => notify(strings.notLoaded));
    slots.divider.addEventListener("input", () => this.#divide());
    slots.left.addEventListener("error", () => this.#setOriginal(null));
    slots.file.addEventListener("change", () => this.#check(slots.file.files[0], notify));
    this.show(this.#best);
    if (file) this.#setOriginal(file);
  }

  /** Whether there is a picture to show. */
  get isShown() {
    return this.#best !== undefined;
  }

  /** Shows this rendition; a crop is shown alone, since nothing has the same frame. */
  show(rendition) {
    this.#shown = rendition;
    this.#slots.right.src = rendition.immutable_url;
    this.#update();
  }

  /** Shows the whole picture without a divider while a focal point is chosen. */
  setChoosing(choosing) {
    if (choosing) this.#slots.right.src = this.#best.immutable_url;
    else this.show(this.#shown);
    this.#slots.stage.classList.toggle("choosing", choosing);
  }

  // The original stays private in its bucket, so the user supplies the file, or the page still has it.
  async #check(file, notify) {
    const same = file && (await sha256(file)) === this.#image.sha256;
    if (same) this.#setOriginal(file);
    else notify(strings.notTheOriginal);
  }

  #setOriginal(file) {
    URL.revokeObjectURL(this.#original);
    this.#original = file && URL.createObjectURL(file);
    this.#update();
  }

  #update() {
    const { stage, left, leftName, rightName, divider, chooser } = this.#slots;
    const shown = this.#shown;
    const base = this.#original ?? (shown === this.#best ? null : this.#best.immutable_url);
    const compared = Boolean(base) && isWhole(this.#image, shown);
    stage.classList.toggle("single", !compared);
    stage.classList.toggle("crop", !isWhole(this.#image, shown));
    if (compared) left.src = base;
    leftName.textContent = compared ? (this.#original ? strings.original : this.#best.variant) : "";
    rightName.textContent = shown.variant;
    divider.ariaLabel = strings.divider(leftName.textContent, shown.variant);
    chooser.hidden = this.#original !== null || this.#image.edits?.length > 0;
    this.#divide();
  }

  #divide() {
    this.#slots.stage.style.setProperty("--at", `${this.#slots.divider.value}%`);
  }
}
