/** The filters in the page's address, and what the gallery showed at each of its addresses. */

export const STATUSES = ["ready", "processing", "rejected", "failed", "deleted"];
export const EVERY_STATUS = "all";
export const VISIBILITIES = ["public", "private"];
export const SORTS = [
  "-created_at", "created_at", "filename", "-filename", "-bytes", "bytes", "-savings", "savings",
];
/** What the gallery shows if the address has no query. */
export const DEFAULTS = {
  q: "", status: "ready", visibility: "", tags: [], from: "", to: "", sort: "-created_at",
};

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const PREFIX = "darkroom-gallery:";
const KEPT = 8; // entries of the history

/** The filters in an address's query; what is missing or unknown has its default. */
export function parseFilters(search) {
  const query = new URLSearchParams(search);
  const choice = (name, allowed) => (allowed.includes(query.get(name)) ? query.get(name) : DEFAULTS[name]);
  const date = (name) => (DATE.test(query.get(name)) ? query.get(name) : "");
  return {
    q: (query.get("q") ?? "").trim(),
    status: choice("status", [...STATUSES, EVERY_STATUS]),
    visibility: choice("visibility", VISIBILITIES),
    tags: [...new Set(query.getAll("tag").map((tag) => tag.trim()).filter(Boolean))],
    from: date("from"),
    to: date("to"),
    sort: choice("sort", SORTS),
  };
}

/** The query of an address that shows these filters: "" if all have their defaults. */
export function toSearch(filters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...DEFAULTS, ...filters })) {
    if (name === "tags") value.forEach((tag) => query.append("tag", tag));
    else if (value !== DEFAULTS[name]) query.set(name, value);
  }
  return query.size > 0 ? `?${query}` : "";
}

/** The same for `GET /images`, as pairs of parameter and value. */
export function toParameters({ q, status, visibility, tags, from, to, sort }) {
  const pairs = { q, status: status === EVERY_STATUS ? "" : status, visibility, from, to };
  return [
    ...Object.entries(pairs).filter(([, value]) => value),
    ...tags.map((tag) => ["tag", tag]),
    ...(sort === DEFAULTS.sort ? [] : [["sort", sort]]),
  ];
}

/** How many filters besides the search words narrow the list down. */
export function countFilters({ visibility, tags, from, to }) {
  return tags.length + [visibility, from, to].filter(Boolean).length;
}

/** Whether a new upload is the first of the images that these filters show. */
export function showsUploads({ status, ...others }) {
  return toSearch(others) === "" && [DEFAULTS.status, EVERY_STATUS].includes(status);
}

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
