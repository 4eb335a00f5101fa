/** A provider for unpic: `transform` is the `transformer` of its components' base versions. */
import { parse, type Site, widthUrl } from "./address.js";

export interface Operations {
  width?: number | string;
  /** Ignored, as are the two below: other shapes, formats and qualities are variants, or need a signature. */
  height?: number | string;
  format?: string;
  quality?: number | string;
}

/** The image and the width of a stable URL; null for other URLs. */
export function extract(url: string | URL): { src: string; operations: Operations; options: Site } | null {
  const text = String(url);
  const address = text.includes("/") ? parse(text) : null;
  if (!address) return null;
  const { base, query, id } = address;
  const width = Number(new URL(text, "http://localhost").searchParams.get("w"));
  return {
    src: query ? `${base}?${query}` : base,
    operations: width ? { width } : {},
    options: { site: base.slice(0, -`/i/${id}`.length) },
  };
}

/** The URL of an image, given by its id or one of its URLs, in this width. */
export function generate(src: string | URL, { width }: Operations, options: Site = {}): string {
  const address = parse(String(src), options);
  if (!address) throw new TypeError(`This is neither an image's id nor one of its URLs: ${src}`);
  return widthUrl(address, Number(width) || 1920, options);
}

/** Like `generate`, with the width of the URL itself if no other is given. */
export function transform(src: string | URL, operations: Operations, options: Site = {}): string {
  const width = operations.width ?? extract(src)?.operations.width;
  return generate(src, { ...operations, width }, options);
}
