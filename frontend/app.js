import { firstPage, readPage } from "./first-page.js";
import { Gallery } from "./gallery.js";
import { reach, token } from "./pass.js";
import { fillWords } from "./templates.js";
import { Totals } from "./totals.js";
import { announcer } from "./uploader/announcer.js";

const element = (id) => document.getElementById(id);
const totals = new Totals(element("totals"));
// The files of this visit, to be compared with what became of them.
const originals = new Map();

let viewer;

fillWords(document);
element("uploader").token = token;

const gallery = new Gallery({
  list: element("gallery"),
  note: element("gallery-note"),
  more: element("more"),
  filter: element("filter"),
}, readPage, announcer(element("announcements")));

listen();
begin();

function listen() {
  const on = (name, listener) => {
    element("uploader").addEventListener(`darkroom:${name}`, ({ detail }) => listener(detail));
  };
  on("added", ({ id, file }) => gallery.expect(id, file));
  on("error", ({ id }) => gallery.settle(id, null));
  on("dismissed", ({ id }) => gallery.settle(id, null));
  on("ready", ({ id, file, image }) => {
    originals.set(image.id, file);
    gallery.settle(id, image);
    totals.add(image);
  });
  addEventListener("hashchange", follow);
}

async function begin() {
  const shown = gallery.show("ready", firstPage);
  if (location.hash) follow();
  await shown;
  // What lies below the gallery comes after it, so that nothing jumps.
  element("embed").hidden = false;
  await gallery.developed();
  // Whoever misses the API reads so in the gallery.
  await reach().then((api) => totals.load(api)).catch(() => {});
  bringViewer();
}

async function follow() {
  (await bringViewer())?.show(/^#picture\/(\w+)$/.exec(location.hash)?.[1]);
}

// Nobody opens a picture before the gallery is there, so that it goes first.
function bringViewer() {
  viewer ??= import("./viewer.js").then(({ Viewer }) => new Viewer(element("viewer"), {
    originals,
    onChange(image) {
      gallery.update(image);
      if (image.status === "ready") totals.add(image);
    },
    onRemove(id) {
      gallery.remove(id);
      totals.remove(id);
      originals.delete(id);
    },
  })).catch(() => {
    // The network may bring it the next time.
    viewer = undefined;
  });
  return viewer;
}
