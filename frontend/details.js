import { strings } from "./strings.js";
import * as format from "./format.js";
import { nameEdits } from "./edits.js";
import { originOf, sharpnessOf, swatchesOf, warningOf } from "./origin.js";
import { stamp } from "./templates.js";

/** The statuses in which an image has an original that may be changed or processed again. */
export const CHANGEABLE = ["ready", "rejected", "failed"];

/** Offers the switch between public and private; `set` changes the image. */
export function offerVisibility({ visibility, isPrivate }, image, set) {
  // APIs of earlier versions have no private images.
  visibility.hidden = !image.visibility || !CHANGEABLE.includes(image.status);
  const isNow = (image.pending_visibility ?? image.visibility) === "private";
  isPrivate.checked = isNow;
  isPrivate.addEventListener("change", async () => {
    isPrivate.disabled = true;
    await set(isPrivate.checked ? "private" : "public");
    // If that succeeded, another view has replaced this one.
    isPrivate.disabled = false;
    isPrivate.checked = isNow;
  });
}

/** Fills in variants, markup, history and details of an image; `actions`: show(rendition), copy(text). */
export function fillDetails(slots, image, actions) {
  slots.columns.append(...Object.values(strings.columns).map((title) => cell("th", title)));
  slots.rows.append(...image.renditions.map((rendition) => rowOf(image, rendition, actions)));
  slots.variants.hidden = image.renditions.length === 0;
  slots.markup.textContent = image.markup ?? "";
  slots.markupBox.hidden = !image.markup;
  slots.warning.textContent = warningOf(image);
  slots.warning.hidden = !slots.warning.textContent;
  slots.history.append(...(image.history ?? []).map(lineOf));
  for (const [name, value] of Object.entries(detailsOf(image))) {
    if (value) slots.details.append(cell("dt", strings.details[name]), cell("dd", value));
  }
}

function rowOf(image, rendition, { show, copy }) {
  const { element, slots } = stamp("variant");
  slots.show.textContent = rendition.variant;
  slots.show.ariaLabel = strings.showVariant(rendition.variant);
  slots.show.addEventListener("click", () => show(rendition));
  const kinds = [format.format(rendition.format), rendition.hdr && "HDR", rendition.signed && "C2PA"];
  slots.size.textContent =
    `${format.dimensions(rendition.width, rendition.height)} ${kinds.filter(Boolean).join(" ")}`;
  slots.bytes.textContent = format.bytes(rendition.bytes);
  slots.saved.textContent = format.percent(Math.max(0, 100 * (1 - rendition.bytes / image.bytes)));
  slots.copy.textContent = strings.copyUrl;
  slots.copy.ariaLabel = strings.copyUrlOf(rendition.variant);
  slots.copy.addEventListener("click", () => copy(rendition.url));
  return element;
}

function lineOf({ at, event, detail }) {
  const line = cell("li", "");
  const time = cell("time", format.time(at));
  time.dateTime = at;
  line.append(time, cell("strong", event), cell("span", detail ?? ""));
  return line;
}

function detailsOf(image) {
  const { cost_usd_estimate: cost, storage_usd_month_estimate: keeping, milliseconds, preview } = image;
  return {
    uploaded: format.time(image.created_at),
    edits: nameEdits(image),
    preview: preview && `${format.dimensions(preview.width, preview.height)}, ${format.bytes(preview.bytes)}`,
    ...originOf(image),
    colors: swatchesOf(image),
    sharpness: sharpnessOf(image),
    took: milliseconds && strings.milliseconds(milliseconds),
    cost: cost && format.dollars(cost),
    keeping: keeping && format.dollars(keeping),
    sha256: image.sha256,
  };
}

function cell(tag, content) {
  const element = document.createElement(tag);
  element.append(content);
  return element;
}
