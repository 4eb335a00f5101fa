/** ZIP archives without compression, as pictures have none to gain: APPNOTE.TXT 6.3, with ZIP64. */

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const VERSION = 45; // of ZIP64
const UTF_8 = 0x0800;
const MOST_16 = 0xffff;
const MOST_32 = 0xffffffff;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The CRC-32 of bytes that follow those of the CRC `before`. */
export function crc32(bytes, before = 0) {
  let value = ~before;
  for (let index = 0; index < bytes.length; index += 1) value = TABLE[(value ^ bytes[index]) & 0xff] ^ (value >>> 8);
  return ~value >>> 0;
}

/**
 * The archive's bytes, piece by piece. `files` is an (async) iterable of `name`, `date`, and `chunks`
 * (Uint8Arrays) with their `size` and `crc`.
 */
export async function* zip(files) {
  const directory = [];
  let offset = 0;
  for await (const { name, date, chunks, size, crc } of files) {
    const entry = { name: new TextEncoder().encode(name), time: dosTime(date), size, crc, offset };
    const header = localHeader(entry);
    yield header;
    yield* chunks;
    offset += header.length + size;
    directory.push(entry);
  }
  const start = offset;
  for (const entry of directory) {
    const header = centralHeader(entry);
    yield header;
    offset += header.length;
  }
  yield endOf(directory.length, offset - start, start);
}

function localHeader({ name, time, size, crc }) {
  const isLarge = size >= MOST_32;
  const sizes = isLarge ? [u32(MOST_32), u32(MOST_32)] : [u32(size), u32(size)];
  const extra = isLarge ? [u16(1), u16(16), u64(size), u64(size)] : [];
  return bytes(u32(LOCAL), u16(VERSION), u16(UTF_8), u16(0), time, u32(crc), ...sizes,
    u16(name.length), u16(isLarge ? 20 : 0), name, ...extra);
}

function centralHeader({ name, time, size, crc, offset }) {
  const large = [...(size >= MOST_32 ? [size, size] : []), ...(offset >= MOST_32 ? [offset] : [])];
  const shown = u32(Math.min(size, MOST_32));
  const extra = large.length > 0 ? bytes(u16(1), u16(8 * large.length), ...large.map(u64)) : new Uint8Array();
  return bytes(u32(CENTRAL), u16(VERSION), u16(VERSION), u16(UTF_8), u16(0), time, u32(crc), shown, shown,
    u16(name.length), u16(extra.length), u16(0), u16(0), u16(0), u32(0), u32(Math.min(offset, MOST_32)), name, extra);
}

function endOf(count, size, start) {
  const isLarge = count >= MOST_16 || size >= MOST_32 || start >= MOST_32;
  const large = isLarge ? [
    u32(END_64), u64(44), u16(VERSION), u16(VERSION), u32(0), u32(0), u64(count), u64(count), u64(size), u64(start),
    u32(LOCATOR_64), u32(0), u64(start + size), u32(1),
  ] : [];
  const files = u16(Math.min(count, MOST_16));
  return bytes(...large, u32(END), u16(0), u16(0), files, files, u32(Math.min(size, MOST_32)),
    u32(Math.min(start, MOST_32)), u16(0));
}

// Local time in steps of two seconds; the format begins in 1980.
function dosTime(date) {
  const year = Math.max(0, date.getFullYear() - 1980);
  return bytes(
    u16((date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1)),
    u16((year << 9) | ((date.getMonth() + 1) << 5) | date.getDate()));
}

function u16(value) {
  return new Uint8Array([value, value >>> 8]);
}

function u32(value) {
  return new Uint8Array([value, value >>> 8, value >>> 16, value >>> 24]);
}

function u64(value) {
  return bytes(u32(value % 2 ** 32), u32(Math.floor(value / 2 ** 32)));
}

function bytes(...parts) {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
