import { strings } from "./strings.js";
import * as format from "./format.js";
import { mainRendition, showFrame, showPicture } from "./pictures.js";
import { stamp } from "./templates.js";

/** An image's thumbnail, `width` CSS pixels wide: its `element`, and `load` to fetch its picture. */
export function thumbnailOf(image, width) {
  const { element, slots } = stamp("thumbnail");
  const { frame, picture } = slots;
  element.dataset.imageId = image.id;
  element.dataset.state = image.status;
  slots.link.href = `#picture/${image.id}`;
  showText(slots.name, image.filename);
  showText(slots.details, detailsOf(image));
  slots.pick.ariaLabel = strings.pickPicture(image.filename);
  slots.lock.ariaLabel = strings.privatePicture;
  slots.lock.hidden = image.visibility !== "private";
  showFrame(frame, picture, image);
  markBlank(slots, frame.hidden);
  return { element, load: () => showPicture(picture, image, `${Math.ceil(width)}px`) };
}

/** The thumbnail of a file that is being uploaded: the browser's preview, dimmed. */
export function thumbnailOfFile({ file, phase, preview }) {
  const { element, slots } = stamp("thumbnail");
  element.dataset.state = "processing";
  slots.link.removeAttribute("href");
  slots.pick.remove();
  showText(slots.name, file.name);
  showText(slots.details, strings.labels[phase ?? "waiting"]);
  slots.picture.src = preview;
  // Not every format that Darkroom reads is one that the browser can show.
  slots.picture.addEventListener("error", () => { slots.frame.hidden = true; }, { once: true });
  markBlank(slots, false);
  return { element };
}

/** The place of a thumbnail whose image has not been read. */
export function emptyThumbnail() {
  const { element } = stamp("empty-thumbnail");
  return { element };
}

/** Shows the phase of an upload below its thumbnail. */
export function showPhase(element, phase) {
  showText(element.querySelector(".thumbnail-details"), strings.labels[phase]);
}

// A mark stands for a picture that there is not, or that cannot be loaded.
function markBlank({ mat, picture }, isBlank) {
  mat.classList.toggle("blank", isBlank);
  picture.addEventListener("error", () => mat.classList.add("blank"));
  picture.addEventListener("load", () => mat.classList.remove("blank"));
}

// What is too long is cut off; hovering shows all of it.
function showText(element, text) {
  element.textContent = text;
  element.title = text;
}

function detailsOf(image) {
  if (image.status !== "ready") return image.detail || strings.statuses[image.status];
  const main = mainRendition(image);
  const saving = image.savings ? format.saved(image.savings.percent) : strings.larger;
  return main ? strings.thumbnailDetails(format.bytes(main.bytes), saving) : strings.statuses.ready;
}
