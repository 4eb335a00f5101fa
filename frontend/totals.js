import { strings } from "./strings.js";
import * as format from "./format.js";
import { stamp } from "./templates.js";

const PAGE = 100;
// Beyond this many the sum is called "over ...": a library of millions is not walked by a page.
const MOST_PAGES = 10;

/** Pictures, bytes saved and cost so far, added up of the API's pages. */
export class Totals {
  #element;
  #sum = { count: 0, bytes: 0, saved: 0, cost: 0 };
  #whole = true;
  #known = new Map();

  constructor(element) {
    this.#element = element;
  }

  async load(api) {
    let cursor;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const query = { status: "ready", limit: PAGE, ...(cursor && { cursor }) };
      const { images, next_cursor: next } = await api.images(query);
      images.forEach((image) => this.#count(image));
      cursor = next;
      this.#whole = !cursor;
      this.#show();
      if (this.#whole) return;
    }
  }

  /** A new image, or one that has changed. */
  add(image) {
    this.remove(image.id);
    this.#count(image);
    this.#show();
  }

  /** The image is no more; what it has cost stays spent, but is of no picture here. */
  remove(id) {
    const image = this.#known.get(id);
    if (!image) return;
    this.#known.delete(id);
    this.#add(image, -1);
    this.#show();
  }

  #count(image) {
    if (this.#known.has(image.id)) return;
    this.#known.set(image.id, image);
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
      slots.value.textContent = this.#whole ? value : strings.atLeast(value);
      return element;
    }));
  }
}
