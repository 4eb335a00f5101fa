/**
 * `<darkroom-field>`: what the form widget shows. It puts the signed value of an image into a hidden
 * input as soon as the file has arrived, so that the form can be saved before the image is processed.
 */
import "./uploader.js";

const FINAL = new Set(["ready", "rejected", "failed", "expired", "deleted"]);
const ATTEMPTS = 5;
const FIRST_DELAY = 1000;
const MAX_DELAY = 15_000;
const PREVIEW = 192; // pixels: the preview's height on a dense screen
const MARGIN = 30_000; // milliseconds before its expiry in which a token is not used any more

class DarkroomField extends HTMLElement {
  #input;
  #uploader;
  #labels = {};
  #token;
  #before = "";
  #sending = false;
  #claimed;
  #timer;
  #listeners;

  connectedCallback() {
    this.#labels = JSON.parse(this.getAttribute("labels"));
    this.#input = this.querySelector("input");
    this.#uploader = this.querySelector("darkroom-uploader");
    this.#uploader.token = (options) => this.#requestToken(options);
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    const listen = (name, act) => {
      this.addEventListener(`darkroom:${name}`, ({ detail }) => act(detail), { signal });
    };
    listen("added", () => {
      this.#before = this.#input.value;
      this.#claimed = undefined;
      this.#sending = true;
      this.#showProblem("");
    });
    listen("progress", ({ phase, imageId }) => {
      if (phase === "processing" && imageId) this.#claim(imageId);
    });
    listen("ready", ({ image }) => {
      this.#claimed = undefined;
      this.#claim(image.id).then(() => this.#uploader.clear());
    });
    listen("error", ({ error }) => {
      // Nobody wants an image in a form that cannot become one.
      if (error.outcome === "rejected") this.#set(this.#before);
      this.#sending = false;
    });
    listen("dismissed", () => { this.#sending = false; });
    this.querySelector(".darkroom-remove")?.addEventListener("click", () => this.#set(""), { signal });
    this.closest("form")?.addEventListener("submit", (event) => this.#guard(event), { capture: true, signal });
    // Other scripts set the value of a field, too: Wagtail's do when they restore a block.
    this.observer = new MutationObserver(() => this.#show());
    this.observer.observe(this.#input, { attributeFilter: ["value"] });
    this.#show();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    this.observer.disconnect();
    clearTimeout(this.#timer);
  }

  // Puts the signed value of an image of this user into the form.
  #claim(id) {
    if (this.#claimed === id) return Promise.resolve();
    this.#claimed = id;
    return this.#requestImage(id, ATTEMPTS).then(
      (value) => {
        if (this.#claimed !== id) return;
        this.#set(value);
        this.#sending = false;
      },
      () => {
        this.#sending = false;
        this.#showProblem(this.#labels.notSaved);
      },
    );
  }

  async #requestImage(id, attempts = 1) {
    const address = this.getAttribute("image-url").replace("IMAGE", encodeURIComponent(id));
    const body = new URLSearchParams({ value: this.#input.value });
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(address, { method: "POST", body }).catch(() => null);
      if (response?.ok) return (await response.json()).value;
      if (attempt >= attempts) throw new Error(`${address} responds with ${response?.status ?? "nothing"}`);
      await new Promise((resolve) => { setTimeout(resolve, attempt * FIRST_DELAY); });
    }
  }

  async #requestToken({ refused = false } = {}) {
    if (refused || !this.#token || this.#token.expires < Date.now()) {
      const response = await fetch(this.getAttribute("token-url"));
      if (!response.ok) {
        this.#showProblem(this.#labels.signedOut);
        return null;
      }
      const { token, expires_in: seconds } = await response.json();
      this.#token = { text: token, expires: Date.now() + seconds * 1000 - MARGIN };
    }
    return this.#token.text;
  }

  #set(value) {
    if (this.#input.value === value) return;
    this.#input.value = value;
    this.#input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // A file that has not arrived would be lost with the page, and the form saved without it. Once the
  // value is entered, the form can be saved at any time, also while a later state is requested.
  #guard(event) {
    if (!this.#sending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#showProblem(this.#labels.busy);
    this.scrollIntoView({ block: "center" });
  }

  #showProblem(text) {
    const problem = this.querySelector(".darkroom-problem");
    problem.textContent = text;
    problem.hidden = !text;
  }

  #show() {
    const image = imageIn(this.#input.value);
    const current = this.querySelector(".darkroom-current");
    current.hidden = !image;
    clearTimeout(this.#timer);
    if (!image) return;
    const preview = current.querySelector("img");
    const address = previewOf(image);
    preview.hidden = !address;
    if (address && preview.getAttribute("src") !== address) preview.src = address;
    current.querySelector(".darkroom-name").textContent = image.filename || image.id;
    const label = this.#labels[image.status] ?? image.status;
    current.querySelector(".darkroom-status").textContent = [label, image.detail].filter(Boolean).join(": ");
    current.dataset.status = image.status;
    if (!FINAL.has(image.status)) this.#follow(image.id, FIRST_DELAY);
  }

  #follow(id, delay) {
    this.#timer = setTimeout(async () => {
      const value = await this.#requestImage(id).catch(() => null);
      const image = imageIn(this.#input.value);
      if (!this.isConnected || image?.id !== id) return;
      // The observer shows what has changed, and follows it further.
      if (value && imageIn(value)?.status !== image.status) this.#input.value = value;
      else this.#follow(id, Math.min(delay * 1.5, MAX_DELAY));
    }, delay);
  }
}

// The image in a signed value, whose first part is JSON; null if there is none.
function imageIn(value) {
  try {
    const text = atob(value.split(":")[0].replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0))));
  } catch {
    return null;
  }
}

function previewOf({ renditions = [] }) {
  const sorted = renditions.toSorted((a, b) => a.height - b.height);
  return (sorted.find(({ height }) => height >= PREVIEW) ?? sorted.at(-1))?.url;
}

if (!customElements.get("darkroom-field")) customElements.define("darkroom-field", DarkroomField);
