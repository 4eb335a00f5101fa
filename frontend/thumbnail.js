import { strings } from "./strings.js";
import * as format from "./format.js";
import { mainRendition, showFrame, showPicture } from "./pictures.js";
import { stamp } from "./templates.js";

const SIZES = "(min-width: 48rem) 15rem, 45vw";

/** An image's thumbnail; its file is fetched at once, or after the promise `after`. */
export function thumbnailOf(image, after) {
  const { element, slots } = stamp("thumbnail");
  const { frame, picture } = slots;
  element.dataset.imageId = image.id;
  element.dataset.state = image.status;
  slots.link.href = `#picture/${image.id}`;
  showName(slots.name, image.filename);
  slots.details.textContent = detailsOf(image);
  picture.loading = after ? "lazy" : "eager";
  showFrame(frame, picture, image);
  if (after) after.then(() => showPicture(picture, image, SIZES));
  else showPicture(picture, image, SIZES);
  return element;
}

/** The thumbnail of a file that is being uploaded: the browser's preview, dimmed. */
export function thumbnailOfFile(file) {
  const { element, slots } = stamp("thumbnail");
  const address = URL.createObjectURL(file);
  element.dataset.state = "processing";
  showName(slots.name, file.name);
  slots.details.textContent = strings.labels.waiting;
  slots.picture.src = address;
  slots.picture.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
  slots.picture.addEventListener("error", () => {
    URL.revokeObjectURL(address);
    // Not every format that Darkroom reads is one that the browser can show.
    slots.frame.hidden = true;
  }, { once: true });
  return element;
}

// The name is cut off where it is long; hovering shows all of it.
function showName(element, name) {
  element.textContent = name;
  element.title = name;
}

function detailsOf(image) {
  if (image.status !== "ready") return image.detail || strings.statuses[image.status];
  const main = mainRendition(image);
  const saving = image.savings ? format.saved(image.savings.percent) : strings.larger;
  return main ? strings.thumbnailDetails(format.bytes(main.bytes), saving) : strings.statuses.ready;
}
