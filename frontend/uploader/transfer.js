import { strings } from "../strings.js";
import { UploadError } from "./api.js";

const STALL_TIMEOUT = 60_000;
const TRANSIENT_CODES = new Set(["BadDigest", "XAmzContentChecksumMismatch", "RequestTimeout"]);

/** POSTs the file with its ticket; `onSent` is called with the number of bytes sent so far. */
export function transfer(file, ticket, { onSent, signal }) {
  // The form's other fields are sent before the file, but for a few bytes.
  const count = (loaded, total) => onSent(Math.min(file.size, Math.max(0, loaded - (total - file.size))));
  return send("POST", ticket, form(file, ticket.fields), { onProgress: count, signal });
}

/** PUTs a part, a Blob, as it was signed; `onSent` as for `transfer`. */
export function transferPart(part, signed, { onSent, signal }) {
  return send("PUT", signed, part, { onProgress: onSent, signal });
}

function send(method, { url, headers = {} }, body, { onProgress, signal }) {
  // fetch() does not report upload progress.
  const request = new XMLHttpRequest();
  const cancel = () => request.abort();
  let timer;
  const restartTimer = () => {
    clearTimeout(timer);
    timer = setTimeout(cancel, STALL_TIMEOUT);
  };
  return new Promise((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => {
      restartTimer();
      onProgress(loaded, total);
    };
    request.onload = () => (succeeded(request) ? resolve() : reject(storeError(request)));
    request.onerror = () => reject(connectionLost());
    request.onabort = () => reject(signal?.aborted ? signal.reason : connectionLost());
    signal?.throwIfAborted();
    signal?.addEventListener("abort", cancel);
    // Otherwise it would hang until the network times out.
    addEventListener("offline", cancel);
    restartTimer();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) {
      // The browser's own, which a page may not set.
      if (name.toLowerCase() !== "content-length") request.setRequestHeader(name, value);
    }
    request.send(body);
  }).finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
    removeEventListener("offline", cancel);
  });
}

function form(file, fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  // S3 ignores every field after the file.
  data.append("file", file);
  return data;
}

// A ticket is for one file and one upload: with 412, an attempt whose answer was lost has stored it.
function succeeded({ status }) {
  return (status >= 200 && status < 300) || status === 412;
}

function connectionLost() {
  return new UploadError(strings.broken, "failed", { status: 0 });
}

function storeError({ status, responseText }) {
  const code = /<Code>(\w+)<\/Code>/.exec(responseText)?.[1];
  const sentence = strings.storeReasons[code] ?? strings.storeRefused;
  const outcome = code === "EntityTooLarge" ? "rejected" : "failed";
  return new UploadError(sentence, outcome, { status, transient: TRANSIENT_CODES.has(code) });
}
