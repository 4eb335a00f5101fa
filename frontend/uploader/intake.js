/** Calls `onFiles` with the files picked in `input`. */
export function listenForPicks(input, onFiles) {
  input.addEventListener("change", () => {
    onFiles([...input.files]);
    // So that the same file may be picked again.
    input.value = "";
  });
}

/**
 * Calls `onFiles` with files dropped on, or pasted into, `target`: an element, or the window; or
 * `onFolders` with all their entries, if there are folders among them. `onOver` is called with
 * whether files are being dragged over it.
 */
export function listenForDrops(target, { onFiles, onFolders, onOver, signal }) {
  const on = (name, listener) => target.addEventListener(name, listener, { signal });
  const take = (transfer) => {
    const entries = entriesWithFolders(transfer);
    if (entries) onFolders(entries);
    else onFiles([...transfer.files]);
  };
  on("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    onOver(true);
  });
  on("dragleave", ({ relatedTarget }) => {
    // Moves between child elements are reported too; on leaving the window, relatedTarget is null.
    if (!relatedTarget || target.contains?.(relatedTarget) === false) onOver(false);
  });
  on("drop", (event) => {
    onOver(false);
    if (!carriesFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer);
  });
  on("paste", ({ clipboardData, target: element }) => {
    if (clipboardData?.files.length && !takesText(element)) take(clipboardData);
  });
}

// The entries of a DataTransfer that contains folders; null if there are none. To be called in the
// event's listener: afterwards the browser empties it.
function entriesWithFolders({ items }) {
  const files = [...items].filter(({ kind }) => kind === "file");
  const entries = files.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  return entries.some((entry) => entry?.isDirectory) ? entries.filter(Boolean) : null;
}

function carriesFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

function takesText(element) {
  return element.isContentEditable || element.matches?.("textarea, input");
}
