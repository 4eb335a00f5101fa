import { strings } from "./strings.js";
import { UploadError } from "./errors.js";

/** POSTs the file as the ticket says; `onSent` hears how many of its bytes are on their way. */
export function transfer(file, ticket, { onSent, signal }) {
  // fetch() tells nothing of the bytes that it has sent.
  const request = new XMLHttpRequest();
  const cancel = () => request.abort();
  return new Promise((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => onSent(bytesOfFile(file, loaded, total));
    request.onload = () => (succeeded(request) ? resolve() : reject(refusal(request)));
    request.onerror = () => reject(new UploadError(strings.broken));
    request.onabort = () => reject(signal.reason);
    signal?.throwIfAborted();
    signal?.addEventListener("abort", cancel);
    request.open("POST", ticket.url);
    request.send(form(file, ticket.fields));
  }).finally(() => signal?.removeEventListener("abort", cancel));
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

function refusal(request) {
  const code = /<Code>(\w+)<\/Code>/.exec(request.responseText)?.[1];
  const sentence = strings.storeReasons[code] ?? strings.storeRefused;
  return new UploadError(sentence, code === "EntityTooLarge" ? "rejected" : "failed", request.status);
}
