import { strings } from "../strings.js";
import { bytes } from "../format.js";
import { UploadError } from "./api.js";
import { TYPE_OF_SUFFIX, suffixOf, typeOfContent } from "./formats.js";

/**
 * The file's content type; rejects with an UploadError if the file is sure to be refused.
 * `accept` is a list as in `<input accept>`.
 */
export async function admit(file, { accept = "", maxBytes = Infinity } = {}) {
  // A browser that does not know the suffix leaves the file's type empty.
  const named = file.type || TYPE_OF_SUFFIX[suffixOf(file)];
  const content = await typeOfContent(file).catch(() => {
    throw new UploadError(strings.unreadable, "rejected");
  });
  const type = content ?? named;
  if (!type) throw new UploadError(strings.unknownType, "rejected");
  if (!type.startsWith("image/")) throw new UploadError(strings.notAnImage, "rejected");
  if (!isAccepted(file, [content, named], accept)) throw new UploadError(strings.notAccepted, "rejected");
  if (file.size === 0) throw new UploadError(strings.empty, "rejected");
  if (file.size > maxBytes) throw new UploadError(strings.tooLarge(bytes(maxBytes)), "rejected");
  return type;
}

function isAccepted(file, types, accept) {
  const tokens = accept.toLowerCase().split(",").map((token) => token.trim()).filter(Boolean);
  const matches = (token) => token === `.${suffixOf(file)}` || types.includes(token)
    || (token.endsWith("/*") && types.some((type) => type?.startsWith(token.slice(0, -1))));
  return tokens.length === 0 || tokens.some(matches);
}
