/** URLs and `<img>` attributes of a Darkroom's images. */
import { type Address, parse, type Site, variantUrl, WIDTHS, widthUrl } from "./address.js";
import type { ImageView, RenditionView } from "./api.js";

export { type Site, WIDTHS };
export type { ImageView };

/** What is needed of an image as the API returns it. */
export type Shown = Pick<ImageView, "id" | "width" | "height"> & {
  renditions: readonly Pick<RenditionView, "variant" | "width" | "height" | "url">[];
  alt?: Readonly<Record<string, string>>;
  placeholder?: ImageView["placeholder"];
};

/** An image as the API returns it, its id, or one of its stable URLs. The first of them knows sizes and texts. */
export type Source = Shown | string;

/** Of these, the width wins. */
export interface Size {
  /** The name of a variant. */
  variant?: string;
  /** The format of the variant; by default, the best that the request's `Accept` allows. */
  format?: "avif" | "webp" | "jpg" | "png";
  /** Pixels; rounded up to the widths that are rendered on demand. */
  width?: number;
}

export interface SrcsetOptions extends Site {
  /** The original's width in pixels, for an image that is given by its id: wider ones would only seem to be so. */
  max?: number;
}

export interface ImgOptions extends SrcsetOptions {
  /** How wide the page shows it, in CSS; "100vw" by default. */
  sizes?: string;
  /** The alternative text; by default, that of the image's first language. */
  alt?: string;
  /** "eager" for what is in view from the beginning; "lazy" by default. */
  loading?: "lazy" | "eager";
  /** The proportions in pixels, for an image that is given by its id. */
  width?: number;
  height?: number;
}

/** Attributes of `<img>`, by their names in HTML. */
export interface ImgAttributes {
  src: string;
  srcset: string;
  sizes: string;
  width?: number;
  height?: number;
  alt: string;
  lang?: string;
  loading: "lazy" | "eager";
  decoding: "async";
  style?: string;
}

/** The same, by their names in React. */
export type ImgProps = Omit<ImgAttributes, "srcset" | "style"> & { srcSet: string; style?: { background: string } };

// Of an image of which nothing but its id is known; most screens show no wider one.
const USUAL = 1920;

/** The URL of a variant or of a width; of the largest variant if there is neither. */
export function url(source: Source, { variant, format, width, ...site }: Size & Site = {}): string {
  const address = addressOf(source, site);
  if (width !== undefined) return widthUrl(address, width, site);
  if (variant !== undefined) return variantUrl(address, variant, format);
  const largest = typeof source === "string" ? undefined : largestOf(source);
  return largest ? variantUrl(address, largest.variant, format) : widthUrl(address, USUAL, site);
}

/**
 * The `srcset`: variants, which are ready, and wider widths of the ladder, which are rendered when they are first
 * needed. Of an image that is given by its id, only the latter.
 */
export function srcset(source: Source, options: SrcsetOptions = {}): string {
  const address = addressOf(source, options);
  const urls = new Map<number, string>();
  const { widths = WIDTHS } = options;
  let [ready, original] = [0, options.max ?? Infinity];
  if (typeof source !== "string") {
    for (const { width, variant } of whole(source)) {
      if (!urls.has(width)) urls.set(width, variantUrl(address, variant));
    }
    ready = Math.max(0, ...urls.keys());
    original = source.width ?? 0;
  }
  const wider = widths.filter((width) => width > ready && width <= original);
  // An original that is smaller than all of them is served as it is.
  if (wider.length === 0 && urls.size === 0) wider.push(widths[0] ?? USUAL);
  for (const width of wider) urls.set(width, widthUrl(address, width, options));
  return [...urls].sort(([a], [b]) => a - b).map(([width, address]) => `${address} ${width}w`).join(", ");
}

/** The attributes of an `<img>` that shows the whole image without shifting the page. */
export function img(source: Source, options: ImgOptions = {}): ImgAttributes {
  const { sizes = "100vw", loading = "lazy" } = options;
  const shown = typeof source === "string" ? null : source;
  const { width, height } = (shown && largestOf(shown)) ?? options;
  const [language, text] = options.alt === undefined ? Object.entries(shown?.alt ?? {})[0] ?? [] : [undefined, options.alt];
  const background = shown?.placeholder && `${shown.placeholder.color} url(${shown.placeholder.data_uri}) center/cover`;
  return {
    src: url(source, { ...options, width: undefined }),
    srcset: srcset(source, options),
    // Browsers know how wide an image is shown that loads lazily.
    sizes: loading === "lazy" ? `auto, ${sizes}` : sizes,
    ...(width && height ? { width, height } : {}),
    alt: text ?? "",
    ...(language ? { lang: language } : {}),
    loading,
    decoding: "async",
    ...(background ? { style: `background:${background}` } : {}),
  };
}

/** What `img` returns, for React: `<img {...imgProps(image)} />`. */
export function imgProps(source: Source, options: ImgOptions = {}): ImgProps {
  const { srcset: srcSet, style, ...attributes } = img(source, options);
  return { ...attributes, srcSet, ...(style ? { style: { background: style.slice("background:".length) } } : {}) };
}

function addressOf(source: Source, site: Site): Address {
  // With the API's own URLs no site is needed, and private images keep their signature.
  const text = typeof source === "string" ? source : source.renditions[0]?.url ?? source.id;
  const address = parse(text, site);
  if (!address) throw new TypeError(`This is neither an image's id nor one of its URLs: ${text}`);
  return address;
}

/** The renditions that are not crops. */
function whole({ width, height, renditions }: Shown): Shown["renditions"] {
  if (!width || !height) return [];
  // Sides are rounded to whole pixels, so one of the two is off by less than one.
  return renditions.filter((rendition) =>
    Math.abs((rendition.width * height) / width - rendition.height) < 1
    || Math.abs((rendition.height * width) / height - rendition.width) < 1);
}

function largestOf(image: Shown): Shown["renditions"][number] | undefined {
  return whole(image).reduce<Shown["renditions"][number] | undefined>(
    (largest, rendition) => (largest && largest.width >= rendition.width ? largest : rendition), undefined);
}
