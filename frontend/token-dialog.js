import { strings } from "./strings.js";

/** Asks for a token in a dialog until `isAccepted(token)`: the token, or null if the dialog is closed. */
export function askForToken(isAccepted) {
  const { tokenDialog } = strings;
  const input = make("input", { type: "password", required: true, autocomplete: "off", id: "token" });
  const error = make("p", { className: "refusal", role: "alert" });
  const title = make("h2", { id: "token-title", textContent: tokenDialog.title });
  const cancel = make("button", { className: "plain", type: "button", textContent: strings.keep });
  const form = make("form", { className: "token-form" }, [
    title,
    make("p", { className: "quiet", textContent: strings.tokenHint }),
    make("label", { htmlFor: "token", textContent: tokenDialog.label }),
    input,
    error,
    make("div", {}, [
      make("button", { className: "button", textContent: tokenDialog.submit }),
      cancel,
    ]),
  ]);
  const dialog = make("dialog", { className: "token" }, [form]);
  dialog.setAttribute("aria-labelledby", title.id);
  document.body.append(dialog);

  return new Promise((resolve) => {
    let accepted = null;
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(accepted);
    });
    cancel.addEventListener("click", () => dialog.close());
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = input.value.trim();
      error.textContent = "";
      if (await isAccepted(text)) {
        accepted = text;
        dialog.close();
      } else {
        error.textContent = tokenDialog.refused;
        input.select();
      }
    });
    dialog.showModal();
  });
}

function make(tag, properties, children = []) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
