/** What the bindings for React, Vue and Svelte share. */

/** The element's attributes, by the names that they have as properties of components. */
export const ATTRIBUTES = {
  api: "api",
  multiple: "multiple",
  maxFiles: "max-files",
  accept: "accept",
  maxBytes: "max-bytes",
  parallel: "parallel",
  everywhere: "everywhere",
  capture: "capture",
  folders: "folders",
  paths: "paths",
  shrink: "shrink",
  editor: "editor",
  recovery: "recovery",
  itemHref: "item-href",
  name: "name",
  required: "required",
  disabled: "disabled",
};

/** The element's events, without their prefix. */
export const EVENTS = ["edited", "added", "progress", "ready", "error", "idle", "dismissed"];

/** The attributes of the element for a component's properties, and the properties that are left. */
export function attributesOf(properties) {
  const attributes = {};
  for (const [name, value] of Object.entries(properties)) {
    const attribute = ATTRIBUTES[name];
    if (!attribute) attributes[name] = value;
    else if (value !== false && value != null) attributes[attribute] = value === true ? "" : String(value);
  }
  return attributes;
}

/** Calls `handle(name, event)` for the element's events; returns a function that ends this. */
export function listen(element, handle) {
  const stop = new AbortController();
  for (const name of EVENTS) {
    element.addEventListener(`darkroom:${name}`, (event) => handle(name, event), { signal: stop.signal });
  }
  return () => stop.abort();
}

/** The property that handles an event: `onReady` for "ready". */
export const handlerName = (event) => `on${event[0].toUpperCase()}${event.slice(1)}`;
