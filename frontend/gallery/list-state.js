import { strings } from "../strings.js";
import { announcer } from "../uploader/announcer.js";
import { DEFAULTS, toSearch } from "./address.js";

/** What stands below the tiles, or in their place: that there are none, or why, and what to do. */
export class ListState {
  #elements;
  #announce;
  #isFiltered = false;
  #isCounted = true;

  /** `elements`: main, root, state and log; `actions`: retry and clear. */
  constructor(elements, actions) {
    this.#elements = elements;
    this.#announce = announcer(elements.log);
    elements.state.querySelector("button").addEventListener("click", ({ target }) => actions[target.name]());
  }

  /** Called when images are requested: with other filters, unless they are the first. */
  begin(filters, isFirst = false) {
    this.#isFiltered = toSearch({ ...filters, sort: DEFAULTS.sort }) !== "";
    this.#isCounted = isFirst;
    this.#elements.root.hidden = false;
    this.#elements.state.hidden = true;
  }

  /** Shows the state of a collection and its reader. */
  show(collection, { error, isReading }) {
    const { main, root, state } = this.#elements;
    const isEmpty = collection.isComplete && collection.length === 0;
    root.hidden = isEmpty || (error !== null && collection.length === 0);
    main.dataset.empty = isEmpty && !this.#isFiltered;
    state.hidden = !isEmpty && !error;
    if (error) this.#explain(navigator.onLine ? "error" : "offline", error.message);
    else if (isEmpty) this.#explain(this.#isFiltered ? "none" : "empty");
    if (!isReading && !this.#isCounted) {
      this.#isCounted = true;
      if (!state.hidden) return;
      this.#announce(strings.found(collection.length, collection.isComplete));
    }
  }

  #explain(name, message) {
    const { state } = this.#elements;
    const { title, hint, action } = strings.states[name];
    const button = state.querySelector("button");
    state.dataset.state = name;
    state.querySelector(".state-title").textContent = title;
    state.querySelector(".state-hint").textContent = message ?? hint ?? "";
    button.hidden = !action;
    button.textContent = action ?? "";
    button.name = name === "none" ? "clear" : "retry";
  }
}
