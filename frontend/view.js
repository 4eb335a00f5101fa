import { strings } from "./strings.js";
import * as format from "./format.js";
import { CHANGEABLE, fillDetails, offerVisibility } from "./details.js";
import { FocalPoint } from "./focal.js";
import { CompareSlider } from "./compare-slider.js";
import { wholeRenditions } from "./pictures.js";
import { fillWords, stamp } from "./templates.js";

/** One picture: the compare slider, its variants and details, and the action buttons. */
export class View {
  #slots;
  #image;
  #actions;
  #slider;
  #endQuestion;

  /**
   * `file`: its original, if the page still has it; `actions`: notify, reprocess, remove and
   * setVisibility.
   */
  constructor(image, file, actions) {
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
    this.#slider = new CompareSlider(slots, image, file, actions.notify);
    fillDetails(slots, image, { show: this.#show, copy: this.#copy });
    this.#offerActions();
  }

  /** Answers the open question with "no"; returns whether there was one. */
  cancelQuestion() {
    const end = this.#endQuestion;
    end?.();
    return Boolean(end);
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
    this.#ask(strings.removeSure, this.#slots.remove, {
      yes: [strings.removeNow, () => this.#actions.remove()],
      isDanger: true,
    });
  }

  #chooseFocus() {
    const point = new FocalPoint(this.#slots, this.#image.focal_point);
    this.#slider.setChoosing(true);
    const send = (focal) => this.#actions.reprocess({ focal_point: focal });
    this.#ask(strings.focusHint, this.#slots.setFocus, {
      yes: [strings.saveFocus, () => send(point.value)],
      other: this.#image.focal_point && [strings.removeFocus, () => send(null)],
      end: () => {
        point.remove();
        this.#slider.setChoosing(false);
      },
    });
    this.#slots.focal.focus();
  }

  // The question replaces the buttons; afterwards the focus returns to `opener`.
  #ask(text, opener, { yes, other, end, isDanger = false }) {
    const { actions, question, questionText } = this.#slots;
    const close = () => {
      this.#endQuestion = undefined;
      question.hidden = true;
      actions.hidden = false;
      end?.();
      opener.focus();
    };
    questionText.textContent = text;
    for (const [name, answer] of Object.entries({ yes, other, no: [strings.keep] })) {
      const button = this.#slots[name];
      button.hidden = !answer;
      button.textContent = answer?.[0];
      button.onclick = () => {
        close();
        answer[1]?.();
      };
    }
    this.#endQuestion = close;
    this.#slots.yes.classList.toggle("danger", isDanger);
    actions.hidden = true;
    question.hidden = false;
    this.#slots.no.focus();
  }
}

function outcomeOf({ status, savings }) {
  return status === "ready" && savings ? format.saved(savings.percent) : strings.statuses[status];
}
