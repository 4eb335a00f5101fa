import { strings } from "./strings.js";
import * as format from "./format.js";
import { stamp } from "./templates.js";
import { saved, showPicture, wholeRenditions } from "./pictures.js";

/** The list of ready images, newest first. */
export class Gallery {
  #list;
  #note;
  #shown = new Set();

  constructor(list, note) {
    this.#list = list;
    this.#note = note;
  }

  /** Shows the latest images of the API, or the sentence why they cannot be had. */
  async load(connection) {
    this.#list.ariaBusy = true;
    try {
      const api = await connection;
      const { images } = await api.images({ status: "ready", limit: 12 });
      this.#list.append(...this.#items(images));
      this.#note.textContent = this.#shown.size === 0 ? strings.galleryEmpty : "";
    } catch (reason) {
      this.#note.textContent = reason.message;
    }
    this.#list.ariaBusy = false;
  }

  /** Puts a new image first. */
  add(image) {
    this.#list.prepend(...this.#items([image]));
    this.#note.textContent = "";
  }

  #items(images) {
    const fresh = images.filter(({ id }) => !this.#shown.has(id));
    for (const { id } of fresh) this.#shown.add(id);
    return fresh.map(itemOf);
  }
}

function itemOf(image) {
  const { element, slots } = stamp("gallery");
  const largest = wholeRenditions(image).at(-1);
  element.dataset.imageId = image.id;
  // The row's heights come out even when each picture takes width by its own ratio.
  element.style.setProperty("--ratio", image.width / image.height);
  if (largest) slots.link.href = largest.url;
  showPicture(slots.picture, image, "(min-width: 48rem) 22rem, 50vw");
  slots.name.textContent = image.filename;
  slots.facts.textContent = factsOf(image);
  return element;
}

function factsOf(image) {
  if (!image.savings) return format.bytes(image.bytes);
  const heaviest = format.bytes(image.bytes - image.savings.bytes);
  return strings.galleryFacts(heaviest, saved(image.savings.percent));
}
