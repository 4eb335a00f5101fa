import { strings } from "../strings.js";
import { UploadError } from "./api.js";

const MOST_SILENCE = 60_000;
const PASSING = new Set(["BadDigest", "XAmzContentChecksumMismatch", "RequestTimeout"]);

/** POSTs the file as the ticket says; `onSent` hears how many of its bytes are on their way. */
export function transfer(file, ticket, { onSent, signal }) {
  // fetch() tells nothing of the bytes that it has sent.
  const request = new XMLHttpRequest();
  const cancel = () => request.abort();
  let silence;
  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(cancel, MOST_SILENCE);
  };
  return new Promise((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => {
      listen();
      onSent(bytesOfFile(file, loaded, total));
    };
    request.onload = () => (succeeded(request) ? resolve() : reject(refusal(request)));
    request.onerror = () => reject(broken());
    request.onabort = () => reject(signal?.aborted ? signal.reason : broken());
    signal?.throwIfAborted();
    signal?.addEventListener("abort", cancel);
    // Left alone, it would hang until the network's own patience ends.
    addEventListener("offline", cancel);
    listen();
    request.open("POST", ticket.url);
    request.send(form(file, ticket.fields));
  }).finally(() => {
    clearTimeout(silence);
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

// What the form adds goes out before the file, but for a few bytes.
function bytesOfFile(file, loaded, total) {
  return Math.min(file.size, Math.max(0, loaded - (total - file.size)));
}

function succeeded(request) {
  return request.status >= 200 && request.status < 300;
}

function broken() {
  return new UploadError(strings.broken, "failed", { status: 0 });
}

function refusal({ status, responseText }) {
  const code = /<Code>(\w+)<\/Code>/.exec(responseText)?.[1];
  const sentence = strings.storeReasons[code] ?? strings.storeRefused;
  const outcome = code === "EntityTooLarge" ? "rejected" : "failed";
  return new UploadError(sentence, outcome, { status, passing: PASSING.has(code) });
}
