/**
 * Signatures of transformations: any size, crop, quality or format. For servers: who has the key of a stage can have
 * any number of images rendered at your cost.
 */
import { origin } from "./address.js";

export interface Transformation {
  /** Pixels, up to 8,192; at least one of the two sides. */
  width?: number;
  height?: number;
  /** "cover" and "contain" need both sides. */
  fit?: "inside" | "cover" | "contain";
  /** 1 to 100. */
  quality?: number;
  /** By default, the best that the request's `Accept` allows. */
  format?: "avif" | "webp" | "jpeg" | "png";
}

const LONGEST_SIDE = 8192;

/** The signature, 64 hex digits. `key` is what `./darkroom sign --key` prints. */
export async function sign(id: string, transformation: Transformation, key: string): Promise<string> {
  const encoder = new TextEncoder();
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), hmac, false, ["sign"]);
  const text = `/i/${id}?${queryOf(transformation)}`;
  const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The URL of a transformation of a public image. */
export async function signedUrl(
  id: string, transformation: Transformation, { site, key }: { site: string; key: string },
): Promise<string> {
  const signature = await sign(id, transformation, key);
  return `${origin(site)}/i/${id}?${queryOf(transformation)}&s=${signature}`;
}

/** The query that is signed: its options sorted by name. */
function queryOf({ width, height, fit, quality, format }: Transformation): string {
  inRange("width", width, LONGEST_SIDE);
  inRange("height", height, LONGEST_SIDE);
  inRange("quality", quality, 100);
  if (width === undefined && height === undefined) throw new TypeError("A transformation needs a width or a height.");
  if (fit && fit !== "inside" && (width === undefined || height === undefined)) {
    throw new TypeError(`"${fit}" needs both width and height.`);
  }
  const options = Object.entries({ f: format, fit, h: height, q: quality, w: width });
  return options.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}`).join("&");
}

function inRange(name: string, value: number | undefined, highest: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= highest)) return;
  throw new RangeError(`${name} is a whole number from 1 to ${highest}, not ${value}.`);
}
