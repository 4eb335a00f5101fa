import { strings } from "./strings.js";
import { UploadError, connect } from "./uploader/api.js";

const PLACE = "darkroom-token";

let asking;
let declined = false;

/** The token that this tab was given; a Darkroom that refuses it, or none, has the visitor asked. */
export async function token({ refused = false } = {}) {
  if (refused) await (asking ??= ask().finally(() => { asking = undefined; }));
  return sessionStorage.getItem(PLACE);
}

/** The Api that this page talks to. */
export function reach() {
  return connect(undefined, token);
}

async function ask() {
  sessionStorage.removeItem(PLACE);
  const { askForToken } = await import("./pass-dialog.js");
  const given = declined ? null : await askForToken(isTaken);
  if (!given) {
    rest();
    throw new UploadError(strings.passMissing, "failed", { status: 401 });
  }
  sessionStorage.setItem(PLACE, given);
}

// Who has closed the question is asked again when they do something, and not for what the page does.
function rest() {
  declined = true;
  const wake = () => { declined = false; };
  for (const deed of ["pointerdown", "keydown"]) addEventListener(deed, wake, { once: true, capture: true });
}

async function isTaken(given) {
  const api = await connect(undefined, () => given);
  try {
    await api.images({ limit: 1 });
  } catch ({ status }) {
    // One without the right to read is a token all the same.
    return status !== 401;
  }
  return true;
}
