import { strings } from "./strings.js";
import { bytes } from "./format.js";
import { UploadError } from "./errors.js";

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

/** The file's content type, or an UploadError where it is known that the file will be refused. */
export function admit(file, maxBytes = Infinity) {
  const type = file.type || TYPES[extension(file.name)];
  if (!type) throw new UploadError(strings.unknownType, "rejected");
  if (!type.startsWith("image/")) throw new UploadError(strings.notAnImage, "rejected");
  if (file.size === 0) throw new UploadError(strings.empty, "rejected");
  if (file.size > maxBytes) throw new UploadError(strings.tooLarge(bytes(maxBytes)), "rejected");
  return type;
}

function extension(name) {
  return name.slice(name.lastIndexOf(".") + 1).toLowerCase();
}
