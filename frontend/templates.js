import { strings } from "./strings.js";

/** A copy of `<template id="{name}-template">`: its element, and its `data-slot` elements by name. */
export function stamp(name) {
  const { content } = document.getElementById(`${name}-template`);
  const element = content.firstElementChild.cloneNode(true);
  const slots = [...element.querySelectorAll("[data-slot]")];
  return { element, slots: Object.fromEntries(slots.map((slot) => [slot.dataset.slot, slot])) };
}

/** Fills every element that has `data-text` with the string of that name, and labels with `data-label`. */
export function fillWords(root) {
  for (const element of root.querySelectorAll("[data-text]")) {
    element.textContent = strings[element.dataset.text];
  }
  for (const element of root.querySelectorAll("[data-label]")) {
    element.ariaLabel = strings[element.dataset.label];
    if ("placeholder" in element) element.placeholder = element.ariaLabel;
  }
}
