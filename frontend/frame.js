import { strings } from "./strings.js";
import * as format from "./format.js";
import { showBox, showPicture } from "./pictures.js";
import { stamp } from "./templates.js";

const SIZES = "(min-width: 48rem) 15rem, 45vw";

/** The frame of an image on the contact sheet; its file is fetched at once, or after a promise. */
export function frameOf(image, after) {
  const { element, slots } = stamp("frame");
  const { picture } = slots;
  element.dataset.imageId = image.id;
  element.dataset.state = image.status;
  slots.link.href = `#picture/${image.id}`;
  slots.name.textContent = image.filename;
  slots.facts.textContent = factsOf(image);
  picture.loading = after ? "lazy" : "eager";
  showBox(picture, image);
  if (after) after.then(() => showPicture(picture, image, SIZES));
  else showPicture(picture, image, SIZES);
  return element;
}

/** The frame of a file that is on its way: what the browser can show of it, dimmed. */
export function frameOfFile(file) {
  const { element, slots } = stamp("frame");
  const address = URL.createObjectURL(file);
  element.dataset.state = "processing";
  slots.name.textContent = file.name;
  slots.facts.textContent = strings.statuses.processing;
  slots.picture.src = address;
  slots.picture.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
  slots.picture.addEventListener("error", () => {
    URL.revokeObjectURL(address);
    // Not every format that Darkroom reads is one that the browser can show.
    slots.picture.hidden = true;
  }, { once: true });
  return element;
}

function factsOf(image) {
  if (image.status !== "ready") return image.detail || strings.statuses[image.status];
  if (!image.savings) return format.bytes(image.bytes);
  const heaviest = format.bytes(image.bytes - image.savings.bytes);
  return strings.galleryFacts(heaviest, format.saved(image.savings.percent));
}
