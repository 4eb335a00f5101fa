import { strings } from "./strings.js";
import * as library from "./library.js";
import { isWhole, wholeRenditions } from "./pictures.js";
import { settled } from "./uploader/upload.js";

const STALE = 412;

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/**
 * Opens the editor on an image; resolves to the image once its new renditions are ready, or to null
 * if nothing was changed.
 *
 * `file` is its original, if the page still has it; `confirm(question, yes)` asks the user;
 * `onOpen()` is called when the dialog opens, and `onSave(image)` before the renditions are made.
 */
export async function editImage(api, id, options) {
  const now = await library.current(api, id, options.signal);
  const edits = await chosen(api, now.image, options);
  return edits && save(api, now, edits, options);
}

/** Removes all edits of an image; the options are those of `editImage`. */
export async function restoreImage(api, id, options) {
  const now = await library.current(api, id, options.signal);
  const isHiding = now.image.edits.some(({ action }) => action === "redact");
  if (!await options.confirm(isHiding ? strings.restoreHidden : strings.restoreSure, strings.restore)) return null;
  return save(api, now, [], options);
}

/** What was done to an image, for its details. */
export function nameEdits({ edits = [] }) {
  return [...new Set(edits.map(({ action }) => strings.editNames[action]))].join(", ");
}

async function chosen(api, image, { file, confirm, onOpen, signal }) {
  const { openEditor } = await import("./editor/editor.js");
  const size = [image.original_width ?? image.width, image.original_height ?? image.height];
  const picture = unedited(image) ?? file ?? await fetched(api, image, signal);
  onOpen();
  try {
    return await openEditor({ picture, size, edits: image.edits, name: image.filename, signal });
  } catch (reason) {
    // What is shown of it instead, its renditions, has the edits already.
    const isHidden = reason.message === strings.editor.cannotShow && image.edits.length > 0;
    if (!isHidden) throw reason;
    return await confirm(strings.cannotShowOriginal(image.content_type), strings.restore) ? [] : null;
  }
}

// The largest rendition, if it shows all of the original.
function unedited(image) {
  const largest = wholeRenditions(image).at(-1);
  return image.edits.length === 0 && largest && isWhole(image, largest) ? largest.immutable_url : undefined;
}

async function fetched(api, image, signal) {
  return (await library.original(api, image.id, signal)).blob();
}

async function save(api, { image, etag }, edits, options) {
  const { confirm, onSave, signal } = options;
  let saved;
  try {
    saved = (await library.change(api, image.id, { edits }, { etag, signal })).image;
  } catch (reason) {
    if (reason.status !== STALE) throw reason;
    // Processing changes an image too; only other edits need a decision.
    const now = await library.current(api, image.id, signal);
    const isOther = !same(now.image.edits, image.edits);
    if (isOther && !await confirm(strings.editedMeanwhile, strings.replaceEdits)) return null;
    return save(api, now, edits, options);
  }
  if (same(saved.edits, image.edits)) return saved;
  onSave(saved);
  const isDone = (now) => library.countEnds(now) > library.countEnds(image);
  return settled(api, `/images/${image.id}`, { signal, isDone });
}
