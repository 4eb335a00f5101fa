// As in chalicelib/model/formats.py; a test compares them.
const PREFERENCE = ["avif", "webp", "jpeg", "png"];

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

/** The rendition that `savings` compares with the original: the largest, in the best format. */
export function mainRendition({ renditions }) {
  const pixels = ({ width, height }) => width * height;
  const rank = ({ format }) => PREFERENCE.indexOf(format);
  return renditions.toSorted((a, b) => pixels(b) - pixels(a) || rank(a) - rank(b))[0];
}

/** Width over height of the picture that thumbnails show; undefined if there is none. */
export function ratioOf(image) {
  const largest = image.renditions?.length ? wholeRenditions(image).at(-1) : undefined;
  return largest && largest.width / largest.height;
}

/** Gives the frame of an `<img>` the image's shape and placeholder, before any bytes arrive. */
export function showFrame(frame, img, image) {
  const ratio = ratioOf(image);
  frame.hidden = !ratio;
  if (!ratio) return;
  frame.style.setProperty("--ratio", ratio);
  showPlaceholder(frame, img, image.placeholder);
}

/** Makes an `<img>` show the image in the size that fits. */
export function showPicture(img, image, sizes) {
  const renditions = wholeRenditions(image);
  if (renditions.length === 0) return;
  // Before srcset and src, or the browser picks a source for the wrong width.
  img.sizes = sizes;
  // Not the stable URLs: after a change the browser would show what it has cached under them.
  img.srcset = renditions.map((rendition) => `${rendition.immutable_url} ${rendition.width}w`).join(", ");
  img.src = renditions.at(-1).immutable_url;
}

/**
 * Shows the placeholder, blurred colours, in the frame until the picture has loaded. The frame of a
 * picture that cannot be loaded gets the class `broken`.
 */
export function showPlaceholder(frame, img, placeholder) {
  img.addEventListener("load", () => {
    frame.classList.remove("broken");
    // A transparent picture must not keep its own blurred copy behind it.
    frame.style.removeProperty("background");
  });
  img.addEventListener("error", () => {
    frame.style.removeProperty("background");
    frame.classList.add("broken");
  });
  if (!placeholder) return;
  frame.style.backgroundColor = placeholder.color;
  frame.style.backgroundImage = placeholder.data_uri ? `url("${placeholder.data_uri}")` : "none";
}
