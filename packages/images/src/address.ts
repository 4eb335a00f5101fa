/** The base of an image's URLs, from its id or from any of its URLs. */

/** Widths in pixels that are rendered on demand, as long as `[sizes]` of the variants table says nothing else. */
export const WIDTHS: readonly number[] = [320, 480, 640, 960, 1280, 1920, 2560, 3840];

/** What one Darkroom's URLs are made with. */
export interface Site {
  /** The origin of the images, such as `https://photos.example`; not needed for URLs and for images of the API. */
  site?: string;
  /** The widths that are rendered on demand, ascending. */
  widths?: readonly number[];
}

/** The URL of an image without a variant or size, and the query that it needs if the image is private. */
export interface Address {
  id: string;
  base: string;
  query: string;
}

const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const STABLE = /^((?:[a-z]+:\/\/[^/?#]+)?(?:\/[^?#]*)?\/i\/([0-9A-HJKMNP-TV-Z]{26}))(?:\/[^?#]*)?(?:\?([^#]*))?$/i;
// The rest of the query is the signature of a private image.
const OPTIONS = new Set(["w", "h", "fit", "q", "f", "s"]);

/** The address of a text: an image's id, or one of its stable URLs. Null for anything else. */
export function parse(text: string, { site }: Site = {}): Address | null {
  if (ID.test(text)) {
    if (site === undefined) throw new TypeError("An image's id needs `site`, the origin of the images.");
    return { id: text, base: `${origin(site)}/i/${text}`, query: "" };
  }
  const found = STABLE.exec(text);
  if (!found) return null;
  const [, base = "", id = "", query = ""] = found;
  const kept = query.split("&").filter((pair) => pair && !OPTIONS.has(pair.split("=")[0]!));
  return { id, base, query: kept.join("&") };
}

/** The site's address: without the folder of the renditions, as PUBLIC_URL may have it. */
export function origin(site: string): string {
  return site.replace(/\/+$/, "").replace(/\/images$/, "");
}

/** The URL of a width, which is rounded up to those that are rendered on demand. */
export function widthUrl({ base, query }: Address, width: number, { widths = WIDTHS }: Site = {}): string {
  const rendered = widths.find((other) => other >= width) ?? widths.at(-1) ?? width;
  return signed(`${base}?w=${rendered}`, query);
}

/** The URL of a variant's rendition; without a suffix, the request's `Accept` decides on the format. */
export function variantUrl({ base, query }: Address, variant: string, suffix = ""): string {
  return signed(`${base}/${variant}${suffix && `.${suffix}`}`, query);
}

function signed(url: string, query: string): string {
  return query ? `${url}${url.includes("?") ? "&" : "?"}${query}` : url;
}
