import "./uploader.js";
import { Gallery } from "./gallery.js";
import { fillWords } from "./templates.js";
import { Totals } from "./totals.js";
import { announcer } from "./uploader/announcer.js";
import { Viewer } from "./viewer.js";

const element = (id) => document.getElementById(id);
const uploader = element("uploader");
const connection = () => uploader.connection();
const totals = new Totals(element("totals"));
// The files of this visit, to be compared with what became of them.
const originals = new Map();

fillWords(document);
element("main").hidden = false;

const gallery = new Gallery({
  list: element("gallery"),
  note: element("gallery-note"),
  more: element("more"),
  filter: element("filter"),
}, connection, announcer(element("announcements")));

const viewer = new Viewer(element("viewer"), {
  connection,
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
});

const on = (name, listener) => uploader.addEventListener(`darkroom:${name}`, ({ detail }) => listener(detail));
on("added", ({ id, file }) => gallery.expect(id, file));
on("error", ({ id }) => gallery.settle(id, null));
on("dismissed", ({ id }) => gallery.settle(id, null));
on("ready", ({ id, file, image }) => {
  originals.set(image.id, file);
  gallery.settle(id, image);
  totals.add(image);
});

addEventListener("hashchange", follow);
follow();
begin();

async function begin() {
  await gallery.show("ready");
  // What lies below the gallery comes after it, so that nothing jumps.
  element("embed").hidden = false;
  // Whoever misses the API reads so in the gallery.
  await connection().then((api) => totals.load(api)).catch(() => {});
}

function follow() {
  viewer.show(/^#picture\/(\w+)$/.exec(location.hash)?.[1]);
}
