import { TYPE_OF_SUFFIX, UNREAD_RAW_SUFFIXES, isRaw, suffixOf, typeOfContent } from "./formats.js";
import { foldersOf, setFolders } from "./paths.js";

/** How many pictures are taken from one drop: each gets a place in the list and a preview. */
export const MAX_FILES = 1000;
const MAX_ENTRIES = 10_000;
const order = new Intl.Collator(undefined, { numeric: true });

/**
 * The files of these entries, and all pictures below folders by content or name, in order:
 * `{ files, skipped, unreadable, isCut }`; other files are counted in `skipped`, hidden ones are not.
 */
export async function filesBelow(entries) {
  const found = { files: [], skipped: 0, unreadable: 0, isCut: false };
  const pending = [...entries];
  const dropped = new Set(entries);
  for (let visited = 0; pending.length > 0; visited += 1) {
    if (visited === MAX_ENTRIES || found.files.length === MAX_FILES) return { ...found, isCut: true };
    const entry = pending.shift();
    try {
      if (entry.isDirectory) {
        const children = await childrenOf(entry);
        const taken = withoutRawTwins(children);
        pending.unshift(...taken);
        found.skipped += children.length - taken.length;
      } else {
        const file = await fileOf(entry);
        if (entry.fullPath) setFolders(file, entry.fullPath.split("/").slice(1, -1));
        if (dropped.has(entry) || await isPicture(file)) found.files.push(file);
        else found.skipped += 1;
      }
    } catch {
      found.unreadable += 1;
    }
  }
  return found;
}

/** The pictures among the files of a picked folder, as `filesBelow` returns them. */
export async function picturesAmong(files) {
  const found = { files: [], skipped: 0, unreadable: 0, isCut: false };
  const pathOf = (file) => [...foldersOf(file), file.name];
  const shown = [...files].filter((file) => !pathOf(file).some((name) => name.startsWith(".")));
  const byFolder = Map.groupBy(shown, (file) => foldersOf(file).join("/"));
  const taken = [...byFolder.values()].flatMap(withoutRawTwins)
    .sort((a, b) => order.compare(pathOf(a).join("/"), pathOf(b).join("/")));
  found.skipped = shown.length - taken.length;
  for (const file of taken) {
    if (found.files.length === MAX_FILES) return { ...found, isCut: true };
    try {
      if (await isPicture(file)) found.files.push(file);
      else found.skipped += 1;
    } catch {
      found.unreadable += 1;
    }
  }
  return found;
}

async function childrenOf(folder) {
  const reader = folder.createReader();
  const children = [];
  // Chromium returns a hundred at a time, and none at the end.
  while (children.length < MAX_ENTRIES) {
    const some = await new Promise((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) break;
    children.push(...some);
  }
  const shown = children.filter(({ name }) => !name.startsWith("."));
  return shown.sort((a, b) => order.compare(a.name, b.name));
}

// Cameras store a photo as a raw file and, beside it, as a picture of the same name.
function withoutRawTwins(children) {
  const pictures = children.filter((child) => suffixOf(child) in TYPE_OF_SUFFIX && !isRaw(child));
  const names = new Set(pictures.map(stemOf));
  return children.filter((child) => child.isDirectory || !isRaw(child) || !names.has(stemOf(child)));
}

function stemOf({ name }) {
  return name.slice(0, name.lastIndexOf(".")).toLowerCase();
}

function fileOf(entry) {
  if (entry instanceof File) return entry;
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}

// A file that is named like a picture but is none may be damaged: it is listed, and the reason said.
async function isPicture(file) {
  const suffix = suffixOf(file);
  if (suffix in TYPE_OF_SUFFIX) return true;
  return !UNREAD_RAW_SUFFIXES.includes(suffix) && Boolean(await typeOfContent(file));
}
