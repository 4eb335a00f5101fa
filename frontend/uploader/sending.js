/** What reads and sends files: fetched after what shows the element, and before anybody needs it. */

let modules;

/** The modules that send files and read folders, fetched once: `{ upload, filesBelow }`. */
export function sending() {
  modules ??= Promise.all([import("./upload.js"), import("./folders.js")])
    .then(([{ upload }, { filesBelow }]) => ({ upload, filesBelow }));
  return modules;
}

/** Fetches them as soon as the page has loaded. */
export function prepareSending() {
  // A browser that could not fetch them reports that with the first file.
  const fetch = () => sending().catch(() => {});
  if (document.readyState === "complete") fetch();
  else addEventListener("load", fetch, { once: true });
}
