/** Performs tasks, `{ id, task, ... }`, and posts `{ id, result }`: null if it cannot. */
addEventListener("message", async ({ data: { id, task, ...input } }) => {
  const result = await tasks[task](input).catch(() => null);
  postMessage({ id, result });
});

const QUALITY = 0.9; // of JPEG: what is made from it is compressed again

const tasks = {
  /** The SHA-256, in hex, of a file. */
  async digest({ file }) {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  },

  /** A JPEG's pixels, upright, at this size, in its own colours and without its metadata. */
  async scale({ file, width, height }) {
    if (!canDraw()) return null;
    const options = { resizeWidth: width, resizeHeight: height, resizeQuality: "high", colorSpaceConversion: "none" };
    const bitmap = await createImageBitmap(file, options);
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    bitmap.close();
    return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  },
};

// Browsers that resist fingerprinting return noise instead of what was drawn.
function canDraw() {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.fillStyle = "#12ab56";
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].join() === "18,171,86,255";
}
