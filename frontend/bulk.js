import { strings } from "./strings.js";
import * as format from "./format.js";
import { build } from "./uploader/dom.js";
import { deleting, publishing, reprocessing, tagging } from "./bulk/actions.js";
import { Bar, field } from "./bulk/bar.js";
import { MOST_KEPT, ORIGINAL, isStreamed, sizeOf } from "./bulk/download.js";
import { Job } from "./bulk/job.js";

const UNDO_SECONDS = 8;

/** Offers what can be done with the selected images, and asks for what it needs. */
export class Bulk {
  #gallery;
  #selection;
  #bar = new Bar();
  #job;

  /** `hooks`: onChange(images) and onRemove(ids), for what was changed on the server. */
  constructor(gallery, selection, hooks) {
    this.#gallery = gallery;
    this.#selection = selection;
    this.#job = new Job(gallery, this.#bar, hooks, () => this.#offer());
    selection.onChange(() => this.#offer());
    this.#offer();
  }

  /** Selects all images that match, also those that have not been read. */
  async selectAll() {
    if (this.#job.isBusy) return;
    const { collection, reader } = this.#gallery;
    const stop = new AbortController();
    const readAll = reader.readAll(0, Infinity, stop.signal);
    if (!collection.isComplete) {
      this.#job.isBusy = true;
      const update = this.#bar.progress(strings.bulk.reading, 1, () => stop.abort());
      const timer = setInterval(() => update(undefined, strings.bulk.readingAt(collection.length)), 250);
      await readAll;
      clearInterval(timer);
      this.#job.isBusy = false;
    }
    this.#selection.add(collection.entries.flatMap(({ image }) => image?.id ?? []));
  }

  /** Does what the bar offers under this name. */
  act(name) {
    if (!this.#job.isBusy && this.#selection.size > 0) this.#actions[name]();
  }

  #actions = {
    tag: () => this.#askTags(),
    visibility: () => this.#askVisibility(),
    reprocess: () => this.#job.run(reprocessing(), this.#selection.ids),
    download: () => this.#askDownload(),
    remove: () => this.#askRemoval(),
  };

  #offer = () => {
    if (this.#job.isBusy) return;
    if (this.#selection.size === 0) return this.#bar.hide();
    const others = { onAll: () => this.selectAll(), onClear: () => this.#selection.clear() };
    this.#bar.offer(this.#selection.size, this.#actions, others);
  };

  #back = () => {
    this.#offer();
    this.#bar.refocus();
  };

  #askTags() {
    const input = build("input", { type: "text", maxLength: 500, autocomplete: "off" });
    input.setAttribute("list", "tags");
    const run = (isAdding) => () => {
      const tags = input.value.split(",").map((tag) => tag.trim()).filter(Boolean);
      if (tags.length > 0) this.#job.run(tagging(tags, isAdding), this.#selection.ids);
      else input.focus();
    };
    const { tags, addTags, removeTags } = strings.bulk;
    this.#bar.ask("", [field(tags, input)], [[addTags, run(true)], [removeTags, run(false), "plain"]], this.#back);
  }

  #askVisibility() {
    const run = (visibility) => () => this.#job.run(publishing(visibility), this.#selection.ids);
    const answers = ["private", "public"].map((name) => [strings.bulk.make[name], run(name), "plain"]);
    this.#bar.ask(strings.bulk.whichVisibility, [], answers, this.#back);
  }

  #askRemoval() {
    const { ids } = this.#selection;
    const remove = () => this.#removeLater(ids);
    this.#bar.ask(strings.bulk.removeSure(ids.length), [], [
      [strings.bulk.removeNow(ids.length), remove, "button danger"],
    ], this.#back);
  }

  #askDownload() {
    const images = this.#selection.ids.flatMap((id) => this.#gallery.collection.image(id) ?? []);
    const variants = [...new Set(images.flatMap(({ renditions }) => renditions.map(({ variant }) => variant)))];
    const select = build("select", {}, new Option(strings.bulk.originals, ORIGINAL),
      ...variants.map((variant) => new Option(variant, variant)));
    const size = build("p", { className: "quiet", role: "status" });
    const show = () => {
      const bytes = sizeOf(images, select.value);
      const isTooLarge = !isStreamed() && bytes > MOST_KEPT;
      size.textContent = [
        strings.bulk.size(format.bytes(bytes)), isTooLarge && strings.bulk.tooLarge(format.bytes(MOST_KEPT)),
      ].filter(Boolean).join(" ");
      return !isTooLarge;
    };
    select.addEventListener("change", show);
    const download = () => show() && this.#job.download(select.value, this.#selection.ids);
    const fields = [field(strings.bulk.files, select), size];
    this.#bar.ask("", fields, [[strings.bulk.actions.download, download]], this.#back);
    show();
  }

  // Deleted files cannot be brought back, so nothing is sent until the time to undo is over.
  #removeLater(ids) {
    const { collection } = this.#gallery;
    this.#job.isBusy = true;
    collection.hide(ids);
    this.#selection.remove(ids);
    let left = UNDO_SECONDS;
    const end = (isUndone) => {
      clearInterval(timer);
      this.#job.isBusy = false;
      if (!isUndone) return this.#job.run(deleting(), ids);
      collection.hide(ids, false);
      return this.#selection.add(ids);
    };
    const { removing, undo } = strings.bulk;
    const update = this.#bar.progress(removing(ids.length, UNDO_SECONDS), UNDO_SECONDS, () => end(true), undo);
    const timer = setInterval(() => {
      left -= 1;
      update(UNDO_SECONDS - left);
      if (left === 0) end(false);
    }, 1000);
  }
}
