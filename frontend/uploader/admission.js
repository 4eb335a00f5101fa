import { strings } from "../strings.js";
import { bytes } from "../format.js";
import { UploadError } from "./api.js";

// Not every browser knows these; it then leaves the file's type empty.
const TYPES = {
  avif: "image/avif",
  bmp: "image/bmp",
  heic: "image/heic",
  heif: "image/heif",
  tif: "image/tiff",
  tiff: "image/tiff",
  webp: "image/webp",
};

/**
 * The file's content type, or an UploadError where it is known that the file will be refused.
 * `accept` is a list as `<input accept>` has it.
 */
export function admit(file, { accept = "", maxBytes = Infinity } = {}) {
  const type = file.type || TYPES[extension(file)];
  if (!type) throw new UploadError(strings.unknownType, "rejected");
  if (!type.startsWith("image/")) throw new UploadError(strings.notAnImage, "rejected");
  if (!accepted(file, type, accept)) throw new UploadError(strings.notAccepted, "rejected");
  if (file.size === 0) throw new UploadError(strings.empty, "rejected");
  if (file.size > maxBytes) throw new UploadError(strings.tooLarge(bytes(maxBytes)), "rejected");
  return type;
}

function accepted(file, type, accept) {
  const wanted = accept.toLowerCase().split(",").map((token) => token.trim()).filter(Boolean);
  const fits = (token) => token === `.${extension(file)}` || token === type
    || (token.endsWith("/*") && type.startsWith(token.slice(0, -1)));
  return wanted.length === 0 || wanted.some(fits);
}

function extension({ name }) {
  return name.slice(name.lastIndexOf(".") + 1).toLowerCase();
}
