/** A loader for `next/image`. */
import { parse, type Site, WIDTHS, widthUrl } from "./address.js";

/** For `images` in next.config.js: then Next.js asks for no other widths than those that are rendered on demand. */
export const imageSizes: number[] = WIDTHS.filter((width) => width < 640);
export const deviceSizes: number[] = WIDTHS.filter((width) => width >= 640);

export interface LoaderOptions {
  /** An image's id, or one of its stable URLs. */
  src: string;
  width: number;
  quality?: number;
}

/**
 * The default export of the file that `images.loaderFile` names. A `src` that is no image of a Darkroom is returned
 * unchanged. Quality is that of the stage.
 */
export function createLoader(site: Site): (options: LoaderOptions) => string {
  return ({ src, width }) => {
    const address = parse(src, site);
    return address ? widthUrl(address, width, site) : src;
  };
}
