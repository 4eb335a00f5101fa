import { strings } from "./strings.js";
import { build } from "./uploader/dom.js";

/** Opens a dialog over the page, with a title and a button to close it, which removes it. */
export function openDialog(title, ...content) {
  const heading = build("h2", { id: "dialog-title" }, title);
  const close = build("button", { type: "button", className: "plain" }, strings.close);
  const dialog = build("dialog", { className: "report" }, build("header", {}, heading, close), ...content);
  dialog.setAttribute("aria-labelledby", heading.id);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
