/** What shrinking a JPEG has to know of it, and keeps of it. */

const SOI = 0xffd8;
const LONGEST = 1 << 20; // bytes: where the pixels begin in all JPEGs but odd ones
const ORIENTATION = 0x0112;
const FRAMES = new Set([0xc0, 0xc1, 0xc2]); // 8-bit Huffman: baseline, extended and progressive
const KEPT = new Set([0xe1, 0xe2, 0xed]); // EXIF and XMP, colour profile, IPTC

// HDR (gain maps, several pictures) and signed provenance, which a smaller picture would lose or break.
const PRECIOUS = /hdrgm:|HDRGainMap|urn:iso:std:iso:ts:21496|jumb|c2pa/;

/**
 * `{ width, height, orientation, segments }` of a JPEG as it is stored; null for any other file, and
 * for one that must not be shrunk.
 */
export async function inspect(file) {
  const bytes = new Uint8Array(await file.slice(0, LONGEST).arrayBuffer());
  const view = new DataView(bytes.buffer);
  if (bytes.length < 4 || view.getUint16(0) !== SOI) return null;
  const segments = [];
  let frame = null;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const [lead, marker] = [bytes[at], bytes[at + 1]];
    if (lead !== 0xff) return null;
    if (marker === 0xda) return frame && { ...frame, orientation: orientationOf(segments), segments };
    const end = at + 2 + view.getUint16(at + 2);
    const segment = bytes.slice(at, end);
    if (isPrecious(marker, segment)) return null;
    if (KEPT.has(marker)) segments.push(segment);
    if (FRAMES.has(marker)) {
      // Eight bits a sample, and grey or YCbCr.
      if (bytes[at + 4] !== 8 || bytes[at + 9] > 3) return null;
      frame = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    at = end;
  }
  return null;
}

/** A JPEG, as a Blob, with these segments in place of its own; it is upright, so EXIF says so. */
export async function withSegments(blob, segments) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let at = 2;
  while (bytes[at] === 0xff && bytes[at + 1] >= 0xe0 && bytes[at + 1] <= 0xef) {
    at += 2 + ((bytes[at + 2] << 8) | bytes[at + 3]);
  }
  segments.forEach((segment) => setOrientation(segment));
  return new Blob([bytes.slice(0, 2), ...segments, bytes.slice(at)], { type: "image/jpeg" });
}

function isPrecious(marker, segment) {
  if (marker < 0xe1 || marker > 0xef) return false;
  const text = new TextDecoder("latin1").decode(segment);
  return text.slice(4, 8) === "MPF\0" || PRECIOUS.test(text);
}

function orientationOf(segments) {
  const found = segments.map((segment) => findOrientation(segment)).find(Boolean);
  return found ? found.view.getUint16(found.at, found.isLittle) : 1;
}

function setOrientation(segment) {
  const found = findOrientation(segment);
  found?.view.setUint16(found.at, 1, found.isLittle);
}

// Where a segment has EXIF's orientation: in the first directory, as a number of 16 bits.
function findOrientation(segment) {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.length);
  const start = 10; // after marker, length and "Exif\0\0"
  if (segment[1] !== 0xe1 || segment.length < start + 8 || view.getUint32(4) !== 0x45786966) return null;
  const isLittle = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, isLittle);
  if (directory + 2 > segment.length) return null;
  const count = view.getUint16(directory, isLittle);
  for (let index = 0; index < count; index += 1) {
    const entry = directory + 2 + index * 12;
    if (entry + 12 > segment.length) return null;
    if (view.getUint16(entry, isLittle) === ORIENTATION) return { view, at: entry + 8, isLittle };
  }
  return null;
}
