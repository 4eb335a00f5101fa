import { strings } from "./strings.js";

/** Requests for the images of a library: see `Api` for their errors. */

const ENDS = new Set(["ready", "rejected", "failed"]);

const at = (id) => `/images/${id}`;

/** An image, and the ETag of its present state. */
export async function current(api, id, signal) {
  const response = await api.send(at(id), { signal });
  return { image: await response.json(), etag: response.headers.get("ETag") };
}

/** Changes an image, only if it still has this ETag if one is given, and returns both anew. */
export async function change(api, id, changes, { etag, signal } = {}) {
  const headers = etag ? { "If-Match": etag } : {};
  const response = await api.send(at(id), { method: "PATCH", json: changes, headers, signal });
  return { image: await response.json(), etag: response.headers.get("ETag") };
}

/** Requests that an image is processed again; `changes` may hold another `focal_point`. */
export async function reprocess(api, id, changes, signal) {
  return (await api.send(`${at(id)}/reprocess`, { method: "POST", json: changes, signal })).json();
}

/** Deletes an image and returns the receipt. */
export async function remove(api, id, signal) {
  return (await api.send(at(id), { method: "DELETE", signal })).json();
}

/** The response with an image's original. */
export function original(api, id, signal) {
  return api.send(`${at(id)}/original`, { signal });
}

/** The sentence that tells users why a request failed; errors of the page itself are logged. */
export function sentenceOf(reason) {
  if (reason.name === "UploadError") return reason.message;
  console.error(reason);
  return strings.unexpected;
}

/** How often an image's processing has ended. */
export function countEnds({ history }) {
  return history.filter(({ event }) => ENDS.has(event)).length;
}
