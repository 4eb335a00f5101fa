/** Calls `onFiles` with what is picked in `input`. */
export function listenForPicks(input, onFiles) {
  input.addEventListener("change", () => {
    onFiles([...input.files]);
    // So that the same file may be picked again.
    input.value = "";
  });
}

/**
 * Calls `onFiles` with what is dropped on, or pasted into, `target`: an element, or the window.
 * `onOver` hears whether files are above it.
 */
export function listenForDrops(target, { onFiles, onOver, signal }) {
  const on = (name, listener) => target.addEventListener(name, listener, { signal });
  on("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    onOver(true);
  });
  on("dragleave", ({ relatedTarget }) => {
    // Moves between what is inside are reported too; only leaving a window has nowhere to go.
    if (!relatedTarget || target.contains?.(relatedTarget) === false) onOver(false);
  });
  on("drop", (event) => {
    onOver(false);
    if (!carriesFiles(event)) return;
    event.preventDefault();
    onFiles([...event.dataTransfer.files]);
  });
  on("paste", ({ clipboardData, target: place }) => {
    if (clipboardData?.files.length && !takesText(place)) onFiles([...clipboardData.files]);
  });
}

function carriesFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

function takesText(place) {
  return place.isContentEditable || place.matches?.("textarea, input");
}
