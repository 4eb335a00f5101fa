import { strings } from "./strings.js";

/** Asks in a dialog until `isTaken(token)`, or until it is closed: the token, or null. */
export function askForToken(isTaken) {
  const input = make("input", { type: "password", required: true, autocomplete: "off", id: "pass" });
  const trouble = make("p", { className: "quiet", role: "alert" });
  const title = make("h2", { id: "pass-title", textContent: strings.pass.title });
  const cancel = make("button", { className: "plain", type: "button", textContent: strings.keep });
  const form = make("form", { className: "pass" }, [
    title,
    make("p", { className: "quiet", textContent: strings.passHint }),
    make("label", { htmlFor: "pass", textContent: strings.pass.label }),
    input,
    trouble,
    make("div", {}, [
      make("button", { className: "button", textContent: strings.pass.use }),
      cancel,
    ]),
  ]);
  const dialog = make("dialog", { className: "small" }, [form]);
  dialog.setAttribute("aria-labelledby", title.id);
  document.body.append(dialog);

  return new Promise((resolve) => {
    let given = null;
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(given);
    });
    cancel.addEventListener("click", () => dialog.close());
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = input.value.trim();
      trouble.textContent = "";
      if (await isTaken(text)) {
        given = text;
        dialog.close();
      } else {
        trouble.textContent = strings.pass.refused;
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
