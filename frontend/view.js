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
   * `file`: its original, if the page still has it; `actions`: notify, edit, restore, reprocess,
   * remove, setVisibility, and load and save for its texts.
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
    // An edited picture has another frame than its original.
    this.#slider = new CompareSlider(slots, image, image.edits?.length ? undefined : file, actions.notify);
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

  /** Asks a question with the answer `yes`; resolves to whether it was given. */
  confirm(question, yes) {
    let isConfirmed = false;
    return new Promise((resolve) => {
      this.#question.ask(question, this.#slots.edit, {
        yes: [yes, () => { isConfirmed = true; }],
        // The answer follows.
        end: () => queueMicrotask(() => resolve(isConfirmed)),
      });
    });
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
    const { actions, copyMarkup, edit, restore, setFocus, reprocess, remove } = this.#slots;
    const ready = this.#image.status === "ready" && wholeRenditions(this.#image).length > 0;
    actions.hidden = this.#image.status === "deleted";
    copyMarkup.hidden = !this.#image.markup;
    setFocus.hidden = !ready;
    // APIs of earlier versions have no edits.
    edit.hidden = !ready || !this.#image.edits;
    restore.hidden = !this.#image.edits?.length || !CHANGEABLE.includes(this.#image.status);
    reprocess.hidden = !CHANGEABLE.includes(this.#image.status);
    copyMarkup.addEventListener("click", () => this.#copy(this.#image.markup));
    reprocess.addEventListener("click", () => this.#actions.reprocess());
    remove.addEventListener("click", () => this.#confirmRemoval());
    setFocus.addEventListener("click", () => this.#chooseFocus());
    edit.addEventListener("click", () => this.#actions.edit());
    restore.addEventListener("click", () => this.#actions.restore());
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
    // APIs of earlier versions suggest none.
    const { focal_point: chosen, suggested_focal_point: suggested } = this.#image;
    const point = new FocalPoint(this.#slots, chosen, suggested);
    this.#slider.setChoosing(true);
    const send = (focal) => this.#actions.reprocess({ focal_point: focal });
    const hint = !chosen && suggested ? strings.focusSuggested : strings.focusHint;
    this.#question.ask(hint, this.#slots.setFocus, {
      yes: [strings.saveFocus, () => send(point.value)],
      other: chosen && [strings.removeFocus, () => send(null)],
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
