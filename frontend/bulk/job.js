import { strings } from "../strings.js";
import { UploadError } from "../uploader/api.js";
import { MOST_KEPT, archive, fetchFile, isStreamed, openTarget, uniquely } from "./download.js";
import { showReport } from "./report.js";
import { runAll } from "./run.js";

const AHEAD = 3; // files that are fetched while one is written

/** Runs an action on many images: its progress, what it changes in the gallery, report and undo. */
export class Job {
  /** Whether another action has to wait. */
  isBusy = false;
  #gallery;
  #bar;
  #hooks;
  #onEnd;

  constructor(gallery, bar, hooks, onEnd) {
    this.#gallery = gallery;
    this.#bar = bar;
    this.#hooks = hooks;
    this.#onEnd = onEnd;
    addEventListener("beforeunload", (event) => this.isBusy && event.preventDefault());
  }

  /** Runs an action of actions.js on these images. */
  async run(action, ids) {
    const { collection } = this.#gallery;
    const nameOf = this.#names(ids);
    const { outcomes, stopped } = await this.#attempt(ids, (signal, onProgress) => (
      runAll(ids, action.run, { signal, onProgress })));
    const images = outcomes.flatMap(({ value }) => value?.image ?? []);
    const removed = outcomes.filter(({ value }) => value?.receipt).map(({ id }) => id);
    this.#hooks.onChange(...images);
    this.#hooks.onRemove(...removed);
    collection.hide(ids, false);
    const undoable = new Map(outcomes.flatMap(({ id, value }) => (
      value && action.undo?.(value) ? [[id, action.undo(value)]] : [])));
    const undo = undoable.size > 0 && [[strings.bulk.undo, () => this.#undo(undoable)]];
    this.#tell(action.sentence, { outcomes, stopped, nameOf }, undo || []);
  }

  /** Downloads these images' files of a variant as a ZIP archive. */
  async download(variant, ids) {
    const target = await openTarget(`darkroom-${new Date().toISOString().slice(0, 10)}.zip`);
    if (!target) return;
    const nameOf = this.#names(ids);
    const { outcomes, stopped } = await this.#attempt(ids, (signal, onProgress) => (
      write(target, ids, variant, { signal, onProgress })));
    this.#tell(strings.bulk.done.downloaded, { outcomes, stopped, nameOf }, []);
  }

  #undo(actions) {
    const undoing = {
      sentence: strings.bulk.done.undone,
      run: (id, signal) => actions.get(id).run(id, signal),
    };
    return this.run(undoing, [...actions.keys()]);
  }

  async #attempt(ids, task) {
    const stop = new AbortController();
    const total = ids.length;
    this.isBusy = true;
    const update = this.#bar.progress(strings.bulk.progress(0, 0, total, 0), total, () => stop.abort());
    const onProgress = ({ done, failed, seconds }) => {
      update(done + failed, strings.bulk.progress(done, failed, total, seconds));
    };
    const outcomes = await task(stop.signal, onProgress);
    this.isBusy = false;
    return { outcomes, stopped: total - outcomes.length };
  }

  #tell(sentence, { outcomes, stopped, nameOf }, answers) {
    const failed = outcomes.filter(({ reason }) => reason).length;
    const done = outcomes.length - failed;
    const text = [
      (done > 0 || failed === 0) && sentence(done),
      failed > 0 && strings.bulk.failed(failed),
      stopped > 0 && strings.bulk.stopped(stopped),
    ].filter(Boolean).join(" ");
    const report = [strings.bulk.showReport, () => showReport(strings.bulk.reportTitle, outcomes, nameOf)];
    this.#bar.tell(text, [...answers, report], this.#onEnd);
  }

  // Names outlast the images.
  #names(ids) {
    const names = new Map(ids.map((id) => [id, this.#gallery.collection.image(id)?.filename ?? id]));
    return (id) => names.get(id);
  }
}

// Writes the archive, a few files ahead; returns the outcomes.
async function write(target, ids, variant, { signal, onProgress }) {
  const outcomes = [];
  const unique = uniquely();
  const queue = [...ids];
  const ahead = [];
  let size = 0;
  const fetchOne = (id) => runAll([id], (each) => fetchFile(each, variant, signal), {
    signal, onProgress: ({ seconds }) => seconds > 0 && report(seconds),
  });
  const report = (seconds = 0) => {
    const failed = outcomes.filter(({ reason }) => reason).length;
    onProgress({ done: outcomes.length - failed, failed, seconds });
  };
  const next = async () => {
    for (;;) {
      while (ahead.length < AHEAD && queue.length > 0) ahead.push(fetchOne(queue.shift()));
      if (ahead.length === 0) return null;
      const [outcome] = await ahead.shift();
      signal.throwIfAborted();
      const { value: file, ...rest } = outcome;
      size += file?.size ?? 0;
      if (!isStreamed() && size > MOST_KEPT) throw new UploadError(strings.bulk.tooLarge("1 GB"));
      outcomes.push(file ? { ...rest, value: {} } : rest);
      report();
      if (file) return { ...file, name: unique(file.name) };
    }
  };
  try {
    await target.write(archive(next));
  } catch (reason) {
    if (signal.aborted) return outcomes.filter((outcome) => outcome.reason);
    const sentence = reason.name === "UploadError" ? reason.message : strings.bulk.cannotSave;
    return ids.map((id) => ({ id, tries: 1, reason: sentence }));
  }
  return outcomes;
}
