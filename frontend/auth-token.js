import { strings } from "./strings.js";
import { UploadError, connect } from "./uploader/api.js";

const STORAGE_KEY = "darkroom-token";

let prompt;
let declined = false;

/** This tab's bearer token, or null; prompts for another one if Darkroom refused it. */
export async function token({ refused = false, refusedToken } = {}) {
  // A late response may refuse a token that the user has replaced meanwhile.
  const isPresent = refusedToken === sessionStorage.getItem(STORAGE_KEY);
  if (refused && (prompt || isPresent)) {
    await (prompt ??= promptForToken().finally(() => { prompt = undefined; }));
  }
  return sessionStorage.getItem(STORAGE_KEY);
}

/** The Api that this page uses. */
export function getApi() {
  return connect(undefined, token);
}

async function promptForToken() {
  sessionStorage.removeItem(STORAGE_KEY);
  const { askForToken } = await import("./token-dialog.js");
  const entered = declined ? null : await askForToken(isAccepted);
  if (!entered) {
    decline();
    throw new UploadError(strings.tokenMissing, "failed", { status: 401 });
  }
  sessionStorage.setItem(STORAGE_KEY, entered);
}

// After the dialog is closed, only the user's next input brings it back, not the page's own requests.
function decline() {
  declined = true;
  const reset = () => { declined = false; };
  for (const type of ["pointerdown", "keydown"]) addEventListener(type, reset, { once: true, capture: true });
}

async function isAccepted(entered) {
  const api = await connect(undefined, () => entered);
  try {
    await api.images({ limit: 1 });
  } catch ({ status }) {
    // A token without the scope to read is valid all the same.
    return status !== 401;
  }
  return true;
}
