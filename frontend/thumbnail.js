import { strings } from "./strings.js";
import * as format from "./format.js";
import { showBox, showPicture } from "./pictures.js";
import { stamp } from "./templates.js";

const SIZES = "(min-width: 48rem) 15rem, 45vw";

/** An image's thumbnail; its file is fetched at once, or after the promise `after`. */
export function thumbnailOf(image, after) {
  const { element, slots } = stamp("thumbnail");
  const { picture } = slots;
  element.dataset.imageId = image.id;
  element.dataset.state = image.status;
  slots.link.href = `#picture/${image.id}`;
  slots.name.textContent = image.filename;
  slots.details.textContent = detailsOf(image);
  picture.loading = after ? "lazy" : "eager";
  showBox(picture, image);
  if (after) after.then(() => showPicture(picture, image, SIZES));
  else showPicture(picture, image, SIZES);
  return element;
}

/** The thumbnail of a file that is being uploaded: the browser's preview, dimmed. */
export function thumbnailOfFile(file) {
  const { element, slots } = stamp("thumbnail");
  const address = URL.createObjectURL(file);
  element.dataset.state = "processing";
  slots.name.textContent = file.name;
  slots.details.textContent = strings.statuses.processing;
  slots.picture.src = address;
  slots.picture.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
  slots.picture.addEventListener("error", () => {
    URL.revokeObjectURL(address);
    // Not every format that Darkroom reads is one that the browser can show.
    slots.picture.hidden = true;
  }, { once: true });
  return element;
}

function detailsOf(image) {
  if (image.status !== "ready") return image.detail || strings.statuses[image.status];
  if (!image.savings) return format.bytes(image.bytes);
  const heaviest = format.bytes(image.bytes - image.savings.bytes);
  return strings.thumbnailDetails(heaviest, format.saved(image.savings.percent));
}
