const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** 4512345 -> "4.5 MB". Decimal units, as file managers and networks count. */
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
  return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${name}`;
}

/** 96.4 -> "96%"; from 99 on with one digit rounded down, for nothing saves 100%. */
export function percent(value) {
  const shown = value >= 99 && value < 100 ? Math.floor(value * 10) / 10 : Math.round(value);
  return `${shown}%`;
}

/** (4000, 3000) -> "4000 × 3000" */
export function dimensions(width, height) {
  return `${width} × ${height}`;
}

const FORMATS = { webp: "WebP" };

/** "webp" -> "WebP", "avif" -> "AVIF" */
export function format(name) {
  return FORMATS[name] ?? name.toUpperCase();
}
