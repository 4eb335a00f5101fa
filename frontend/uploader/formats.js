// These tables are those of the server: chalicelib/model/formats.py and imaging/signatures.py.
// Tests compare them.

/** The media type of each suffix, for files whose bytes are not recognised. */
export const TYPE_OF_SUFFIX = {
  avif: "image/avif",
  avifs: "image/avif",
  bmp: "image/bmp",
  dib: "image/bmp",
  gif: "image/gif",
  heic: "image/heic",
  heif: "image/heif",
  hif: "image/heif",
  heics: "image/heif",
  heifs: "image/heif",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  jpe: "image/jpeg",
  jfif: "image/jpeg",
  jfi: "image/jpeg",
  jif: "image/jpeg",
  pjpeg: "image/jpeg",
  pjp: "image/jpeg",
  mpo: "image/jpeg",
  jps: "image/jpeg",
  png: "image/png",
  apng: "image/png",
  tif: "image/tiff",
  tiff: "image/tiff",
  webp: "image/webp",
};

/** Suffixes of camera raw files, which begin like a TIFF. */
export const RAW_SUFFIXES = [
  "3fr", "arw", "cs1", "dcr", "dng", "erf", "fff", "gpr", "iiq", "k25", "kdc",
  "mef", "mos", "nef", "nrw", "pef", "rwl", "sr2", "srf", "srw", "sti",
];

// Each character is one byte.
const SIGNATURES = [
  ["image/jpeg", /^\xff\xd8\xff/s],
  ["image/png", /^\x89PNG\r\n\x1a\n/s],
  ["image/webp", /^RIFF.{4}WEBP/s],
  ["image/gif", /^GIF8[79]a/s],
  ["image/avif", /^.{4}ftyp(?:avi[fs]|mif3avif|(?:mif[13]|msf1|miaf|MA1[AB]).{4}(?:.{4}){0,30}?avi[fs])/s],
  ["image/heic", /^.{4}ftyp(?:he[iv][cxms]|(?:mif[12]|msf1|miaf).{4}(?:.{4}){0,30}?he[iv][cxms])/s],
  ["image/bmp", /^BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00/s],
  ["image/tiff", /^(?:II[*+]\x00|MM\x00[*+])(?!.{4}(?:CR|I{4}|M{4}))/s],
];
const HEAD_BYTES = 4096;

/** The media type by the file's first bytes, undefined if they are not a picture's. */
export async function typeOfContent(file) {
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const head = String.fromCharCode(...bytes);
  return SIGNATURES.find(([, pattern]) => pattern.test(head))?.[0];
}

/** The part of the file's name behind its last dot, in lower case; the whole name without one. */
export function suffixOf({ name }) {
  return name.slice(name.lastIndexOf(".") + 1).toLowerCase();
}
