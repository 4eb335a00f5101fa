/**
 * Files that are being sent, kept in the browser so that a reload, a crash or a restart loses none.
 *
 * IndexedDB has the files in one store, written once, and in another how far each upload is. Who
 * sends a file holds a lock of its name, so that of several tabs one does.
 */
import { foldersOf, setFolders } from "./paths.js";
import { Memory } from "./upload.js";

const DATABASE = "darkroom-uploads";
const VERSION = 1;
const FILES = "files";
const STATES = "states";
const KEPT = 7 * 24 * 3600 * 1000; // milliseconds
const SHARE = 0.8; // of the space that the browser offers

let database;

/** Whether this browser keeps files: not in insecure contexts, nor in some private windows. */
export async function canKeep() {
  return Boolean(navigator.locks) && Boolean(await open().catch(() => null));
}

/** Whether there is room for files of this size together. */
export async function hasRoom(bytes) {
  const { quota = Infinity, usage = 0 } = await navigator.storage?.estimate?.() ?? {};
  return bytes < (quota - usage) * SHARE;
}

/** A Memory for an upload of `scope`, which no other tab sends; `store` keeps its file. */
export async function begin(scope) {
  const key = crypto.randomUUID();
  return new KeptMemory(key, scope, await lock(key));
}

/** The files of `scope` that no tab is sending, oldest first, as `{ file, memory }`; forgets old ones. */
export async function interrupted(scope) {
  const found = [];
  const entries = (await all(FILES)).sort((a, b) => a.at - b.at);
  for (const { key, file, name, type, lastModified, at, ...entry } of entries) {
    const isOld = at < Date.now() - KEPT;
    if (entry.scope !== scope && !isOld) continue;
    const release = await lock(key);
    if (!release) continue;
    const memory = new KeptMemory(key, scope, release);
    Object.assign(memory, (await read(STATES, key))?.state, { edits: entry.edits });
    const again = new File([file], name, { type, lastModified });
    setFolders(again, entry.folders);
    if (isOld) await memory.forget();
    else found.push({ file: again, memory });
  }
  await forgetOrphans(entries);
  return found;
}

// States of uploads whose file was not safe yet when the page was closed.
async function forgetOrphans(entries) {
  const kept = new Set(entries.map(({ key }) => key));
  for (const { key } of await all(STATES)) {
    const release = kept.has(key) ? null : await lock(key);
    if (release) await new KeptMemory(key, "", release).forget();
  }
}

class KeptMemory extends Memory {
  #key;
  #scope;
  #release;
  #isForgotten = false;
  #storing = Promise.resolve();
  #writing = Promise.resolve();

  constructor(key, scope, release) {
    super();
    this.#key = key;
    this.#scope = scope;
    this.#release = release;
  }

  /** Keeps the file and its edits; resolves once they are safe. They may be sent meanwhile. */
  store(file, edits) {
    if (this.#isForgotten) return this.#storing;
    const { name, type, lastModified } = file;
    const about = { scope: this.#scope, name, type, lastModified, folders: foldersOf(file), edits };
    this.#storing = write(FILES, { key: this.#key, file, ...about, at: Date.now() });
    return this.#storing;
  }

  remember(changes) {
    super.remember(changes);
    const { ticket, checksums, shrunk } = this;
    const state = { ticket, checksums, shrunk };
    if (this.#isForgotten) return;
    // What cannot be written is only sent again after a reload.
    this.#writing = write(STATES, { key: this.#key, state }).catch(() => {});
  }

  /** Removes the file from the browser. */
  async forget() {
    this.#isForgotten = true;
    await Promise.allSettled([this.#storing, this.#writing]);
    await Promise.all([FILES, STATES].map((name) => erase(name, this.#key))).catch(() => {});
    this.#release?.();
  }
}

// Resolves to a function that releases the lock; undefined if another tab holds it.
function lock(key) {
  return new Promise((resolve, reject) => {
    navigator.locks.request(`darkroom-upload-${key}`, { ifAvailable: true }, (held) => {
      if (!held) return resolve();
      return new Promise((release) => { resolve(release); });
    }).catch(reject);
  });
}

function open() {
  database ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => {
      for (const name of [FILES, STATES]) request.result.createObjectStore(name, { keyPath: "key" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("Another version of this page is open."));
  });
  return database;
}

const write = (store, value) => run(store, "readwrite", (target) => target.put(value));
const erase = (store, key) => run(store, "readwrite", (target) => target.delete(key));
const read = (store, key) => run(store, "readonly", (target) => target.get(key));
const all = (store) => run(store, "readonly", (target) => target.getAll());

// Resolves once the transaction is complete, so that what was written survives a crash of the tab.
async function run(store, mode, act) {
  const transaction = (await open()).transaction(store, mode, { durability: "strict" });
  const request = act(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}
