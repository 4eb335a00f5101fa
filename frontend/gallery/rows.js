/**
 * Rows of tiles as wide as the page, each picture whole: pure functions of the pictures' ratios.
 *
 * `sizes`, in CSS pixels: width, gap between tiles, height that rows should have, caption below
 * each picture, space between rows, and the least width of a tile.
 */

const FLATTEST = 0.5; // of a row's height: the height of one panorama

/** The rows' first tiles (and one entry past the end), tops and picture heights, and the whole height. */
export function layRows(ratios, sizes) {
  const { width, gap, height, caption, space } = sizes;
  const starts = [0];
  const heights = [];
  const heightOf = (sum, count) => (width - gap * (count - 1)) / sum;
  let sum = 0;
  const close = (end, rowHeight) => {
    starts.push(end);
    heights.push(rowHeight);
    sum = 0;
  };
  for (let index = 0; index < ratios.length; index += 1) {
    const ratio = shownRatio(ratios[index], sizes);
    const count = index - starts.at(-1);
    const without = heightOf(sum, count);
    // A row ends before the tile that would shrink it more than its absence stretches it.
    if (count > 0 && heightOf(sum + ratio, count + 1) * without < height * height) close(index, without);
    sum += ratio;
    const full = heightOf(sum, index - starts.at(-1) + 1);
    if (full <= height) close(index + 1, full);
  }
  if (starts.at(-1) < ratios.length) close(ratios.length, height);
  const tops = [];
  let top = 0;
  for (const rowHeight of heights) {
    tops.push(top);
    top += rowHeight + caption + space;
  }
  return { starts, tops, heights, height: Math.max(0, top - space) };
}

/** The ratio of a tile, whose picture may be narrower or flatter than that. */
export function shownRatio(ratio, { width, height, least }) {
  const narrowest = Math.min(least, width) / height;
  return Math.max(narrowest, Math.min(ratio, width / (height * FLATTEST)));
}

/** The last row that begins at or above `y`; 0 if none does. */
export function rowAt({ tops }, y) {
  return Math.max(0, lastAtMost(tops, y));
}

/** The row of a tile. */
export function rowOf({ starts }, index) {
  return Math.min(lastAtMost(starts, index), starts.length - 2);
}

/** The tile that a key moves to from the tile `index`; undefined for keys that do not move. */
export function moved(key, index, view) {
  const { starts, heights } = view.layout;
  const row = rowOf(view.layout, index);
  const page = Math.max(1, Math.floor(view.window / (heights[row] + view.sizes.caption)));
  const moves = {
    ArrowLeft: () => index - 1,
    ArrowRight: () => index + 1,
    ArrowUp: () => vertically(view, index, -1),
    ArrowDown: () => vertically(view, index, 1),
    PageUp: () => vertically(view, index, -page),
    PageDown: () => vertically(view, index, page),
    Home: () => starts[row],
    End: () => starts[row + 1] - 1,
  };
  return moves[key]?.();
}

// The tile `by` rows below whose middle is nearest to that of the tile `index`.
function vertically({ layout, ratios, sizes }, index, by) {
  const row = rowOf(layout, index);
  const other = Math.max(0, Math.min(row + by, layout.heights.length - 1));
  if (other === row) return index;
  const middle = middles(layout, ratios, sizes, row)[index - layout.starts[row]];
  const distances = middles(layout, ratios, sizes, other).map((at) => Math.abs(at - middle));
  return layout.starts[other] + distances.indexOf(Math.min(...distances));
}

function middles({ starts, heights }, ratios, sizes, row) {
  let left = 0;
  return [...ratios.slice(starts[row], starts[row + 1])].map((ratio) => {
    const width = shownRatio(ratio, sizes) * heights[row];
    left += width + sizes.gap;
    return left - sizes.gap - width / 2;
  });
}

function lastAtMost(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The sizes of rows in a page of this width; `rem` is the size of its text. */
export function sizesFor(width, rem) {
  return {
    width,
    gap: (width < 40 * rem ? 0.5 : 0.75) * rem,
    height: Math.max(8.5 * rem, Math.min(13 * rem, 5.5 * rem + 0.09 * width)),
    caption: 3.05 * rem,
    space: 1.25 * rem,
    least: 8.5 * rem,
  };
}
