import { strings } from "./strings.js";
import * as format from "./format.js";
import { fillDetails } from "./details.js";
import { FocalPoint } from "./focal.js";
import { LightTable } from "./light-table.js";
import { wholeRenditions } from "./pictures.js";
import { fillWords, stamp } from "./templates.js";

/** One picture: the light table with its variants, its facts, and the buttons. */
export class View {
  #slots;
  #image;
  #actions;
  #table;

  /** `file`: its original, where it is at hand; `actions`: say, reprocess and remove. */
  constructor(image, file, actions) {
    const { element, slots } = stamp("view");
    fillWords(element);
    this.element = element;
    this.#slots = slots;
    this.#image = image;
    this.#actions = actions;
    element.dataset.state = image.status;
    slots.verdict.textContent = verdictOf(image);
    slots.detail.textContent = [image.detail, image.reason && strings.whyRejected(image.reason)]
      .filter(Boolean).join(" ");
    this.#table = new LightTable(slots, image, file, actions.say);
    fillDetails(slots, image, { show: this.#show, copy: this.#copy });
    this.#offer();
  }

  /** The image is gone, but for this. */
  showReceipt({ erased, remaining, verified }) {
    const slots = this.#slots;
    this.element.dataset.state = "deleted";
    slots.verdict.textContent = strings.removed;
    slots.receipt.hidden = false;
    slots.receipt.replaceChildren(...(verified ? erased : remaining).map((name) => {
      const line = document.createElement("li");
      line.textContent = name;
      return line;
    }));
  }

  #offer() {
    const { deeds, copyMarkup, setFocus, reprocess, remove } = this.#slots;
    const ready = this.#image.status === "ready" && wholeRenditions(this.#image).length > 0;
    deeds.hidden = this.#image.status === "deleted";
    copyMarkup.hidden = !this.#image.markup;
    setFocus.hidden = !ready;
    reprocess.hidden = !["ready", "rejected", "failed"].includes(this.#image.status);
    copyMarkup.addEventListener("click", () => this.#copy(this.#image.markup));
    reprocess.addEventListener("click", () => this.#actions.reprocess());
    remove.addEventListener("click", () => this.#confirmRemoval());
    setFocus.addEventListener("click", () => this.#chooseFocus());
  }

  #show = (rendition) => {
    this.#table.show(rendition);
    this.#slots.stage.scrollIntoView({ block: "nearest" });
  };

  #copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      this.#actions.say(strings.copied);
    } catch {
      this.#slots.markupBox.open = true;
      this.#actions.say(strings.notCopied);
    }
  };

  #confirmRemoval() {
    this.#ask(strings.removeSure, this.#slots.remove, {
      yes: [strings.removeNow, () => this.#actions.remove()],
    });
  }

  #chooseFocus() {
    const point = new FocalPoint(this.#slots, this.#image.focal_point);
    this.#table.rest(true);
    const send = (focal) => this.#actions.reprocess({ focal_point: focal });
    this.#ask(strings.focusHint, this.#slots.setFocus, {
      yes: [strings.saveFocus, () => send(point.value)],
      other: this.#image.focal_point && [strings.removeFocus, () => send(null)],
      end: () => {
        point.end();
        this.#table.rest(false);
      },
    });
    this.#slots.focal.focus();
  }

  // The question takes the buttons' place, and gives it back to the one that asked.
  #ask(words, asker, { yes, other, end }) {
    const { deeds, question, asked } = this.#slots;
    const close = () => {
      question.hidden = true;
      deeds.hidden = false;
      end?.();
      asker.focus();
    };
    asked.textContent = words;
    for (const [name, answer] of Object.entries({ yes, other, no: [strings.keep] })) {
      const button = this.#slots[name];
      button.hidden = !answer;
      button.textContent = answer?.[0];
      button.onclick = () => {
        close();
        answer[1]?.();
      };
    }
    deeds.hidden = true;
    question.hidden = false;
    this.#slots.no.focus();
  }
}

function verdictOf({ status, savings }) {
  return status === "ready" && savings ? format.saved(savings.percent) : strings.statuses[status];
}
