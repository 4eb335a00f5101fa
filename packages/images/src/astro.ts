/** An image service for Astro: `image.service` is `{ entrypoint: "@darkroom/images/astro", config: { site } }`. */
import { parse, type Site, WIDTHS, widthUrl } from "./address.js";

interface Transform {
  /** An image's id or one of its stable URLs; or a file of the site, which stays as it is. */
  src: string | { src: string; width?: number; height?: number };
  width?: number;
  height?: number;
  widths?: (number | `${number}w`)[];
  sizes?: string | null;
  [attribute: string]: unknown;
}

interface Configuration {
  service: { config: Site };
}

const NOT_ATTRIBUTES = new Set([
  "src", "width", "height", "widths", "densities", "format", "formats", "quality", "fit", "position", "background", "layout", "priority",
  "inferSize",
]);

const service = {
  getURL({ src, width }: Transform, { service: { config } }: Configuration): string {
    const text = textOf(src);
    const address = parse(text, config);
    return address ? widthUrl(address, width ?? 1920, config) : text;
  },

  getSrcSet(options: Transform, { service: { config } }: Configuration) {
    if (!parse(textOf(options.src), config)) return [];
    const { widths = WIDTHS } = config;
    // No wider than twice what is shown: for screens of high density.
    const wanted = options.widths?.map((width) => parseInt(String(width), 10))
      ?? widths.filter((width) => !options.width || width <= options.width * 2);
    const rendered = new Set(wanted.map((width) => widths.find((other) => other >= width) ?? widths.at(-1) ?? width));
    return [...rendered].sort((a, b) => a - b).map((width) => ({
      transform: { ...options, width }, descriptor: `${width}w`, attributes: {},
    }));
  },

  getHTMLAttributes(options: Transform): Record<string, unknown> {
    const { width, height, src } = options;
    const others = Object.entries(options).filter(([name]) => !NOT_ATTRIBUTES.has(name));
    const own: { width?: number; height?: number } = typeof src === "string" ? {} : src;
    const loading = options["loading"] ?? "lazy";
    const sizes = width ? `(min-width: ${width}px) ${width}px, 100vw` : "100vw";
    return {
      loading,
      decoding: "async",
      sizes: loading === "lazy" ? `auto, ${sizes}` : sizes,
      width: width ?? own.width,
      height: height ?? own.height,
      ...Object.fromEntries(others),
    };
  },
};

export default service;

function textOf(src: Transform["src"]): string {
  return typeof src === "string" ? src : src.src;
}
