const KEPT = 10;

/** A function that lets screen readers say a sentence, through a live region. */
export function announcer(region) {
  return (sentence) => {
    const entry = document.createElement("p");
    entry.textContent = sentence;
    region.append(entry);
    if (region.childElementCount > KEPT) region.firstElementChild.remove();
  };
}
