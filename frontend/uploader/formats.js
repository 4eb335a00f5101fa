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
  jxl: "image/jxl",
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
  arw: "image/x-sony-arw",
  sr2: "image/x-sony-arw",
  srf: "image/x-sony-arw",
  cr2: "image/x-canon-cr2",
  cr3: "image/x-canon-cr3",
  dng: "image/x-adobe-dng",
  gpr: "image/x-adobe-dng",
  nef: "image/x-nikon-nef",
  nrw: "image/x-nikon-nef",
  orf: "image/x-olympus-orf",
  ori: "image/x-olympus-orf",
  pef: "image/x-pentax-pef",
  raf: "image/x-fuji-raf",
  rw2: "image/x-panasonic-rw2",
  rwl: "image/x-panasonic-rw2",
};

/** Suffixes of camera raw files that are not read and begin like a TIFF. */
export const UNREAD_RAW_SUFFIXES = [
  "3fr", "cs1", "dcr", "erf", "fff", "iiq", "k25", "kdc", "mef", "mos", "srw", "sti",
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
  ["image/jxl", /^(?:\xff\x0a|\x00\x00\x00\x0cJXL )/s],
  ["image/tiff", /^(?:II[*+]\x00|MM\x00[*+])(?!.{4}(?:CR|I{4}|M{4}))/s],
  ["image/x-canon-cr2", /^II\*\x00.{4}CR/s],
  ["image/x-canon-cr3", /^.{4}ftypcrx/s],
  ["image/x-olympus-orf", /^(?:II(?:RO|RS)|MMOR)/s],
  ["image/x-panasonic-rw2", /^IIU\x00/s],
  ["image/x-fuji-raf", /^FUJIFILMCCD-RAW/s],
];
const HEAD_BYTES = 4096;

/** The media type by the file's first bytes, undefined if they are not a picture's. */
export async function typeOfContent(file) {
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const head = String.fromCharCode(...bytes);
  const type = SIGNATURES.find(([, pattern]) => pattern.test(head))?.[0];
  // Only directories further on tell these raw files from TIFFs.
  return type === "image/tiff" && isRaw(file) ? TYPE_OF_SUFFIX[suffixOf(file)] : type;
}

/** Whether a file is named like a camera's raw file; only their media types are not registered. */
export function isRaw(file) {
  return TYPE_OF_SUFFIX[suffixOf(file)]?.startsWith("image/x-") ?? false;
}

/** The part of the file's name behind its last dot, in lower case; the whole name without one. */
export function suffixOf({ name }) {
  return name.slice(name.lastIndexOf(".") + 1).toLowerCase();
}
