import { strings } from "./strings.js";

// Making one takes longer than using it, and a gallery shows many numbers.
const NUMBERS = [0, 1].map((digits) => new Intl.NumberFormat("en", { maximumFractionDigits: digits }));
const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** 4512345 -> "4.5 MB". Decimal units, as in file managers and networks. */
export function bytes(count) {
  let unit = 0;
  let value = count;
  // 999.5 would be shown as "1,000".
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 1 && value < 10 ? 1 : 0;
  const name = count === 1 ? "byte" : UNITS[unit];
  // No line may break between a number and its unit.
  return `${NUMBERS[digits].format(value)}\u00a0${name}`;
}

/** 96.4 -> "96%"; from 99 on with one decimal, rounded down, since nothing saves 100%. */
export function percent(value) {
  const shown = value >= 99 && value < 100 ? Math.floor(value * 10) / 10 : Math.round(value);
  return `${shown}%`;
}

/** (4000, 3000) -> "4000 × 3000" */
export function dimensions(width, height) {
  return `${width}\u00a0×\u00a0${height}`;
}

const FORMATS = { webp: "WebP" };

/** "webp" -> "WebP", "avif" -> "AVIF" */
export function format(name) {
  return FORMATS[name] ?? name.toUpperCase();
}

/** 96 -> "96% smaller" */
export function saved(value) {
  const shown = percent(value);
  return shown === "0%" ? strings.sameSize : strings.smaller(shown);
}

/** 0.000012 -> "$0.000012"; two significant digits, and at least cents */
export function dollars(value) {
  const digits = value >= 0.1 || value === 0 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(value)));
  return `$${value.toFixed(digits)}`;
}

/** "2026-05-01T12:00:00Z" -> "May 2026", in the reader's time zone */
export function month(text) {
  return new Date(text).toLocaleString("en-GB", { month: "long", year: "numeric" });
}

/** "2026-05-01T12:00:00Z" -> "1 May 2026, 12:00:00", in the reader's time zone */
export function time(text) {
  return new Date(text).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
}
