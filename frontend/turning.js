const SWIPE = 60; // CSS pixels
// What uses the arrow keys itself.
const OWN_ARROWS = "input, textarea, select, .focal, .zoomed";

/** Calls `turn(-1)` or `turn(1)` for the previous and next picture: by buttons, keys and swipes. */
export function listenForTurns(dialog, { previous, next }, turn) {
  previous.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));
  dialog.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const isPlain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!by || !isPlain || event.target.closest(OWN_ARROWS)) return;
    event.preventDefault();
    turn(by);
  });
  let from = null;
  dialog.addEventListener("touchstart", ({ touches, target }) => {
    from = touches.length === 1 && !target.closest(OWN_ARROWS) ? touches[0] : null;
  }, { passive: true });
  dialog.addEventListener("touchend", ({ changedTouches }) => {
    if (!from) return;
    const [x, y] = [changedTouches[0].clientX - from.clientX, changedTouches[0].clientY - from.clientY];
    if (Math.abs(x) > SWIPE && Math.abs(x) > 2 * Math.abs(y)) turn(x < 0 ? 1 : -1);
  });
}
