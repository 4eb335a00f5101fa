/** The element's custom elements manifest, read from the tables and lists of docs/uploader.md. */
import { readFile } from "node:fs/promises";

const DOCUMENT = new URL("../../docs/uploader.md", import.meta.url);
const MODULE = "index.js";

/** https://github.com/webcomponents/custom-elements-manifest, version 1. */
export async function manifest() {
  const text = await readFile(DOCUMENT, "utf8");
  const section = (heading) => text.split(`\n## ${heading}\n`)[1].split(/\n## /)[0];
  const styling = section("Styling");
  const declaration = {
    kind: "class",
    customElement: true,
    name: "DarkroomUploader",
    tagName: "darkroom-uploader",
    description: "Uploads photographs to a Darkroom: chosen, dropped, pasted or taken.",
    superclass: { name: "HTMLElement" },
    attributes: rows(section("Attributes")).flatMap(([names, description]) =>
      names.map((attribute) => ({ name: attribute, description: plain(description) }))),
    members: rows(section("Properties and methods")).flatMap(([[member], description]) => [memberOf(member, description)]),
    events: rows(section("Events")).map(([[event], description]) => (
      { name: event, type: { text: "CustomEvent" }, description: detail(description) })),
    slots: listed(styling, "Slots: ").map((slot) => ({ name: slot })),
    cssParts: listed(styling, "Parts: ").map((part) => ({ name: part })),
    cssProperties: listed(styling, "Properties:\n").map((property) => (
      { name: property.startsWith("--") ? property : `--darkroom${property}` })),
  };
  const exported = (kind, exportName, declared) => ({ kind, name: exportName, declaration: { name: declared, module: MODULE } });
  return {
    schemaVersion: "1.0.0",
    readme: "../README.md",
    modules: [{
      kind: "javascript-module",
      path: MODULE,
      declarations: [declaration],
      exports: [
        exported("js", declaration.name, declaration.name),
        exported("custom-element-definition", declaration.tagName, declaration.name),
      ],
    }],
  };
}

// `[names, description]` of each row of the table in the text.
function rows(text) {
  return [...text.matchAll(/^\| (`[^|]+) \|(.*)\|$/gm)].map(([, names, description]) =>
    [[...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name), description.trim()]);
}

// The names between these words and the end of their sentence or remark.
function listed(text, words) {
  const [sentence] = text.split(words)[1].split(/\.(?:\s|$)/);
  return [...sentence.matchAll(/`([\w-]+)`/g)].map(([, name]) => name);
}

function memberOf(member, description) {
  const [name] = member.split("(");
  return { kind: member.includes("(") ? "method" : "field", name, description: plain(description) };
}

const detail = (description) => (description ? `detail: id, file; ${plain(description)}` : "detail: id, file");

// Links to other documents lead nowhere from a package.
function plain(markdown) {
  return markdown.replace(/\[([^\]]+)\]\([^)]*\)/g, "$1").replaceAll("`", "");
}
