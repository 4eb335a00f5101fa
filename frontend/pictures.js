/** The uncropped renditions (all renditions if there are none), in one format, smallest first. */
export function wholeRenditions(image) {
  const whole = image.renditions.filter((rendition) => isWhole(image, rendition));
  const chosen = whole.length > 0 ? whole : image.renditions;
  return chosen
    .filter((rendition) => rendition.format === chosen[0].format)
    .sort((a, b) => a.width - b.width);
}

/** Whether the rendition shows the whole picture, not a crop. */
export function isWhole(image, { width, height }) {
  // Sides are rounded to whole pixels, so one of the two is off by less than one.
  return Math.abs((width * image.height) / image.width - height) < 1
    || Math.abs((height * image.width) / image.height - width) < 1;
}

/** Gives an `<img>` the image's dimensions and placeholder, before any of its bytes arrive. */
export function showBox(img, image) {
  const largest = wholeRenditions(image).at(-1);
  if (!largest) return;
  img.width = largest.width;
  img.height = largest.height;
  img.style.setProperty("--ratio", largest.width / largest.height);
  showPlaceholder(img, image.placeholder);
}

/** Makes an `<img>` show the image in the size that fits. */
export function showPicture(img, image, sizes) {
  const renditions = wholeRenditions(image);
  if (renditions.length === 0) return;
  // Before srcset and src, or the browser picks a source for the wrong width.
  img.sizes = sizes;
  img.srcset = renditions.map(({ url, width }) => `${url} ${width}w`).join(", ");
  img.src = renditions.at(-1).url;
}

/** Shows the placeholder, blurred colours, until the picture has loaded. */
export function showPlaceholder(img, placeholder) {
  if (!placeholder) return;
  img.style.backgroundColor = placeholder.color;
  img.style.backgroundImage = placeholder.data_uri ? `url("${placeholder.data_uri}")` : "none";
  // A transparent picture must not keep its own blurred copy behind it.
  img.addEventListener("load", () => img.style.removeProperty("background"), { once: true });
}
