import { strings } from "./strings.js";

/** A question in place of the action buttons, answered by other buttons. */
export class Question {
  #slots;
  #end;

  constructor(slots) {
    this.#slots = slots;
  }

  /** Answers with "no"; returns whether there was a question. */
  cancel() {
    const end = this.#end;
    end?.();
    return Boolean(end);
  }

  /** Asks, with answers as pairs of a text and a function; afterwards the focus returns to `opener`. */
  ask(text, opener, { yes, other, end, isDanger = false }) {
    const { actions, question, questionText } = this.#slots;
    const close = () => {
      this.#end = undefined;
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
    this.#end = close;
    this.#slots.yes.classList.toggle("danger", isDanger);
    actions.hidden = true;
    question.hidden = false;
    this.#slots.no.focus();
  }
}
