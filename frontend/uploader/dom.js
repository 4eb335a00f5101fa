/** An element with these properties or attributes, and these children. */
export function build(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A slot that the page may fill; `fallback` is its text otherwise. */
export function slot(name, fallback) {
  return build("slot", { name }, fallback);
}
