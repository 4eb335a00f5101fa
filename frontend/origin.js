import { strings } from "./strings.js";

/** What the original says about its origin, as details by name; null where there is nothing to say. */
export function originOf({ status, provenance }) {
  // APIs of earlier versions have no provenance; images of earlier versions have null.
  if (provenance === undefined || status !== "ready") return {};
  if (provenance === null) return { origin: strings.unread };
  const { digital_source_type: term, c2pa } = provenance;
  const source = term && (strings.sources[term] ?? strings.synthetic[term] ?? term);
  if (!c2pa) return { origin: source ?? strings.saysNothing };
  return {
    origin: source ?? strings.saysNothing,
    signer: c2pa.claimed_signer ? strings.claimed(c2pa.claimed_signer) : strings.noSigner,
    generator: c2pa.generator,
    content: strings.contentHash[c2pa.content_hash],
  };
}

/** The sentence that a picture is declared as synthetic; empty if it is not. */
export function warningOf({ provenance }) {
  const term = provenance?.digital_source_type;
  return strings.synthetic[term] ?? "";
}

/** Dominant colours, each with its code and share; undefined if there are none. */
export function swatchesOf({ facts }) {
  if (!facts?.colors.length) return undefined;
  const list = document.createElement("ul");
  list.className = "swatches";
  list.append(...facts.colors.map(({ color, share }) => {
    const item = document.createElement("li");
    const swatch = document.createElement("span");
    swatch.style.backgroundColor = color;
    item.append(swatch, `${color} ${Math.round(100 * share)}%`);
    return item;
  }));
  return list;
}

/** How sharp a picture is, in words; undefined if that is not known. */
export function sharpnessOf({ facts }) {
  return facts && strings.sharpness(facts.sharpness.toFixed(2));
}
