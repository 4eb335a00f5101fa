import { strings } from "../strings.js";
import { getApi } from "../auth-token.js";
import * as library from "../library.js";
import { UploadError } from "../uploader/api.js";
import { crc32, zip } from "./zip.js";

/** The variant that stands for originals. */
export const ORIGINAL = "";
/** Bytes of an archive that the browser keeps until it is complete, where it cannot write to a file. */
export const MOST_KEPT = 1_000_000_000;

/** Whether the archive is written to a file as it is downloaded, so that its size is not limited. */
export function isStreamed() {
  return "showSaveFilePicker" in globalThis;
}

/** The bytes that these images' files of a variant have, as far as they are known. */
export function sizeOf(images, variant) {
  const sizes = images.map((image) => (variant === ORIGINAL ? image.bytes : rendition(image, variant)?.bytes));
  return sizes.reduce((sum, size) => sum + (size ?? 0), 0);
}

/** Where the archive goes: `write(stream)`; null if the user has chosen no file. */
export async function openTarget(name) {
  if (!isStreamed()) return { write: (stream) => save(stream, name) };
  try {
    const types = [{ accept: { "application/zip": [".zip"] } }];
    const handle = await globalThis.showSaveFilePicker({ suggestedName: name, types });
    return { write: async (stream) => stream.pipeTo(await handle.createWritable()) };
  } catch (reason) {
    if (reason.name === "AbortError") return null;
    throw reason;
  }
}

/** The files of `next()`, until it returns null, as the stream of an archive. */
export function archive(next) {
  const pieces = zip({ async* [Symbol.asyncIterator]() {
    for (let file = await next(); file; file = await next()) yield file;
  } });
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => pieces.return(),
  });
}

/** Downloads an image's file of a variant: `name`, `date`, `chunks`, `size`, `crc`. */
export async function fetchFile(id, variant, signal) {
  const api = await getApi();
  const { image } = await library.current(api, id, signal);
  const found = rendition(image, variant);
  if (variant !== ORIGINAL && !found) throw new UploadError(strings.bulk.noVariant(variant));
  const response = variant === ORIGINAL
    ? await library.original(api, id, signal)
    : await fetchRendition(found.immutable_url, signal);
  const chunks = [];
  let size = 0;
  let crc = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await read(reader, signal);
    if (done) break;
    chunks.push(value);
    size += value.length;
    crc = crc32(value, crc);
  }
  return { name: nameOf(image.filename, found), date: new Date(image.created_at), chunks, size, crc };
}

/** Gives each name of an archive's files once: "a.jpg", "a (2).jpg". */
export function uniquely() {
  const taken = new Set();
  return (name) => {
    const [, stem, suffix] = /^(.*?)(\.[^.]*)?$/s.exec(name);
    let unique = name;
    for (let number = 2; taken.has(unique.toLowerCase()); number += 1) unique = `${stem} (${number})${suffix ?? ""}`;
    taken.add(unique.toLowerCase());
    return unique;
  };
}

/** The name of an image's file in an archive, without what file systems refuse. */
export function nameOf(filename, found) {
  const safe = filename.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]/g, "_").replace(/^\.+|[. ]+$/g, "_") || "_";
  if (!found) return safe;
  const suffix = found.format === "jpeg" ? "jpg" : found.format;
  return `${safe.replace(/\.[^.]*$/, "")}.${suffix}`;
}

function rendition({ renditions }, variant) {
  return renditions.find((each) => each.variant === variant);
}

async function fetchRendition(url, signal) {
  const response = await fetch(url, { signal }).catch((reason) => {
    if (signal.aborted) throw reason;
    throw new UploadError(strings.unreachable, "failed", { status: 0 });
  });
  if (!response.ok) throw new UploadError(strings.apiStatus(response.status), "failed", { status: response.status });
  return response;
}

function read(reader, signal) {
  return reader.read().catch((reason) => {
    if (signal.aborted) throw reason;
    throw new UploadError(strings.unreachable, "failed", { status: 0 });
  });
}

async function save(stream, name) {
  const blob = await new Response(stream, { headers: { "Content-Type": "application/zip" } }).blob();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
