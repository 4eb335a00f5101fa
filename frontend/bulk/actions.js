import { strings } from "../strings.js";
import { getApi } from "../auth-token.js";
import * as library from "../library.js";

/**
 * What can be done with many images: `run(id, signal)` resolves to an outcome's value, with the
 * `image` as it is now, and what `undo` needs; `sentence` says what was done.
 */

/** Adds tags to images, or removes them. */
export function tagging(tags, isAdding) {
  const lower = new Set(tags.map((tag) => tag.toLowerCase()));
  return {
    sentence: (count) => strings.bulk.done[isAdding ? "tagged" : "untagged"](count, tags.join(", ")),
    async run(id, signal) {
      const api = await getApi();
      const { image, etag } = await library.current(api, id, signal);
      const present = new Set(image.tags.map((tag) => tag.toLowerCase()));
      const affected = isAdding
        ? tags.filter((tag) => !present.has(tag.toLowerCase()))
        : image.tags.filter((tag) => lower.has(tag.toLowerCase()));
      if (affected.length === 0) return { image };
      const kept = image.tags.filter((tag) => !affected.includes(tag));
      const changes = { tags: isAdding ? [...image.tags, ...affected] : kept };
      return { image: (await library.change(api, id, changes, { etag, signal })).image, undo: affected };
    },
    // Only what this has changed, whatever else has been changed since.
    undo: ({ undo: affected }) => affected && tagging(affected, !isAdding),
  };
}

/** Makes images public or private. */
export function publishing(visibility) {
  return {
    sentence: (count) => strings.bulk.done[visibility](count),
    async run(id, signal) {
      const api = await getApi();
      const { image } = await library.current(api, id, signal);
      const former = image.pending_visibility ?? image.visibility;
      if (former === visibility) return { image };
      const changed = await library.change(api, id, { visibility }, { signal });
      return { image: changed.image, undo: former };
    },
    undo: ({ undo: former }) => former && publishing(former),
  };
}

/** Queues images to be processed again. */
export function reprocessing() {
  return {
    sentence: (count) => strings.bulk.done.reprocessed(count),
    run: async (id, signal) => ({ image: await library.reprocess(await getApi(), id, undefined, signal) }),
  };
}

/** Deletes images; each outcome has the receipt. */
export function deleting() {
  return {
    sentence: (count) => strings.bulk.done.deleted(count),
    run: async (id, signal) => ({ receipt: await library.remove(await getApi(), id, signal) }),
  };
}
