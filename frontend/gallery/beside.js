const LONGEST = 60_000; // milliseconds to read the next page

/** The id of the image before (`by` -1) or after (1) an image in the gallery, or null. */
export async function beside({ collection, reader }, id, by) {
  const index = collection.indexOf(id) + by;
  if (index < 0 || index === by - 1) return null;
  await reader.readAll(index, index + 1, AbortSignal.timeout(LONGEST));
  return collection.entries[index]?.image?.id ?? null;
}

/** Puts the focus on an image's thumbnail. */
export function focusOn({ collection, grid }, id) {
  const index = collection.indexOf(id);
  if (index >= 0) grid.reveal(index)?.querySelector("a")?.focus({ preventScroll: true });
}
