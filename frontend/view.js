import { strings } from "./strings.js";
import * as format from "./format.js";
import { CHANGEABLE, fillDetails, offerVisibility } from "./details.js";
import { FocalPoint } from "./focal.js";
import { CompareSlider } from "./compare-slider.js";
import { Editing } from "./editing.js";
import { Zoom } from "./zoom.js";
import { Question } from "./question.js";
import { wholeRenditions } from "./pictures.js";
import { fillWords, stamp } from "./templates.js";

/** One picture: the compare slider, its variants and details, and the action buttons. */
export class View {
  #slots;
  #image;
  #actions;
  #slider;
  #question;

  /**
   * `file`: its original, if the page still has it; `actions`: notify, reprocess, remove,
   * setVisibility, and load and save for its texts.
   */
  constructor(image, file, actions, etag) {
    const { element, slots } = stamp("view");
    fillWords(element);
    this.element = element;
    this.#slots = slots;
    this.#image = image;
    this.#actions = actions;
    element.dataset.state = image.status;
    slots.outcome.textContent = outcomeOf(image);
    slots.detail.textContent = [image.detail, image.reason && strings.whyRejected(image.reason)]
      .filter(Boolean).join(" ");
    this.#question = new Question(slots);
    this.#slider = new CompareSlider(slots, image, file, actions.notify);
    fillDetails(slots, image, { show: this.#show, copy: this.#copy });
    if (this.#slider.isShown) new Zoom(slots);
    slots.editing.hidden = !image.tags || !CHANGEABLE.includes(image.status);
    if (!slots.editing.hidden) this.#edit(etag);
    this.#offerActions();
  }

  #edit(etag) {
    const { notify, load, save } = this.#actions;
    new Editing(this.#slots, this.#image, etag, {
      notify,
      load,
      save: async (...change) => {
        const saved = await save(...change);
        this.#slots.markup.textContent = saved.image.markup ?? "";
        return saved;
      },
    });
  }

  /** Answers the open question with "no"; returns whether there was one. */
  cancelQuestion() {
    return this.#question.cancel();
  }

  /** Shows the receipt of a deletion, in place of the actions if nothing is left. */
  showReceipt({ erased, remaining, verified }) {
    const slots = this.#slots;
    slots.actions.hidden = verified;
    this.element.dataset.state = "deleted";
    slots.outcome.textContent = strings.removed;
    slots.receipt.hidden = false;
    slots.receipt.replaceChildren(...(verified ? erased : remaining).map((name) => {
      const line = document.createElement("li");
      line.textContent = name;
      return line;
    }));
  }

  #offerActions() {
    const { actions, copyMarkup, setFocus, reprocess, remove } = this.#slots;
    const ready = this.#image.status === "ready" && wholeRenditions(this.#image).length > 0;
    actions.hidden = this.#image.status === "deleted";
    copyMarkup.hidden = !this.#image.markup;
    setFocus.hidden = !ready;
    reprocess.hidden = !CHANGEABLE.includes(this.#image.status);
    copyMarkup.addEventListener("click", () => this.#copy(this.#image.markup));
    reprocess.addEventListener("click", () => this.#actions.reprocess());
    remove.addEventListener("click", () => this.#confirmRemoval());
    setFocus.addEventListener("click", () => this.#chooseFocus());
    offerVisibility(this.#slots, this.#image, this.#actions.setVisibility);
  }

  #show = (rendition) => {
    this.#slider.show(rendition);
    this.#slots.stage.scrollIntoView({ block: "nearest" });
  };

  #copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      this.#actions.notify(strings.copied);
    } catch {
      this.#slots.markupBox.open = true;
      this.#actions.notify(strings.notCopied);
    }
  };

  #confirmRemoval() {
    this.#question.ask(strings.removeSure, this.#slots.remove, {
      yes: [strings.removeNow, () => this.#actions.remove()],
      isDanger: true,
    });
  }

  #chooseFocus() {
    const point = new FocalPoint(this.#slots, this.#image.focal_point);
    this.#slider.setChoosing(true);
    const send = (focal) => this.#actions.reprocess({ focal_point: focal });
    this.#question.ask(strings.focusHint, this.#slots.setFocus, {
      yes: [strings.saveFocus, () => send(point.value)],
      other: this.#image.focal_point && [strings.removeFocus, () => send(null)],
      end: () => {
        point.remove();
        this.#slider.setChoosing(false);
      },
    });
    this.#slots.focal.focus();
  }
}

function outcomeOf({ status, savings }) {
  return status === "ready" && savings ? format.saved(savings.percent) : strings.statuses[status];
}
