import { firstPage, readPage } from "./first-page.js";
import { Gallery } from "./gallery.js";
import { getApi, token } from "./auth-token.js";
import { fillWords } from "./templates.js";

const element = (id) => document.getElementById(id);
// The files uploaded since the page was opened, by image id, for comparison with their variants.
const originals = new Map();

let totals;
let selection;
let viewer;
let bulk;

fillWords(document);
element("uploader").token = token;

const gallery = new Gallery({
  main: document.querySelector("main"),
  root: element("gallery"),
  form: element("gallery-form"),
  state: element("state"),
  log: element("announcements"),
}, readPage);

listen();
begin();

function listen() {
  const on = (name, listener) => {
    element("uploader").addEventListener(`darkroom:${name}`, ({ detail }) => listener(detail));
  };
  on("added", ({ id, file }) => gallery.expect(id, file));
  on("progress", ({ id, phase }) => gallery.progress(id, phase));
  on("error", ({ id }) => gallery.settle(id, null));
  on("dismissed", ({ id }) => gallery.settle(id, null));
  on("ready", ({ id, file, image }) => {
    originals.set(image.id, file);
    gallery.settle(id, image);
    totals?.add(image);
  });
  addEventListener("hashchange", followHash);
}

async function begin() {
  const shown = gallery.begin(firstPage);
  if (location.hash) followHash();
  await shown;
  // What lies below the gallery is shown after it, so that nothing jumps.
  element("embed").hidden = false;
  await gallery.decoded();
  await loadSelection();
  await loadTotals();
  loadViewer();
  const [{ ScrollLabel }, { listenForShortcuts }] = await Promise.all([
    import("./gallery/scroll-label.js"), import("./shortcuts.js"),
  ]);
  new ScrollLabel(gallery);
  listenForShortcuts(element("search"), element("shortcuts"));
}

async function followHash() {
  (await loadViewer())?.show(/^#picture\/(\w+)$/.exec(location.hash)?.[1]);
}

const library = {
  gallery,
  originals,
  onChange(...images) {
    gallery.update(...images);
    images.filter(({ status }) => status === "ready").forEach((image) => totals?.add(image));
  },
  onRemove(...ids) {
    gallery.remove(...ids);
    ids.forEach((id) => {
      totals?.remove(id);
      originals.delete(id);
    });
  },
};

async function loadTotals() {
  const { Totals } = await import("./totals.js");
  totals = new Totals(element("totals"));
  // The gallery shows the error if the API is unreachable.
  await getApi().then((api) => totals.load(api)).catch(() => {});
}

async function loadSelection() {
  const [{ Selecting }, { Selection }] = await Promise.all([
    import("./gallery/selecting.js"), import("./gallery/selection.js"),
  ]);
  selection = new Selection();
  selection.onChange(() => selection.size > 0 && loadBulk());
  gallery.extend(new Selecting(element("gallery"), gallery, {
    selection,
    isOnTop: () => !document.querySelector("dialog[open]"),
    selectAll: async () => (await loadBulk())?.selectAll(),
    act: async (name) => (await loadBulk())?.act(name),
  }));
}

// What works on pictures is loaded late, so that the gallery comes first.
function loadViewer() {
  viewer ??= import("./viewer.js").then(({ Viewer }) => new Viewer(element("viewer"), library)).catch(() => {
    // The network may deliver it the next time.
    viewer = undefined;
  });
  return viewer;
}

function loadBulk() {
  bulk ??= import("./bulk.js").then(({ Bulk }) => new Bulk(gallery, selection, library)).catch(() => {
    bulk = undefined;
  });
  return bulk;
}
