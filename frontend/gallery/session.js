const PREFIX = "darkroom-gallery:";
const KEPT = 8; // entries of the history

/**
 * What the gallery showed, kept in this tab for each entry of the browser's history, so that it
 * survives reloading, going back and going forward.
 */
export class Session {
  #state;
  #key;

  /** `state()` returns what to keep, as JSON; `onEntry(kept)` shows another entry of the history. */
  constructor(state, onEntry) {
    this.#state = state;
    this.#key = ownKey();
    history.scrollRestoration = "manual";
    addEventListener("pagehide", () => this.#keep());
    addEventListener("popstate", () => {
      // An address with another fragment belongs to the same gallery.
      if (!history.state?.gallery) history.replaceState({ gallery: this.#key }, "");
      if (history.state.gallery === this.#key) return;
      this.#keep();
      this.#key = history.state.gallery;
      onEntry(this.kept);
    });
  }

  /** What was kept for the present entry of the history, or undefined. */
  get kept() {
    const text = sessionStorage.getItem(PREFIX + this.#key);
    return text ? JSON.parse(text) : undefined;
  }

  /** Goes to a new entry of the history with this query, or changes that of the present one. */
  go(search, isNew) {
    const address = location.pathname + search;
    if (isNew) {
      this.#keep();
      this.#key = newKey();
      history.pushState({ gallery: this.#key }, "", address);
    } else history.replaceState(history.state, "", address);
  }

  #keep() {
    const own = PREFIX + this.#key;
    const others = Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX) && name !== own);
    others.sort().slice(0, -KEPT).forEach((name) => sessionStorage.removeItem(name));
    try {
      sessionStorage.setItem(own, JSON.stringify(this.#state()));
    } catch {
      // Without room for it, the gallery begins at its top.
      sessionStorage.removeItem(own);
    }
  }
}

function ownKey() {
  if (!history.state?.gallery) history.replaceState({ gallery: newKey() }, "");
  return history.state.gallery;
}

// Sorted as text, the oldest is the first.
function newKey() {
  return `${Date.now()}-${Math.random().toString(36).slice(2, 8)}`;
}
