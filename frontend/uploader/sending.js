/** What reads and sends files: fetched after what shows the element, and before anybody needs it. */
import { strings } from "../strings.js";
import { UploadError } from "./api.js";

let modules;

/** The functions `{ upload, filesBelow }`, fetched once; rejects with an UploadError if they cannot be. */
export function sending() {
  modules ??= Promise.all([import("./upload.js"), import("./folders.js")])
    .then(([{ upload }, { filesBelow }]) => ({ upload, filesBelow }))
    .catch((reason) => {
      console.error(reason);
      // Browsers that fetch a failed module again need no reload.
      modules = undefined;
      throw new UploadError(strings.unexpected);
    });
  return modules;
}

/** Fetches them as soon as the page has loaded. */
export function prepareSending() {
  // The first file reports that they could not be fetched.
  const fetch = () => sending().catch(() => {});
  if (document.readyState === "complete") fetch();
  else addEventListener("load", fetch, { once: true });
}
