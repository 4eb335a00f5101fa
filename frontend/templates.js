import { strings } from "./strings.js";

/** A copy of `<template id="{name}-template">`: its element, and its `data-slot` parts by name. */
export function stamp(name) {
  const { content } = document.getElementById(`${name}-template`);
  const element = content.firstElementChild.cloneNode(true);
  const parts = [...element.querySelectorAll("[data-slot]")];
  return { element, slots: Object.fromEntries(parts.map((part) => [part.dataset.slot, part])) };
}

/** Puts the words into every element that names one in `data-text`. */
export function fillWords(root) {
  for (const element of root.querySelectorAll("[data-text]")) {
    element.textContent = strings[element.dataset.text];
  }
}
