import { strings } from "./strings.js";
import * as format from "./format.js";
import { stamp } from "./templates.js";

/** The renditions that show the whole picture, all of one format, smallest first. */
export function wholeRenditions(image) {
  const whole = image.renditions.filter((rendition) => hasRatioOf(image, rendition));
  const chosen = whole.length > 0 ? whole : image.renditions;
  return chosen
    .filter((rendition) => rendition.format === chosen[0].format)
    .sort((one, other) => one.width - other.width);
}

/** Lets an `<img>` show the image in the size that fits; its box is known before the bytes come. */
export function showPicture(img, image, sizes) {
  const renditions = wholeRenditions(image);
  const largest = renditions.at(-1);
  if (!largest) return;
  img.width = largest.width;
  img.height = largest.height;
  img.style.setProperty("--ratio", largest.width / largest.height);
  showPlaceholder(img, image.placeholder);
  // Before srcset and src, or the browser picks a source for the wrong width.
  img.sizes = sizes;
  img.srcset = renditions.map(({ url, width }) => `${url} ${width}w`).join(", ");
  img.src = largest.url;
}

/** The large picture, what was saved, and a row for each rendition. */
export function resultOf(image) {
  const { element, slots } = stamp("result");
  const largest = wholeRenditions(image).at(-1);
  if (largest) slots.link.href = largest.url;
  slots.link.ariaLabel = image.filename;
  showPicture(slots.picture, image, "(min-width: 52rem) 30rem, 92vw");
  slots.saving.textContent = image.savings ? saved(image.savings.percent) : "";
  slots.original.textContent = strings.original(
    format.dimensions(image.width, image.height), format.bytes(image.bytes));
  slots.variants.append(...image.renditions.map((rendition) => variantOf(image, rendition)));
  return element;
}

/** 96 -> "96% smaller", -3 -> "3% larger" */
export function saved(percent) {
  const shown = format.percent(Math.abs(percent));
  if (shown === "0%") return strings.sameSize;
  return percent > 0 ? strings.smaller(shown) : strings.larger(shown);
}

function variantOf(image, rendition) {
  const { element, slots } = stamp("variant");
  element.dataset.variant = rendition.variant;
  slots.link.href = rendition.url;
  slots.picture.width = rendition.width;
  slots.picture.height = rendition.height;
  slots.picture.src = rendition.url;
  slots.name.textContent = rendition.variant;
  slots.dimensions.textContent =
    `${format.dimensions(rendition.width, rendition.height)} ${format.format(rendition.format)}`;
  slots.bytes.textContent = format.bytes(rendition.bytes);
  slots.saved.textContent = saved(100 * (1 - rendition.bytes / image.bytes));
  return element;
}

function showPlaceholder(img, placeholder) {
  if (!placeholder) return;
  img.style.backgroundColor = placeholder.color;
  img.style.backgroundImage = placeholder.data_uri ? `url("${placeholder.data_uri}")` : "none";
  // A transparent picture must not keep its own blurred copy behind it.
  img.addEventListener("load", () => img.style.removeProperty("background"), { once: true });
}

function hasRatioOf(image, { width, height }) {
  // Sides are rounded to whole pixels, so one of the two is off by less than one.
  return Math.abs((width * image.height) / image.width - height) < 1
    || Math.abs((height * image.width) / image.height - width) < 1;
}
