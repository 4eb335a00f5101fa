import { strings } from "../strings.js";
import { DEFAULTS, EVERY_STATUS, SORTS, STATUSES, VISIBILITIES, countFilters } from "./address.js";

const TYPING = 300; // milliseconds after the last key until the search begins

/** The form above the gallery: search words, status, order, and further filters in a panel. */
export class Filters {
  #form;
  #fields;
  #onChange;
  #tags = [];
  #typing;
  #isTyping = false;

  /** `onChange(filters, isNew)`: the first letters of a search are new, those that follow change it; `tags()` are suggestions. */
  constructor(form, onChange, tags) {
    this.#form = form;
    this.#fields = form.elements;
    this.#onChange = onChange;
    const { status, sort, visibility, toggle, clear, tag } = this.#fields;
    status.replaceChildren(...STATUSES.map((name) => new Option(strings.statuses[name], name)));
    status.append(new Option(strings.everything, EVERY_STATUS));
    sort.replaceChildren(...SORTS.map((name) => new Option(strings.sorts[name], name)));
    visibility.append(new Option(strings.everything, ""));
    visibility.append(...VISIBILITIES.map((name) => new Option(strings.visibilities[name], name)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#changed();
    });
    form.addEventListener("input", ({ target }) => target === this.#fields.q && this.#type());
    form.addEventListener("change", ({ target }) => {
      if (target === tag) this.#addTag();
      else if (target !== this.#fields.q) this.#changed();
    });
    tag.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== ",") return;
      event.preventDefault();
      this.#addTag();
    });
    tag.addEventListener("focus", () => {
      const options = [...new Set(tags())].sort().map((name) => new Option("", name));
      form.querySelector("datalist").replaceChildren(...options);
    });
    toggle.addEventListener("click", () => this.#open(toggle.ariaExpanded !== "true"));
    clear.addEventListener("click", () => {
      this.value = { ...DEFAULTS, q: this.#fields.q.value, status: status.value, sort: sort.value };
      this.#changed();
      this.#fields.visibility.focus();
    });
  }

  get value() {
    const { q, status, sort, visibility, from, to } = this.#fields;
    return {
      q: q.value.trim(), status: status.value, visibility: visibility.value, tags: this.#tags,
      from: from.value, to: to.value, sort: sort.value,
    };
  }

  set value({ tags, ...values }) {
    clearTimeout(this.#typing);
    for (const [name, value] of Object.entries(values)) this.#fields[name].value = value;
    this.#tags = tags;
    this.#show();
    if (countFilters(this.value) > 0) this.#open(true);
  }

  #type() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#changed(true), TYPING);
  }

  #addTag() {
    const { tag } = this.#fields;
    const added = tag.value.trim();
    tag.value = "";
    if (!added || this.#tags.includes(added)) return;
    this.#tags = [...this.#tags, added];
    this.#changed();
  }

  #removeTag(name) {
    this.#tags = this.#tags.filter((tag) => tag !== name);
    this.#changed();
    this.#fields.tag.focus();
  }

  #changed(isTyping = false) {
    clearTimeout(this.#typing);
    this.#show();
    const isNew = !isTyping || !this.#isTyping;
    this.#isTyping = isTyping;
    this.#onChange(this.value, isNew);
  }

  #open(isOpen) {
    this.#fields.toggle.ariaExpanded = isOpen;
    this.#fields.panel.hidden = !isOpen;
  }

  #show() {
    const count = countFilters(this.value);
    this.#fields.toggle.textContent = strings.filters(count);
    this.#fields.clear.hidden = count === 0;
    this.#form.querySelector(".chips").replaceChildren(...this.#tags.map((tag) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      chip.textContent = tag;
      chip.ariaLabel = strings.removeTag(tag);
      chip.addEventListener("click", () => this.#removeTag(tag));
      return chip;
    }));
  }
}
