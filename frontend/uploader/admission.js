import { strings } from "../strings.js";
import { bytes } from "../format.js";
import { UploadError } from "./api.js";

// A browser that does not know one of these leaves the file's type empty.
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
 * The file's content type; throws an UploadError if the file is sure to be refused.
 * `accept` is a list as in `<input accept>`.
 */
export function admit(file, { accept = "", maxBytes = Infinity } = {}) {
  const type = file.type || TYPES[extension(file)];
  if (!type) throw new UploadError(strings.unknownType, "rejected");
  if (!type.startsWith("image/")) throw new UploadError(strings.notAnImage, "rejected");
  if (!isAccepted(file, type, accept)) throw new UploadError(strings.notAccepted, "rejected");
  if (file.size === 0) throw new UploadError(strings.empty, "rejected");
  if (file.size > maxBytes) throw new UploadError(strings.tooLarge(bytes(maxBytes)), "rejected");
  return type;
}

function isAccepted(file, type, accept) {
  const tokens = accept.toLowerCase().split(",").map((token) => token.trim()).filter(Boolean);
  const matches = (token) => token === `.${extension(file)}` || token === type
    || (token.endsWith("/*") && type.startsWith(token.slice(0, -1)));
  return tokens.length === 0 || tokens.some(matches);
}

function extension({ name }) {
  return name.slice(name.lastIndexOf(".") + 1).toLowerCase();
}
