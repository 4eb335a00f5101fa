import { inspect, withSegments } from "./jpeg.js";
import { run } from "./worker.js";

/**
 * A smaller copy of a photo whose longer side has more than `longest` pixels, as `{ file, from }` with
 * the size that it had (`width`, `height`, `bytes`); null if it is to be sent as it is.
 *
 * Orientation, profile and EXIF are kept. Only JPEGs are shrunk, and none with a gain map, several
 * pictures or signed provenance.
 */
export async function shrink(file, longest, signal) {
  const found = await inspect(file).catch(() => null);
  if (!found || Math.max(found.width, found.height) <= longest) return null;
  const isTurned = found.orientation >= 5;
  const [width, height] = isTurned ? [found.height, found.width] : [found.width, found.height];
  const scale = longest / Math.max(width, height);
  const size = { width: Math.round(width * scale) || 1, height: Math.round(height * scale) || 1 };
  const pixels = await run("scale", { file, ...size }, signal).catch((reason) => {
    signal?.throwIfAborted();
    console.warn(reason);
  });
  if (!pixels) return null;
  const blob = await withSegments(pixels, found.segments);
  if (blob.size >= file.size) return null;
  const { name, lastModified } = file;
  return { file: new File([blob], name, { type: blob.type, lastModified }), from: { width, height, bytes: file.size } };
}
