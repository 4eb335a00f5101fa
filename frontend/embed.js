import "./uploader.js";
import { token } from "./pass.js";
import { strings } from "./strings.js";
import { fillWords } from "./templates.js";

const EVENTS = ["added", "progress", "ready", "error", "idle", "dismissed"];
const KEPT = 12;

const element = (id) => document.getElementById(id);

fillWords(document);
element("snippet").textContent = strings.snippet(new URL("uploader.js", location.href).href);
element("uploader").token = token;
element("main").hidden = false;
for (const name of EVENTS) element("uploader").addEventListener(`darkroom:${name}`, tell);

function tell({ type, detail }) {
  const line = document.createElement("li");
  const name = document.createElement("strong");
  const told = document.createElement("span");
  const { file, image, images, error, ...plain } = detail;
  name.textContent = type;
  told.textContent = JSON.stringify({
    ...plain,
    file: file?.name,
    image: image?.id,
    images: images?.map(({ id }) => id),
    error: error?.message,
  });
  line.append(name, told);
  element("events").prepend(line);
  if (element("events").childElementCount > KEPT) element("events").lastElementChild.remove();
}
