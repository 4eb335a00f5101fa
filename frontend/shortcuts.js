import { openDialog } from "./dialog.js";
import { strings } from "./strings.js";
import { build } from "./uploader/dom.js";

// What takes text itself.
const TYPED = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";

/** Keys that work anywhere in the gallery's page: `/` for the search, `?` for the list of all keys. */
export function listenForShortcuts(search, opener) {
  opener.addEventListener("click", show);
  addEventListener("keydown", (event) => {
    const isBusy = document.querySelector("dialog[open]") || event.target.closest?.(TYPED);
    if (isBusy || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") search.focus();
    else if (event.key === "?") show();
    else return;
    event.preventDefault();
  });
}

function show() {
  const sections = strings.shortcuts.groups.flatMap(({ name, keys }) => [
    build("h3", {}, name),
    build("dl", { className: "shortcuts" }, ...Object.entries(keys).map(([names, text]) => (
      build("div", {}, build("dt", {}, ...names.split(" ").map((key) => build("kbd", {}, key))), build("dd", {}, text))))),
  ]);
  openDialog(strings.shortcutsTitle, ...sections);
}
