import "./uploader.js";
import { token } from "./auth-token.js";
import { strings } from "./strings.js";
import { fillWords } from "./templates.js";

const EVENTS = ["added", "progress", "ready", "error", "idle", "dismissed"];
const MAX_LINES = 12;

const element = (id) => document.getElementById(id);

fillWords(document);
element("snippet").textContent = strings.snippet(new URL("bundle/uploader.js", location.href).href);
element("uploader").token = token;
element("main").hidden = false;
for (const name of EVENTS) element("uploader").addEventListener(`darkroom:${name}`, showEvent);

function showEvent({ type, detail }) {
  const line = document.createElement("li");
  const name = document.createElement("strong");
  const content = document.createElement("span");
  const { file, image, images, error, ...plain } = detail;
  name.textContent = type;
  content.textContent = JSON.stringify({
    ...plain,
    file: file?.name,
    image: image?.id,
    images: images?.map(({ id }) => id),
    error: error?.message,
  });
  line.append(name, content);
  element("events").prepend(line);
  if (element("events").childElementCount > MAX_LINES) element("events").lastElementChild.remove();
}
