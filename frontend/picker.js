/** Calls `onFiles` with the files that are picked in `input`, or dropped anywhere on the page. */
export function listenForFiles(input, dropzone, onFiles) {
  input.addEventListener("change", () => {
    onFiles([...input.files]);
    // So that the same file may be picked again.
    input.value = "";
  });
  listenForDrops(dropzone, onFiles);
}

// The whole page is the target: a file that misses the box would make the browser leave the page.
function listenForDrops(dropzone, onFiles) {
  const light = (on) => dropzone.classList.toggle("over", on);
  window.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    light(true);
  });
  window.addEventListener("dragleave", (event) => {
    // Moves between elements are reported too; only leaving the window has nowhere to go.
    if (event.relatedTarget === null) light(false);
  });
  window.addEventListener("drop", (event) => {
    light(false);
    if (!carriesFiles(event)) return;
    event.preventDefault();
    onFiles([...event.dataTransfer.files]);
  });
}

function carriesFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
