/**
 * The geometry of edits, as in chalicelib/model/edits.py. In pixels: a size is [width, height], a box
 * [left, top, right, bottom]. A matrix [a, b, c, d, e, f] moves x to a x + c y + e, y to b x + d y + f.
 * In fractions of a picture: a rectangle { x, y, width, height }, which never leaves it.
 */
export const UNITS = 1_000_000; // that a side has: recipes have six decimals
export const WHOLE = { x: 0, y: 0, width: 1, height: 1 };
const LEAST = 0.02; // of a side

const units = (fraction) => Math.round(fraction * UNITS);

/** The pixels that a crop keeps: the nearest whole ones. */
export const cropBox = (part, size) => boxOf(part, size, (end) => Math.floor(end + 0.5), (end) => Math.floor(end + 0.5));

/** The pixels that a redaction fills: all that it touches. */
export const redactBox = (part, size) => boxOf(part, size, Math.floor, Math.ceil);

/** What each step of a recipe gets, and the result: its size, and the matrix from the upright original. */
export function traced(edits, size) {
  const found = [{ size, matrix: [1, 0, 0, 1, 0, 0] }];
  for (const step of edits) {
    const before = found.at(-1);
    const target = sizeAfter(step, before.size);
    const moves = matrixOf(step, before.size, target);
    found.push({ size: target, matrix: moves ? multiplied(moves, before.matrix) : before.matrix });
  }
  return found;
}

/** Where a matrix moves a point. */
export const applied = ([a, b, c, d, e, f], [x, y]) => [a * x + c * y + e, b * x + d * y + f];

/** The matrix that moves everything back. */
export function inverse([a, b, c, d, e, f]) {
  const area = a * d - b * c;
  return [d / area, -b / area, -c / area, a / area, (c * f - d * e) / area, (b * e - a * f) / area];
}

/** The smallest box around what a matrix makes of a box. */
export function movedBox(matrix, [left, top, right, bottom]) {
  const corners = [[left, top], [right, top], [right, bottom], [left, bottom]].map((corner) => applied(matrix, corner));
  const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => corner[axis]));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Moved as far as the picture allows. */
export function moved(rectangle, [dx, dy]) {
  const { x, y, width, height } = rectangle;
  return { ...rectangle, x: clamped(x + dx, 0, 1 - width), y: clamped(y + dy, 0, 1 - height) };
}

/**
 * Resized by a handle, given by its place in the rectangle: [0, 0] is the upper left corner, [1, 0.5]
 * the right edge. `ratio` of the sides as fractions, if it is fixed.
 */
export function resized(rectangle, handle, by, ratio) {
  const starts = [rectangle.x, rectangle.y];
  const sides = [rectangle.width, rectangle.height];
  const limits = starts.map((start, axis) => roomOf(start, sides[axis], handle[axis]));
  let wanted = sides.map((side, axis) => (
    clamped(side + by[axis] * Math.sign(handle[axis] - 0.5), Math.min(side, LEAST), limits[axis])));
  if (ratio) {
    const factors = wanted.map((side, axis) => side / sides[axis]);
    // The side that was moved further decides.
    const factor = Math.abs(factors[0] - 1) >= Math.abs(factors[1] - 1) ? factors[0] : factors[1];
    const width = Math.min(sides[0] * factor, limits[0], limits[1] * ratio);
    wanted = [width, width / ratio];
  }
  const [x, y] = starts.map((start, axis) => start + (sides[axis] - wanted[axis]) * (1 - handle[axis]));
  return moved({ ...rectangle, x, y, width: wanted[0], height: wanted[1] }, [0, 0]);
}

/** The largest rectangle of a ratio, as close as possible to the centre of another. */
export function fitted({ x, y, width, height }, ratio) {
  const [across, down] = [Math.min(1, ratio), Math.min(1, 1 / ratio)];
  return moved({ x: x + (width - across) / 2, y: y + (height - down) / 2, width: across, height: down }, [0, 0]);
}

/** The rectangle between two points. */
export function between(...points) {
  const [[x, right], [y, bottom]] = [0, 1].map((axis) => (
    points.map((point) => clamped(point[axis], 0, 1)).sort((a, b) => a - b)));
  return { x, y, width: right - x, height: bottom - y };
}

/** In the picture after it was mirrored, left and right, and then turned by quarters clockwise. */
export function turned(rectangle, isMirrored, quarters) {
  let { x, y, width, height } = rectangle;
  if (isMirrored) x = 1 - x - width;
  for (let turn = 0; turn < quarters; turn += 1) [x, y, width, height] = [1 - y - height, x, height, width];
  return { ...rectangle, x, y, width, height };
}

function sizeAfter(step, [width, height]) {
  if (step.action === "crop") {
    const [left, top, right, bottom] = cropBox(step, [width, height]);
    return [right - left, bottom - top];
  }
  if (step.action === "rotate" && step.degrees !== 180) return [height, width];
  if (step.action !== "straighten") return [width, height];
  // The largest rectangle with the same ratio of sides that has no empty corner.
  const [cosine, sine] = turn(Math.abs(step.degrees));
  const share = Math.min(width / (width * cosine + height * sine), height / (width * sine + height * cosine));
  return [width, height].map((side) => Math.max(1, Math.floor(side * share)));
}

function matrixOf(step, size, target) {
  const [width, height] = size;
  if (step.action === "crop") {
    const [left, top] = cropBox(step, size);
    return [1, 0, 0, 1, -left, -top];
  }
  if (step.action === "flip") return step.axis === "horizontal" ? [-1, 0, 0, 1, width, 0] : [1, 0, 0, -1, 0, height];
  if (step.action !== "rotate" && step.action !== "straighten") return null;
  // Around the centre. y points down, so this is clockwise.
  const [cosine, sine] = turn(step.degrees);
  const [x, y, u, v] = [...size, ...target].map((side) => side / 2);
  return [cosine, sine, -sine, cosine, u - x * cosine + y * sine, v - x * sine - y * cosine];
}

function turn(degrees) {
  if (degrees % 90 === 0) return [[1, 0], [0, 1], [-1, 0], [0, -1]][degrees / 90];
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
}

/** The matrix that moves as the second and then as the first. */
export function multiplied([a, b, c, d, e, f], [k, l, m, n, o, p]) {
  return [a * k + c * l, b * k + d * l, a * m + c * n, b * m + d * n, a * o + c * p + e, b * o + d * p + f];
}

function boxOf({ x, y, width, height }, size, round, roundEnd) {
  const ends = [[x, width], [y, height]].map(([start, side], axis) => {
    const at = (fraction) => (Math.min(units(fraction), UNITS) * size[axis]) / UNITS;
    const first = Math.min(round(at(start)), size[axis] - 1);
    return [first, Math.max(roundEnd(at(start + side)), first + 1)];
  });
  return [ends[0][0], ends[1][0], ends[0][1], ends[1][1]];
}

// The longest side that keeps its other end, or its middle, where it is.
function roomOf(start, side, handle) {
  if (handle === 0.5) return 2 * Math.min(start + side / 2, 1 - start - side / 2);
  return handle ? 1 - start : start + side;
}

function clamped(value, least, most) {
  return Math.max(least, Math.min(most, value));
}
