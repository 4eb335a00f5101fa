import { strings } from "./strings.js";
import * as format from "./format.js";
import { stamp } from "./templates.js";

const PAGE_SIZE = 100;
// Beyond this many pages the sums are shown as "over ...": a page does not list millions of images.
const MAX_PAGES = 10;

/** Number of pictures, bytes saved and cost so far, summed over the API's pages of images. */
export class Totals {
  #element;
  #sum = { count: 0, bytes: 0, saved: 0, cost: 0 };
  #complete = true;
  #images = new Map();

  constructor(element) {
    this.#element = element;
  }

  async load(api) {
    let cursor;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = { status: "ready", limit: PAGE_SIZE, ...(cursor && { cursor }) };
      const { images, next_cursor: next } = await api.images(query);
      images.forEach((image) => this.#count(image));
      cursor = next;
      this.#complete = !cursor;
      this.#show();
      if (this.#complete) return;
    }
  }

  /** Counts a new image, or one that has changed. */
  add(image) {
    this.remove(image.id);
    this.#count(image);
    this.#show();
  }

  /** Subtracts a deleted image; the money it cost is spent, but belongs to no picture here. */
  remove(id) {
    const image = this.#images.get(id);
    if (!image) return;
    this.#images.delete(id);
    this.#add(image, -1);
    this.#show();
  }

  #count(image) {
    if (this.#images.has(image.id)) return;
    this.#images.set(image.id, image);
    this.#add(image, 1);
  }

  #add({ bytes, savings, cost_usd_estimate: cost }, sign) {
    this.#sum.count += sign;
    this.#sum.bytes += sign * (bytes ?? 0);
    this.#sum.saved += sign * (savings?.bytes ?? 0);
    this.#sum.cost += sign * (cost ?? 0);
  }

  #show() {
    const { count, bytes, saved, cost } = this.#sum;
    const share = format.percent(bytes ? (100 * saved) / bytes : 0);
    const shown = {
      count: count.toLocaleString("en"),
      saved: strings.savedTotal(format.bytes(saved), share),
      cost: format.dollars(Math.max(0, cost)),
    };
    this.#element.replaceChildren(...Object.entries(count ? shown : {}).map(([name, value]) => {
      const { element, slots } = stamp("total");
      slots.name.textContent = strings.totals[name];
      slots.value.textContent = this.#complete ? value : strings.atLeast(value);
      return element;
    }));
  }
}
