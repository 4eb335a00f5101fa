const MAX_ENTRIES = 10;

/** Returns a function that makes screen readers announce a sentence, through a live region. */
export function announcer(region) {
  return (sentence) => {
    const entry = document.createElement("p");
    entry.textContent = sentence;
    region.append(entry);
    if (region.childElementCount > MAX_ENTRIES) region.firstElementChild.remove();
  };
}
