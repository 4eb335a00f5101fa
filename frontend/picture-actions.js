import { strings } from "./strings.js";
import { editImage, restoreImage } from "./edits.js";
import * as library from "./library.js";
import { settled } from "./uploader/upload.js";

/**
 * What the buttons of a picture do: edit, restore, reprocess, setVisibility and remove.
 *
 * `hooks`: act(message, task) shows a message and runs `task(api, signal)`, tell(sentence) shows another,
 * confirm(question, yes) asks; onChange(image), onSave(image) while its renditions are being made,
 * onRemove(receipt); and `original`, the image's file, if the page still has it.
 */
export function actionsOn(image, hooks) {
  return {
    edit: () => edit(image, editImage, hooks),
    restore: () => edit(image, restoreImage, hooks),
    reprocess: (changes) => reprocess(image, changes, hooks),
    setVisibility: (visibility) => setVisibility(image, visibility, hooks),
    remove: () => remove(image, hooks),
  };
}

function edit(image, change, { act, tell, confirm, onChange, onSave, original }) {
  return act(strings.loading, async (api, signal) => {
    const changed = await change(api, image.id, {
      file: original,
      confirm(...question) {
        tell("");
        return confirm(...question);
      },
      onOpen: () => tell(""),
      onSave(saved) {
        tell(strings.reprocessing);
        onSave(saved);
      },
      signal,
    });
    tell("");
    if (!changed) return;
    onChange(changed);
    tell(strings.reprocessed);
  });
}

function reprocess(image, changes, { act, tell, onChange }) {
  return act(strings.reprocessing, async (api, signal) => {
    await library.reprocess(api, image.id, changes);
    const isDone = (now) => library.countEnds(now) > library.countEnds(image);
    onChange(await settled(api, `/images/${image.id}`, { signal, isDone }));
    tell(strings.reprocessed);
  });
}

function setVisibility(image, visibility, { act, tell, onChange }) {
  return act(strings.becoming[visibility], async (api) => {
    const { image: changed } = await library.change(api, image.id, { visibility });
    onChange(changed);
    tell((changed.pending_visibility ? strings.becomesLater : strings.become)[visibility]);
  });
}

function remove(image, { act, tell, onRemove }) {
  return act(strings.removing, async (api) => {
    const receipt = await library.remove(api, image.id);
    const check = receipt.verified ? strings.verified : strings.remaining;
    // `erased` names at most 1,000; APIs of earlier versions do not count.
    tell(`${strings.erased(receipt.files ?? receipt.erased.length)} ${check}`);
    onRemove(receipt);
  });
}
