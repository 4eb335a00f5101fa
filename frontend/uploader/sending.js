/** What reads and sends files: fetched after what shows the element, and before anybody needs it. */
import { strings } from "../strings.js";
import { UploadError } from "./api.js";

let modules;

/** The functions of these modules, fetched once; rejects with an UploadError if they cannot be. */
export function sending() {
  modules ??= Promise.all([import("./upload.js"), import("./folders.js"), import("./recovery.js")])
    .then((found) => Object.assign({}, ...found))
    .catch((reason) => {
      console.error(reason);
      // Browsers that fetch a failed module again need no reload.
      modules = undefined;
      throw new UploadError(strings.unexpected);
    });
  return modules;
}

/** Fetches them as soon as the page has loaded. */
export async function prepareSending() {
  await loaded();
  // The first file reports that they could not be fetched.
  sending().catch(() => {});
}

/** Resolves once the page has loaded. */
export function loaded() {
  if (document.readyState === "complete") return Promise.resolve();
  return new Promise((resolve) => { addEventListener("load", () => resolve(), { once: true }); });
}
