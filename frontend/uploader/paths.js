const LONGEST_TAG = 64; // characters, as in the API
const MOST_TAGS = 50;
// Control and bidirectional characters, which the API refuses.
const REFUSED = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu;

const folders = new WeakMap();

/** Notes the folders that a file was found in, outermost first. */
export function setFolders(file, names) {
  folders.set(file, names);
}

/** The folders that a file was found in: of a dropped folder, or of one that was picked. */
export function foldersOf(file) {
  return folders.get(file) ?? (file.webkitRelativePath ?? "").split("/").slice(0, -1);
}

/** What an image is called and tagged with, by the attribute `paths`: "tags", "names" or nothing. */
export function describe(file, paths) {
  const names = foldersOf(file).map((name) => name.replace(REFUSED, "").trim()).filter(Boolean);
  if (paths === "tags" && names.length > 0) {
    return { tags: names.slice(0, MOST_TAGS).map((name) => [...name].slice(0, LONGEST_TAG).join("")) };
  }
  return paths === "names" ? { filename: [...names, file.name].join(" - ") } : {};
}
