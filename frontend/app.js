import { announcer } from "./announcer.js";
import { connect } from "./api.js";
import { Card } from "./card.js";
import { UploadError } from "./errors.js";
import { Gallery } from "./gallery.js";
import { listenForFiles } from "./picker.js";
import { queue } from "./queue.js";
import { strings } from "./strings.js";
import { fillWords } from "./templates.js";
import { upload } from "./upload.js";

const AT_ONCE = 3;

const element = (id) => document.getElementById(id);
const announce = announcer(element("announcements"));
const gallery = new Gallery(element("gallery"), element("gallery-note"));
const enqueue = queue(AT_ONCE);
const connection = connect();

fillWords(document);
element("main").hidden = false;
gallery.load(connection);
listenForFiles(element("picker"), element("dropzone"), take);

function take(files) {
  if (files.length === 0) return;
  element("uploads-section").hidden = false;
  element("uploads").prepend(...files.map(start));
  announce(strings.added(files.length));
}

function start(file) {
  const stop = new AbortController();
  const card = new Card(file, () => stop.abort());
  bring(file, card, stop.signal);
  return card.element;
}

async function bring(file, card, signal) {
  try {
    const { image, duplicate } = await cancellable(signal, () => send(file, card, signal));
    const message = card.ready(image, duplicate);
    gallery.add(image);
    announce(strings.announceReady(card.name, message));
  } catch (reason) {
    const { outcome, sentence } = signal.aborted ? cancelled : explained(reason);
    card.ended(outcome, sentence);
    announce(strings.announceEnd(card.name, strings.labels[outcome], sentence));
  }
}

async function send(file, card, signal) {
  signal.throwIfAborted();
  const onProgress = (progress) => signal.aborted || card.progress(progress);
  return upload(file, { api: await connection, onProgress, signal });
}

// A photo that still waits for its turn is cancelled at once as well.
function cancellable(signal, task) {
  const aborted = new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([enqueue(task), aborted]);
}

const cancelled = { outcome: "cancelled", sentence: strings.cancelled };

function explained(reason) {
  if (reason instanceof UploadError) return { outcome: reason.outcome, sentence: reason.message };
  console.error(reason);
  return { outcome: "failed", sentence: strings.unexpected };
}
