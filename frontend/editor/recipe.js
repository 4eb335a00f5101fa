/**
 * Recipes of edits as the editor's state, and back. A state has `redactions` (rectangles with a `color`
 * on the upright original), `flip` (left and right), `quarters` (turned clockwise after that), `degrees`
 * (straightened after that), `crop` (a rectangle of the result) and `ratio`, the name of the crop's.
 */
import { UNITS, WHOLE, cropBox, inverse, movedBox, multiplied, redactBox, traced, turned } from "./geometry.js";

export const UNEDITED = { redactions: [], flip: false, quarters: 0, degrees: 0, crop: WHOLE, ratio: "free" };
const NOISE = 1e-6; // of a pixel: what floating point leaves

/** The recipe of a state: redactions first, so that no later change moves them. */
export function editsOf({ redactions, flip, quarters, degrees, crop }) {
  const isUpsideDown = flip && quarters === 2;
  return [
    ...redactions.map(({ color, ...part }) => ({ action: "redact", ...rounded(part, Math.floor, Math.ceil), color })),
    flip && { action: "flip", axis: isUpsideDown ? "vertical" : "horizontal" },
    quarters && !isUpsideDown && { action: "rotate", degrees: 90 * quarters },
    degrees && { action: "straighten", degrees },
    (crop.width < 1 || crop.height < 1) && { action: "crop", ...rounded(crop, Math.round, Math.round) },
  ].filter(Boolean);
}

/** The state that shows what a recipe does, and whether it does so to within a pixel. */
export function stateOf(edits, size) {
  const steps = traced(edits, size);
  const turns = { ...UNEDITED, ...turnsOf(edits) };
  const { crop, isInside } = cropOf(turns, steps.at(-1), size);
  const redactions = edits.flatMap((step, index) => (
    step.action === "redact" ? [{ ...hidden(step, steps[index], size), color: step.color ?? "#000000" }] : []));
  // What a turned rectangle hides, no upright one does.
  const last = edits.findLastIndex(({ action }) => action === "redact");
  const isUpright = !edits.slice(0, last + 1).some(({ action, degrees }) => action === "straighten" && degrees);
  return { state: { ...turns, crop, redactions }, isExact: isInside && isUpright };
}

/** A state with the picture that it shows turned by quarters clockwise. */
export function rotate(state, quarters) {
  const ratio = quarters % 2 ? state.ratio.split(":").reverse().join(":") : state.ratio;
  return { ...state, ratio, quarters: (state.quarters + quarters) % 4, crop: turned(state.crop, false, quarters) };
}

/** A state with the picture that it shows mirrored, left and right. */
export function mirror({ flip, quarters, degrees, crop, ...state }) {
  return { ...state, flip: !flip, quarters: (4 - quarters) % 4, degrees: -degrees || 0, crop: turned(crop, true, 0) };
}

function turnsOf(edits) {
  let { flip, quarters, degrees } = UNEDITED;
  for (const step of edits) {
    if (step.action === "rotate") quarters += step.degrees / 90;
    if (step.action === "straighten") degrees += step.degrees;
    if (step.action === "flip") [flip, quarters, degrees] = [!flip, (step.axis === "vertical" ? 2 : 0) - quarters, -degrees];
  }
  // 80 makes it positive: a recipe has 20 steps at most.
  const more = Math.abs(degrees) > 45 ? Math.sign(degrees) : 0;
  return { flip, quarters: (quarters + more + 80) % 4, degrees: Math.round((degrees - 90 * more) * 1000) / 1000 || 0 };
}

// What the result shows, as a part of the picture that is only turned.
function cropOf(turns, result, size) {
  const whole = traced(editsOf(turns), size).at(-1);
  const found = movedBox(multiplied(whole.matrix, inverse(result.matrix)), [0, 0, ...result.size]);
  const kept = inside(found.map(Math.round), whole.size);
  const isInside = kept.every((end, index) => Math.abs(end - found[index]) <= 1);
  return { crop: fractions(kept, whole.size), isInside };
}

// A rectangle of the original that fills the same pixels, or more.
function hidden(step, before, size) {
  const found = movedBox(inverse(before.matrix), redactBox(step, before.size));
  const whole = found.map((end, index) => (index < 2 ? Math.floor(end + NOISE) : Math.ceil(end - NOISE)));
  return fractions(inside(whole, size), size);
}

const inside = (box, size) => box.map((end, index) => Math.max(0, Math.min(size[index % 2], end)));

// In whole units inside the box, in which the same pixels are touched.
function fractions(box, size) {
  const [x, y, right, bottom] = box.map((end, index) => (
    Math[index < 2 ? "ceil" : "floor"]((end * UNITS) / size[index % 2]) / UNITS));
  return { x, y, width: right - x, height: bottom - y };
}

function rounded({ x, y, width, height }, round, roundEnd) {
  // Floating point leaves traces far behind the sixth digit.
  const unit = (fraction, way) => way(Math.round(fraction * UNITS * 1000) / 1000);
  const [[left, across], [top, down]] = [[x, width], [y, height]].map(([start, side]) => {
    const first = Math.min(unit(start, round), UNITS - 1);
    return [first, Math.max(1, Math.min(unit(start + side, roundEnd), UNITS) - first)].map((end) => end / UNITS);
  });
  return { x: left, y: top, width: across, height: down };
}

/** The pixels that a state's crop keeps, and the size of the picture that is only turned. */
export function cropped(state, size) {
  const whole = traced(editsOf({ ...state, crop: WHOLE }), size).at(-1).size;
  return { box: cropBox(state.crop, whole), size: whole };
}
