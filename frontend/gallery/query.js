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
