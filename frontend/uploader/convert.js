import { TYPE_OF_SUFFIX, suffixOf, typeOfContent } from "./formats.js";

// Formats that a Darkroom may not accept, and some browsers show.
const CONVERTED = new Set(["image/heic", "image/heif", "image/jxl"]);
const QUALITY = 0.92; // of JPEG: what is made from it is compressed again
const MAX_PIXELS = 4096 * 4096; // of a canvas on older iPhones
const PROBE = [18, 171, 86, 255];

/** Whether the file has a format that this browser shows and `toJpeg` converts. */
export async function canConvert(file) {
  return CONVERTED.has(await typeOf(file)) && Boolean(await decoded(file).catch(() => null));
}

/**
 * The file as a JPEG, upright and without metadata, in wide colours where the browser has them, as
 * `{ file, convertedFrom }` with its former `content_type` and `bytes`; null if this fails.
 */
export async function toJpeg(file) {
  const picture = await decoded(file).catch(() => null);
  if (!picture) return null;
  const { naturalWidth: width, naturalHeight: height } = picture;
  const fitting = Math.sqrt(MAX_PIXELS / (width * height));
  const canvas = draw(picture, 1) ?? (fitting < 1 ? draw(picture, fitting) : null);
  const blob = canvas && await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
  if (blob?.type !== "image/jpeg") return null;
  const name = `${file.name.replace(/\.[^.]*$/, "")}.jpg`;
  return {
    file: new File([blob], name, { type: blob.type, lastModified: file.lastModified }),
    convertedFrom: { content_type: await typeOf(file), bytes: file.size },
  };
}

async function typeOf(file) {
  return await typeOfContent(file).catch(() => null) ?? TYPE_OF_SUFFIX[suffixOf(file)];
}

async function decoded(file) {
  const picture = new Image();
  picture.src = URL.createObjectURL(file);
  try {
    await picture.decode();
    return picture;
  } finally {
    URL.revokeObjectURL(picture.src);
  }
}

// A canvas with the picture; null if the browser has not drawn it, or falsifies what is drawn.
function draw(picture, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.naturalWidth * scale);
  canvas.height = Math.round(picture.naturalHeight * scale);
  const context = canvas.getContext("2d", { colorSpace: "display-p3" });
  if (!context) return null;
  const at = [canvas.width >> 1, canvas.height >> 1, 1, 1];
  context.fillStyle = `color(display-p3 ${PROBE.slice(0, 3).map((level) => level / 255).join(" ")})`;
  context.fillRect(...at);
  const isTrue = [...context.getImageData(...at).data].join() === PROBE.join();
  if (!isTrue) return null;
  context.fillStyle = "white"; // below what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}
